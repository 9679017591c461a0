"""The worker: freezes what is due, sends it, waits for more.

On PostgreSQL as many work together as wanted; on SQLite one works, and the others wait for it.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
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
from newsletter.send.watching.progress import Progress
from newsletter.settings import Settings
from newsletter.store.deliveries import figures
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


@dataclass(frozen=True, slots=True)
class Goal:
    """When a worker may go home: when this edition is complete; None: when it is told to stop."""

    edition_id: int | None

    def is_reached(self, now: EditionFigures | None, report: SendReport | None = None) -> bool:
        """Say whether nothing is left to do, or nothing that waiting would bring."""
        if now is None:
            return False
        halted = report is not None and now.id in report.halted
        return now.state not in UNDER_WAY or halted


def run_worker(
    services: Services,
    *,
    stop: Event,
    until_complete: int | None = None,
    progress: Progress | None = None,
) -> EditionFigures | None:
    """Work until `stop` is set, or until that edition is complete; return its figures.

    While another process works, it says so once and waits, and shows how far that one is. An
    edition that is paused is waited for; one that was halted, cancelled or put back to draft is
    not.
    """
    services.db.keep_little()
    goal, waiting = Goal(until_complete), _Waiting()
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
    goal: Goal,
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
    return seen if goal.is_reached(seen) else None


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
    goal: Goal,
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
            report = replace(report, halted=report.editions)
        if is_away or was_away:
            _note_retry(services, wait_s if is_away else None)
        seen = _figures(services, goal)
        if goal.is_reached(seen, report):
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
    _tell(report)
    return report


def _tell(report: SendReport) -> None:
    if report.recovered:
        log.warning(
            "found in hand after a crash; see the edition's events", messages=report.recovered
        )
    if report.unavailable:
        log.warning("the relay cannot be reached; nothing is lost", why=report.unavailable)
    if report.completed:
        log.info("complete", editions=report.completed)
    if report.halted:
        log.error("stopped for a person to look at", editions=report.halted)


def _figures(services: Services, goal: Goal) -> EditionFigures | None:
    if goal.edition_id is None:
        return None
    with services.db.read() as session:
        return figures(session, goal.edition_id)


def _under_way(services: Services) -> EditionFigures | None:
    """Return the figures of what the process that sends is at; None when it is at nothing."""
    with services.db.read() as session:
        editions = sending_editions(session)
        return figures(session, editions[0]) if editions else None
