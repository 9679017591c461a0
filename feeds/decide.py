"""The rules of gathering: what a parsed item means, what to ask for, when to look again. Pure."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from feeds.values import Change, ItemKind, Parsed, ParsedItem, SourceKind

SHORTEST: Final = timedelta(minutes=15)
LONGEST: Final = timedelta(hours=24)
SHORTEST_WAIT: Final = timedelta(minutes=1)
GONE_AFTER_TIMES: Final = 3
GONE_AFTER: Final = timedelta(days=3)
WEEK: Final = 7
JITTER: Final = 0.1  # of the interval: sources that were added together do not stay together
IN_QUEUE: Final = 10  # of one look: what is new is to be read, not to be waded through
BELIEVED_AFTER: Final = timedelta(hours=24)  # one bad export does not call a meeting off


def decide(seen: str, known: str | None) -> Change:
    """Say what a parsed item's fingerprint means beside the stored one; None: never seen."""
    if known is None:
        return Change.NEW
    return Change.NONE if seen == known else Change.EDITED


def next_look(
    now: datetime, *, interval_minutes: int, fresh_s: float = 0.0, sooner: float = 0.0
) -> datetime:
    """Say when to look again after an answer, between a quarter of an hour and a day from now.

    fresh_s: how long the answer may be kept (Cache-Control, Expires; RFC 9111 §4.2): not earlier.
    sooner:  a part of one of the tenth of its interval that a source may be early (`chance`).
    On the whole minute, so that an hourly round finds what the round of an hour ago put off.
    """
    minutes = interval_minutes * (1 - JITTER * sooner)
    asked = timedelta(seconds=min(fresh_s, 1e9))
    wait = min(max(timedelta(minutes=minutes), asked, SHORTEST), LONGEST)
    return (now + wait).replace(second=0, microsecond=0)


def chance(source_id: int, moment: datetime) -> float:
    """Return a part of one that differs by source and hour, and can be worked out again."""
    return hashlib.sha256(f"{source_id}|{moment:%Y%m%d%H}".encode()).digest()[0] / 256


def learn_interval(interval_minutes: int, *, brought_news: bool) -> int:
    """Return the source's new pace: one look in five brings something, within the bounds.

    Two thirds after a look that brought something, a tenth longer after one that did not.
    """
    minutes = interval_minutes * 2 / 3 if brought_news else interval_minutes * 1.1
    return round(min(max(minutes, SHORTEST.total_seconds() / 60), LONGEST.total_seconds() / 60))


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


def in_backlog(new: Mapping[str, ParsedItem]) -> frozenset[str]:
    """Return the keys of new items that came along in a flood: all but the ten newest of a feed.

    Events and practice examples never flood: those to come are all of use, these were chosen.
    """
    told = [key for key, item in new.items() if item.kind not in CHOSEN]
    newest = sorted(told, key=lambda key: _age(new[key]))  # stable: a feed has the newest first
    return frozenset(newest[IN_QUEUE:])


CHOSEN: Final = frozenset({ItemKind.EVENT, ItemKind.PRACTICE})


FEW: Final = 3


@dataclass(frozen=True, slots=True)
class Span:
    """Of what time, ends excluded, a document tells all: what it does not hold of it is gone."""

    since: datetime
    until: datetime


def span_of(parsed: Parsed, *, kind: str, now: datetime) -> Span | None:
    """Return the time that a document covers, or None when nothing may be concluded from it.

    A feed covers what was published since its oldest entry, a calendar what is to come until its
    last start: many export only the next thirty events (S-64).
    """
    if not parsed.complete or not parsed.items:
        return None
    if kind == SourceKind.AGENDA:
        starts = [item.times.starts_at for item in parsed.items if item.times]
        return Span(now, max(starts)) if starts and max(starts) > now else None
    dates = [item.published_at for item in parsed.items]
    told = [moment for moment in dates if moment]
    if len(told) < len(dates):
        return None  # with one undated entry nobody can say which of the dated ones is the last
    # The very oldest may be one that is kept on top for ever.
    return Span(sorted(told)[1 if len(told) > FEW else 0], now)


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
    if not last_modified:
        return ""
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


def _age(item: ParsedItem) -> float:
    return -item.published_at.timestamp() if item.published_at else 0.0


def _week(source_id: int, moment: datetime) -> int:
    # Each source has its own first day, so that not all of them come on the same one.
    return (moment.toordinal() + source_id) // WEEK
