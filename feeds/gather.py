"""Gathering: read which sources are due, fetch each, read it, decide what changed, save that.

Several look, one writes: no transaction is open while a server is waited for, and looks are saved
together as they come in. Each is saved whole or not at all, so what is marked as seen was stored.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, partial
from typing import Final

import structlog
from sqlalchemy.exc import DataError, IntegrityError

from feeds import store
from feeds.errors import MalformedSource, UnknownSource
from feeds.fetch import Fetch, Fetcher
from feeds.lanes import PACE, Lanes, Pace
from feeds.look import look_at
from feeds.model import Source
from feeds.propose import ThemeWords
from feeds.reading import READING, Read, Readers, ReadingLimits
from feeds.save import save_looks
from feeds.standing import Look, Standing
from feeds.themes import theme_words
from feeds.tray import LINGER_S, Tray
from feeds.values import GatherReport, SourceReport
from storage.dialect import lock
from storage.errors import NumberTooLarge
from storage.session import Database

log = structlog.get_logger()

AT_FIRST: Final = 2
GROW_S: Final = 0.05
MOST_LOGGED: Final = 5  # complaints of one look; one document can bring a hundred thousand
TURN_S: Final = 0.2  # between two times that we ask whether the other process is done
# What a database says to what one document holds, or to what another process stored first.
UNSTORABLE: Final = (IntegrityError, DataError, NumberTooLarge, UnicodeError)
Progress = Callable[[SourceReport, int, int], None]
"""Told of each source when it is done, with how many are done and how many there are."""


@dataclass(frozen=True, slots=True)
class RoundLimits:
    """What a round may take of others and of us."""

    pace: Pace = PACE
    reading: ReadingLimits = READING


LIMITS: Final = RoundLimits()


def gather_due(
    db: Database,
    *,
    fetcher: Fetcher,
    now: datetime,
    only: Sequence[str] = (),
    progress: Progress | None = None,
    limits: RoundLimits = LIMITS,
) -> GatherReport:
    """Look once at every source that is due, and store what changed; by name in the report.

    only: slugs of sources to look at now, whether they are due or not.
    A source that fails is in the report with its error; the others go on. While another process
    gathers what is due, this waits, and then looks at what that left.
    Raises: UnknownSource for a slug in `only`, before anything is fetched.
    """
    with nullcontext() if only else _turn(db):
        with db.read() as session:
            named = store.standings(session, Source.slug.in_(only)) if only else []
            due = named if only else store.due_sources(session, now)
        _require(only, named)
        with fetcher.round() as fetch, Readers(limits.reading) as readers:
            work = _Round(db, fetch, readers.read, now)
            reports = work.run(due, limits.pace, progress) if due else {}
    return GatherReport(tuple(reports[one.slug] for one in due if one.slug in reports))


def _require(only: Sequence[str], named: Sequence[Standing]) -> None:
    unknown = set(only) - {one.slug for one in named}
    if unknown:
        raise UnknownSource(f"there is no source called {min(unknown)!r}")


@contextmanager
def _turn(db: Database) -> Iterator[None]:
    """Wait until no other process gathers what is due, or both would ask the same hosts."""
    while True:
        with lock(db.engine, "gather") as held:
            if held:
                yield
                return
        time.sleep(TURN_S)


class _Round:
    """What the looks of one round share."""

    def __init__(self, db: Database, fetch: Fetch, read: Read, now: datetime) -> None:
        self._db, self._fetch, self._read, self._now = db, fetch, read, now

    def run(
        self, due: Sequence[Standing], pace: Pace, progress: Progress | None
    ) -> dict[str, SourceReport]:
        """Look at the sources; return by their slugs how that ended."""
        lanes, tray = Lanes(due, pace), Tray(len(due))
        reports: dict[str, SourceReport] = {}
        done = 0
        with ThreadPoolExecutor(lanes.width, thread_name_prefix="gather") as pool:
            crew = _Crew(pool, lanes.width, lambda: self._look(lanes, tray))
            try:
                while done < len(due):
                    crew.grow(lanes)
                    looks = tray.take(GROW_S if crew.may_grow else LINGER_S)
                    crew.raise_surprises()
                    for report in self._save(looks):
                        reports[report.slug] = report
                    for look in looks:
                        done += 1
                        if progress and look.source.slug in reports:
                            progress(reports[look.source.slug], done, len(due))
            finally:
                lanes.close()
                tray.close()
        return reports

    def _look(self, lanes: Lanes, tray: Tray) -> None:
        """Look at one source after the other until none is left."""
        while source := lanes.enter():
            look = look_at(
                source,
                fetch=self._fetch,
                read=self._read,
                now=self._now,
                before_reading=partial(lanes.leave_for_long, source),
            )
            lanes.leave(source)
            tray.put(look)

    def _save(self, looks: Sequence[Look]) -> list[SourceReport]:
        """Save looks together; one by one when that cannot be, so that one spoils no other."""
        try:
            return self._write(looks)
        except UNSTORABLE:
            return [report for look in looks for report in self._save_alone(look)]

    def _save_alone(self, look: Look) -> list[SourceReport]:
        try:
            return self._write([look])
        except UNSTORABLE as failure:
            reason = f"what it holds cannot be stored: {type(failure).__name__}"
            return self._write([replace(look, parsed=None, failure=MalformedSource(reason))])

    def _write(self, looks: Sequence[Look]) -> list[SourceReport]:
        if not looks:
            return []
        words = self._words if any(look.parsed for look in looks) else {}
        with self._db.write() as session:
            reports = save_looks(session, looks, now=self._now, words=words)
        for report in reports:
            _log_complaints(report)
        return reports

    @cached_property
    def _words(self) -> ThemeWords:
        with self._db.read() as session:
            return theme_words(session)


def _log_complaints(report: SourceReport) -> None:
    for complaint in report.complaints[:MOST_LOGGED]:
        log.warning("source partly read", source=report.slug, complaint=complaint)
    more = len(report.complaints) - MOST_LOGGED
    if more > 0:
        log.warning("source partly read", source=report.slug, more_complaints=more)


class _Crew:
    """Those who look: two at first, twice as many each twentieth of a second that they are late.

    Where answers come at once two are faster than many, which would wait for each other.
    """

    def __init__(self, pool: ThreadPoolExecutor, most: int, work: Callable[[], None]) -> None:
        self._pool, self._most, self._work = pool, most, work
        self._members: list[Future[None]] = []

    @property
    def may_grow(self) -> bool:
        return len(self._members) < self._most

    def grow(self, lanes: Lanes) -> None:
        """Add as many as there are, when they would have something to do."""
        if self.may_grow and lanes.is_open:
            wanted = max(2 * len(self._members), AT_FIRST)
            for _ in range(min(wanted, self._most) - len(self._members)):
                self._members.append(self._pool.submit(self._work))

    def raise_surprises(self) -> None:
        """Raise what ended one of them: a mistake of ours, and no source's."""
        for member in self._members:
            if member.done():
                member.result()
