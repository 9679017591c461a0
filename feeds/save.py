"""Saving one look at one source: what changed, and the source's own state, in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from feeds import store
from feeds.decide import decide, is_gone_for_good, next_look, next_look_after_failure
from feeds.errors import GatherError, SourceGone
from feeds.identity import fingerprint, item_keys
from feeds.model import Item, Source
from feeds.values import (
    Change,
    Fetched,
    ItemKind,
    ItemStatus,
    Outcome,
    Parsed,
    ParsedItem,
    SourceReport,
)

ThemeWords = Mapping[str, str]
"""From a word of a category, in lower case, to the slug of the theme it means."""

LINE_LENGTH: Final = 500


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
    counts = (0, 0, 0)
    outcome = Outcome.NOT_MODIFIED
    complaints: tuple[str, ...] = ()
    if look.parsed:
        counts = save_items(session, source, look.parsed, now=now, words=words)
        complaints = look.parsed.complaints
        outcome = _learn(session, source, look, is_known=counts[1] < counts[0])
        source.last_error_line = "; ".join(complaints)[:LINE_LENGTH]
    _save_success(source, look, now)
    entries, new, updated = counts
    return replace(
        _report(source, outcome), entries=entries, new=new, updated=updated, complaints=complaints
    )


def timed(report: SourceReport, seconds: float) -> SourceReport:
    """Return the report with how long the look took."""
    return replace(report, seconds=seconds)


def save_items(
    session: Session, source: Source, parsed: Parsed, *, now: datetime, words: ThemeWords
) -> tuple[int, int, int]:
    """Insert what is new, update what changed; return how many were seen, new and updated.

    Three statements, however many entries there are. What editors wrote or decided is not touched.
    """
    by_key = dict(zip(item_keys(parsed.items), parsed.items, strict=True))
    known = store.known_items(session, source.id, list(by_key))
    inserts: list[dict[str, Any]] = []
    updates: list[dict[str, Any]] = []
    for key, item in by_key.items():
        mark, there = fingerprint(item), known.get(key)
        match decide(mark, there.fingerprint if there else None):
            case Change.NEW:
                inserts.append(_new_row(source, key, mark, item, now, words))
            case Change.EDITED if there:
                updates.append(_changed_row(there, mark, item, now))
    if inserts:
        session.execute(insert(Item), inserts)
    if updates:
        session.execute(update(Item), updates)
    return parsed.entries, len(inserts), len(updates)


def _new_row(
    source: Source, key: str, mark: str, item: ParsedItem, now: datetime, words: ThemeWords
) -> dict[str, Any]:
    named = (words.get(category.casefold()) for category in (*item.themes, *item.categories))
    themes = dict.fromkeys([*source.themes, *(slug for slug in named if slug)])
    return {
        **_said(mark, item),
        "source_id": source.id,
        "kind": item.kind.value,
        "key": key,
        "status": ItemStatus.NEW.value,
        "own_title": "",
        "own_summary": "",
        "themes": list(themes),
        "audiences": list(item.audiences or source.audiences),
        "published_at": item.published_at,
        "first_seen_at": now,
        "series": item.series,
    }


def _changed_row(known: Item, mark: str, item: ParsedItem, now: datetime) -> dict[str, Any]:
    starts_at = item.times.starts_at if item.times else None
    has_moved = known.kind == ItemKind.EVENT and known.starts_at != starts_at
    return {
        **_said(mark, item),
        "id": known.id,
        "changed_at": now,
        "moved_from": known.starts_at if has_moved else known.moved_from,
    }


def _said(mark: str, item: ParsedItem) -> dict[str, Any]:
    """Return the columns that hold what the source says."""
    times = item.times
    return {
        "fingerprint": mark,
        "title": item.title,
        "summary": item.summary,
        "url": item.url,
        "image_url": item.image_url,
        "author": item.author,
        "details": dict(item.details),
        "starts_at": times.starts_at if times else None,
        "ends_at": times.ends_at if times else None,
        "all_day": bool(times and times.all_day),
        "location": item.location,
        "cancelled": item.cancelled,
    }


def _learn(session: Session, source: Source, look: Look, *, is_known: bool) -> Outcome:
    """Take over a new address, once an entry that we know came from there; take over a name."""
    if look.parsed and look.parsed.title and source.name == store.default_name(source.url):
        source.name = look.parsed.title[:200]
    moved_to = look.fetched.moved_to if look.fetched else ""
    if not moved_to:
        return Outcome.OK
    taken = session.scalar(select(Source.id).where(Source.url == moved_to))
    if is_known and taken is None:
        source.url = moved_to
    return Outcome.MOVED


def _save_success(source: Source, look: Look, now: datetime) -> None:
    fetched = look.fetched
    if fetched and fetched.status == 304:  # it may give new validators, and need not repeat the old
        source.etag = fetched.etag or source.etag
        source.last_modified = fetched.last_modified or source.last_modified
    elif fetched:
        source.etag, source.last_modified = fetched.etag, fetched.last_modified
    source.body_hash = look.mark
    source.last_look_at = source.last_success_at = now
    source.failing_since, source.failures_in_row, source.last_error = None, 0, ""
    source.next_look_at = next_look(now, interval_minutes=source.interval_minutes)


def _save_failure(source: Source, look: Look, failure: GatherError, now: datetime) -> SourceReport:
    is_gone = isinstance(failure, SourceGone)
    line = (str(failure).splitlines() or [type(failure).__name__])[0][:LINE_LENGTH]
    if is_gone and source.last_error != SourceGone.__name__:
        source.failing_since, source.failures_in_row = now, 0  # "gone" is counted by itself
    source.last_look_at, source.failing_since = now, source.failing_since or now
    source.failures_in_row += 1
    source.last_error, source.last_error_line = type(failure).__name__, line
    source.next_look_at = next_look_after_failure(
        now,
        interval_minutes=source.interval_minutes,
        failures=source.failures_in_row,
        retry_after_s=look.retry_after_s,
    )
    times = source.failures_in_row
    if is_gone and is_gone_for_good(now, gone_times=times, since=source.failing_since):
        source.active = False
    return replace(_report(source, Outcome.GONE if is_gone else Outcome.FAILED), error=line)


def _report(source: Source, outcome: Outcome) -> SourceReport:
    return SourceReport(
        slug=source.slug, name=source.name, url=source.url, kind=source.kind, outcome=outcome
    )
