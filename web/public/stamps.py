"""Stamps in public forms: when the page was made, and that we made it. Each is good for one form.

A program fills in a form faster than a person can, or sends one that it kept: neither gets
through. What was used is kept in memory, for as long as it would be good: one process serves the
site.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from threading import Lock
from typing import Final

SOONEST: Final = timedelta(seconds=3)  # nobody reads and fills in a form in less
LATEST: Final = timedelta(hours=24)  # a page that lay open overnight


class Age(StrEnum):
    """What a stamp says about the form that brought it."""

    RIGHT = "right"
    TOO_SOON = "too_soon"
    TOO_LATE = "too_late"
    NOT_OURS = "not_ours"


def make_stamp(key: bytes, *, now: datetime) -> str:
    """Return a stamp for a form that is shown now."""
    body = f"{int(now.timestamp()):x}.{secrets.token_hex(8)}"
    return f"{body}.{_signature(body, key)}"


def judge(stamp: str, keys: Iterable[bytes], *, now: datetime) -> Age:
    """Say whether the form that brings this stamp was shown long enough ago, and not too long.

    keys: the one that signs now, and those of before: a form may lie open while it is renewed.
    """
    body, _, signature = stamp.rpartition(".")
    ours = [_signature(body, key).encode() for key in keys]
    if not any(hmac.compare_digest(signature.encode(), one) for one in ours):
        return Age.NOT_OURS
    age = now - datetime.fromtimestamp(int(body.partition(".")[0], 16), UTC)
    if age < SOONEST - timedelta(seconds=1):  # the moment was cut off to a whole second
        return Age.TOO_SOON
    return Age.RIGHT if age <= LATEST else Age.TOO_LATE


@dataclass(slots=True)
class UsedStamps:
    """Remembers the stamps of forms that were taken. Safe to share between threads."""

    _used: dict[str, datetime] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def use(self, stamp: str, *, now: datetime) -> bool:
        """Use a stamp up and return True; False when it was before."""
        with self._lock:
            for old in [one for one, at in self._used.items() if at < now - LATEST]:
                del self._used[old]
            if stamp in self._used:
                return False
            self._used[stamp] = now
        return True

    def give_back(self, stamp: str) -> None:
        """Let a stamp be good again: its form could not be taken after all."""
        with self._lock:
            self._used.pop(stamp, None)


def _signature(body: str, key: bytes) -> str:
    return hmac.new(key, b"form stamp " + body.encode(), hashlib.sha256).hexdigest()[:32]
