"""Prepare, claim, hand over, record: each message on record before and after.

One loop owns the database and the connections. Messages are prepared: the relay may hear for whom
they are, behind the body of the one before. Then what came back and what is begun are written in
one transaction, and only when that is durable do the next bodies leave. So a kill leaves at most
one message for each connection in doubt, and the ledger says which ones. Nobody is missed; a copy
that may be the second is counted as one.
"""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from threading import Event
from typing import Final

from sqlalchemy.orm import Session

from newsletter.errors import (
    ContentChanged,
    TransportDeferred,
    TransportRefused,
    TransportUnavailable,
    UnsafeHeader,
)
from newsletter.ports import Clock, Transport
from newsletter.send import ledger
from newsletter.send.loop import closing, shares
from newsletter.send.loop.breakers import Breakers, Trip
from newsletter.send.loop.ends import bring_to_end
from newsletter.send.loop.group import write_group
from newsletter.send.loop.pages import Mailing, Pages, Ready, read_mailing
from newsletter.send.loop.results import NO_MAIL, Result
from newsletter.send.loop.sending import Sending
from newsletter.send.loop.shares import Lease, Mine
from newsletter.send.loop.tally import SendReport, Tally
from newsletter.send.loop.turns import Turns
from newsletter.send.outcomes import WATCHED, Attempt, Settled, without_addresses
from newsletter.send.pace import Pace, asks_to_slow
from newsletter.send.transports.lanes import open_pool
from newsletter.send.transports.letters import Letter, News, Pool, Turn
from newsletter.send.watching.progress import Progress, Shown
from newsletter.send.watching.watch import Watch
from newsletter.settings import Settings
from newsletter.values import DeliveryState, EditionStatus
from storage.session import Database
from storage.steady import InSession
from subscribers.links import Links

LOOK_S: Final = 0.5  # that nothing happens before the loop looks whether it should go on
LONG: Final = timedelta(minutes=1)  # that the pace is waited for before other editions get a turn


def deliver_due(  # noqa: PLR0913 - everything it works with, handed in
    db: Database,
    *,
    open_transport: Callable[[], Transport],
    links: Links,
    settings: Settings,
    clock: Clock,
    mine: Mine | None = None,
    stop: Event | None = None,
    may_begin: Callable[[], bool] = lambda: True,
    progress: Progress | None = None,
) -> SendReport:
    """Send every edition that is being sent until nothing is due, and close what is complete.

    mine: this process as a worker; the caller holds its lock. Without it, it enrols for this run.
    It ends early when `stop` is set or `may_begin` says no, after what is in hand, and when no
    connection reaches the relay: then `unavailable` says why, and nobody was given up for it.
    """
    stop = stop or Event()
    mine = mine or shares.enrol(
        db, shares.ONE, connections=open_transport().connections, lease=Lease(), now=clock()
    )
    run = Sending(
        db,
        mine,
        pace=Pace(db, settings.limits, time.monotonic),
        watch=Watch.begin(db, log=settings.log, now=clock()),
        links=links,
        settings=settings,
        clock=clock,
        stop=stop,
        may_begin=may_begin,
    )
    tally = Tally(recovered=run.take_back([mine.id]))
    tally.recovered += run.look_for_dead()
    with db.read() as session:
        editions = ledger.sending_editions(session)
    if not editions:
        run.end(tally)
        return tally.report()
    pool = open_pool(open_transport())
    try:
        for edition_id in editions:
            if stop.is_set() or not may_begin() or pool.is_closed:
                break
            one = _Run(run, edition_id, pool, tally, progress=progress)
            tally.statuses[edition_id] = one.send()
    finally:
        pool.close()
        run.close()
    run.end(tally)
    return tally.report()


class _Run:
    """The sending of one edition, within one run over all of them."""

    def __init__(
        self,
        sending: Sending,
        edition_id: int,
        pool: Pool,
        tally: Tally,
        *,
        progress: Progress | None,
    ) -> None:
        self._sending, self._edition_id, self._pool, self._tally = sending, edition_id, pool, tally
        self._clock, self._write = sending.clock, sending.write
        self._shown = Shown(sending.db, edition_id, progress)
        self._in_hand: dict[int, Attempt] = {}
        self._breakers: Breakers  # when the size of its list is known
        self._goes_on, self._is_withdrawn = True, False
        self._waited = timedelta()

    def send(self) -> EditionStatus:
        """Send until nothing of it is due; return its status then."""
        sending = self._sending
        try:
            with sending.db.read() as session:
                mailing = read_mailing(session, self._edition_id, sending.settings)
        except UnsafeHeader as wrong:
            return self._stop(closing.halt_faulty, note=str(wrong))
        except ContentChanged as changed:
            return self._stop(closing.halt_changed, detail=changed.detail)
        self._breakers = Breakers(mailing.size)
        self._write(lambda s: shares.cut_into_shares(s, self._edition_id))
        pages = Pages(
            sending.db,
            mailing,
            mine=sending.mine,
            links=sending.links,
            settings=sending.settings,
            clock=self._clock,
        )
        turns = Turns(pages, sending.pace, self._clock)
        self._send_all(mailing, pages, turns)
        if self._pool.is_closed and self._pool.outage is not None:
            self._note_outage(self._pool.outage)
        if (end := pages.find_end()) is not None:
            self._stop(bring_to_end, end=end)
        self._shown.finish()
        return self._write(self._finish)

    def _finish(self, session: Session) -> EditionStatus:
        shares.release(session, [self._sending.mine.id])
        return closing.close_if_complete(session, self._edition_id, now=self._clock())

    def _send_all(self, mailing: Mailing, pages: Pages, turns: Turns) -> None:
        while True:
            faulty = self._prepare(turns)
            if not (faulty or self._pool.busy or self._waits_for(turns)):
                return
            self._pool.flush()
            if not self._is_withdrawn:
                pages.look_ahead()
            news = self._pool.collect(0 if faulty else self._pause_s(turns))
            self._tally.recovered += self._sending.keep_up()
            opened, results = self._sort(news, pages)
            if opened or results or faulty:
                self._write_group(mailing, pages, opened, [*results, *faulty])
            self._spare_refused()

    def _pause_s(self, turns: Turns) -> float:
        """Return how long to wait for news: not past the moment when somebody may begin."""
        if turns.next_at is None:
            return LOOK_S
        return min(max((turns.next_at - self._clock()).total_seconds(), 0.0), LOOK_S)

    def _waits_for(self, turns: Turns) -> bool:
        """Wait a little for the pace, with nothing in hand; say whether it is worth waiting for."""
        at, sending = turns.next_at, self._sending
        if at is None or not self._may_begin():
            return False
        is_long = at - self._clock() > LONG or self._waited > LONG
        with sending.db.read() as session:
            run = InSession(session)
            goes_on = ledger.may_begin(run, self._edition_id, now=self._clock())
        if is_long or not goes_on:
            self._tally.waits[self._edition_id] = at
            return False
        pause = timedelta(seconds=self._pause_s(turns))
        sending.stop.wait(pause.total_seconds())
        self._waited += pause
        sending.watch.waited(pause)
        self._shown.finish()
        return True

    def _prepare(self, turns: Turns) -> list[Result]:
        """Prepare messages for all connections that are free; return what became of the others."""
        if not self._may_begin():
            if not self._is_withdrawn:
                self._is_withdrawn = True
                self._pool.withdraw()
            return []
        faulty = []
        for ready in turns.take(self._pool.free):
            if ready.personal is None or ready.envelope is None:
                faulty.append(Result(ready, None if ready.personal is None else NO_MAIL))
                continue
            try:
                message = ready.message()
            except UnsafeHeader as wrong:
                faulty.append(Result(ready, TransportRefused(str(wrong))))
                continue
            letter = Letter(
                ready.sender, ready.personal.email, message, about=ready, has_dots=False
            )
            self._pool.prepare(letter)
        return faulty

    def _may_begin(self) -> bool:
        asked = self._goes_on and not self._sending.stop.is_set() and not self._pool.is_closed
        return asked and self._sending.may_begin()

    def _sort(self, news: Sequence[News], pages: Pages) -> tuple[list[Letter], list[Result]]:
        """Return whose body may be sent, and the results; what was not begun waits again."""
        opened: list[Letter] = []
        results: list[Result] = []
        for letter, word in news:
            ready: Ready = letter.about
            is_in_hand = ready.delivery_id in self._in_hand
            if word is Turn.OPEN:
                opened.append(letter)
            elif word is Turn.BACK or (isinstance(word, TransportUnavailable) and not is_in_hand):
                pages.give_back(ready)
            elif not isinstance(word, Turn):
                results.append(Result(ready, word))
        return opened, results

    def _write_group(
        self,
        mailing: Mailing,
        pages: Pages,
        opened: Sequence[Letter],
        results: Sequence[Result],
    ) -> None:
        """Make what came back and what is begun durable in one transaction; then let that go."""
        known = self._in_hand
        ids = [letter.about.delivery_id for letter in opened]
        ids += [one.delivery_id for one in results if one.delivery_id not in known]
        written = write_group(self._sending, mailing, to_begin=ids, results=results, in_hand=known)
        self._goes_on = self._goes_on and written.goes_on
        self._let_go(opened, written.begun)
        self._put_aside(results, written.settled, pages)
        self._count(written.settled, written.skipped)
        self._slow_down(results)
        self._watch_refusals(results)

    def _slow_down(self, results: Sequence[Result]) -> None:
        """Go slower to domains whose answer asks for it."""
        asked = {
            one.domain
            for one in results
            if isinstance(one.result, TransportDeferred)
            and asks_to_slow(one.result.code, one.result.reply)
        }
        for domain in asked:
            self._sending.pace.slow_down(domain, self._clock())

    def _let_go(self, opened: Sequence[Letter], begun: Mapping[int, Attempt]) -> None:
        """Let go what is on record as begun, and drop the others."""
        for letter in opened:
            if (attempt := begun.get(letter.about.delivery_id)) is None:
                self._pool.drop(letter)
            else:
                self._in_hand[attempt.delivery_id] = attempt
                self._pool.let_go(letter)

    def _put_aside(
        self, results: Sequence[Result], settled: Sequence[Settled], pages: Pages
    ) -> None:
        """Have these in hand no more; whose attempt was given back waits again."""
        back = {one.delivery_id for one in settled if one.state is DeliveryState.PENDING}
        for one in results:
            self._in_hand.pop(one.delivery_id, None)
            if one.delivery_id in back and one.result is not None:
                pages.give_back(one.ready)

    def _count(self, settled: Sequence[Settled], skipped: Sequence[int]) -> None:
        states = Counter(one.state for one in settled)
        states[DeliveryState.SKIPPED] += len(skipped)
        self._sending.watch.wrote(self._edition_id, settled, skipped=skipped, now=self._clock())
        self._tally.states += states
        self._shown.add(states)

    def _note_outage(self, outage: TransportUnavailable) -> None:
        self._tally.unavailable = why = without_addresses(str(outage))
        self._tally.is_refused = (outage.code or 0) // 100 == 5
        now = self._clock()
        self._write(lambda s: closing.note_outage(s, self._edition_id, note=why, now=now))

    def _watch_refusals(self, results: Sequence[Result]) -> None:
        """Stop before a whole list is refused."""
        breakers = self._breakers
        trip = breakers.watch(results, goes_on=self._goes_on)
        if trip is Trip.ALIKE:
            self._goes_on = False
            note = f"{len(breakers.refused)} readers in a row refused: it must be us"
            self._stop(closing.halt, note=note)
        elif trip is Trip.MANY:
            self._stop(closing.halt_many_refused, refused=breakers.counted(), of=WATCHED)

    def _spare_refused(self) -> None:
        """Give those readers their turn back: they had no part in it."""
        spared, now = self._breakers.spared(), self._clock()
        if not spared:
            return
        self._write(lambda s: ledger.give_back(s, self._edition_id, spared, now=now))
        moved = Counter({DeliveryState.FAILED: -len(spared), DeliveryState.PENDING: len(spared)})
        self._tally.states.update(moved)
        self._shown.add(moved)

    def _stop(self, halt: Callable[..., None], **why: object) -> EditionStatus:
        """End it before all was sent, for that reason; a person looks at what is paused."""
        now = self._clock()
        self._write(lambda s: halt(s, self._edition_id, now=now, **why))
        return EditionStatus.PAUSED
