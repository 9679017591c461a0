"""Mailgun: the whole message as it is (messages.mime), without tracking, so that no byte changes.

Mail that comes back is told by web hook; of the envelope sender what is before
the @ goes along as a variable.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from newsletter.send.transports.offers import Offers
from newsletter.send.transports.web import (
    NO_ADDRESS,
    Answer,
    Fault,
    Request,
    WebTransport,
    objects,
)
from newsletter.ways_out import Provider


@dataclass(frozen=True, slots=True)
class Mailgun:
    """How Mailgun takes a message."""

    provider: Provider

    def request(self, *, sender: str, recipient: str, message: bytes) -> Request:
        """Return a form of parts with the message as a file."""
        return Request(
            f"/v3/{self.provider.place}/messages.mime",
            {
                "auth": ("api", self.provider.secret),
                "data": {"to": recipient, "o:tracking": "no", "v:sender": sender.partition("@")[0]},
                "files": {"message": ("message.eml", message, "message/rfc822")},
            },
        )

    def identity(self, answer: Answer) -> str:
        """Return the id."""
        return answer.text("id")

    def words(self, answer: Answer) -> str:
        """Return the message of an error."""
        return answer.text("message")

    def fault(self, answer: Answer) -> Fault | None:
        """Return what the error means: of one field it says that this is no address."""
        is_address = "'to' parameter" in answer.text("message").lower()
        return NO_ADDRESS if answer.status == 400 and is_address else None


@dataclass(frozen=True, slots=True)
class MailgunRecord:
    """What Mailgun keeps of what happened to a message, for some days: a `records.Record`."""

    provider: Provider

    def question(self, message_id: str) -> Request:
        """Return what to ask of one message."""
        found_by = {"message-id": message_id.strip("<>"), "limit": 10}
        path = f"/v3/{self.provider.place}/events"
        return Request(path, {"params": found_by, "auth": ("api", self.provider.secret)})

    def told_of(self, answer: Answer) -> list[str]:
        """Return the Message-IDs of what it took; "rejected" is what it did not take."""
        return [
            f"<{_message_id(one)}>"
            for one in objects(answer, "items")
            if one.get("event") != "rejected"
        ]


def _message_id(event: Mapping[str, Any]) -> str:
    message = event.get("message")
    headers = message.get("headers") if isinstance(message, dict) else None
    return str(headers.get("message-id")) if isinstance(headers, dict) else ""


def mailgun_transport(provider: Provider, offers: Offers) -> WebTransport:
    """Return the way out to Mailgun."""
    return WebTransport(
        Mailgun(provider), provider.base_url, connections=provider.connections, offers=offers
    )
