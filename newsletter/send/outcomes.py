"""What an attempt means for a delivery. Pure: the answer and `now` in, the new state out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

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
WATCHED: Final = 500  # of the last so many, more than MANY refused is no good list
MANY: Final = 25
# Content or media, and security or policy (RFC 3463 §3.7 and §3.8): the message or its sender. Not
# 5.6.7: that is about one address, whose letters the relay cannot take (RFC 6531 §3.5).
OURS: Final = re.compile(r"\b5\.(?:6\.(?!7\b)|7\.)\d")
DOMAINS: Final = 3  # a school that is gone has many readers, at one domain
ADDRESS: Final = re.compile(r"[^\s<>@]+@[^\s<>@]+")
# Between a doubt and a second copy: a relay that was slow to answer has delivered by then.
SETTLE: Final = timedelta(minutes=10)
# After a crash of ours there was no silence to wait out: the relay ends what was on the wire.
AFTER_CRASH: Final = timedelta(seconds=5)


class Attempt(NamedTuple):
    """One attempt, as the ledger knows it: attempts counts this one too."""

    delivery_id: int
    attempts: int
    resends: int


class Settled(NamedTuple):
    """What is written about an attempt. attempt: its number; attempts: how much to add to it."""

    delivery_id: int
    attempt: int
    state: DeliveryState
    code: int | None
    reply: str
    next_at: datetime | None = None
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reader whom the relay refused. domain: of their address."""

    delivery_id: int
    reply: str
    domain: str


def settle(
    attempt: Attempt,
    result: Receipt | TransportError,
    *,
    policy: InDoubtPolicy,
    patience: float = 1.0,
    now: datetime,
) -> Settled:
    """Return what to write down for this answer. patience: what our waits are multiplied by.

    A wait that the server asks for is kept as it is.
    """
    one, number = attempt.delivery_id, attempt.attempts
    if isinstance(result, Receipt):
        return Settled(one, number, DeliveryState.SENT, result.code, result.reply)
    if isinstance(result, TransportRefused):
        return Settled(one, number, DeliveryState.FAILED, result.code, result.reply)
    if isinstance(result, TransportUnavailable):  # nobody's fault: the attempt is given back
        return Settled(one, number, DeliveryState.PENDING, result.code, result.reply, attempts=-1)
    if isinstance(result, TransportDeferred):
        return _postpone(attempt, result, patience=patience, now=now)
    # Once more, and then it waits for a person.
    is_last = policy is InDoubtPolicy.HOLD or attempt.resends > 0
    again_at = None if is_last else now + SETTLE * patience
    return Settled(one, number, DeliveryState.IN_DOUBT, result.code, result.reply, again_at)


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


def _postpone(
    attempt: Attempt, result: TransportDeferred, *, patience: float, now: datetime
) -> Settled:
    wait, asked = next_wait(attempt.attempts), timedelta(seconds=result.pause_s)
    return Settled(
        attempt.delivery_id,
        attempt.attempts,
        DeliveryState.FAILED if wait is None else DeliveryState.DEFERRED,
        result.code,
        result.reply,
        next_at=None if wait is None else now + max(wait * patience, asked),
    )
