"""Why a sending goes no faster, and when it is expected to end: for who watches it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.limits import ALL, EACH_DAY, Limit, Limits, day_of, next_day
from newsletter.send.pace import Bucket, Day, buckets_of, room, share_of, used_now
from newsletter.sending_rows import PaceTaken

FRESH: Final = timedelta(seconds=5)  # a bucket that nobody asked for longer holds nobody up
FULL: Final = 1.0  # less room than this for a message means that the next one waits
FURTHEST: Final = 400  # stretches of a day or a night that are looked ahead


class Why(StrEnum):
    """What holds a sending up."""

    QUIET = "quiet"
    WARM_UP = "warm_up"
    LIMIT = "limit"
    DOMAIN = "domain"
    SLOWED = "slowed"  # a domain that asked for it


@dataclass(frozen=True, slots=True)
class Holding:
    """One thing that holds it up. until: when it goes on; None while it goes on, but no faster.

    limit: the one that is full. host: the domain it is about; "" for all.
    """

    why: Why
    until: datetime | None = None
    limit: Limit | None = None
    host: str = ALL


@dataclass(frozen=True, slots=True)
class WarmingUp:
    """Where the warm-up plan is. day, days: from 1. number: messages of today; left: of those."""

    day: int
    days: int
    number: int
    left: int


def find_holdings(session: Session, limits: Limits, now: datetime) -> list[Holding]:
    """Return what holds the sending up now, what stops it first; [] when nothing does."""
    if (until := limits.quiet_until(now)) is not None:
        return [Holding(Why.QUIET, until)]
    if not limits.counts:
        return []
    buckets = buckets_of(session, ALL)
    if (warming := warming_up(limits, buckets, now)) and not warming.left:
        return [Holding(Why.WARM_UP, next_day(now))]
    full = [one for one in limits.whole if _is_full(one, buckets.get(one.period_s), now)]
    whole = [Holding(Why.LIMIT, limit=max(full, key=lambda one: one.period_s))] if full else []
    return [*whole, *_of_domains(session, limits, now)]


def warming_up(limits: Limits, buckets: Mapping[int, Bucket], now: datetime) -> WarmingUp | None:
    """Return where the warm-up plan is; None without one, or after it."""
    plan, number = limits.warm_up, limits.quota(now)
    if plan is None or number is None:
        return None
    day = max(0, (day_of(now) - plan.starts_on).days)
    bucket = buckets.get(EACH_DAY)
    left = number if bucket is None else room(Day(number), bucket, now)
    return WarmingUp(day + 1, len(plan.plan), number, left)


def read_warming_up(session: Session, limits: Limits, now: datetime) -> WarmingUp | None:
    """Return where the warm-up plan is, by the rows; None without one, or after it."""
    return warming_up(limits, buckets_of(session, ALL), now) if limits.warm_up else None


def expected_end(
    waiting: int, per_second: float, limits: Limits, *, left_today: int | None, now: datetime
) -> datetime | None:
    """Return when so many messages will have gone; None when nobody can say.

    per_second: as was measured; 0 when nothing went lately, and then the limits alone tell.
    left_today: what the warm-up plan still gives today; None without one.
    """
    rates = [one.rate for one in limits.whole]
    rate = min([per_second, *rates] if per_second else rates, default=0.0)
    if not rate:
        return None
    at, left = now, left_today
    for _ in range(FURTHEST):
        if (until := limits.quiet_until(at)) is not None:
            left = left if day_of(until) == day_of(at) else limits.quota(until)
            at = until
            continue
        ends = _ends(at, limits)
        possible = (ends - at).total_seconds() * rate
        number = possible if left is None else min(possible, left)
        if number >= waiting:
            return at + timedelta(seconds=waiting / rate)
        waiting -= int(number)
        if left is not None:
            ends = next_day(at) if left <= possible else ends
            left = left - int(number) if day_of(ends) == day_of(at) else limits.quota(ends)
        at = ends
    return None


def _ends(at: datetime, limits: Limits) -> datetime:
    """Return when the stretch that began ends: at midnight, or as the quiet begins."""
    midnight = next_day(at)
    return min(midnight, limits.quiet.next_start(at)) if limits.quiet else midnight


def _is_full(limit: Limit, bucket: Bucket | None, now: datetime) -> bool:
    """Say whether a limit holds somebody up: its bucket was full when it was last asked for."""
    if bucket is None or now - bucket.at > max(FRESH, timedelta(seconds=2 / limit.rate)):
        return False
    size = max(1, int(limit.burst * share_of(bucket, bucket.at)))
    return size - used_now(limit, bucket, bucket.at) < FULL


def _of_domains(session: Session, limits: Limits, now: datetime) -> list[Holding]:
    """Return the named domains that wait, and those that asked to slow down; by name."""
    rows = session.scalars(
        select(PaceTaken)
        .where(PaceTaken.host.in_(limits.domains))
        .order_by(PaceTaken.host, PaceTaken.period_s.desc())
    )
    found: dict[str, Holding] = {}
    for row in rows:
        limit = next((one for one in limits.of(row.host) if one.period_s == row.period_s), None)
        bucket = Bucket(row.used, row.at, row.share, row.slowed_at)
        if limit is None or row.host in found or not _is_full(limit, bucket, now):
            continue
        why = Why.SLOWED if share_of(bucket, now) < 1 else Why.DOMAIN
        found[row.host] = Holding(why, limit=limit, host=row.host)
    return list(found.values())
