"""Structured reports: of delivery (RFC 3464, RFC 6533), and complaints (RFC 5965, Outlook.com)."""

import re
from collections.abc import Iterator
from email import policy
from email.message import Message
from email.parser import HeaderParser
from itertools import islice
from typing import Final

from newsletter.learn.opening import TEXT_MAXIMUM, header, headers, parts, shown
from newsletter.learn.returned import RECIPIENTS_MAXIMUM, BounceClass, ReturnedRecipient
from newsletter.learn.wording import classify, is_ours, read_status

DELIVERY: Final = ("message/delivery-status", "message/global-delivery-status")
COMPLAINTS: Final = {
    *("abuse", "fraud", "virus", "opt-out", "opt-out-list", "miscategorized", "complaint"),
    "unsubscribe",
}
_HOTMAIL_SUBJECT: Final = "complaint about message from"
_HOTMAIL_NAMES: Final = "X-HmXmrOriginalRecipient"
_ADDRESSED: Final = ("Original-Recipient", "Final-Recipient", "X-Actual-Recipient")
_NAMING: Final = {"original-recipient", "final-recipient"}
_FIELDS: Final = re.compile(r"^[ \t>]*(?:final|original)-recipient[ \t]*:", re.I | re.M)


def read_recipients(message: Message) -> tuple[ReturnedRecipient, ...]:
    """Return what the delivery reports in a message say about each recipient."""
    blocks = (block for part in parts(message, *DELIVERY) for block in _blocks(part))
    return _read_blocks(blocks)


def read_loose_recipients(text: str) -> tuple[ReturnedRecipient, ...]:
    """Return what the fields of a delivery report say that stand in plain text."""
    if not _FIELDS.search(text):
        return ()
    unquoted = re.sub(r"^[ \t>]+(?=[A-Za-z-]{3,30}:)", "", text, flags=re.M)
    return _read_blocks(_split(unquoted))


def read_complaint(message: Message) -> tuple[ReturnedRecipient, ...]:
    """Return who complained, where it says so; () when this is no complaint.

    One report may name several (RFC 5965 §3.2).
    """
    for part in parts(message, "message/feedback-report"):
        for block in _blocks(part):
            kind = header(block, "Feedback-Type").lower()
            if kind in COMPLAINTS:
                given = [*headers(block, "Original-Rcpt-To")] or [
                    header(block, "Removal-Recipient")
                ]
                who = dict.fromkeys(map(bare, given[:RECIPIENTS_MAXIMUM]))
                return tuple(ReturnedRecipient(one, "", kind, BounceClass.COMPLAINT) for one in who)
    return _complaint_of_hotmail(message)


def _complaint_of_hotmail(message: Message) -> tuple[ReturnedRecipient, ...]:
    """Return who complained at Outlook.com, whose reports are the mail itself with a header.

    The mail is an attachment, or all there is where a relay took it out.
    """
    said = header(message, _HOTMAIL_NAMES)
    if header(message, "Subject").lower().startswith(_HOTMAIL_SUBJECT):
        for part in parts(message, "message/rfc822"):
            payload = part.get_payload()
            for one in payload if isinstance(payload, list) else []:
                said = said or (header(one, _HOTMAIL_NAMES) if isinstance(one, Message) else "")
    if not said:
        return ()
    return (ReturnedRecipient(bare(said), "", "complaint", BounceClass.COMPLAINT),)


def bare(typed: str) -> str:
    """Return the address in `rfc822; address` or `<address>`, at most as long as one can be."""
    kind, found, rest = typed.rpartition(";")  # some programs write the kind twice
    said = rest
    # RFC 6533 §3 and RFC 3461 §4: characters that ASCII cannot say stand as hexadecimal numbers.
    if found and kind.strip().lower().endswith("utf-8"):
        said = re.sub(r"\\x\{([0-9A-Fa-f]{1,6})\}", _letter, said)
    said = shown(said).strip(" <>\"'")
    named = re.search(r"<([^<>@\s]+@[^<>\s]+)>", typed)
    return (named[1] if named else said.partition(" ")[0].strip("<>()\"',;"))[:254]


def _letter(found: re.Match[str]) -> str:
    number = int(found[1], 16)
    return chr(number) if 32 < number < 0x110000 and not 0xD800 <= number < 0xE000 else ""


def _read_blocks(blocks: Iterator[Message]) -> tuple[ReturnedRecipient, ...]:
    named = (block for block in blocks if any(one in block for one in (*_ADDRESSED, "Action")))
    once: dict[tuple[str, BounceClass], ReturnedRecipient] = {}
    for block in islice((one for each in named for one in _apart(each)), RECIPIENTS_MAXIMUM):
        one = _read_recipient(block)
        once.setdefault((one.address.lower(), one.kind), one)
    return tuple(once.values())


def _apart(block: Message) -> Iterator[Message]:
    """Yield the recipients of one group, which some programs do not part with an empty line."""
    group = Message()
    for name, value in block.raw_items():
        if name.lower() in _NAMING and name in group:
            yield group
            group = Message()
        group.set_raw(name, value)
    yield group


def _read_recipient(block: Message) -> ReturnedRecipient:
    action = re.split(r"[^a-z]", header(block, "Action").lower().strip())[0]
    action = {"fail": "failed", "failure": "failed", "error": "failed"}.get(action, action)
    stated = header(block, "Status")
    said = header(block, "Diagnostic-Code") or _comment(stated)
    status = read_status(stated, said)
    kind = classify(action, status, said)
    return ReturnedRecipient(
        _address(block),
        status,
        shown(said or action),
        kind,
        is_ours=kind is BounceClass.TEMPORARY and is_ours(status, said),
        is_late=action.startswith("delay"),
    )


def _comment(stated: str) -> str:
    """Return the words that some programs write behind a status."""
    found = re.search(r"\(([^()]{1,200})\)", stated)
    return found[1] if found else ""


def _address(block: Message) -> str:
    """Return the address that we wrote to where it is named, else the one that failed."""
    found = [bare(said) for name in _ADDRESSED if (said := header(block, name))]
    return next((one for one in found if "@" in one), next(filter(None, found), ""))


def _blocks(part: Message) -> Iterator[Message]:
    """Yield the groups of fields in a report (RFC 3464 §2.1), however the parser cut them."""
    payload = part.get_payload()
    if header(part, "Content-Transfer-Encoding").lower() in {"base64", "quoted-printable"}:
        yield from _split(_encoded(part))
    for one in payload if isinstance(payload, list) else [payload]:
        if isinstance(one, Message):
            yield one
        text = one.get_payload() if isinstance(one, Message) else _text(part)
        if isinstance(text, str):
            yield from _split(text)


def _encoded(part: Message) -> str:
    """Return the text of a report that was encoded, which the parser took for fields."""
    payload = part.get_payload()
    pieces = payload if isinstance(payload, list) else [part]
    whole = Message()
    whole["Content-Transfer-Encoding"] = header(part, "Content-Transfer-Encoding")
    texts = (one.get_payload() for one in pieces if isinstance(one, Message))
    whole.set_payload("\n\n".join(map(str, texts)))
    return _text(whole)


def _text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""


def _split(text: str) -> Iterator[Message]:
    for block in re.split(r"\r?\n[ \t]*\r?\n", text[:TEXT_MAXIMUM], maxsplit=RECIPIENTS_MAXIMUM):
        yield HeaderParser(policy=policy.compat32).parsestr(block.strip())
