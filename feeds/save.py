"""Saving one look at one source: what changed, and the source's own state, in one transaction."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from feeds import store
from feeds.decide import (
    chance,
    is_gone_for_good,
    learn_interval,
    next_look,
    next_look_after_failure,
)
from feeds.errors import GatherError, SourceGone
from feeds.keep import Kept, save_items
from feeds.model import Source
from feeds.propose import ThemeWords
from feeds.values import Fetched, Outcome, Parsed, SourceReport

LINE_LENGTH: Final = 500
REMEMBERED: Final = 14  # looks, of which the desk shows how they ended
NEWS, SAME, FAILURE = "n", "s", "f"


@dataclass(frozen=True, slots=True)
class Look:
    """What one look brought: a document read, nothing new, or a failure.

    mark: the hash of what was seen, to be remembered with it.
    """

    fetched: Fetched | None = None
    parsed: Parsed | None = None
    mark: str = ""
    failure: GatherError | None = None
    retry_after_s: float | None = None


def save_look(
    session: Session, source_id: int, look: Look, *, now: datetime, words: ThemeWords
) -> SourceReport:
    """Write what a look brought; say how it ended."""
    source = session.get_one(Source, source_id)
    if look.failure:
        return _save_failure(source, look, look.failure, now)
    kept = Kept()
    outcome = Outcome.NOT_MODIFIED
    complaints: tuple[str, ...] = ()
    if look.parsed:
        kept = save_items(session, source, look.parsed, now=now, words=words)
        complaints = look.parsed.complaints
        outcome = _learn(session, source, look, is_known=kept.known > 0)
        source.last_error_line = "; ".join(complaints)[:LINE_LENGTH]
    _save_success(source, look, kept, now)
    return replace(
        _report(source, outcome),
        entries=kept.entries,
        new=kept.new,
        updated=kept.updated,
        complaints=complaints,
    )


def timed(report: SourceReport, seconds: float) -> SourceReport:
    """Return the report with how long the look took."""
    return replace(report, seconds=seconds)


def _learn(session: Session, source: Source, look: Look, *, is_known: bool) -> Outcome:
    """Take over a new address, once an entry that we know came from there; take over a name."""
    if look.parsed and look.parsed.title and source.name == store.default_name(source.url):
        source.name = look.parsed.title[:200]
    moved_to = look.fetched.moved_to if look.fetched else ""
    if not moved_to:
        return Outcome.OK
    taken = session.scalar(select(Source.id).where(Source.url == moved_to))
    # Where an administrator brought it back from, it does not go again by itself.
    if is_known and taken is None and moved_to != source.previous_url:
        source.previous_url, source.url = source.url, moved_to
    return Outcome.MOVED


def _save_success(source: Source, look: Look, kept: Kept, now: datetime) -> None:
    fetched = look.fetched
    brought_news = bool(kept.new or kept.updated)
    if source.last_success_at:  # the first look says nothing about the pace
        source.interval_minutes = learn_interval(source.interval_minutes, brought_news=brought_news)
    if fetched and fetched.status == 304:  # it may give new validators, and need not repeat the old
        source.etag = fetched.etag or source.etag
        source.last_modified = fetched.last_modified or source.last_modified
    elif fetched:
        source.etag, source.last_modified = fetched.etag, fetched.last_modified
    source.body_hash = look.mark
    if source.last_error == SourceGone.__name__:
        source.active = True  # it was gone, and is back
    source.last_look_at = source.last_success_at = now
    source.failing_since, source.failures_in_row, source.last_error = None, 0, ""
    _remember(source, NEWS if brought_news else SAME)
    source.next_look_at = next_look(
        now,
        interval_minutes=source.interval_minutes,
        sooner=chance(source.id, now),
        fresh_s=fetched.fresh_s if fetched else 0.0,
    )


def _remember(source: Source, how: str) -> None:
    source.recent = (source.recent + how)[-REMEMBERED:]


def _save_failure(source: Source, look: Look, failure: GatherError, now: datetime) -> SourceReport:
    is_gone = isinstance(failure, SourceGone)
    line = (str(failure).splitlines() or [type(failure).__name__])[0][:LINE_LENGTH]
    if is_gone and source.last_error != SourceGone.__name__:
        source.failing_since, source.failures_in_row = now, 0  # "gone" is counted by itself
    source.last_look_at, source.failing_since = now, source.failing_since or now
    source.failures_in_row += 1
    _remember(source, FAILURE)
    source.last_error, source.last_error_line = type(failure).__name__, line
    source.next_look_at = next_look_after_failure(
        now,
        interval_minutes=source.interval_minutes,
        failures=source.failures_in_row,
        retry_after_s=look.retry_after_s,
    )
    if is_gone:
        _save_gone(source, now)
    return replace(_report(source, Outcome.GONE if is_gone else Outcome.FAILED), error=line)


def _save_gone(source: Source, now: datetime) -> None:
    """Stop the source; for some days it is still looked at, as a server may say 410 by mistake."""
    source.active = False
    times = source.failures_in_row
    if is_gone_for_good(now, gone_times=times, since=source.failing_since):
        source.next_look_at = None


def _report(source: Source, outcome: Outcome) -> SourceReport:
    return SourceReport(
        slug=source.slug, name=source.name, url=source.url, kind=source.kind, outcome=outcome
    )
