"""What a returned message says: delivery reports (RFC 3464, RFC 6533) and complaints (RFC 5965).

Whoever writes to the bounce address decides what we read here. So everything is bounded, nothing is
believed about whom it concerns: that takes a token of ours. Input may raise
PARSER_FAULTS, and no more.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import policy
from email.errors import MessageError
from email.message import Message
from email.parser import BytesHeaderParser, BytesParser, HeaderParser
from enum import StrEnum
from itertools import islice
from typing import Final

from newsletter.learn.mailboxes import MESSAGE_MAXIMUM

PARTS_MAXIMUM: Final = 100
DEPTH_MAXIMUM: Final = 20  # nested parts; the library's parser goes one call deeper for each
RECIPIENTS_MAXIMUM: Final = 100

# The library's parser is written for honest mail: these are what broken mail has made it raise.
PARSER_FAULTS: Final = (
    *(MessageError, ValueError, LookupError, TypeError, AttributeError, AssertionError),
    RecursionError,
)
_STATUS: Final = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_CODE: Final = re.compile(r"(?<![\d.])([45]\d\d)(?![\d.])")
_NO_MAILBOX: Final = {"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10"}
_REFUSALS: Final = {"550", "551", "553"}
_UNKNOWN_USER: Final = re.compile(
    r"\b(?:user|recipient|mailbox|address|account)\W+(?:is\W+)?(?:unknown|not found|invalid)"
    r"|\b(?:unknown|no such|invalid)\W+(?:\w+\W+)?(?:user|recipient|mailbox|address|account|person)"
    r"|\bdoes(?:n't| not) exist",
    re.IGNORECASE,
)


class BounceClass(StrEnum):
    """What a returned message means; the contract's words."""

    PERMANENT = "permanent"  # there is no such mailbox
    TEMPORARY = "temporary"  # not delivered, and nobody's mailbox is given up for it
    COMPLAINT = "complaint"  # somebody pressed "spam"
    AUTO_REPLY = "auto_reply"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class ReturnedRecipient:
    """One recipient of a report. status: RFC 3463, "" when unknown; reason: the server's words."""

    address: str
    status: str
    reason: str
    kind: BounceClass

    @property
    def is_ours(self) -> bool:
        """Whether the refusal is about us or the message (RFC 3463 §3.7, §3.8): look into it."""
        return self.status.startswith(("5.6.", "5.7."))


def open_message(raw: bytes) -> Message:
    """Return the message, without its parts where those are too deep. Raises PARSER_FAULTS."""
    start = raw[:MESSAGE_MAXIMUM]
    lower = start.lower()
    deep = lower.count(b"multipart/") + lower.count(b"message/rfc822") > DEPTH_MAXIMUM
    parser = BytesHeaderParser if deep else BytesParser
    return parser(policy=policy.compat32).parsebytes(start)


def header(message: Message, name: str) -> str:
    """Return a header on one line, "" when it is missing."""
    return " ".join(str(message.get(name, "")).split())


def read_recipients(message: Message) -> tuple[ReturnedRecipient, ...]:
    """Return what the delivery reports in a message say about each recipient."""
    blocks = (
        block
        for part in _parts(message, "message/delivery-status", "message/global-delivery-status")
        for block in _blocks(part)
    )
    named = (block for block in blocks if "Final-Recipient" in block or "Action" in block)
    return tuple(map(_read_recipient, islice(named, RECIPIENTS_MAXIMUM)))


def read_complaint(message: Message) -> tuple[ReturnedRecipient, ...]:
    """Return who complained, where it says so; () when this is no complaint."""
    for part in _parts(message, "message/feedback-report"):
        for block in _blocks(part):
            kind = header(block, "Feedback-Type").lower()
            if kind in {"abuse", "opt-out", "opt-out-list"}:
                address = _bare(header(block, "Original-Rcpt-To"))
                return (ReturnedRecipient(address, "", kind, BounceClass.COMPLAINT),)
    return ()


def read_plain_report(message: Message) -> tuple[ReturnedRecipient, ...]:
    """Return what a report without structure says (qmail, older servers), by its status code."""
    sender = header(message, "From").lower()
    if "mailer-daemon" not in sender and "postmaster" not in sender:
        return ()
    text = next(_texts(message), "")
    found = _STATUS.search(text)
    if found is None:
        return ()
    line = next(one for one in text.splitlines() if found[1] in one)
    kind = classify("failed", found[1], line)
    return (ReturnedRecipient("", found[1], _shown(line), kind),)


def is_auto_reply(message: Message) -> bool:
    """Say whether a program answered (RFC 3834 §5), such as during a holiday."""
    submitted = header(message, "Auto-Submitted").lower()
    return (
        (submitted not in {"", "no"} and not submitted.startswith("no;"))
        or bool(header(message, "X-Autoreply") or header(message, "X-Autorespond"))
        or header(message, "Precedence").lower() == "auto_reply"
    )


def classify(action: str, status: str, diagnostic: str) -> BounceClass:
    """Say what a report about one recipient means. Pure.

    By the codes first. Text counts only together with a code that leaves the question open: 5.2.1,
    or no more than "refused". Spam filters and policies (5.7.x) and what is wrong with the message
    itself (5.6.x) say nothing about a mailbox.
    """
    if action in {"delivered", "relayed", "expanded"} or status.startswith("2."):
        return BounceClass.NONE
    if action == "delayed" or status.startswith("4."):
        return BounceClass.TEMPORARY
    code = _CODE.search(diagnostic)
    if status in _NO_MAILBOX or (code and code[1] == "556"):
        return BounceClass.PERMANENT
    is_open = status == "5.2.1" or (status in {"", "5.0.0"} and code and code[1] in _REFUSALS)
    if is_open and _UNKNOWN_USER.search(diagnostic):
        return BounceClass.PERMANENT
    return BounceClass.TEMPORARY if action or status else BounceClass.NONE


def _read_recipient(block: Message) -> ReturnedRecipient:
    action = header(block, "Action").lower().partition(" ")[0]
    diagnostic = header(block, "Diagnostic-Code")[:2_000]
    status = _status(header(block, "Status"), diagnostic)
    address = header(block, "Original-Recipient") or header(block, "Final-Recipient")
    kind = classify(action, status, diagnostic)
    return ReturnedRecipient(_bare(address), status, _shown(diagnostic or action), kind)


def _status(stated: str, diagnostic: str) -> str:
    """Return the status; the server's own words are more exact than a report's "5.0.0"."""
    found = _STATUS.search(stated[:100])
    status = found[1] if found else ""
    if status[1:] in {"", ".0.0"} and (closer := _STATUS.search(diagnostic)):
        return closer[1]
    return status


def _bare(typed: str) -> str:
    """Return the address in `rfc822; address` or `<address>`, at most as long as one can be."""
    return _shown(typed.rpartition(";")[2].strip(" <>"))[:254]


def _shown(text: str) -> str:
    return "".join(one for one in text if one.isprintable())[:500].strip()


def _parts(message: Message, *types: str) -> Iterator[Message]:
    for part in islice(message.walk(), PARTS_MAXIMUM):
        if part.get_content_type() in types:
            yield part


def _blocks(part: Message) -> Iterator[Message]:
    """Yield the groups of fields in a report (RFC 3464 §2.1), however the parser cut them."""
    payload = part.get_payload()
    for one in payload if isinstance(payload, list) else [payload]:
        if isinstance(one, Message):
            yield one
        text = one.get_payload() if isinstance(one, Message) else one
        if isinstance(text, str):
            for block in re.split(r"\r?\n\r?\n", text, maxsplit=RECIPIENTS_MAXIMUM):
                yield HeaderParser(policy=policy.compat32).parsestr(block.strip())


def _texts(message: Message) -> Iterator[str]:
    for part in _parts(message, "text/plain"):
        payload = part.get_payload(decode=True)
        if isinstance(payload, bytes):
            yield payload[:16_384].decode("utf-8", "replace")
