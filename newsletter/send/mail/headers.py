"""Mail header values as bytes-to-be: refused when unsafe, folded where the standards allow it.

Sources: RFC 5322 §2.1.1 and §3.2, RFC 2047 §2 and §5 (encoded words of at most 75 characters, lines
of at most 76). Written out here because Python's policies fold a long List-Unsubscribe into encoded
words, which breaks one-click unsubscribe (cpython #85725), and make lines of 78 (#78206).
"""

import re
from email.header import Header
from email.utils import parseaddr
from typing import Final

import idna

from newsletter.errors import UnsafeHeader

LINE: Final = 76
UNSAFE: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
ATOMS: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")
# Visible ASCII but @ < > , ; and ": without IGNORECASE and looking ahead, in a third of the time.
ADDRESS: Final = re.compile(r"[!#-+\--:=?A-~]+@[A-Za-z0-9.-]+")
PLAIN: Final = re.compile(r"[\x20-\x7e]*")
PLAIN_URL: Final = re.compile(r"[!-+\--;=?-~]*")  # visible ASCII but < > and ,
# RFC 6532 §3.2: letters of every script before the @; what is no letter in it was judged before.
ANY_ADDRESS: Final = re.compile(r"""[^@<>,;"\s]+@[a-z0-9.-]+""", re.IGNORECASE)


def require_safe(text: str) -> str:
    """Return the text. Raises UnsafeHeader for anything that could begin another line (CWE-93)."""
    if UNSAFE.search(text):
        raise UnsafeHeader("a header value holds a control character")
    return text


def header(name: str, value: str) -> str:
    """Return one header line of a value that needs no encoding. Raises UnsafeHeader."""
    if not PLAIN.fullmatch(value) and not require_safe(value.replace("\r\n ", " ")).isascii():
        raise UnsafeHeader(f"{name} must be ASCII")
    return f"{name}: {value}\r\n"


def text_header(name: str, text: str) -> str:
    """Return a header of free text, such as the subject: as encoded words where it needs them."""
    text = " ".join(require_safe(text).split())
    if text.isascii() and "=?" not in text and len(text) + len(name) + 2 <= LINE:
        return f"{name}: {text}\r\n"
    return f"{name}: {_encoded(text, name)}\r\n"


def mailbox_header(name: str, display: str, address: str) -> str:
    """Return a header that names one mailbox in ASCII, such as From. Raises UnsafeHeader."""
    return _mailbox(name, display, ascii_address(address))


def to_header(display: str, address: str) -> str:
    """Return the To header; an address with letters outside ASCII stands in it as it is.

    Such a header is UTF-8, which only goes to a server that offers SMTPUTF8 (RFC 6531 §3.1).
    Raises UnsafeHeader.
    """
    return _mailbox("To", display, _checked(address, ANY_ADDRESS))


def _mailbox(name: str, display: str, address: str) -> str:
    spec = f"<{address}>"
    if ATOMS.fullmatch(display) and len(name) + len(display) + len(spec) + 3 <= LINE:
        words = " ".join(display.split())
        return f"{name}: {words} {spec}\r\n" if words else f"{name}: {spec}\r\n"
    phrase = _phrase(" ".join(require_safe(display).split()), name)
    if not phrase:
        return f"{name}: {spec}\r\n"
    last = f"{name}: {phrase}".rsplit("\r\n", 1)[-1]
    gap = " " if len(last) + len(spec) + 1 <= LINE else "\r\n "
    return f"{name}: {phrase}{gap}{spec}\r\n"


def list_header(name: str, *urls: str) -> str:
    """Return a header of URLs in angle brackets (RFC 2369 §2), one a line, never encoded."""
    for url in urls:
        if not PLAIN_URL.fullmatch(url):
            raise UnsafeHeader(f"{name} needs plain URLs, without control characters")
    return f"{name}: " + ",\r\n ".join(f"<{url}>" for url in urls) + "\r\n"


def ascii_address(address: str) -> str:
    """Return the address with its domain in A-labels (RFC 5890). Raises UnsafeHeader."""
    return _checked(address, ADDRESS)


def _checked(address: str, allowed: re.Pattern[str]) -> str:
    if ADDRESS.fullmatch(address):
        return address
    local, at, domain = require_safe(address).rpartition("@")
    try:
        domain = domain if domain.isascii() else idna.encode(domain, uts46=True).decode()
    except idna.IDNAError as wrong:
        raise UnsafeHeader("the domain of an address is no domain name") from wrong
    plain = f"{local}{at}{domain}"
    if not allowed.fullmatch(plain):
        raise UnsafeHeader("an address cannot stand in a header")
    return plain


def split_mailbox(text: str) -> tuple[str, str]:
    """Return the display name and the address of `Name <address>`."""
    name, address = parseaddr(text)
    return name, ascii_address(address)


def domain_of(address: str) -> str:
    """Return the part after the @."""
    return address.rpartition("@")[2]


def _phrase(display: str, header_name: str) -> str:
    """Return a display name as atoms, as a quoted string, or as encoded words (RFC 5322 §3.2.5)."""
    fits = len(header_name) + 2 + len(display) + 2 <= LINE
    if display.isascii() and "=?" not in display and fits:
        if ATOMS.fullmatch(display):
            return display
        quoted = display.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}"'
    return _encoded(display, header_name)


def _encoded(text: str, header_name: str) -> str:
    words = Header(text, "utf-8", maxlinelen=LINE - 1, header_name=header_name)
    return words.encode(linesep="\r\n")
