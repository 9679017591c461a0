"""The other ways out than SMTP: a folder of files, and providers that take mail by HTTP.

folder:///PATH                           a file a message
ses://KEY:SECRET@REGION                  Amazon SES
postmark://TOKEN@HOST                    Postmark; ?stream=NAME for editions
mailgun://KEY@HOST/DOMAIN                Mailgun

Behind each: ?connections=8. A host on this machine is spoken to by http, any other by https; so
ses://KEY:SECRET@127.0.0.1:8080/REGION is a stand-in.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
PROVIDERS: Final = ("ses", "postmark", "mailgun")
NAME: Final = r"[A-Za-z0-9][A-Za-z0-9._-]{0,252}"
SLASHED: Final = "a / in it is written as %2F"


@dataclass(frozen=True, slots=True)
class MailFolder:
    """A folder that every message is written to."""

    path: Path
    connections: int = 4

    @property
    def kind(self) -> str:
        """The name of this way out."""
        return "folder"

    @property
    def host(self) -> str:
        """Nobody: it stays on this machine."""
        return ""

    @property
    def is_local(self) -> bool:
        """Whether the mail stays on this machine: always."""
        return True

    @property
    def security(self) -> str:
        """How the way is secured: there is none to go."""
        return "none"


@dataclass(frozen=True, slots=True)
class Provider:
    """Somebody who takes mail by HTTP. kind: one of PROVIDERS.

    base_url: without a slash at its end.
    user:     the name that belongs to the secret, of SES only.
    place:    the region of SES, the stream of Postmark, the domain of Mailgun.
    """

    kind: str
    base_url: str
    secret: str = field(repr=False)
    user: str = field(default="", repr=False)
    place: str = ""
    connections: int = 4

    @property
    def host(self) -> str:
        """The name of their server."""
        return urlsplit(self.base_url).hostname or ""

    @property
    def is_local(self) -> bool:
        """Whether it is a stand-in on this machine."""
        return self.host in LOOPBACK

    @property
    def security(self) -> str:
        """How the way is secured."""
        return "none" if self.is_local else "https"


def read_way_out(text: str) -> MailFolder | Provider | None:
    """Return the way out that an address names; None for none. Raises ValueError, without secrets.

    The options are those above; each has its form, and no other is taken.
    """
    if not text:
        return None
    url = urlsplit(text)
    if url.scheme == "folder":
        return _folder(url)
    if url.scheme not in PROVIDERS or url.fragment or not text.isascii():
        raise ValueError("give folder:///PATH, or ses://, postmark:// or mailgun:// with its key")
    if not url.username or not url.hostname:
        raise ValueError(f"give {url.scheme}:// with the key before an @, and a host; {SLASHED}")
    return {"ses": _ses, "postmark": _postmark, "mailgun": _mailgun}[url.scheme](url)


def _folder(url: SplitResult) -> MailFolder:
    options = _options(url)
    path = Path(unquote(url.path))
    if url.netloc or not path.is_absolute() or path == Path("/"):
        raise ValueError("give folder:/// and the whole path of a folder")
    return MailFolder(path, _connections(options))


def _ses(url: SplitResult) -> Provider:
    options = _options(url)
    is_stand_in = url.hostname in LOOPBACK
    region = url.path.strip("/") if is_stand_in else url.hostname or ""
    is_whole = is_stand_in or not (url.path.strip("/") or url.port)
    if not url.password or not is_whole or not re.fullmatch(r"[a-z]{2}(-[a-z]+)+-\d", region):
        raise ValueError(f"give ses://KEY:SECRET@REGION, such as eu-west-1; {SLASHED}")
    base_url = _base_url(url) if is_stand_in else f"https://email.{region}.amazonaws.com"
    return Provider(
        kind="ses",
        base_url=base_url,
        secret=_secret(url.password),
        user=_secret(url.username),
        place=region,
        connections=_connections(options),
    )


def _postmark(url: SplitResult) -> Provider:
    options = _options(url, "stream")
    if url.password or url.path.strip("/"):
        raise ValueError("give postmark://TOKEN@api.postmarkapp.com, and nothing behind it")
    stream = options.get("stream", "broadcast")
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,29}", stream):
        raise ValueError("stream is the ID of a message stream, such as broadcast")
    return Provider(
        kind="postmark",
        base_url=_base_url(url),
        secret=_secret(url.username),
        place=stream,
        connections=_connections(options),
    )


def _mailgun(url: SplitResult) -> Provider:
    options = _options(url)
    domain = url.path.strip("/")
    if url.password or not re.fullmatch(NAME, domain):
        raise ValueError("give mailgun://KEY@api.eu.mailgun.net/DOMAIN")
    return Provider(
        kind="mailgun",
        base_url=_base_url(url),
        secret=_secret(url.username),
        place=domain,
        connections=_connections(options),
    )


def _secret(text: str | None) -> str:
    secret = unquote(text or "")
    if not re.fullmatch(r"[\x21-\x7e]{1,512}", secret):  # it stands in a header
        raise ValueError("the key holds a character that no key has")
    return secret


def _base_url(url: SplitResult) -> str:
    host = url.hostname or ""
    if host not in LOOPBACK and not re.fullmatch(NAME, host):
        raise ValueError("the host is no name")
    scheme = "http" if host in LOOPBACK else "https"
    named = f"[{host}]" if ":" in host else host
    return f"{scheme}://{named}:{url.port}" if url.port else f"{scheme}://{named}"


def _options(url: SplitResult, *more: str) -> dict[str, str]:
    given = {name: found[-1] for name, found in parse_qs(url.query, keep_blank_values=True).items()}
    known = ("connections", *more)
    if unknown := set(given) - set(known):
        raise ValueError(f"there is no option {min(unknown)!r}; there is {' and '.join(known)}")
    return given


def _connections(options: dict[str, str]) -> int:
    text = options.get("connections", "4")
    if not re.fullmatch(r"[1-9][0-9]?|100", text):
        raise ValueError("connections must be a number from 1 to 100")
    return int(text)
