"""Keys to sign mail with (DKIM): a file each in the data folder, and the record that shows one.

dkim/SELECTOR.pem   a private key, PKCS #8 in PEM (RFC 7468), readable by its owner alone

A selector names one key (RFC 6376 §3.1), so the name of the file is the name in DNS. A new key is
made beside the one in use and chosen when its record can be read everywhere; mail that is underway
is still judged by the record of the old one.
"""

import os
import re
from base64 import b64encode
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from newsletter.errors import SettingWrong

FOLDER: Final = "dkim"
OWN: Final = 0o600
BITS: Final = 2048  # RFC 8301 §3.2: at least 1024; many name servers cut a record of 4096
LABEL: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
STRING: Final = 255  # octets of one string in a TXT record (RFC 1035 §3.3.14)
TTL_S: Final = 3600

PrivateKey = RSAPrivateKey | Ed25519PrivateKey


class KeyKind(StrEnum):
    """What signs: the tag k= of the record. Ed25519 is for a second signature (RFC 8463)."""

    RSA = "rsa"
    ED25519 = "ed25519"


@dataclass(frozen=True, slots=True)
class DkimKey:
    """A key and the name under which its public half stands in DNS."""

    selector: str
    private: PrivateKey = field(repr=False)

    @property
    def kind(self) -> KeyKind:
        """What signs."""
        return KeyKind.RSA if isinstance(self.private, RSAPrivateKey) else KeyKind.ED25519

    @property
    def public(self) -> str:
        """The public half, as the tag p= of the record (RFC 6376 §3.6.1, RFC 8463 §4)."""
        public = self.private.public_key()
        if self.kind is KeyKind.RSA:
            der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
            return b64encode(der).decode()
        return b64encode(public.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()

    @property
    def record(self) -> str:
        """The TXT record that shows the public half, as one line."""
        return f"v=DKIM1; k={self.kind}; p={self.public}"

    def name(self, domain: str) -> str:
        """Return where the record belongs, for mail from this domain."""
        return f"{self.selector}._domainkey.{domain}"

    def zone_line(self, domain: str) -> str:
        """Return the record as a line of a zone file, in strings of at most 255 octets."""
        strings = [self.record[at : at + STRING] for at in range(0, len(self.record), STRING)]
        quoted = " ".join(f'"{one}"' for one in strings)
        return f"{self.name(domain)}. {TTL_S} IN TXT ( {quoted} )"


def make_dkim_key(data_dir: Path, *, selector: str, kind: KeyKind) -> DkimKey:
    """Make a key and put its file in the folder, whole.

    Raises ValueError for a selector that is no name in DNS, SettingWrong when it has a key already.
    """
    key = DkimKey(_label(selector), _new(kind))
    pem = key.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path = _path(data_dir, selector)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWN), "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    try:
        path.hardlink_to(new)  # unlike a rename, it never takes the place of a key that is there
    except FileExistsError:
        raise SettingWrong(f"{path} is there already: give another --selector") from None
    finally:
        new.unlink()
    return key


def read_dkim_keys(chosen: str, data_dir: Path) -> tuple[DkimKey, ...]:
    """Return the keys with these selectors, between commas; () for none.

    Raises ValueError for what is no selector and for two keys of one kind, SettingWrong for a file
    that cannot be used.
    """
    names = dict.fromkeys(one.strip() for one in chosen.split(",") if one.strip())
    keys = tuple(_read(_path(data_dir, _label(one))) for one in names)
    if len({one.kind for one in keys}) < len(keys):
        raise ValueError("give one key of each kind: a second one of the same signs nothing more")
    return tuple(sorted(keys, key=lambda one: one.kind is not KeyKind.RSA))


def all_dkim_keys(data_dir: Path) -> list[DkimKey]:
    """Return every key in the folder, by selector. Raises SettingWrong."""
    return [_read(path) for path in sorted((data_dir / FOLDER).glob("*.pem"))]


def _new(kind: KeyKind) -> PrivateKey:
    if kind is KeyKind.ED25519:
        return Ed25519PrivateKey.generate()
    return generate_private_key(public_exponent=65537, key_size=BITS)


def _label(selector: str) -> str:
    if not LABEL.fullmatch(selector):
        raise ValueError("a selector is a name of at most 63 of a-z, 0-9 and -")
    return selector


def _path(data_dir: Path, selector: str) -> Path:
    return data_dir / FOLDER / f"{selector}.pem"


def _read(path: Path) -> DkimKey:
    try:
        if path.stat().st_mode & 0o077:
            raise SettingWrong(f"{path} can be read by others: run chmod 600 on it")
        private = load_pem_private_key(path.read_bytes(), password=None)
    except FileNotFoundError:
        raise SettingWrong(
            f"{path} is not there: leave NEWSLETTER_DKIM_SELECTOR empty, run `newsletter key make "
            f"dkim --selector {path.stem}`, and put its record in DNS before you choose it"
        ) from None
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
        raise SettingWrong(f"{path} holds no whole key: put back a copy") from None
    if not isinstance(private, PrivateKey):
        raise SettingWrong(f"{path} holds a key that is neither RSA nor Ed25519")
    if isinstance(private, RSAPrivateKey) and private.key_size < BITS:
        raise SettingWrong(f"{path} holds a key of fewer than {BITS} bits, which others distrust")
    return DkimKey(path.stem, private)
