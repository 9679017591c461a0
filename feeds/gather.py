"""Gathering: read which sources are due, fetch each, parse it, decide what changed, save that.

Network first, database after: no transaction is open while a server is waited for. Each source is
saved in one transaction with the state of its look, so that what is marked as seen was stored.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

import structlog

from feeds import folder, save, store
from feeds.decide import body_mark, may_ask_conditionally, usable_date
from feeds.errors import GatherError, SourceAnswered
from feeds.fetch import Fetch, Fetcher
from feeds.model import Source
from feeds.propose import ThemeWords
from feeds.reading import READING, Read, Readers, ReadingLimits
from feeds.themes import theme_words
from feeds.values import Fetched, GatherReport, SourceKind, SourceReport
from storage.session import Database

log = structlog.get_logger()

AT_ONCE: Final = 8
Progress = Callable[[SourceReport, int, int], None]
"""Told of each source when it is done, with how many are done and how many there are."""


def gather_due(
    db: Database,
    *,
    fetcher: Fetcher,
    now: datetime,
    only: Sequence[str] = (),
    progress: Progress | None = None,
    reading: ReadingLimits = READING,
) -> GatherReport:
    """Look once at every source that is due, and store what changed; by name in the report.

    only: slugs of sources to look at now, whether they are due or not.
    A source that fails is in the report with its error; the others go on.
    Raises: UnknownSource for a slug in `only`, before anything is fetched.
    """
    with db.read() as session:
        due = [store.get_source(session, slug) for slug in only] or store.due_sources(session, now)
        words = theme_words(session) if due else {}
    with fetcher.round() as fetch, Readers(reading) as readers:
        work = _Round(db, fetch, readers.read, now, words, total=len(due), progress=progress)
        reports = work.run(due)
    by_slug = {report.slug: report for report in reports}
    return GatherReport(tuple(by_slug[source.slug] for source in due if source.slug in by_slug))


@dataclass(slots=True)
class _Round:
    """What the looks of one round share."""

    db: Database
    fetch: Fetch
    read: Read
    now: datetime
    theme_words: ThemeWords
    total: int
    progress: Progress | None
    done: int = 0
    # One writer at a time: SQLite has one anyway, and waiting here is cheaper than waiting there.
    writing: threading.Lock = field(default_factory=threading.Lock)

    def run(self, due: Iterable[Source]) -> list[SourceReport]:
        """Look at the sources: eight hosts at a time, those of one host one after the other."""
        by_host: dict[str, list[Source]] = defaultdict(list)
        for source in due:
            by_host[urlsplit(source.url).hostname or ""].append(source)
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="gather") as pool:
            hosts = [pool.submit(self._look_at_all, sources) for sources in by_host.values()]
        return [report for host in hosts for report in host.result()]

    def _look_at_all(self, sources: Iterable[Source]) -> list[SourceReport]:
        return [self._look_at(source) for source in sources]

    def _look_at(self, source: Source) -> SourceReport:
        started = time.perf_counter()
        look = _look(source, self.fetch, self.read, self.now)
        with self.writing:
            with self.db.write() as session:
                report = save.save_look(
                    session, source.id, look, now=self.now, words=self.theme_words
                )
            report = save.timed(report, time.perf_counter() - started)
            self.done += 1
            if self.progress:
                self.progress(report, self.done, self.total)
        for complaint in report.complaints:
            log.warning("source partly read", source=report.slug, complaint=complaint)
        return report


def _look(source: Source, fetch: Fetch, read: Read, now: datetime) -> save.Look:
    """Fetch and read one source; nothing is written, and a failure is a value."""
    try:
        if source.kind == SourceKind.PRACTICE:
            return folder.look_at_folder(source, read=read, now=now)
        fetched = _fetch(source, fetch, now)
        mark = body_mark(fetched.body, kind=source.kind, source_id=source.id, now=now)
        if fetched.status == 304 or mark == source.body_hash:
            return save.Look(fetched=fetched, mark=source.body_hash)
        parsed = read(
            source.kind,
            fetched.body,
            base_url=fetched.final_url,
            now=now,
            content_type=fetched.content_type,
        )
        return save.Look(fetched=fetched, mark=mark, parsed=parsed)
    except GatherError as failure:
        wait = failure.retry_after_s if isinstance(failure, SourceAnswered) else None
        return save.Look(failure=failure, retry_after_s=wait)


def _fetch(source: Source, fetch: Fetch, now: datetime) -> Fetched:
    if not may_ask_conditionally(source.id, last_success_at=source.last_success_at, now=now):
        return fetch(source.url)
    return fetch(source.url, etag=source.etag, last_modified=usable_date(source.last_modified, now))
