"""The secret key, and the ones that came before it: their files, and changing to a new one.

secret.key   the key of today
former.keys  one a line, the first one that ever was on top; what was made with them is known
"""

import hashlib
import hmac
import os
import secrets
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from newsletter.errors import SettingWrong

KEY_NAME: Final = "secret.key"
FORMER_NAME: Final = "former.keys"
KEY_MINIMUM: Final = 32  # characters of a secret key
MOST_FORMER: Final = 20  # each is tried for a link that the newest did not make
OWN: Final = 0o600
# Base32 (RFC 4648 §6) in small letters, two at a time: a third of the time of Python's own.
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS: Final = tuple(one + two for one in _LETTERS for two in _LETTERS)
_PLACES: Final = tuple(range(110, -1, -10))


def message_key(hash_key: bytes) -> bytes:
    """Return the key of `message_token`, drawn from that of the hashes that are kept."""
    return hashlib.sha256(b"message-id\0" + hash_key).digest()


def message_token(edition_id: int, subscriber_id: int, *, key: bytes) -> str:
    """Return what a Message-ID begins with, of an edition to a person: it tells nothing of them.

    Nobody can make it without the key, so whoever shows it had the message in hand.
    """
    facts = f"message-id {edition_id} {subscriber_id}".encode()
    number = int.from_bytes(hmac.digest(key, facts, "sha256")[:15], "big")
    return f"e{edition_id}." + "".join([_PAIRS[number >> at & 1023] for at in _PLACES])


def read_key(given: str, data_dir: Path) -> bytes:
    """Return the key that was given, or the one in the folder, made when there is none.

    Raises ValueError for one that is too short, SettingWrong for a file that cannot be used.
    """
    if given:
        return _long_enough(given).encode()
    path = data_dir / KEY_NAME
    try:
        if not path.exists():
            _make_key(path)
    except OSError as failure:
        raise SettingWrong(
            f"NEWSLETTER_DATA_DIR: {data_dir} cannot be used as a folder: {failure.strerror}"
        ) from None
    _require_own(path)
    key = path.read_bytes().strip()
    if len(key) < KEY_MINIMUM:  # a full disk, or a kill between making it and writing it
        raise SettingWrong(
            f"{path} holds no whole key: put back a copy, or remove it to have a new one made; "
            "with a new one the links in mails that were sent stop working"
        )
    return key


def read_former(given: str, data_dir: Path, *, key: bytes) -> tuple[bytes, ...]:
    """Return the keys of before, the first one first: the file's, then those that were given.

    given: between spaces. Raises ValueError, SettingWrong, as `read_key`.
    """
    known = [_long_enough(one).encode() for one in given.split()]
    former = [one for one in dict.fromkeys([*_in_file(data_dir), *known]) if one != key]
    if len(former) > MOST_FORMER:
        raise ValueError(f"give at most {MOST_FORMER} keys")
    return tuple(former)


def change_key(data_dir: Path, *, key: bytes) -> int:
    """Put a new key in the folder and keep the old one; return how many are kept.

    The old one is kept before the new one is there: a kill in between loses nothing.
    key: the one in use. Raises SettingWrong when it is not the folder's own.
    """
    path = data_dir / KEY_NAME
    if not path.exists() or path.read_bytes().strip() != key:
        raise SettingWrong(
            "NEWSLETTER_SECRET_KEY: the key is given there, so put the new one there too, and the "
            "old one in NEWSLETTER_FORMER_SECRET_KEYS"
        )
    former = dict.fromkeys([*_in_file(data_dir), key])
    _write(data_dir / FORMER_NAME, [one.decode() for one in former])
    _write(path, [secrets.token_urlsafe(48)])
    return len(former)


def _in_file(data_dir: Path) -> list[bytes]:
    path = data_dir / FORMER_NAME
    if not path.exists():
        return []
    _require_own(path)
    found = path.read_bytes().split()
    if not found or any(len(one) < KEY_MINIMUM for one in found):
        raise SettingWrong(f"{path} holds a key that is not whole: put back a copy")
    return found


def _long_enough(text: str) -> str:
    if len(text.strip()) < KEY_MINIMUM:
        raise ValueError(f"too short: give at least {KEY_MINIMUM} characters")
    return text


def _require_own(path: Path) -> None:
    if path.stat().st_mode & 0o077:
        raise SettingWrong(f"{path} can be read by others: run chmod 600 on it")


def _make_key(path: Path) -> None:
    """Write a new key, unless another process was first. The folder is for the owner alone."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileExistsError), path.open("x", encoding="ascii") as file:
        path.chmod(OWN)
        file.write(secrets.token_urlsafe(48))


def _write(path: Path, lines: Sequence[str]) -> None:
    """Put a file in its place whole, readable by its owner only."""
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWN), "w") as file:
        file.write("\n".join(lines) + "\n")
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
