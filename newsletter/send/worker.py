"""The worker: freezes what is due, sends it, waits for more.

On PostgreSQL as many work together as wanted; on SQLite one works, and the others wait for it.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from threading import Event
from typing import Final, Protocol, Self

import structlog

from newsletter.ports import Clock, Preflight, Terms, Transport
from newsletter.send.deliver import deliver_due
from newsletter.send.doubt.doubts import looking_up
from newsletter.send.freeze import begin_due
from newsletter.send.ledger import sending_editions
from newsletter.send.loop import shares
from newsletter.send.loop.closing import halt_refused, note_retry
from newsletter.send.loop.shares import Mine
from newsletter.send.loop.tally import SendReport
from newsletter.send.notices.telling import ending_of
from newsletter.send.watching.progress import Progress
from newsletter.settings import Settings
from newsletter.store.deliveries import figures
from newsletter.store.editions import get_edition
from newsletter.values import EditionFigures, EditionStatus
from storage.dialect import Held, lock
from storage.errors import StorageError
from storage.session import Database
from subscribers.links import Links

log = structlog.get_logger()

POLL_S: Final = 1.0
REST: Final = timedelta(minutes=1)  # at the most, while all that is under way waits for the pace
OUTAGE_S: Final = (
    1.0,
    2.0,
    5.0,
    10.0,
    30.0,
    60.0,
)  # waits for a relay that is away, then each minute
TRIES: Final = 20  # by a relay that refuses us for good, a quarter of an hour; then a person looks
UNDER_WAY: Final = {EditionStatus.SCHEDULED, EditionStatus.SENDING, EditionStatus.PAUSED}


class Services(Protocol):
    """What a worker needs; `newsletter.wiring.Services` is one."""

    @property
    def settings(self) -> Settings: ...  # noqa: D102 - plain parts, named for what they are
    @property
    def db(self) -> Database: ...  # noqa: D102
    @property
    def clock(self) -> Clock: ...  # noqa: D102
    @property
    def terms(self) -> Terms: ...  # noqa: D102
    @property
    def preflight(self) -> Preflight: ...  # noqa: D102
    @property
    def links(self) -> Links: ...  # noqa: D102
    @property
    def open_transport(self) -> Callable[[], Transport]: ...  # noqa: D102

    def current(self) -> Self:
        """Return the same, with the organisation as it is now."""
        ...


def run_worker(
    services: Services,
    *,
    stop: Event,
    until_complete: int | None = None,
    progress: Progress | None = None,
) -> EditionFigures | None:
    """Work until `stop` is set, or until that edition is complete; return its figures.

    until_complete: an edition; what a person paused is waited for, but not what stopped by itself,
    was cancelled or is a draft again. None: until `stop`. While another process works, it says so
    once and waits, and shows how far that one is.
    """
    services.db.keep_little()
    goal, waiting = until_complete, _Waiting()
    while not stop.is_set():
        try:
            seen = _turn(services, goal, waiting, stop=stop, progress=progress)
        except StorageError:
            log.exception("the database did not answer; trying again")
            stop.wait(OUTAGE_S[2])
            continue
        if seen is not None:
            return seen
        stop.wait(POLL_S)
    return _figures(services, goal)


@dataclass(slots=True)
class _Waiting:
    """That another process is sending, told when the waiting for it begins and when it ends."""

    is_told: bool = False

    def tell(self, found: EditionFigures | None) -> None:
        """Say once that this process waits, and how far the other one is."""
        if not self.is_told:
            self.is_told = True
            how_far = {} if found is None else {"edition": found.id, **_how_far(found)}
            log.info("another process is sending; this one waits and takes over", **how_far)

    def end(self) -> None:
        """Say that this process sends, when it waited before."""
        if self.is_told:
            self.is_told = False
            log.info("the other process stopped; this one sends now")


def _how_far(found: EditionFigures) -> dict[str, int]:
    return {"done": found.recipients - found.pending, "of": found.recipients}


def _turn(
    services: Services,
    goal: int | None,
    waiting: _Waiting,
    *,
    stop: Event,
    progress: Progress | None,
) -> EditionFigures | None:
    """Work while the lock is held, or look how far its holder is; return what reached the goal."""
    with services.db.read() as session:
        name = shares.new_name(session)
    with lock(services.db.engine, name) as held:
        if held is not None:
            waiting.end()
            with _enrolled(services, name) as mine, _looking_up(services):
                return _work(services, goal, held, mine, stop=stop, progress=progress)
    seen = _figures(services, goal)
    shown = seen or _under_way(services)
    waiting.tell(shown)
    if shown is not None and progress is not None:
        progress(shown)
    return seen if _is_reached(services, seen) else None


@contextmanager
def _enrolled(services: Services, name: str) -> Iterator[Mine]:
    """Be on record as a worker while the body runs."""
    db, clock, relay = services.db, services.clock, services.settings.smtp
    lease = shares.Lease().scaled(relay.patience)
    mine = shares.enrol(
        db, name, connections=services.open_transport().connections, lease=lease, now=clock()
    )
    yield mine
    with db.write() as session:  # not after a failure: then others see that the lock is free
        shares.bury(session, [mine.id], now=clock())


def _looking_up(services: Services) -> AbstractContextManager[None]:
    def settings() -> Settings:
        return services.current().settings

    return looking_up(services.db, settings=settings, clock=services.clock)


def _work(
    services: Services,
    goal: int | None,
    held: Held,
    mine: Mine,
    *,
    stop: Event,
    progress: Progress | None,
) -> EditionFigures | None:
    outages, is_away = 0, True  # whoever worked before may have left a note
    rest_until = services.clock()
    while not stop.is_set() and held.is_held() and shares.stay(services.db, mine):
        rests = services.clock() < rest_until
        report = _round(services, held, mine, stop=stop, progress=progress, rests=rests)
        if report.waits_until is not None:
            rest_until = min(report.waits_until, services.clock() + REST)
        # A relay that took something is there: it is not waited for ever longer.
        outages = outages + 1 if report.unavailable and not report.sent else 0
        patience = services.settings.smtp.patience
        wait_s = OUTAGE_S[min(outages, len(OUTAGE_S)) - 1] * patience if outages else POLL_S
        was_away, is_away = is_away, bool(report.unavailable)
        if report.is_refused and outages >= TRIES:
            _halt(services, report.unavailable)
        if is_away or was_away:
            _note_retry(services, wait_s if is_away else None)
        seen = _figures(services, goal)
        if _is_reached(services, seen):
            return seen
        if seen is not None and progress is not None:
            progress(seen)  # while it waits too
        stop.wait(wait_s)
    return None


def _halt(services: Services, why: str) -> None:
    with services.db.write() as session:
        halt_refused(session, why=why, now=services.clock())


def _note_retry(services: Services, wait_s: float | None) -> None:
    at = None if wait_s is None else services.clock() + timedelta(seconds=wait_s)
    with services.db.write() as session:
        note_retry(session, at)


def _round(
    services: Services,
    held: Held,
    mine: Mine,
    *,
    stop: Event,
    progress: Progress | None,
    rests: bool,
) -> SendReport:
    """Begin what is due, and send. rests: all that is under way waits for the pace."""
    services = services.current()
    started = begin_due(
        services.db,
        settings=services.settings,
        terms=services.terms,
        preflight=services.preflight,
        now=services.clock(),
    )
    if started:
        log.info("sending begins", editions=started)
    elif rests:
        return SendReport()
    report = deliver_due(
        services.db,
        open_transport=services.open_transport,
        links=services.links,
        settings=services.settings,
        clock=services.clock,
        mine=mine,
        stop=stop,
        may_begin=held.is_held,
        progress=progress,
    )
    _tell(services, report)
    return report


def _tell(services: Services, report: SendReport) -> None:
    if report.recovered:
        log.warning(
            "found in hand after a crash; see the edition's events", messages=report.recovered
        )
    if report.unavailable:
        log.warning("the relay cannot be reached; nothing is lost", why=report.unavailable)
    if report.completed:
        log.info("complete", editions=report.completed)
    if stopped := [one for one in report.paused if _has_stopped(services, one)]:
        log.error("stopped for a person to look at", editions=stopped)


def _figures(services: Services, goal: int | None) -> EditionFigures | None:
    if goal is None:
        return None
    with services.db.read() as session:
        return figures(session, goal)


def _is_reached(services: Services, now: EditionFigures | None) -> bool:
    """Say whether nothing is left to do of the goal, or nothing that waiting would bring."""
    if now is None or now.state not in UNDER_WAY:
        return now is not None
    return now.state is EditionStatus.PAUSED and _has_stopped(services, now.id)


def _has_stopped(services: Services, edition_id: int) -> bool:
    """Say whether an edition that stands still stopped by itself, for a person to look at."""
    with services.db.read() as session:
        return ending_of(session, get_edition(session, edition_id)) is not None


def _under_way(services: Services) -> EditionFigures | None:
    """Return the figures of what the process that sends is at; None when it is at nothing."""
    with services.db.read() as session:
        editions = sending_editions(session)
        return figures(session, editions[0]) if editions else None
