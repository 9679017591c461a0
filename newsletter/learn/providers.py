"""What providers tell of mail that came back, in their own JSON: Amazon SES, Postmark, Mailgun.

What their webhooks bring was checked before (`hooks`); what SES tells by mail proves as little as
any mail does. Their words of class count where a server's own say nothing closer; the addresses
that they name are checked against who got an edition.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from newsletter.learn.opening import shown
from newsletter.learn.returned import (
    RECIPIENTS_MAXIMUM,
    BounceClass,
    BounceReport,
    ReturnedRecipient,
)
from newsletter.learn.tokens import message_ids_in, tokens_in
from newsletter.learn.wording import classify, is_ours, read_status

# What JSON of another shape, or too deep, makes reading it raise.
READ_FAULTS: Final = (ValueError, TypeError, LookupError, AttributeError, RecursionError)
B = BounceClass
_POSTMARK: Final[Mapping[str, BounceClass]] = {
    "HardBounce": B.PERMANENT,
    "BadEmailAddress": B.PERMANENT,
    "SpamComplaint": B.COMPLAINT,
    "Unsubscribe": B.COMPLAINT,
    "AutoResponder": B.AUTO_REPLY,
    "ChallengeVerification": B.AUTO_REPLY,
    "AddressChange": B.AUTO_REPLY,
}
_POSTMARK_OURS: Final = {"SpamNotification", "Blocked", "DMARCPolicy", "VirusNotification"}
_NO_COMPLAINT: Final = {"not-spam", "auth-failure"}
_MAILED: Final = json.JSONDecoder(strict=False)  # lines that mail has cut are as they were


@dataclass(frozen=True, slots=True)
class ProviderEvent:
    """One thing that a provider tells. number: its own, the same when it tells it again.

    report: None for what is no mail that came back, such as that one arrived.
    """

    number: str
    report: BounceReport | None


def read_ses(text: str, *, number: str) -> ProviderEvent:
    """Return what a message of SES in a notification says. Raises READ_FAULTS."""
    return ProviderEvent(number, _read_ses(json.loads(text)))


def read_mailed(text: str) -> BounceReport | None:
    """Return what SES tells in a mail: bare, or as SNS hands it on. None when this is no such mail.

    A report of no class says that nothing came back.
    """
    if not text.lstrip().startswith("{"):
        return None
    try:
        told, _ = _MAILED.raw_decode(text.lstrip())  # SNS writes below it how to have no more
        if isinstance(told.get("Message"), str):
            told = _MAILED.decode(told["Message"])
        is_event = isinstance(told.get("mail"), dict) and _event_of(told)
        return (_read_ses(told) or BounceReport(B.NONE)) if is_event else None
    except READ_FAULTS:
        return None


def _read_ses(told: Mapping[str, Any]) -> BounceReport | None:
    mail = told.get("mail", {})
    headers = [f"{one['name']}: {one['value']}" for one in mail.get("headers", [])]
    about = (str(mail.get("source", "")), *headers)
    match _event_of(told):
        case "Bounce":
            return _report(_ses_bounced(told["bounce"]), about)
        case "Complaint":
            return _report(_ses_complained(told["complaint"]), about)
        case _:
            return None


def _event_of(told: Mapping[str, Any]) -> str:
    return str(told.get("notificationType") or told.get("eventType") or "")


def read_postmark(told: Mapping[str, Any]) -> ProviderEvent:
    """Return what a webhook of Postmark says. Raises READ_FAULTS."""
    number = str(told["ID"])
    if told["RecordType"] not in {"Bounce", "SpamComplaint"}:
        return ProviderEvent(number, None)
    kind = str(told.get("Type") or told["RecordType"])
    said = " ".join(str(told.get(name, "")) for name in ("Details", "Description"))
    one = _recipient(
        str(told["Email"]),
        "",
        said,
        kind=_POSTMARK.get(kind, B.TEMPORARY),
        ours=kind in _POSTMARK_OURS,
        late=kind == "Transient",
    )
    return ProviderEvent(number, _report([one], map(str, told.get("Metadata", {}).values())))


def read_mailgun(told: Mapping[str, Any]) -> ProviderEvent:
    """Return what the `event-data` of a webhook of Mailgun says. Raises READ_FAULTS."""
    number, status = str(told["id"]), told.get("delivery-status", {})
    message = told.get("message", {}).get("headers", {})
    said = " ".join(str(status.get(name, "")) for name in ("message", "description"))
    is_late = told.get("severity") == "temporary"  # it goes on trying
    match told["event"]:
        case "failed":
            code = str(status.get("enhanced-code", ""))
            one = _recipient(str(told["recipient"]), code, said, kind=B.TEMPORARY, late=is_late)
        case "complained":
            one = _recipient(str(told["recipient"]), "", "complained", kind=B.COMPLAINT)
        case _:
            return ProviderEvent(number, None)
    sender = str(told.get("envelope", {}).get("sender", ""))
    variables = map(str, told.get("user-variables", {}).values())
    about = (sender, f"Message-ID: {message.get('message-id', '')}", *variables)
    return ProviderEvent(number, _report([one], about))


def _ses_bounced(bounce: Mapping[str, Any]) -> Iterator[ReturnedRecipient]:
    is_for_now = bounce.get("bounceType") != "Permanent"
    gone = B.PERMANENT if bounce.get("bounceSubType") == "NoEmail" else B.TEMPORARY
    for one in bounce["bouncedRecipients"][:RECIPIENTS_MAXIMUM]:
        yield _recipient(
            str(one["emailAddress"]),
            str(one.get("status") or ""),
            str(one.get("diagnosticCode") or ""),
            kind=gone,
            never_gone=is_for_now,
        )


def _ses_complained(complaint: Mapping[str, Any]) -> Iterator[ReturnedRecipient]:
    if complaint.get("complaintFeedbackType") in _NO_COMPLAINT:
        return
    for one in complaint["complainedRecipients"][:RECIPIENTS_MAXIMUM]:
        yield _recipient(str(one["emailAddress"]), "", "complained", kind=B.COMPLAINT)


def _recipient(  # noqa: PLR0913 - by name; what the three of them tell
    address: str,
    stated: str,
    said: str,
    *,
    kind: BounceClass,
    ours: bool = False,
    late: bool = False,
    never_gone: bool = False,
) -> ReturnedRecipient:
    """Return one recipient, of the provider's class where the server's words say nothing closer."""
    found = re.search(r"<([^<>\s]+@[^<>\s]+)>", address)
    status = read_status(stated, said)
    if kind in {B.COMPLAINT, B.AUTO_REPLY}:
        return ReturnedRecipient(found[1] if found else address.strip(), "", shown(said), kind)
    ours = ours or is_ours(status, said)
    words = classify("failed", status, said)
    is_gone = B.PERMANENT in {kind, words} and not (ours or late or never_gone)
    return ReturnedRecipient(
        found[1] if found else address.strip(),
        status,
        shown(said),
        B.PERMANENT if is_gone else B.TEMPORARY,
        is_ours=ours,
        is_late=late,
    )


def _report(recipients: Iterable[ReturnedRecipient], about: Iterable[str]) -> BounceReport | None:
    found, text = tuple(recipients), "\n".join(about)
    if not found:
        return None
    kinds = [one.kind for one in found]
    order = (B.COMPLAINT, B.PERMANENT, B.TEMPORARY, B.AUTO_REPLY)
    return BounceReport(
        next(kind for kind in order if kind in kinds),
        found,
        tokens=tokens_in(text),
        message_ids=message_ids_in(text),
    )
