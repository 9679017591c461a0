"""Amazon SNS: is this really from a topic of ours? (signature version 2: RSA with SHA-256)

A signature only says that Amazon sent it: anybody can have a topic there. So the topic must be one
of the setting, and version 1 is refused: it signs SHA-1, of which two texts with one hash can be
made. The certificate is fetched from Amazon's own hosts only, over https.
"""

import base64
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from feeds.errors import GatherError
from feeds.fetch import Fetcher, Limits
from newsletter.errors import HookRefused

FetchText = Callable[[str], bytes]
"""Fetches an address of Amazon's; raises HookRefused when it cannot be had."""

WINDOW: Final = timedelta(hours=24)  # SNS tries for hours; what comes twice counts once in any case
KEPT: Final = 8  # certificates
_HOST: Final = re.compile(r"sns\.[a-z0-9-]{3,40}\.amazonaws\.com(?:\.cn)?")
_SIGNED: Final[Mapping[str, tuple[str, ...]]] = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": (
        *("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
    ),
}
_SIGNED_LIKE_IT: Final = {"UnsubscribeConfirmation": "SubscriptionConfirmation"}


def fetching(fetcher: Fetcher) -> FetchText:
    """Return the way to Amazon's addresses: no redirects, little of it, and not for long."""
    way = fetcher.within(Limits(whole_s=10.0, size_bytes=64 * 1024, hops=0))

    def fetch(url: str) -> bytes:
        try:
            return way.fetch(url).body
        except GatherError as failure:
            raise HookRefused(f"Amazon's address cannot be had: {failure}") from failure

    return fetch


@dataclass(frozen=True, slots=True)
class Notification:
    """A message of SNS that is what it says. kind: its Type."""

    kind: str
    number: str
    text: str
    subscribe_url: str


class Certificates:
    """The keys that Amazon signs with, each fetched once a day. Safe to share between threads."""

    def __init__(self, fetch: FetchText) -> None:
        self._fetch = fetch
        self._keys: dict[tuple[str, date], rsa.RSAPublicKey] = {}

    def key_at(self, url: str, now: datetime) -> rsa.RSAPublicKey:
        """Return the key of the certificate at an address of Amazon's. Raises HookRefused."""
        if not is_amazons(url) or not urlsplit(url).path.endswith(".pem"):
            raise HookRefused("the certificate is not Amazon's")
        at = (url, now.date())
        if at not in self._keys:
            found = _read_key(self._fetch(url), now)
            if len(self._keys) >= KEPT:
                self._keys.clear()
            self._keys[at] = found
        return self._keys[at]


def check(
    told: Mapping[str, object],
    *,
    topics: Collection[str],
    certificates: Certificates,
    now: datetime,
) -> Notification:
    """Return the message once it is proved to be of one of these topics. Raises HookRefused."""
    fields = {name: value for name, value in told.items() if isinstance(value, str)}
    kind = fields.get("Type", "")
    names = _SIGNED.get(_SIGNED_LIKE_IT.get(kind, kind))
    if names is None or any(name not in fields for name in names if name != "Subject"):
        raise HookRefused("not a message of SNS")
    if fields["TopicArn"] not in topics:
        raise HookRefused("not a topic of ours")
    if fields.get("SignatureVersion") != "2":
        raise HookRefused("set the topic's SignatureVersion to 2")
    if abs(_moment(fields["Timestamp"]) - now) > WINDOW:
        raise HookRefused("too old, or not yet")
    signed = "".join(f"{name}\n{fields[name]}\n" for name in names if name in fields)
    _verify(fields, signed.encode(), certificates.key_at(fields.get("SigningCertURL", ""), now))
    return Notification(
        kind, fields["MessageId"], fields["Message"], fields.get("SubscribeURL", "")
    )


def confirm(notification: Notification, *, fetch: FetchText) -> None:
    """Visit the address that confirms a subscription, at Amazon's own hosts. Raises HookRefused."""
    if not is_amazons(notification.subscribe_url):
        raise HookRefused("the address to confirm at is not Amazon's")
    fetch(notification.subscribe_url)


def is_amazons(url: str) -> bool:
    """Say whether an address is one of SNS itself: https, its own host, the usual port."""
    try:
        parts = urlsplit(url)
        has_port = parts.port not in {None, 443}
    except ValueError:
        return False
    has_more = parts.username is not None or parts.password is not None or has_port
    host = parts.hostname or ""
    return parts.scheme == "https" and not has_more and _HOST.fullmatch(host) is not None


def _verify(fields: Mapping[str, str], signed: bytes, key: rsa.RSAPublicKey) -> None:
    try:
        signature = base64.b64decode(fields.get("Signature", ""), validate=True)
        key.verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, ValueError):  # not base64 is one of the second
        raise HookRefused("the signature is wrong") from None


def _read_key(pem: bytes, now: datetime) -> rsa.RSAPublicKey:
    try:
        certificate = x509.load_pem_x509_certificate(pem)
        key = certificate.public_key()
    except ValueError:
        raise HookRefused("the certificate cannot be read") from None
    is_of_now = certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc
    if not isinstance(key, rsa.RSAPublicKey) or not is_of_now:
        raise HookRefused("the certificate is not of this time, or of another kind")
    return key


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise HookRefused("no moment") from None
    if moment.tzinfo is None:
        raise HookRefused("no moment")
    return moment
