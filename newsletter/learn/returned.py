"""What a returned message says, as values: nothing here is believed about whom it concerns."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

RECIPIENTS_MAXIMUM: Final = 100
TOKENS_MAXIMUM: Final = 50  # that are tried


class BounceClass(StrEnum):
    """What a returned message means; the contract's words."""

    PERMANENT = "permanent"  # there is no such mailbox
    TEMPORARY = "temporary"  # not delivered, and nobody's mailbox is given up for it at once
    COMPLAINT = "complaint"  # somebody pressed "spam"
    AUTO_REPLY = "auto_reply"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class ReturnedRecipient:
    """One recipient of a report.

    address: as the report has it; "" when it names none.
    status:  RFC 3463, "" when unknown; reason: the server's words.
    is_ours: the refusal is about us or the message (RFC 3463 §3.7, §3.8; spam, policy): look into
             it, and give up nobody's mailbox for it.
    is_late: the server goes on trying: nothing happened yet.
    """

    address: str
    status: str
    reason: str
    kind: BounceClass
    is_ours: bool = False
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class Excerpt:
    """What a person needs to see of a message that no program understood: plain text, cut short.

    sent_on: its Date header, as it is written.
    """

    sender: str = ""
    subject: str = ""
    sent_on: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class BounceReport:
    """What one message says.

    tokens:      what may say whom it is about, the surest first.
    message_ids: of mail of ours that is in it, as `e12.abc@example.org`.
    addresses:   to whom the returned mail was addressed; with `message_ids` one may be proved.
    excerpt:     for a person who looks at it.
    """

    kind: BounceClass
    recipients: tuple[ReturnedRecipient, ...] = ()
    tokens: tuple[str, ...] = ()
    message_ids: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    excerpt: Excerpt = Excerpt()
