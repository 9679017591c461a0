"""Claim, hand over, record what the server said: each message on record before and after.

This thread owns the database; lanes hand messages over (see `lanes`). What came back and what is
begun next are written in one transaction, which is durable before the next message leaves. So a
kill leaves at most one message for each connection in hand, and the ledger says which ones. Nobody
is missed; a copy that may be the second is counted as one.

The caller holds the database's lock "worker": what is in hand at the start is a dead worker's.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from threading import Event
from typing import Final, TypeVar

from sqlalchemy.orm import Session

from newsletter.errors import ContentChanged, TransportRefused, TransportUnavailable, UnsafeHeader
from newsletter.ports import Clock, Transport
from newsletter.send import closing, ledger
from newsletter.send.ends import bring_to_end
from newsletter.send.lanes import Done, Job, Lanes
from newsletter.send.outcomes import (
    Attempt,
    Refusal,
    Settled,
    is_about_us,
    settle,
    without_addresses,
)
from newsletter.send.pages import Mailing, Pages, Ready, read_mailing
from newsletter.send.progress import Progress, Shown
from newsletter.send.tally import SendReport, Tally
from newsletter.settings import Settings
from newsletter.values import DeliveryState, EditionStatus
from storage.errors import StorageError
from storage.session import Database
from subscribers.links import Links

T = TypeVar("T")

WRITE_TRIES: Final = 20  # of a write that the database did not take, a second apart


def deliver_due(  # noqa: PLR0913 - everything it works with, handed in
    db: Database,
    *,
    open_transport: Callable[[], Transport],
    links: Links,
    settings: Settings,
    clock: Clock,
    stop: Event | None = None,
    may_begin: Callable[[], bool] = lambda: True,
    progress: Progress | None = None,
) -> SendReport:
    """Send every edition that is being sent until nothing is due, and close what is complete.

    It ends early when `stop` is set or `may_begin` says no, after what is in hand, and when no
    connection reaches the relay: then `unavailable` says why, and nobody was given up for it.
    """
    stop = stop or Event()
    tally = Tally(recovered=_patiently(db, stop, lambda s: ledger.take_back(s, now=clock())))
    with db.read() as session:
        editions = ledger.sending_editions(session)
    if editions:
        with Lanes(open_transport()) as lanes:
            for edition_id in editions:
                if stop.is_set() or not may_begin() or lanes.are_closed:
                    break
                run = _Run(
                    db,
                    edition_id,
                    lanes,
                    tally,
                    clock=clock,
                    stop=stop,
                    may_begin=may_begin,
                    progress=progress,
                )
                tally.statuses[edition_id] = run.send(links, settings)
    return tally.report()


class _Run:
    """The sending of one edition, within one run over all of them."""

    def __init__(  # noqa: PLR0913 - what it shares with the run over all editions
        self,
        db: Database,
        edition_id: int,
        lanes: Lanes,
        tally: Tally,
        *,
        clock: Clock,
        stop: Event,
        may_begin: Callable[[], bool],
        progress: Progress | None,
    ) -> None:
        self._db, self._edition_id, self._lanes, self._tally = db, edition_id, lanes, tally
        self._clock, self._stop, self._is_allowed = clock, stop, may_begin
        self._shown = Shown(db, edition_id, progress)
        self._refused: list[Refusal] = []
        self._goes_on, self._spares = True, False

    def send(self, links: Links, settings: Settings) -> EditionStatus:
        """Send until nothing of it is due; return its status then."""
        try:
            with self._db.read() as session:
                mailing = read_mailing(session, self._edition_id, settings)
        except UnsafeHeader as wrong:
            return self._halt_faulty(str(wrong))
        except ContentChanged as changed:
            return self._halt_changed(changed)
        pages = Pages(self._db, mailing, links=links, settings=settings, clock=self._clock)
        self._send_all(mailing, pages)
        if (end := pages.end) is not None:
            self._write(lambda s: bring_to_end(s, self._edition_id, end, now=self._clock()))
        self._shown.finish()
        return self._write(
            lambda s: closing.close_if_complete(s, self._edition_id, now=self._clock())
        )

    def _send_all(self, mailing: Mailing, pages: Pages) -> None:
        is_full = True
        while True:
            done = self._lanes.collect(wait=is_full)
            settled = [self._settle(one, mailing) for one in done]
            ready = pages.take(self._lanes.idle) if self._may_begin() else []
            if not (ready or done or self._lanes.busy):
                return
            begun = self._write_group(settled, ready, mailing)
            if any(one.state is DeliveryState.PENDING for one in settled):
                pages.start_over()
            self._hand_out(begun, ready, pages)
            self._spare_refused()
            is_full = len(begun) == len(ready)  # else a lane stands idle: somebody was skipped

    def _may_begin(self) -> bool:
        asked = self._goes_on and not self._stop.is_set() and self._lanes.idle > 0
        return asked and self._is_allowed()

    def _settle(self, done: Done, mailing: Mailing) -> Settled:
        settled = settle(done.attempt, done.result, policy=mailing.policy, now=self._clock())
        if isinstance(done.result, TransportUnavailable):
            self._note_outage(done.result)
        self._watch_refusals(done, size=mailing.size)
        return settled

    def _write_group(
        self, settled: Sequence[Settled], ready: Sequence[Ready], mailing: Mailing
    ) -> list[Attempt]:
        """Make what came back and what is begun durable, in one transaction."""

        def write(session: Session) -> tuple[list[Attempt], int, bool]:
            now = self._clock()
            ledger.record(session, self._edition_id, settled, now=now)
            if not ready:
                return [], 0, True
            ids = [one.delivery_id for one in ready]
            begun, skipped = ledger.claim(
                session, self._edition_id, ids, topic=mailing.topic, now=now
            )
            complete = len(begun) + skipped == len(ids)
            return begun, skipped, complete or ledger.is_sending(session, self._edition_id)

        begun, skipped, goes_on = self._write(write)
        self._goes_on = self._goes_on and goes_on
        states = Counter(one.state for one in settled)
        states[DeliveryState.SKIPPED] += skipped
        self._tally.states += states
        self._shown.add(states)
        return begun

    def _hand_out(self, begun: Sequence[Attempt], ready: Sequence[Ready], pages: Pages) -> None:
        by_id = {one.delivery_id: one for one in ready}
        nobody: list[Settled] = []
        for attempt in begun:
            one = by_id[attempt.delivery_id]
            if one.envelope is None:
                reply = "nothing was approved for this audience"
                nobody.append(Settled(one.delivery_id, DeliveryState.FAILED, None, reply))
            elif one.personal is None:  # came back since the page was read: read it again
                pages.start_over()
                nobody.append(
                    Settled(one.delivery_id, DeliveryState.PENDING, None, "", attempts=-1)
                )
            else:
                self._lanes.start(Job(attempt, one.envelope, one.personal, one.sender))
        if nobody:
            now = self._clock()
            self._write(lambda s: ledger.record(s, self._edition_id, nobody, now=now))
            self._tally.states += Counter(one.state for one in nobody)

    def _note_outage(self, outage: TransportUnavailable) -> None:
        if self._lanes.are_closed:
            self._tally.unavailable = why = without_addresses(str(outage))
            now = self._clock()
            self._write(lambda s: closing.note_outage(s, self._edition_id, note=why, now=now))

    def _watch_refusals(self, done: Done, *, size: int) -> None:
        """Stop before a whole list is refused for what is wrong with us."""
        result = done.result
        if isinstance(result, TransportRefused) and result.code is not None:
            self._refused.append(Refusal(done.attempt.delivery_id, result.reply, done.domain))
        elif not self._spares:
            self._refused.clear()
        if self._goes_on and is_about_us(self._refused, size=size):
            self._goes_on, self._spares = False, True
            self._halt(f"{len(self._refused)} readers in a row refused: it must be us")

    def _spare_refused(self) -> None:
        """Give those readers their turn back: they had no part in it."""
        spared, now = [one.delivery_id for one in self._refused], self._clock()
        if not self._spares or not spared:
            return
        self._write(lambda s: ledger.give_back(s, self._edition_id, spared, now=now))
        self._refused.clear()
        moved = Counter({DeliveryState.FAILED: -len(spared), DeliveryState.PENDING: len(spared)})
        self._tally.states.update(moved)
        self._shown.add(moved)

    def _halt(self, note: str) -> EditionStatus:
        now = self._clock()
        self._write(lambda s: closing.halt(s, self._edition_id, note=note, now=now))
        return EditionStatus.PAUSED

    def _halt_faulty(self, note: str) -> EditionStatus:
        now = self._clock()
        self._write(lambda s: closing.halt_faulty(s, self._edition_id, note=note, now=now))
        return EditionStatus.PAUSED

    def _halt_changed(self, changed: ContentChanged) -> EditionStatus:
        now, detail = self._clock(), changed.detail
        self._write(lambda s: closing.halt_changed(s, self._edition_id, detail=detail, now=now))
        return EditionStatus.PAUSED

    def _write(self, work: Callable[[Session], T]) -> T:
        return _patiently(self._db, self._stop, work)


def _patiently(db: Database, stop: Event, work: Callable[[Session], T]) -> T:
    """Do a write, again after a second when the database did not take it (locked, or restarting).

    It must be durable before the next message, and running it twice writes the same: giving up at
    once would put every message in hand in doubt. Raises StorageError when the database stays away.
    """
    for _ in range(WRITE_TRIES - 1):
        try:
            with db.write() as session:
                return work(session)
        except StorageError:
            stop.wait(1)
    with db.write() as session:
        return work(session)
