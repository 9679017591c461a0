"""One e-mail address, as it is delivered to and as it is compared (RFC 5321 §4.1.2, RFC 5890)."""

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import Final, NamedTuple

import idna

from subscribers.errors import AddressFault, InvalidAddress

LOCAL_MAXIMUM: Final = 64  # octets, RFC 5321 §4.5.3.1.1
DOMAIN_MAXIMUM: Final = 255  # octets, RFC 5321 §4.5.3.1.2
WHOLE_MAXIMUM: Final = 254  # octets: a path is at most 256 with its brackets, §4.5.3.1.3
TEXT_MAXIMUM: Final = 1_000  # characters that are looked at; more cannot be an address

ROLES: Final = frozenset(
    (
        *("info", "contact", "kantoor", "secretariaat", "administratie", "receptie", "balie"),
        *("directie", "bestuur", "hr", "personeelszaken", "pr", "communicatie", "redactie"),
        *("school", "opleidingsschool", "stage", "stagebureau", "opleiding", "post", "mail"),
        *("admin", "administrator", "office", "support", "help", "helpdesk", "sales", "noreply"),
        *("no-reply", "hostmaster", "postmaster", "webmaster", "abuse", "security", "nieuwsbrief"),
    )
)
"""Local parts of roles (RFC 2142 names some), and what Dutch schools call their shared boxes."""

_LOCAL: Final = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*", re.ASCII)
# As nearly all are: what it matches needs no other look at what stands before the @.
_PLAIN: Final = re.compile(r"(?=[^@]{1,64}@)[\w+-]+(?:\.[\w+-]+)*@[A-Za-z0-9.-]+", re.ASCII)
_PLAIN_DOMAIN: Final = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")


class Address(NamedTuple):  # not a dataclass: an import makes millions, in half the time
    """email: as given, its domain in A-labels; key: the same in lower case, for finding doubles."""

    email: str
    key: str


def normalise(text: str) -> Address:
    """Return the one address in the text; space around it does not count.

    Raises: InvalidAddress with its fault, and without the text.
    """
    bare = text.strip(" \t\r\n\u00a0")
    if _PLAIN.fullmatch(bare):
        local, _, domain = bare.rpartition("@")
        return _whole(local, _to_a_labels(domain))
    _refuse_other_things(bare)
    local, at, domain = bare.rpartition("@")
    if not (local and at and domain):
        raise InvalidAddress(AddressFault.NO_AT)
    _check_local(local)
    return _whole(local, _to_a_labels(domain))


def address_hasher(key: bytes) -> Callable[[str], str]:
    """Return `address_hash` with this key, for many addresses: the key is taken in once."""
    begun = hmac.new(key, digestmod=hashlib.sha256)

    def hashed(address_key: str) -> str:
        one = begun.copy()
        one.update(address_key.encode("ascii"))
        return one.hexdigest()

    return hashed


def address_hash(key: bytes, address_key: str) -> str:
    """Return the keyed hash by which a suppressed address is remembered (HMAC-SHA256, 64 digits).

    Keyed, because the addresses of a field of a few thousand people are easily guessed and tried.
    """
    return hmac.digest(key, address_key.encode("ascii"), hashlib.sha256).hex()


def mask(email: str) -> str:
    """Return the address for a page that its owner may have forwarded: j***@example.org."""
    local, _, domain = email.rpartition("@")
    return f"{local[:1]}***@{_as_written(domain)}"


def shown(email: str) -> str:
    """Return the address as people write it: its domain in U-labels (RFC 5890)."""
    local, _, domain = email.rpartition("@")
    return f"{local}@{_as_written(domain)}"


def is_shared(email: str) -> bool:
    """Say whether an address is that of a role, as info@ is: several people may read it."""
    local = email.rpartition("@")[0].lower().partition("+")[0]
    return local in ROLES


def _as_written(domain: str) -> str:
    try:
        return idna.decode(domain) if "xn--" in domain else domain
    except idna.IDNAError:  # what an older version let in: better as it is than not at all
        return domain


def _whole(local: str, domain: str) -> Address:
    email = f"{local}@{domain}"
    if len(email) > WHOLE_MAXIMUM:
        raise InvalidAddress(AddressFault.LONG)
    return Address(email, email.lower())


def _refuse_other_things(text: str) -> None:
    """Name what else it is, so that the reader of the message knows what to change."""
    if not text:
        raise InvalidAddress(AddressFault.EMPTY)
    if len(text) > TEXT_MAXIMUM:
        raise InvalidAddress(AddressFault.LONG)
    if not text.isprintable() and any(unicodedata.category(one) == "Cc" for one in text):
        raise InvalidAddress(AddressFault.CONTROL)
    if "<" in text or ">" in text:
        raise InvalidAddress(AddressFault.DISPLAY_NAME)
    if '"' in text:
        raise InvalidAddress(AddressFault.QUOTED)
    if text.count("@") > 1 or "," in text or ";" in text:
        raise InvalidAddress(AddressFault.SEVERAL)
    if any(map(str.isspace, text)):
        raise InvalidAddress(AddressFault.SPACE)


def _check_local(local: str) -> None:
    if not local.isascii():
        raise InvalidAddress(AddressFault.LOCAL_NOT_ASCII)  # would need SMTPUTF8, RFC 6531
    if not _LOCAL.fullmatch(local):
        raise InvalidAddress(AddressFault.LOCAL)
    if len(local) > LOCAL_MAXIMUM:
        raise InvalidAddress(AddressFault.LONG)


@lru_cache(maxsize=10_000)  # an import of 100,000 people has a few hundred domains
def _to_a_labels(domain: str) -> str:
    """Return the domain in lower case, each label in ASCII (IDNA 2008, mapped by UTS 46)."""
    plain = domain.lower()
    if not _PLAIN_DOMAIN.fullmatch(plain) or "--" in plain:
        plain = _encode(domain)
    if len(plain) > DOMAIN_MAXIMUM:
        raise InvalidAddress(AddressFault.LONG)
    return plain


def _encode(domain: str) -> str:
    try:
        encoded = idna.encode(domain, uts46=True, std3_rules=True).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError):
        raise InvalidAddress(AddressFault.DOMAIN) from None
    last = encoded.rpartition(".")[2]
    if "." not in encoded or not last or last.isdigit():  # a bare host, a final dot, an IPv4 number
        raise InvalidAddress(AddressFault.DOMAIN)
    return encoded
