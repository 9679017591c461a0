"""An address as somebody typed or pasted it: made whole, or refused with a reason. Pure."""

import re
from ipaddress import AddressValueError, IPv6Address
from typing import Final
from urllib.parse import SplitResult, urldefrag, urlsplit

import idna

from feeds.errors import SourceRefused
from storage.text import INVISIBLE

ADDRESS_BYTES: Final = 2000  # PostgreSQL keeps an index of addresses, with at most 2704 bytes each
HOST_LENGTH: Final = 253  # RFC 1035 §2.3.4, as text and without the last dot
LABEL_LENGTH: Final = 63
SHOWN: Final = 100  # of an address, in a message
# Manners of speaking of http that have no RFC: what follows them may be a whole address, or a host.
BORROWED: Final = re.compile(r"(?:feed|webcals?):(?://)?(?=(https?:)?)", re.I)
# A host with a dot in it, as people say it; what has a colon may be of any scheme.
BARE: Final = re.compile(r"(?:localhost|[^\s/?#@:]+\.[^\s/?#@:]+)(?::\d+)?(?:[/?#].*)?", re.I)
LABEL: Final = re.compile(r"[\w-]+")


def web_address(typed: str) -> str:
    """Return the address to fetch: http or https, the host in small ASCII letters, no fragment.

    A bare host, and an address of webcal or feed, is taken for https.
    Raises SourceRefused.
    """
    return web_addresses(typed)[0]


def web_addresses(typed: str) -> tuple[str, ...]:
    """Return what an address may mean: for one that leaves the scheme open also http, after https.

    Raises SourceRefused.
    """
    text = typed.strip()
    if INVISIBLE.search(text) or re.search(r"[\t\r\n]", text):
        raise SourceRefused(f"{_shown(text)} holds a line end or a character that cannot be seen")
    borrowed = BORROWED.match(text)
    rest = text[borrowed.end() :] if borrowed else text
    is_open = not borrowed[1] if borrowed else BARE.fullmatch(text) is not None
    if is_open:
        return _whole(f"https://{rest}", text), _whole(f"http://{rest}", text)
    return (_whole(rest, text),)


def _whole(address: str, typed: str) -> str:
    try:
        parts = urlsplit(urldefrag(address).url)
        host, port = parts.hostname or "", parts.port
    except ValueError as failure:  # its message may repeat a password
        raise SourceRefused("the address cannot be read: its host or port is wrong") from failure
    if parts.scheme not in {"http", "https"} or not host:
        raise SourceRefused(f"{_shown(typed)} is not an http or https address")
    if parts.username is not None or parts.password is not None:
        raise SourceRefused(f"the address of {host} holds a user name or password")
    whole = _with_host(parts, _ascii_host(host), port)
    if len(whole.encode("utf-8", "replace")) > ADDRESS_BYTES:
        raise SourceRefused(f"the address of {host} is longer than {ADDRESS_BYTES} bytes")
    return whole


def _with_host(parts: SplitResult, host: str, port: int | None) -> str:
    name = f"[{host}]" if ":" in host else host
    return parts._replace(netloc=name if port is None else f"{name}:{port}").geturl()


def _ascii_host(host: str) -> str:
    """Return a host as it is asked for. Raises SourceRefused for what can be the name of none."""
    try:
        if ":" in host and "%" not in host:  # a zone is of this machine only (RFC 4007 §11)
            return str(IPv6Address(host))
        name = host if host.isascii() else idna.encode(host, uts46=True).decode()
    except (AddressValueError, idna.IDNAError):
        name = ""
    labels = name.removesuffix(".").split(".")
    if len(name) > HOST_LENGTH or not all(map(_is_label, labels)):
        raise SourceRefused(f"{_shown(host)} cannot be the name of a host")
    return name


def _is_label(label: str) -> bool:
    return LABEL.fullmatch(label) is not None and len(label) <= LABEL_LENGTH


def _shown(text: str) -> str:
    return repr(text if len(text) <= SHOWN else text[:SHOWN] + "...")
