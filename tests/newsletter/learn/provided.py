"""What providers tell, for tests: their documented formats, and a signer in the place of Amazon."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from tests.fakes import START

TOPIC: Final = "arn:aws:sns:eu-west-1:123456789012:bounces"
CERTIFICATE: Final = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-abc.pem"
SUBSCRIBE: Final = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=abc"


class Amazon:
    """Signs as SNS does, and gives its certificate to who asks."""

    def __init__(self, *, ends_at: datetime = START + timedelta(days=365)) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self._key.public_key())
            .serial_number(1)
            .not_valid_before(START - timedelta(days=365))
            .not_valid_after(ends_at)
            .sign(self._key, hashes.SHA256())
        )
        self.certificate = made.public_bytes(serialization.Encoding.PEM)
        self.visited: list[str] = []

    def fetch(self, url: str) -> bytes:
        """Give what stands at an address, and remember that it was visited."""
        self.visited.append(url)
        return self.certificate

    def notification(self, message: Mapping[str, Any] | str, **fields: str) -> dict[str, str]:
        """Return a signed notification."""
        text = message if isinstance(message, str) else json.dumps(message)
        told = {
            "Type": "Notification",
            "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
            "TopicArn": TOPIC,
            "Message": text,
            "Timestamp": START.isoformat().replace("+00:00", "Z"),
            "SignatureVersion": "2",
            "SigningCertURL": CERTIFICATE,
            **fields,
        }
        names = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
        return self._signed(told, names)

    def confirmation(self, **fields: str) -> dict[str, str]:
        """Return a signed request to confirm a subscription."""
        told = self.notification("You have chosen to subscribe")
        told |= {
            "Type": "SubscriptionConfirmation",
            "Token": "abc",
            "SubscribeURL": SUBSCRIBE,
            **fields,
        }
        names = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
        return self._signed(told, names)

    def _signed(self, told: dict[str, str], names: tuple[str, ...]) -> dict[str, str]:
        text = "".join(f"{name}\n{told[name]}\n" for name in names if name in told)
        signature = self._key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
        return told | {"Signature": base64.b64encode(signature).decode()}


def ses_bounce(
    *, address: str = "jan@example.org", source: str = "x@example.org", **fields: Any
) -> dict[str, Any]:
    """Return what SES tells of a bounce."""
    one = {
        "emailAddress": address,
        "action": "failed",
        "status": "5.1.1",
        "diagnosticCode": "smtp; 550 5.1.1 user unknown",
    }
    return {
        "notificationType": "Bounce",
        "bounce": {
            "bounceType": "Permanent",
            "bounceSubType": "General",
            "bouncedRecipients": [one | fields.pop("recipient", {})],
            "timestamp": "2027-04-22T10:00:00.000Z",
            "feedbackId": "0100-1",
            **fields,
        },
        "mail": {"source": source, "messageId": "0100-2", "destination": [address]},
    }


def ses_complaint(*, address: str = "jan@example.org", kind: str = "abuse") -> dict[str, Any]:
    """Return what SES tells of a complaint."""
    return {
        "notificationType": "Complaint",
        "complaint": {
            "complainedRecipients": [{"emailAddress": address}],
            "complaintFeedbackType": kind,
            "feedbackId": "0100-3",
        },
        "mail": {"source": "x@example.org", "messageId": "0100-4", "destination": [address]},
    }


def postmark(kind: str = "HardBounce", **fields: Any) -> dict[str, Any]:
    """Return what Postmark tells."""
    return {
        "RecordType": "SpamComplaint" if kind == "SpamComplaint" else "Bounce",
        "ID": 4323372036854775807,
        "Type": kind,
        "TypeCode": 1,
        "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
        "Description": "The server was unable to deliver your message.",
        "Details": "smtp;550 5.1.1 The email account that you tried to reach does not exist",
        "Email": "jan@example.org",
        "From": "nieuwsbrief@example.org",
        "BouncedAt": "2027-04-22T10:00:00Z",
        "Metadata": {},
        **fields,
    }


def mailgun(
    key: str,
    *,
    at: datetime = START,
    variables: Mapping[str, str] | None = None,
    **fields: Any,
) -> dict[str, Any]:
    """Return what Mailgun tells, signed."""
    moment, token = str(int(at.timestamp())), "a8ce0edb2dd8301dee6c2405235584e4"
    made = hmac.new(key.encode(), f"{moment}{token}".encode(), hashlib.sha256).hexdigest()
    return {
        "signature": {"timestamp": moment, "token": token, "signature": made},
        "event-data": {
            "event": "failed",
            "severity": "permanent",
            "reason": "bounce",
            "id": "G9Bn5sl1TC6nu79C8C0bwg",
            "recipient": "jan@example.org",
            "delivery-status": {
                "code": 550,
                "enhanced-code": "5.1.1",
                "message": "5.1.1 user unknown",
                "description": "",
            },
            "message": {"headers": {"message-id": "x@example.org"}},
            "user-variables": dict(variables or {}),
            **fields,
        },
    }
