"""Postmark: the fields and texts of a message, because its API takes no message as bytes.

Postmark builds the mail anew and signs it, so we do not (`Settings.signing`). Subject, sender,
texts and header fields are ours, Message-ID too (X-PM-KeepID); Date and boundaries are theirs. Mail
that comes back is told by web hook; what names the reader goes along as metadata: the Message-ID,
and of the envelope sender what is before the @.

An edition goes by a stream for mailings, where unsubscribing must be set to "on your own": else
Postmark adds a link of its own. Anything else goes by the stream "outbound", which is always there.
"""

import json
import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Final

from newsletter.send.transports.offers import Offers
from newsletter.send.transports.web import (
    NO_ADDRESS,
    OURS,
    POSTPONED,
    Answer,
    Fault,
    Request,
    WebTransport,
    objects,
)
from newsletter.ways_out import Provider

# What a field of the request says, and what Postmark makes itself.
LEFT_OUT: Final = frozenset(
    {"from", "to", "reply-to", "subject", "date", "mime-version", "content-type"}
    | {"content-transfer-encoding", "dkim-signature"}
)
MESSAGE_ID: Final = "message-id"
LONGEST_VALUE: Final = 80  # characters of metadata
FOLD: Final = re.compile(r"\r?\n[ \t]+")
# By ErrorCode; those that are not here tell no more than their status.
FAULTS: Final = {
    10: OURS,  # a wrong token
    100: POSTPONED,  # maintenance
    300: NO_ADDRESS,  # a field that cannot be: of ours, only the recipient differs
    400: OURS,  # the sender is not known there
    401: OURS,  # the sender is not confirmed
    405: OURS,  # the account has no mails left
    406: NO_ADDRESS,  # bounced, complained or left, there
    412: OURS,  # the account waits for approval
    413: OURS,  # the account may not send
    429: POSTPONED,
}


@dataclass(frozen=True, slots=True)
class Postmark:
    """How Postmark takes a message."""

    provider: Provider

    def request(self, *, sender: str, recipient: str, message: bytes) -> Request:
        """Return the message in fields."""
        parsed = message_from_bytes(message, policy=policy.default)
        fields = {
            "From": _mailbox(parsed, "From") or sender,
            "To": _with_name(parsed, recipient),
            "ReplyTo": _mailbox(parsed, "Reply-To"),
            "Subject": str(parsed.get("Subject", "")),
            "TextBody": _body(parsed, "plain"),
            "HtmlBody": _body(parsed, "html"),
            "Headers": _headers(parsed),
            "MessageStream": self.provider.place if parsed.get("Precedence") else "outbound",
            "Metadata": _metadata(sender, str(parsed.get("Message-ID", "")).strip()),
            "TrackOpens": False,
            "TrackLinks": "None",
        }
        content = json.dumps({name: value for name, value in fields.items() if value != ""})
        headers = {
            "Content-Type": "application/json",
            "X-Postmark-Server-Token": self.provider.secret,
        }
        return Request("/email", {"headers": headers, "content": content.encode()})

    def identity(self, answer: Answer) -> str:
        """Return the MessageID of Postmark, which is not the one in the mail."""
        return answer.text("MessageID") if answer.said.get("ErrorCode") == 0 else ""

    def words(self, answer: Answer) -> str:
        """Return the code and the message of an error."""
        return f"{_code(answer) or ''} {answer.text('Message')}".strip()

    def fault(self, answer: Answer) -> Fault | None:
        """Return what the error means, by its code."""
        return FAULTS.get(_code(answer))


@dataclass(frozen=True, slots=True)
class PostmarkRecord:
    """What Postmark keeps of the messages that it took, for 45 days: a `records.Record`."""

    provider: Provider

    def question(self, message_id: str) -> Request:
        """Return what to ask of one message."""
        found_by = {"count": 1, "offset": 0, f"metadata_{MESSAGE_ID}": message_id}
        headers = {"X-Postmark-Server-Token": self.provider.secret}
        return Request("/messages/outbound", {"params": found_by, "headers": headers})

    def told_of(self, answer: Answer) -> list[str]:
        """Return the Message-IDs of what it took."""
        return [
            str(one["Metadata"].get(MESSAGE_ID))
            for one in objects(answer, "Messages")
            if isinstance(one.get("Metadata"), dict)
        ]


def postmark_transport(provider: Provider, offers: Offers) -> WebTransport:
    """Return the way out to Postmark."""
    return WebTransport(
        Postmark(provider), provider.base_url, connections=provider.connections, offers=offers
    )


def _metadata(sender: str, message_id: str) -> dict[str, str]:
    told = {"sender": sender.partition("@")[0], MESSAGE_ID: message_id}
    return {name: value for name, value in told.items() if 0 < len(value) <= LONGEST_VALUE}


def _code(answer: Answer) -> int:
    code = answer.said.get("ErrorCode")
    return code if isinstance(code, int) else 0


def _mailbox(message: EmailMessage, name: str) -> str:
    display, address = parseaddr(str(message.get(name, "")))
    return _named(display, address)


def _with_name(message: EmailMessage, recipient: str) -> str:
    return _named(parseaddr(str(message.get("To", "")))[0], recipient)


def _named(display: str, address: str) -> str:
    if not display or not address:
        return address
    quoted = display.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}" <{address}>'


def _body(message: EmailMessage, subtype: str) -> str:
    part = message.get_body((subtype,))
    return "" if part is None else str(part.get_content())


def _headers(message: EmailMessage) -> list[dict[str, str]]:
    """Return the other header fields as they stand in the message, each on one line."""
    kept = [
        {"Name": name, "Value": FOLD.sub(" ", value).strip()}
        for name, value in message.raw_items()
        if name.lower() not in LEFT_OUT
    ]
    return [*kept, {"Name": "X-PM-KeepID", "Value": "true"}]
