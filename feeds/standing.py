"""How a source stands, what one look at it brought, and how it stands after that. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from feeds.decide import (
    chance,
    is_gone_for_good,
    learn_interval,
    next_look,
    next_look_after_failure,
)
from feeds.errors import GatherError, SourceAnswered, SourceGone
from feeds.values import Fetched, Outcome, Parsed, SourceReport

LINE_LENGTH: Final = 500
REMEMBERED: Final = 14  # looks, of which the desk shows how they ended
NEWS, SAME, FAILURE = "n", "s", "f"
GONE: Final = SourceGone.__name__
UNKNOWN: Final = object()

Columns = Mapping[str, object]
"""New values for columns of a source."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a look needs to know of a source: columns of `feeds.model.Source`, by their names."""

    id: int
    slug: str
    name: str
    kind: str
    url: str
    active: bool
    etag: str = ""
    last_modified: str = ""
    body_hash: str = ""
    interval_minutes: int = 60
    last_success_at: datetime | None = None
    failing_since: datetime | None = None
    failures_in_row: int = 0
    last_error: str = ""
    last_error_line: str = ""
    previous_url: str = ""
    recent: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """What one look brought: a document read, nothing new, or a failure.

    source:  how it stood when it was looked at.
    mark:    the hash of what was seen, to be remembered with it.
    seconds: how long it took.
    """

    source: Standing
    fetched: Fetched | None = None
    parsed: Parsed | None = None
    mark: str = ""
    failure: GatherError | None = None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Kept:
    """What one document brought. known: how many of its items were known already."""

    entries: int = 0
    new: int = 0
    updated: int = 0
    known: int = 0


def after_answer(was: Standing, look: Look, *, brought_news: bool, now: datetime) -> Columns:
    """Return the columns of a source that was fetched, or read from its folder, without failure."""
    fetched = look.fetched
    interval = was.interval_minutes
    if was.last_success_at:  # the first look says nothing about the pace
        interval = learn_interval(interval, brought_news=brought_news)
    return {
        **_validators(was, fetched),
        "body_hash": look.mark,
        "interval_minutes": interval,
        "active": was.active or was.last_error == GONE,  # it was gone, and is back
        "last_look_at": now,
        "last_success_at": now,
        "failing_since": None,
        "failures_in_row": 0,
        "last_error": "",
        "last_error_line": _complaints(was, look),
        "recent": _remember(was, NEWS if brought_news else SAME),
        "next_look_at": next_look(
            now,
            interval_minutes=interval,
            sooner=chance(was.id, now),
            fresh_s=fetched.fresh_s if fetched else 0.0,
        ),
    }


def after_failure(was: Standing, failure: GatherError, *, now: datetime) -> Columns:
    """Return the columns of a source at which a look failed.

    One that says to be gone is stopped; for some days it is still looked at, as a server may say so
    by mistake.
    """
    is_gone = isinstance(failure, SourceGone)
    if is_gone and was.last_error != GONE:
        was = replace(was, failing_since=None, failures_in_row=0)  # it is counted by itself
    since, times = was.failing_since or now, was.failures_in_row + 1
    next_look_at: datetime | None = next_look_after_failure(
        now,
        interval_minutes=was.interval_minutes,
        failures=times,
        retry_after_s=failure.retry_after_s if isinstance(failure, SourceAnswered) else None,
    )
    if is_gone and is_gone_for_good(now, gone_times=times, since=since):
        next_look_at = None
    return {
        "active": was.active and not is_gone,
        "last_look_at": now,
        "failing_since": since,
        "failures_in_row": times,
        "last_error": type(failure).__name__,
        "last_error_line": error_line(failure),
        "recent": _remember(was, FAILURE),
        "next_look_at": next_look_at,
    }


def changes_of(was: Standing, after: Columns) -> Columns:
    """Return the columns that are not as they were; most looks leave most of them alone."""
    return {name: value for name, value in after.items() if getattr(was, name, UNKNOWN) != value}


def report(look: Look, outcome: Outcome, kept: Kept | None = None) -> SourceReport:
    """Return how a look ended, for the report of the round."""
    source, kept = look.source, kept or Kept()
    return SourceReport(
        slug=source.slug,
        name=source.name,
        url=source.url,
        kind=source.kind,
        outcome=outcome,
        entries=kept.entries,
        new=kept.new,
        updated=kept.updated,
        error=error_line(look.failure) if look.failure else None,
        seconds=look.seconds,
        complaints=look.parsed.complaints if look.parsed else (),
    )


def failed(failure: GatherError) -> Outcome:
    """Return the outcome of a look that failed."""
    return Outcome.GONE if isinstance(failure, SourceGone) else Outcome.FAILED


def error_line(failure: GatherError) -> str:
    """Return what happened, in one line."""
    return (str(failure).splitlines() or [type(failure).__name__])[0][:LINE_LENGTH]


def _validators(was: Standing, fetched: Fetched | None) -> Columns:
    if fetched is None:
        return {"etag": was.etag, "last_modified": was.last_modified}
    if fetched.status == 304:  # it may give new ones, and need not repeat the old
        return {
            "etag": fetched.etag or was.etag,
            "last_modified": fetched.last_modified or was.last_modified,
        }
    return {"etag": fetched.etag, "last_modified": fetched.last_modified}


def _complaints(was: Standing, look: Look) -> str:
    """Return what could not be read; it stays true as long as the document stays the same."""
    if look.parsed:
        return "; ".join(look.parsed.complaints)[:LINE_LENGTH]
    return "" if was.last_error else was.last_error_line


def _remember(was: Standing, how: str) -> str:
    return (was.recent + how)[-REMEMBERED:]
