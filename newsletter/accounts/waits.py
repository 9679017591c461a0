"""Waits: after some wrong passwords in a row the next one must wait, each time twice as long.

Counted for the address that was typed, whether anybody has it or not, and for the network that it
came from. What is tried while waiting is refused without being looked at, and is not counted: so
nobody is shut out for good. A mailed link goes around the wait (`accounts.links`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from newsletter.account_rows import SignInWait
from newsletter.accounts.tokens import keyed_mark
from storage.dialect import insert_new

FIRST_DELAY: Final = timedelta(seconds=15)
LONGEST_DELAY: Final = timedelta(minutes=15)
FORGET_AFTER: Final = timedelta(hours=24)  # the marks of people are kept no longer


@dataclass(frozen=True, slots=True)
class Counter:
    """What is counted. free: wrong passwords in a row before there is any waiting."""

    mark: str
    free: int


def counters_of(key: bytes, *, address: str, network: str = "") -> tuple[Counter, ...]:
    """Return what a try counts for. network: "" when it is not known."""
    found = [Counter(keyed_mark(key, "account", address), free=4)]
    if network:
        found.append(Counter(keyed_mark(key, "network", network), free=20))  # a school shares one
    return tuple(found)


def wait_until(session: Session, counters: Sequence[Counter], now: datetime) -> datetime | None:
    """Return until when nothing is tried; None when it may be tried now."""
    marks = [one.mark for one in counters]
    waiting = select(SignInWait.until).where(SignInWait.mark.in_(marks), SignInWait.until > now)
    return max((until for until in session.scalars(waiting) if until), default=None)


def count_failure(session: Session, counters: Sequence[Counter], now: datetime) -> int:
    """Count a wrong password for each; return how many there were in a row for the first."""
    rows = {counter.mark: _count(session, counter, now) for counter in counters}
    return rows[counters[0].mark]


def forget_failures(session: Session, counters: Sequence[Counter]) -> None:
    """Begin anew for the first: its password was given. The network is not trusted by that."""
    session.execute(delete(SignInWait).where(SignInWait.mark == counters[0].mark))


def forget_old(session: Session, *, now: datetime) -> int:
    """Remove what was counted long ago; return how many."""
    old = delete(SignInWait).where(SignInWait.last_at < now - FORGET_AFTER)
    return len(session.scalars(old.returning(SignInWait.mark)).all())


def _count(session: Session, counter: Counter, now: datetime) -> int:
    table = SignInWait.metadata.tables[SignInWait.__tablename__]
    insert_new(session, table, [{"mark": counter.mark, "failures": 0, "last_at": now}])
    row = session.get_one(SignInWait, counter.mark, with_for_update=True)
    if now - row.last_at > FORGET_AFTER:
        row.failures = 0
    row.failures, row.last_at = row.failures + 1, now
    row.until = _until(row.failures - counter.free, now)
    return row.failures


def _until(too_many: int, now: datetime) -> datetime | None:
    if too_many <= 0:
        return None
    doublings = min(too_many - 1, 10)  # more would only make a number too large
    return now + min(FIRST_DELAY * (1 << doublings), LONGEST_DELAY)
