"""Where returned mail comes in: the mailbox for it, and what providers prove themselves with."""

import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote, urlsplit

SCHEMES: Final = {"imaps": 993, "imap+starttls": 143, "imap": 143}
SECURITY: Final = {"imaps": "tls", "imap+starttls": "starttls", "imap": "none"}
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
INBOX: Final = "INBOX"
SHORTEST_SECRET: Final = 16
_TOPIC: Final = re.compile(r"arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}", re.ASCII)


@dataclass(frozen=True, slots=True)
class BounceMailbox:
    """A mailbox that is read by IMAP. security: "tls" or "starttls"; "none" on this machine only.

    folder: as people write it; only what lies in it is read.
    """

    host: str
    port: int
    security: str
    user: str
    password: str = field(repr=False)
    folder: str = INBOX


def read_mailbox(text: str) -> BounceMailbox | None:
    """Return the mailbox of a setting, None for "". Raises ValueError."""
    if not text:
        return None
    url = urlsplit(text)
    if url.scheme not in SCHEMES or not url.hostname or url.query or url.fragment:
        raise ValueError("give imaps://USER:PASSWORD@HOST/FOLDER, or imap+starttls://")
    if not url.username or not url.password:
        raise ValueError("give the user and the password of the mailbox")
    if url.scheme == "imap" and url.hostname not in LOOPBACK:
        raise ValueError("give imaps:// or imap+starttls://: a password does not go out in clear")
    words = [unquote(one) for one in (url.username, url.password, url.path.strip("/") or INBOX)]
    if not all(word.isprintable() for word in words):
        raise ValueError("user, password and folder cannot hold control characters")
    user, password, folder = words
    return BounceMailbox(
        host=url.hostname,
        port=url.port or SCHEMES[url.scheme],
        security=SECURITY[url.scheme],
        user=user,
        password=password,
        folder=folder,
    )


def read_topics(text: str) -> frozenset[str]:
    """Return the topics of Amazon SNS that events of SES may come from. Raises ValueError."""
    topics = frozenset(text.split())
    for one in topics:
        if not _TOPIC.fullmatch(one):
            raise ValueError("give the ARN of the topic, as arn:aws:sns:eu-west-1:123456789012:x")
    return topics


def read_user_and_password(text: str) -> str:
    """Return `user:password` as a provider is told to send it. Raises ValueError."""
    user, colon, password = text.partition(":")
    if text and (not user or not colon or len(password) < SHORTEST_SECRET or not text.isascii()):
        raise ValueError(f"give USER:PASSWORD, the password {SHORTEST_SECRET} characters or more")
    return text


def read_signing_key(text: str) -> str:
    """Return the key that a provider signs with. Raises ValueError."""
    if text and not re.fullmatch(r"[\x21-\x7e]{16,200}", text):
        raise ValueError("give the signing key, 16 to 200 letters, figures or signs without spaces")
    return text
