"""The pace of all workers together: turns are taken from rows, a batch at a time.

Whoever sends asks `Pace.grant` before messages are prepared. Without a limit nothing is asked of
the database. With one, what a twentieth of a second brings is taken at once and kept in this
process; what is not used by then is given back. Takers hold the table, in short transactions of
their own, so that they never pass a limit together and never wait for each other in a ring.

Notices do not ask: they go at once and are counted (`count_notice`), so an edition gets fewer.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, cast

import structlog
from sqlalchemy import Table, delete, select
from sqlalchemy.orm import Session

from newsletter.limits import (
    ALL,
    EACH_DAY,
    HELD_S,
    Limit,
    Limits,
    day_of,
    host_of,
    next_day,
)
from newsletter.sending_rows import PaceTaken
from storage.bulk import hold_table
from storage.errors import StorageError
from storage.session import Database

log = structlog.get_logger()

TABLE: Final = cast("Table", PaceTaken.__table__)  # a mapped class's table is a Table
HELD: Final = timedelta(seconds=HELD_S)
NEARLY: Final = 1e-6  # of a message: what rounding leaves of one that is whole
LEAST: Final = timedelta(milliseconds=1)  # that is waited; a moment has no finer parts to tell by
AGAIN: Final = timedelta(seconds=1)
AHEAD: Final = timedelta(minutes=1)  # so much may the clocks of two machines differ
SLOWEST: Final = 1 / 16  # share of its limits that is left to a host at the least
ONCE_IN: Final = timedelta(seconds=10)  # all connections are told the same at about the same time
REGROWS: Final = timedelta(hours=1)
OLD: Final = timedelta(days=2)
# RFC 3463: 4.7.x is policy, as rates are. 421 ends the service for now (RFC 5321 §4.2.3).
SLOWLY: Final = re.compile(r"\b4\.7\.\d")
FULL_MAILBOX: Final = re.compile(r"\b4\.2\.2\b")
GREYLISTED: Final = re.compile(r"gr[ea]y ?-?list", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Day:
    """At most so many messages today, by the calendar of Amsterdam."""

    number: int
    period_s: int = EACH_DAY


Rule = Limit | Day


@dataclass(frozen=True, slots=True)
class Bucket:
    """How full the bucket of one rule is; see `PaceTaken`."""

    used: float
    at: datetime
    share: float = 1.0
    slowed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Granted:
    """Which of those that were asked for may begin now, by place in the list.

    next_at: when the first of the others may be asked for again; None when there are no others.
    """

    which: tuple[int, ...]
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Took:
    number: int
    opens_at: datetime | None


def rules_of(limits: Limits, host: str, now: datetime) -> tuple[Rule, ...]:
    """Return what a host's messages are held to now; those of ALL hold for every message."""
    quota = limits.quota(now) if host == ALL else None
    own = limits.of(host)
    return own if quota is None else (*own, Day(quota))


def share_of(bucket: Bucket, now: datetime) -> float:
    """Return what part of its limits a host gets: less for a while after it asked to slow down."""
    if bucket.slowed_at is None:
        return 1.0
    return min(1.0, bucket.share + max(now - bucket.slowed_at, timedelta()) / REGROWS)


def used_now(rule: Rule, bucket: Bucket, now: datetime) -> float:
    """Return how full a bucket is after what leaked out of it since."""
    if isinstance(rule, Day):
        return bucket.used if day_of(bucket.at) >= day_of(now) else 0.0
    passed_s = max((now - bucket.at).total_seconds(), 0.0)
    return max(bucket.used - passed_s * rule.rate * share_of(bucket, now), 0.0)


def room(rule: Rule, bucket: Bucket, now: datetime) -> int:
    """Return how many messages may begin now, for this rule."""
    return max(math.floor(_size(rule, bucket, now) - used_now(rule, bucket, now) + NEARLY), 0)


def opens_at(rule: Rule, bucket: Bucket, now: datetime) -> datetime:
    """Return when there is room again, for a batch where the limit is large."""
    if isinstance(rule, Day):
        return next_day(now)
    share = share_of(bucket, now)
    rate = rule.rate * share
    wanted = min(_size(rule, bucket, now), max(1, math.floor(rate * HELD_S)))
    missing = used_now(rule, bucket, now) + wanted - _size(rule, bucket, now)
    return now + max(timedelta(seconds=missing / rate), LEAST)


def slowed(bucket: Bucket, now: datetime) -> Bucket:
    """Return the bucket of a host that asks to slow down: half its share, once in ONCE_IN."""
    if bucket.slowed_at is not None and now - bucket.slowed_at < ONCE_IN:
        return bucket
    share = max(share_of(bucket, now) / 2, SLOWEST)
    return Bucket(bucket.used, bucket.at, share, now)


def asks_to_slow(code: int | None, reply: str) -> bool:
    """Say whether a server's answer asks for fewer messages, and not for patience with one."""
    if code is None or not 400 <= code < 500 or GREYLISTED.search(reply):
        return False
    is_full = code == 452 and not FULL_MAILBOX.search(reply)
    return code == 421 or is_full or bool(SLOWLY.search(reply))


class Pace:
    """The turns of one process. For one thread; every process has one, on the same rows.

    clock_s: a clock that only runs on. With it, turns that come to hand much later than usual are
             given back: used with those of the next moment they would be too many for one second.
    """

    def __init__(
        self, db: Database, limits: Limits, clock_s: Callable[[], float] = lambda: 0.0
    ) -> None:
        self.limits = limits
        self._db, self._clock_s = db, clock_s
        self._usual_s, self._is_late = 0.0, False
        self._held: Counter[str] = Counter()
        self._until: datetime | None = None
        self._shut: dict[str, datetime] = {}

    def opens(self, domain: str, now: datetime) -> datetime | None:
        """Return when messages to a domain may be asked for; None: now, as far as is known here."""
        found = [self._opens(key, now) for key in self._keys(host_of(domain))]
        return max((one for one in found if one is not None), default=None)

    def opens_for_all(self, now: datetime) -> datetime | None:
        """Return when any message may be asked for; None: now, as far as is known here."""
        return self._opens(ALL, now)

    def grant(self, domains: Sequence[str], now: datetime) -> Granted:
        """Take a turn for as many of these recipients as may begin now, in their order.

        domains: of their addresses. A turn that is granted is to be used at once, or it is lost.
        While the database does not answer nobody begins: what is in hand is still to be recorded.
        """
        if not self.limits.counts:
            return Granted(tuple(range(len(domains))), None)
        hosts = [host_of(one) for one in domains]
        try:
            self._fetch(hosts, now)
        except StorageError:
            log.warning("the pace could not be asked; nobody begins for a second")
            self._shut[ALL] = now + AGAIN
            return Granted((), now + AGAIN)
        if self._is_late:
            return Granted((), now + LEAST)
        which = tuple(place for place, host in enumerate(hosts) if self._spend(host))
        taken = set(which)
        refused = {host for place, host in enumerate(hosts) if place not in taken}
        waits = [self.opens(host, now) or now + HELD for host in refused]
        return Granted(which, min(waits, default=None))

    def give_back(self, now: datetime) -> None:
        """Give back what was taken and not used: at the end of a run."""
        if not self._held.total():
            return
        try:
            self._take({}, now)
        except StorageError:
            log.warning("turns that were not used could not be given back")

    def slow_down(self, domain: str, now: datetime) -> None:
        """Halve the limits of a domain that asks for it, for a while."""
        host = host_of(domain)
        if not self.limits.of(host):
            return
        try:
            self._slow_down(host, now)
        except StorageError:
            log.warning("a domain asked to slow down, and that could not be noted")

    def _slow_down(self, host: str, now: datetime) -> None:
        with self._db.write_lightly() as session:
            hold_table(session, TABLE)
            rows = _rows(session, [host])
            for rule in self.limits.of(host):
                bucket = slowed(_bucket(rows.get((host, rule.period_s)), now), now)
                _keep(session, rows, (host, rule.period_s), bucket)

    def _opens(self, key: str, now: datetime) -> datetime | None:
        at = self._shut.get(key)
        return at if at is not None and at > now and self._held[key] < 1 else None

    def _keys(self, host: str) -> list[str]:
        """Return the buckets that a message to a host takes from."""
        keys = [ALL] if self.limits.counts_all else []
        return [*keys, host] if self.limits.of(host) else keys

    def _fetch(self, hosts: Iterable[str], now: datetime) -> None:
        """Have turns at hand for these messages, as far as there are."""
        self._shut = {key: at for key, at in self._shut.items() if at > now}
        wanted: Counter[str] = Counter()
        for host in hosts:
            keys = self._keys(host)
            if not any(key in self._shut for key in keys):
                wanted.update(keys)
        is_stale = self._is_late or self._until is None or now >= self._until
        if wanted and (is_stale or any(self._held[key] < n for key, n in wanted.items())):
            self._take(wanted, now)

    def _take(self, wanted: Mapping[str, int], now: datetime) -> None:
        """Give back what is held, and take what is wanted and what comes after it so soon."""
        ahead = {key: n + self._soon(key) for key, n in wanted.items()}
        with self._db.write_lightly() as session:
            hold_table(session, TABLE)
            taken_s = self._clock_s()
            took = take(session, ahead, limits=self.limits, back=self._held, now=now)
        takes_s = self._clock_s() - taken_s
        self._is_late = takes_s > self._usual_s + HELD_S
        self._usual_s += (takes_s - self._usual_s) / 2  # a database that always is slow, is usual
        self._held = Counter({key: one.number for key, one in took.items()})
        self._until = now + HELD
        if not self._is_late:  # else all is given back and taken anew, the last of them too
            self._shut.update({key: one.opens_at for key, one in took.items() if one.opens_at})

    def _soon(self, key: str) -> int:
        return math.floor(min((one.rate for one in self.limits.of(key)), default=0) * HELD_S)

    def _spend(self, host: str) -> bool:
        keys = self._keys(host)
        if any(self._held[key] < 1 for key in keys):
            return False
        self._held.subtract(keys)
        return True


def take(
    session: Session,
    wanted: Mapping[str, int],
    *,
    limits: Limits,
    back: Mapping[str, int],
    now: datetime,
) -> dict[str, _Took]:
    """Take turns from the rows: for each host as many as are wanted, or as there are.

    back: turns to give back first. opens_at of what is returned: when there are more, where there
    are fewer than were wanted. The table must be held.
    """
    hosts = sorted({*wanted, *(host for host, number in back.items() if number)})
    rows = _rows(session, hosts)
    took = {}
    for host in hosts:
        rules = rules_of(limits, host, now)
        buckets = {one: _bucket(rows.get((host, one.period_s)), now) for one in rules}
        filled = {
            one: _filled(one, bucket, -back.get(host, 0), now) for one, bucket in buckets.items()
        }
        rooms = {one: room(one, bucket, now) for one, bucket in filled.items()}
        asked = wanted.get(host, 0)
        number = min([asked, *rooms.values()])
        for one, bucket in filled.items():
            _keep(session, rows, (host, one.period_s), _filled(one, bucket, number, now))
        shut = [
            opens_at(one, _filled(one, filled[one], number, now), now)
            for one, left in rooms.items()
            if left == number < asked
        ]
        took[host] = _Took(number, max(shut, default=None))
    return took


def count_notice(db: Database, limits: Limits, domain: str, *, now: datetime) -> None:
    """Count one message that did not ask: it went at once, and an edition gets one fewer."""
    if not limits.counts:
        return
    with db.write_lightly() as session:
        hold_table(session, TABLE)
        hosts = [ALL, host_of(domain)]
        rows = _rows(session, hosts)
        for host in hosts:
            for rule in rules_of(limits, host, now):
                key = host, rule.period_s
                _keep(session, rows, key, _filled(rule, _bucket(rows.get(key), now), 1, now))


def buckets_of(session: Session, host: str) -> dict[int, Bucket]:
    """Return how full the buckets of a host are, by the period of their limits."""
    rows = session.scalars(select(PaceTaken).where(PaceTaken.host == host))
    return {row.period_s: Bucket(row.used, row.at, row.share, row.slowed_at) for row in rows}


def forget_old(session: Session, *, now: datetime) -> int:
    """Remove the rows of hosts that nothing went to for two days; return how many."""
    old = delete(PaceTaken).where(PaceTaken.at < now - OLD)
    return len(session.execute(old.returning(PaceTaken.host)).all())


def _size(rule: Rule, bucket: Bucket, now: datetime) -> int:
    if isinstance(rule, Day):
        return rule.number
    return max(1, math.floor(rule.burst * share_of(bucket, now)))


def _filled(rule: Rule, bucket: Bucket, number: int, now: datetime) -> Bucket:
    """Return the bucket with so many messages more in it, as it is now."""
    used = max(used_now(rule, bucket, now) + number, 0.0)
    # A clock that is a little behind another machine's does not let the same time leak out twice.
    at = now if bucket.at > now + AHEAD else max(bucket.at, now)
    return Bucket(used, at, bucket.share, bucket.slowed_at)


Rows = dict[tuple[str, int], PaceTaken]


def _rows(session: Session, hosts: Sequence[str]) -> Rows:
    found = session.scalars(select(PaceTaken).where(PaceTaken.host.in_(hosts)))
    return {(row.host, row.period_s): row for row in found}


def _bucket(row: PaceTaken | None, now: datetime) -> Bucket:
    return Bucket(row.used, row.at, row.share, row.slowed_at) if row else Bucket(0.0, now)


def _keep(session: Session, rows: Rows, key: tuple[str, int], bucket: Bucket) -> None:
    row = rows.get(key)
    if row is None:
        row = rows[key] = PaceTaken(host=key[0], period_s=key[1])
        session.add(row)
    row.used, row.at = bucket.used, bucket.at
    row.share, row.slowed_at = bucket.share, bucket.slowed_at
