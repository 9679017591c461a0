"""The rules of gathering: what a parsed item means, what to ask for, when to look again. Pure."""

import hashlib
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from feeds.values import Change, SourceKind

SHORTEST: Final = timedelta(minutes=15)
LONGEST: Final = timedelta(hours=24)
SHORTEST_WAIT: Final = timedelta(minutes=1)
GONE_AFTER_TIMES: Final = 3
GONE_AFTER: Final = timedelta(days=3)
WEEK: Final = 7


def decide(seen: str, known: str | None) -> Change:
    """Say what a parsed item's fingerprint means beside the stored one; None: never seen."""
    if known is None:
        return Change.NEW
    return Change.NONE if seen == known else Change.EDITED


def next_look(now: datetime, *, interval_minutes: int) -> datetime:
    """Say when to look again after an answer: the interval, between a quarter of an hour and a day.

    On the whole minute, so that an hourly round finds what the round of an hour ago put off.
    """
    wait = min(max(timedelta(minutes=interval_minutes), SHORTEST), LONGEST)
    return (now + wait).replace(second=0, microsecond=0)


def next_look_after_failure(
    now: datetime, *, interval_minutes: int, failures: int, retry_after_s: float | None = None
) -> datetime:
    """Say when to look again after failures in a row: each time twice as long, up to a day.

    What the server asked for (Retry-After) wins, between a minute and a day.
    """
    if retry_after_s is not None and retry_after_s > 0:
        return now + min(max(timedelta(seconds=min(retry_after_s, 1e9)), SHORTEST_WAIT), LONGEST)
    doubled = interval_minutes * 2 ** min(max(failures - 1, 0), 12)
    return next_look(now, interval_minutes=doubled)


def is_gone_for_good(now: datetime, *, gone_times: int, since: datetime | None) -> bool:
    """Say whether "410 Gone" was said often and long enough to believe it."""
    return gone_times >= GONE_AFTER_TIMES and since is not None and now - since >= GONE_AFTER


def may_ask_conditionally(
    source_id: int, *, last_success_at: datetime | None, now: datetime
) -> bool:
    """Say whether to send the stored validators: not on the first look of each seven days.

    Some servers answer 304 for ever (S-03).
    """
    if last_success_at is None:
        return False
    return _week(source_id, last_success_at) == _week(source_id, now)


def usable_date(last_modified: str, now: datetime) -> str:
    """Return the stored Last-Modified as it was received, or "" when it lies in the future."""
    try:
        moment = parsedate_to_datetime(last_modified)
    except ValueError:
        return last_modified
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return last_modified if moment <= now else ""


def body_mark(body: bytes, *, kind: str, source_id: int, now: datetime) -> str:
    """Return a hash that is equal as long as reading the same bytes again brings nothing.

    An agenda is read anew each week: its recurring events move into the window by time alone.
    """
    week = _week(source_id, now) if kind == SourceKind.AGENDA else 0
    return hashlib.sha256(body + f"|{week}".encode()).hexdigest()


def _week(source_id: int, moment: datetime) -> int:
    # Each source has its own first day, so that not all of them come on the same one.
    return (moment.toordinal() + source_id) // WEEK
