"""What an attempt means for a delivery. Pure: the answer and `now` in, the new state out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from newsletter.errors import (
    TransportDeferred,
    TransportError,
    TransportRefused,
    TransportUnavailable,
)
from newsletter.values import DeliveryState, InDoubtPolicy, Receipt

WAITS: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60))  # then hourly
PATIENCE: Final = timedelta(hours=24)
REFUSALS: Final = 20  # so many in a row have one cause
# Content or media, and security or policy (RFC 3463 §3.7 and §3.8): the message or its sender. Not
# 5.6.7: that is about one address, whose letters the relay cannot take (RFC 6531 §3.5).
OURS: Final = re.compile(r"\b5\.(?:6\.(?!7\b)|7\.)\d")
DOMAINS: Final = 3  # a school that is gone has many readers, at one domain
ADDRESS: Final = re.compile(r"[^\s<>@]+@[^\s<>@]+")
SETTLE: Final = timedelta(minutes=10)  # a relay that was slow to answer has delivered by then


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt, as the ledger knows it: attempts counts this one too."""

    delivery_id: int
    attempts: int
    resends: int


@dataclass(frozen=True, slots=True)
class Settled:
    """What is written about an attempt. attempts, resends: how much to add."""

    delivery_id: int
    state: DeliveryState
    code: int | None
    reply: str
    next_at: datetime | None = None
    attempts: int = 0
    resends: int = 0


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reader whom the relay refused. domain: of their address."""

    delivery_id: int
    reply: str
    domain: str


def settle(
    attempt: Attempt, result: Receipt | TransportError, *, policy: InDoubtPolicy, now: datetime
) -> Settled:
    """Return what to write down for this answer."""
    one = attempt.delivery_id
    if isinstance(result, Receipt):
        return Settled(one, DeliveryState.SENT, result.code, result.reply)
    if isinstance(result, TransportRefused):
        return Settled(one, DeliveryState.FAILED, result.code, result.reply)
    if isinstance(result, TransportUnavailable):  # nobody's fault: the attempt is given back
        return Settled(one, DeliveryState.PENDING, result.code, result.reply, attempts=-1)
    if isinstance(result, TransportDeferred):
        return _postpone(attempt, result, now=now)
    return _doubt(attempt, result, policy=policy, now=now)


def next_wait(attempts: int) -> timedelta | None:
    """Return how long to wait after so many attempts; None when patience has run out."""
    waited = sum((_wait(one) for one in range(1, attempts)), timedelta())
    return _wait(attempts) if waited < PATIENCE else None


def is_about_us(row: Sequence[Refusal], *, size: int) -> bool:
    """Say whether these refusals, one after the other, are about us and not about the readers.

    They are when all speak of us (see OURS), whatever the addresses, and when addresses that have
    nothing to do with each other are refused alike.
    size: the readers of the edition; a list that is shorter than such a row needs no more of them.
    """
    needed = max(1, min(REFUSALS, size))
    last = row[-needed:]
    if len(last) == needed and all(OURS.search(one.reply) for one in last):
        return True
    return len(row) >= REFUSALS and len({one.domain for one in row}) >= DOMAINS


def without_addresses(words: str) -> str:
    """Return a server's words as they may be logged: whose address they name is left out."""
    return ADDRESS.sub("(address)", words)


def _wait(attempt: int) -> timedelta:
    return WAITS[min(attempt, len(WAITS)) - 1]


def _postpone(attempt: Attempt, result: TransportDeferred, *, now: datetime) -> Settled:
    wait = next_wait(attempt.attempts)
    state = DeliveryState.FAILED if wait is None else DeliveryState.DEFERRED
    next_at = None if wait is None else now + max(wait, timedelta(seconds=result.pause_s))
    return Settled(attempt.delivery_id, state, result.code, result.reply, next_at=next_at)


def _doubt(
    attempt: Attempt, result: TransportError, *, policy: InDoubtPolicy, now: datetime
) -> Settled:
    """It may have arrived: once more where the edition says so, and then it waits for a person."""
    one = attempt.delivery_id
    if policy is InDoubtPolicy.HOLD or attempt.resends:
        return Settled(one, DeliveryState.IN_DOUBT, result.code, result.reply)
    return Settled(
        one,
        DeliveryState.DEFERRED,
        result.code,
        result.reply,
        next_at=now + SETTLE,
        resends=1,
    )
