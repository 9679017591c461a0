"""Amazon SES, API v2: SendEmail with the whole message as it is (raw content).

SES puts its own Message-ID in the place of ours, and keeps ours in what it tells of a message. It
signs for the domain as well when that is set up there. Mail that comes back goes to the envelope
sender, for which the domain of that address must be verified there too.
"""

import base64
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from newsletter.send.transports import aws_signature
from newsletter.send.transports.offers import Offers
from newsletter.send.transports.web import (
    NO_ADDRESS,
    NO_MESSAGE,
    OURS,
    POSTPONED,
    Answer,
    Fault,
    Request,
    WebTransport,
)
from newsletter.ways_out import Provider

PATH: Final = "/v2/email/outbound-emails"
# By the name of the error; those that are not here tell no more than their status.
FAULTS: Final = {
    "AccessDeniedException": OURS,
    "AccountSuspendedException": OURS,
    "BadRequestException": NO_ADDRESS,
    "ExpiredTokenException": OURS,
    "IncompleteSignatureException": OURS,
    "InvalidSignatureException": OURS,
    "LimitExceededException": OURS,
    "MailFromDomainNotVerifiedException": OURS,
    "MessageRejected": NO_MESSAGE,
    "SendingPausedException": OURS,
    "SignatureDoesNotMatch": OURS,
    "Throttling": POSTPONED,
    "ThrottlingException": POSTPONED,
    "UnrecognizedClientException": OURS,
}


@dataclass(frozen=True, slots=True)
class Ses:
    """How SES takes a message.

    clock: seconds since 1970 by the machine. SES refuses a request that was signed at another
           moment than now, also when the program's own clock was moved for a check.
    """

    provider: Provider
    clock: Callable[[], float] = time.time

    def request(self, *, sender: str, recipient: str, message: bytes) -> Request:
        """Return a signed request for one message."""
        content = json.dumps(
            {
                "Content": {"Raw": {"Data": base64.b64encode(message).decode()}},
                "Destination": {"ToAddresses": [recipient]},
                "FeedbackForwardingEmailAddress": sender,
            }
        ).encode()
        headers = {
            "content-type": "application/json",
            "host": urlsplit(self.provider.base_url).netloc,
            "x-amz-date": time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(self.clock())),
        }
        signed = aws_signature.signed(
            headers,
            content,
            path=PATH,
            key_id=self.provider.user,
            secret=self.provider.secret,
            scope=aws_signature.Scope(region=self.provider.place, service="ses"),
        )
        return Request(PATH, {"headers": signed, "content": content})

    def identity(self, answer: Answer) -> str:
        """Return the MessageId."""
        return answer.text("MessageId")

    def words(self, answer: Answer) -> str:
        """Return the name of the error and its message."""
        return f"{_name(answer)}: {_message(answer)}".strip(": ")

    def fault(self, answer: Answer) -> Fault | None:
        """Return what the error means, by its name."""
        told = _message(answer).lower()
        # Of a day's quota nobody gets through before tomorrow; of a rate the next one does.
        if "quota" in told or "not verified" in told:
            return OURS
        return FAULTS.get(_name(answer))


def ses_transport(provider: Provider, offers: Offers) -> WebTransport:
    """Return the way out to SES."""
    return WebTransport(
        Ses(provider), provider.base_url, connections=provider.connections, offers=offers
    )


def _name(answer: Answer) -> str:
    told = answer.headers.get("x-amzn-errortype", "") or answer.text("__type")
    return told.partition(":")[0].rpartition("#")[2][:80]


def _message(answer: Answer) -> str:
    return answer.text("message") or answer.text("Message")
