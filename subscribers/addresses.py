"""One e-mail address, as it is delivered to and as it is compared (RFC 5321, 5890, 6531).

What an address may be is for email-validator to say, without asking any name server. It takes some
fifty times as long as the two patterns here, and a list has a million lines: so what is plain
ASCII and matches them is taken as it is. A test holds that email-validator takes the same.
"""

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final, NamedTuple

import idna
from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

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

# As nearly all are.
_PLAIN: Final = re.compile(r"(?=[^@]{1,64}@)[\w+-]+(?:\.[\w+-]+)*@[A-Za-z0-9.-]+", re.ASCII)
_PLAIN_DOMAIN: Final = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
# Of names that the network itself keeps, such as localhost: judged one by one.
_KEPT_NAMES: Final = frozenset(name.rpartition(".")[2] for name in SPECIAL_USE_DOMAIN_NAMES)
_RULES: Final[dict[str, Any]] = {
    "allow_smtputf8": True,
    "allow_quoted_local": False,
    "allow_domain_literal": False,
    "check_deliverability": False,
    "globally_deliverable": True,
    "test_environment": True,  # .test is for trying things out (RFC 6761 §6.2), and reaches nobody
}


class Address(NamedTuple):  # not a dataclass: an import makes millions, in half the time
    """email: as given, its domain in A-labels; key: the same in lower case, for finding doubles.

    Letters outside ASCII before the @ stay what they are, composed (NFC); a domain has none.
    """

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
    return _whole(_judged_local(local), _to_a_labels(domain))


def address_hasher(key: bytes) -> Callable[[str], str]:
    """Return `address_hash` with this key, for many addresses: the key is taken in once."""
    begun = hmac.new(key, digestmod=hashlib.sha256)

    def hashed(address_key: str) -> str:
        one = begun.copy()
        one.update(address_key.encode())
        return one.hexdigest()

    return hashed


def address_hash(key: bytes, address_key: str) -> str:
    """Return the keyed hash by which a suppressed address is remembered (HMAC-SHA256, 64 digits).

    Keyed, because the addresses of a field of a few thousand people are easily guessed and tried.
    """
    return hmac.digest(key, address_key.encode(), hashlib.sha256).hex()


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
    local = email.partition("@")[0].lower()
    return local in ROLES or ("+" in local and local.partition("+")[0] in ROLES)


def has_letters(email: str) -> bool:
    """Say whether a normalised address has letters outside ASCII: they stand before its @."""
    return not email.isascii()


def _as_written(domain: str) -> str:
    try:
        return idna.decode(domain) if "xn--" in domain else domain
    except idna.IDNAError:  # what an older version let in: better as it is than not at all
        return domain


def _whole(local: str, domain: str) -> Address:
    email = f"{local}@{domain}"
    if _octets(email) > WHOLE_MAXIMUM:
        raise InvalidAddress(AddressFault.LONG)
    key = email.lower()
    return Address(email, key if key.isascii() else unicodedata.normalize("NFC", key))


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


def _judged_local(local: str) -> str:
    """Return what stands before the @, composed."""
    if _octets(local) > LOCAL_MAXIMUM:
        raise InvalidAddress(AddressFault.LONG)
    try:
        validate_email(f"{local}@example.org", **_RULES)
    except EmailNotValidError:
        raise InvalidAddress(AddressFault.LOCAL) from None
    return unicodedata.normalize("NFC", local)


@lru_cache(maxsize=10_000)  # an import of 100,000 people has a few hundred domains
def _to_a_labels(domain: str) -> str:
    """Return the domain in lower case, each label in ASCII (IDNA 2008, mapped by UTS 46)."""
    plain = domain.lower()
    if len(plain) > DOMAIN_MAXIMUM:
        raise InvalidAddress(AddressFault.LONG)
    return plain if _is_plain(plain) else _judged_domain(domain)


def _is_plain(domain: str) -> bool:
    if "--" in domain or domain.rpartition(".")[2] in _KEPT_NAMES:
        return False
    return _PLAIN_DOMAIN.fullmatch(domain) is not None


def _judged_domain(domain: str) -> str:
    try:
        encoded = validate_email(f"a@{domain}", **_RULES).ascii_domain
    except EmailNotValidError:
        raise InvalidAddress(AddressFault.DOMAIN) from None
    if "." not in encoded:
        raise InvalidAddress(AddressFault.DOMAIN)
    return encoded


def _octets(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())
