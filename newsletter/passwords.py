"""Passwords: kept as argon2id, checked at most four at a time, spelled in one way.

Parameters by OWASP's password storage cheat sheet: m = 19 MiB, t = 2, p = 1.
"""

import re
import unicodedata
from collections.abc import Sequence
from threading import BoundedSemaphore
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from newsletter.errors import PasswordFault, PasswordUnusable

PASSWORD_MINIMUM: Final = 12  # characters, for a new password
PASSWORD_MAXIMUM: Final = 128  # characters, looked at before any hashing: a megabyte costs nothing
OWN_MINIMUM: Final = 5  # letters and digits that are left without names and rows of keys
SLOTS: Final = BoundedSemaphore(4)  # hashes at once: 19 MiB each, whatever comes in
# The hash of nobody's password, with the parameters below: checking it takes as long as a real one.
NOBODY: Final = (
    "$argon2id$v=19$m=19456,t=2,p=1$5gyNB1Jx93enaPzh4YKUuw"
    "$mI04tomuRRKNrqUNqqSXW91A/zfe9DcpPsOEMtTFKlU"
)

_HASHER: Final = PasswordHasher(memory_cost=19_456, time_cost=2, parallelism=1)
_REPEATED: Final = re.compile(r"(.+?)\1+", re.DOTALL)
_NAME: Final = 3  # letters of a part of a name before it counts
_RUN: Final = 4  # keys in a row before they count as one
_ROWS: Final = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "azertyuiop",
)


def hash_new(password: str, *, near: Sequence[str] = ()) -> str:
    """Return what is stored for a new password. Raises PasswordUnusable.

    near: names that everybody knows here: the person's, the address, the organisation's.
    """
    require_usable(password, near=near)
    with SLOTS:
        return rehash(password)


def require_usable(password: str, *, near: Sequence[str] = ()) -> None:
    """Raise PasswordUnusable for one of another length, or that is guessed at once."""
    if not PASSWORD_MINIMUM <= len(_spelled(password)) <= PASSWORD_MAXIMUM:
        raise PasswordUnusable(
            f"give a password of {PASSWORD_MINIMUM} to {PASSWORD_MAXIMUM} characters"
        )
    bare = _bare(password)
    if _REPEATED.fullmatch(_spelled(password).casefold()) or len(set(bare)) in {1, 2}:
        raise PasswordUnusable("the password says one thing over and over", PasswordFault.REPEATS)
    if len(_without_runs(_without_names(bare, near))) < OWN_MINIMUM and bare:
        raise PasswordUnusable(
            "the password is little more than a known name or a row of keys", PasswordFault.EASY
        )


def rehash(password: str) -> str:
    """Return what is stored for a password that was right, with today's parameters."""
    return _HASHER.hash(_spelled(password))


def matches(password_hash: str, password: str) -> bool:
    """Say whether the password is the one behind the hash; any wrong one takes equally long."""
    try:
        return _HASHER.verify(password_hash, _spelled(password))
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False


def is_old(password_hash: str) -> bool:
    """Say whether the hash was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(password_hash)


def _spelled(password: str) -> str:
    """Return one spelling: keyboards differ in how they write an accent (NIST SP 800-63B)."""
    return unicodedata.normalize("NFC", password)


def _bare(text: str) -> str:
    """Return the letters and digits, without accents and capitals."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in plain if letter.isalnum())


def _without_names(bare: str, near: Sequence[str]) -> str:
    words = {_bare(part) for name in near for part in (name, *re.split(r"[\W_]+", name))}
    for word in sorted(words, key=len, reverse=True):
        if len(word) >= _NAME:
            bare = bare.replace(word, "")
    return bare


def _without_runs(bare: str) -> str:
    rows = (*_ROWS, *(row[::-1] for row in _ROWS))
    kept, at = "", 0
    while at < len(bare):
        run = _RUN
        while run <= len(bare) - at and any(bare[at : at + run] in row for row in rows):
            run += 1
        if run > _RUN:
            at += run - 1
        else:
            kept, at = kept + bare[at], at + 1
    return kept
