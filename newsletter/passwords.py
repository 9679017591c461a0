"""Passwords: kept as argon2id, checked at most four at a time, spelled in one way.

Parameters by OWASP's password storage cheat sheet: m = 19 MiB, t = 2, p = 1.
"""

import unicodedata
from threading import BoundedSemaphore
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from newsletter.errors import PasswordUnusable

PASSWORD_MINIMUM: Final = 12  # characters, for a new password
PASSWORD_MAXIMUM: Final = 128  # characters, looked at before any hashing: a megabyte costs nothing
SLOTS: Final = BoundedSemaphore(4)  # hashes at once: 19 MiB each, whatever comes in
# The hash of nobody's password, with the parameters below: checking it takes as long as a real one.
NOBODY: Final = (
    "$argon2id$v=19$m=19456,t=2,p=1$5gyNB1Jx93enaPzh4YKUuw"
    "$mI04tomuRRKNrqUNqqSXW91A/zfe9DcpPsOEMtTFKlU"
)

_HASHER: Final = PasswordHasher(memory_cost=19_456, time_cost=2, parallelism=1)


def hash_new(password: str) -> str:
    """Return what is stored for a new password. Raises PasswordUnusable."""
    if not PASSWORD_MINIMUM <= len(_spelled(password)) <= PASSWORD_MAXIMUM:
        raise PasswordUnusable(
            f"give a password of {PASSWORD_MINIMUM} to {PASSWORD_MAXIMUM} characters"
        )
    with SLOTS:
        return rehash(password)


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
