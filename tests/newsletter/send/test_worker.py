"""The worker, from what is due to what is complete: alone on SQLite, with others on PostgreSQL."""

from dataclasses import replace
from datetime import datetime, timedelta
from threading import Barrier, Event, Thread, get_ident

import pytest
from sqlalchemy import func, select, update

from newsletter.errors import AlreadyLeft, TransportRefused
from newsletter.model import Delivery, Edition
from newsletter.send import schedule as scheduling
from newsletter.send.freeze import freeze_due
from newsletter.send.loop import shares
from newsletter.send.worker import run_worker
from newsletter.sending_rows import Share, Worker
from newsletter.settings import Settings
from newsletter.store.editions import events_of, log_event
from newsletter.values import EditionFigures, EditionStatus, Receipt
from storage.dialect import lock
from storage.session import Database
from tests.factories import make_readers, make_segments
from tests.fakes import START, FakeClock, FakeTransport
from tests.newsletter.making import TERMS, WorkerServices, make_scheduled, sound, worker_services
from tests.newsletter.send.smtp_server import Relay, serving


@pytest.fixture
def transport() -> FakeTransport:
    return FakeTransport()


@pytest.fixture
def services(
    settings: Settings, db: Database, clock: FakeClock, transport: FakeTransport
) -> WorkerServices:
    return worker_services(settings, db, clock, transport=transport)


def arrange(db: Database, readers: int = 5) -> int:
    with db.write() as session:
        make_segments(session)
        make_readers(session, readers, now=START)
        return make_scheduled(session, now=START)


def test_worker_freezes_sends_and_closes(db: Database, services: WorkerServices) -> None:
    edition_id = arrange(db)

    found = run_worker(services, stop=Event(), until_complete=edition_id)

    assert found == EditionFigures(
        id=edition_id,
        kind="newsletter",
        number=14,
        title="Nieuwsbrief 14",
        state=EditionStatus.SENT,
        segments=("school", "lerarenopleiding", "overig"),
        content_hash=found.content_hash if found else "",
        recipients=5,
        sent=5,
        started_at=START,
        finished_at=START,
    )


def test_worker_that_is_told_to_stop_does_nothing(
    db: Database, services: WorkerServices, transport: FakeTransport
) -> None:
    arrange(db)
    stop = Event()
    stop.set()

    assert run_worker(services, stop=stop) is None
    assert transport.attempted == []


@pytest.mark.parametrize(
    "status", [EditionStatus.SENT, EditionStatus.CANCELLED, EditionStatus.DRAFT]
)
def test_worker_does_not_wait_for_what_will_not_come(
    db: Database, services: WorkerServices, status: EditionStatus
) -> None:
    edition_id = arrange(db)
    with db.write() as session:
        session.execute(update(Edition).values(status=status))

    found = run_worker(services, stop=Event(), until_complete=edition_id)

    assert found is not None
    assert found.state is status


def test_worker_goes_home_when_its_edition_was_halted(
    db: Database, settings: Settings, clock: FakeClock
) -> None:
    edition_id = arrange(db, readers=30)
    ours = TransportRefused("5.7.1 relaying denied", code=554)
    transport = FakeTransport({f"r{one}@example.org": ours for one in range(1, 31)})
    services = worker_services(settings, db, clock, transport=transport)

    found = run_worker(services, stop=Event(), until_complete=edition_id)

    assert found is not None
    assert found.state is EditionStatus.PAUSED


def test_who_waits_for_another_goes_home_when_that_one_stopped_for_a_person(
    db: Database, services: WorkerServices
) -> None:
    edition_id = arrange(db)
    with db.write() as session:
        values = {"status": EditionStatus.PAUSED, "started_at": START}
        session.execute(update(Edition).values(**values))
        log_event(session, edition_id, what="halted", now=START, note="20 readers refused")
        name = shares.new_name(session)

    with lock(db.engine, name):
        found = run_worker(services, stop=Event(), until_complete=edition_id)

    assert found is not None
    assert found.state is EditionStatus.PAUSED


class Interrupting(FakeTransport):
    """A relay while whose third mail is handed over, somebody presses pause."""

    def __init__(self, db: Database) -> None:
        super().__init__(connections=1)
        self._db, self.paused = db, Event()

    def connect(self) -> "Interrupting":
        return self

    def deliver(self, *, sender: str, recipient: str, message: bytes) -> Receipt:
        receipt = super().deliver(sender=sender, recipient=recipient, message=message)
        if len(self.attempted) == 3:
            scheduling.pause(self._db, 1, now=START)
            self.paused.set()
        return receipt


def test_worker_waits_for_an_edition_that_a_person_paused_in_the_midst(
    db: Database, settings: Settings, clock: FakeClock
) -> None:
    edition_id = arrange(db, readers=30)
    transport, stop = Interrupting(db), Event()
    services = worker_services(settings, db, clock, transport=transport)
    found: list[EditionFigures | None] = []

    def work() -> None:
        found.append(run_worker(services, stop=stop, until_complete=edition_id, progress=seen))

    def seen(figures: EditionFigures) -> None:
        if transport.paused.is_set() and figures.state is EditionStatus.PAUSED:
            scheduling.resume(db, edition_id, now=START)

    worker = Thread(target=work)
    worker.start()
    worker.join(30)
    stop.set()
    worker.join()

    assert [one.state if one else None for one in found] == [EditionStatus.SENT]
    assert len(transport.attempted) == 30


def test_second_worker_waits_and_sees_the_first_finish(
    db: Database, services: WorkerServices, transport: FakeTransport
) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("several work together on PostgreSQL")
    edition_id = arrange(db)
    shown: list[EditionFigures] = []
    waiting = Event()

    def show(figures: EditionFigures) -> None:
        shown.append(figures)
        waiting.set()

    with lock(db.engine, shares.ONE) as held:
        second = Thread(
            target=run_worker,
            args=(services,),
            kwargs={"stop": Event(), "until_complete": edition_id, "progress": show},
        )
        second.start()
        assert waiting.wait(10)
        with db.write() as session:
            session.execute(update(Edition).values(status=EditionStatus.SENT))
        second.join(10)

    assert held
    assert not second.is_alive()
    assert transport.attempted == []
    assert shown[-1].state is EditionStatus.SENT


class Shared(FakeTransport):
    """A relay that takes nobody's second message before two workers handed it one."""

    def __init__(self, workers: int) -> None:
        super().__init__(connections=1)
        self._all_here = Barrier(workers)
        self._seen: set[int] = set()

    def connect(self) -> "Shared":
        return self

    def deliver(self, *, sender: str, recipient: str, message: bytes) -> Receipt:
        if get_ident() not in self._seen:
            self._seen.add(get_ident())
            self._all_here.wait(20)
        return super().deliver(sender=sender, recipient=recipient, message=message)


def test_workers_share_an_edition_and_each_mail_goes_once(
    settings: Settings, db: Database, clock: FakeClock
) -> None:
    several = 2 if db.engine.dialect.name == "postgresql" else 1
    transport = Shared(several)
    services = worker_services(settings, db, clock, transport=transport)
    edition_id = arrange(db, readers=60)
    freeze_due(db, terms=TERMS, preflight=sound, now=START)
    with db.write() as session:
        shares.cut_into_shares(session, edition_id, size=7)
    options = {"stop": Event(), "until_complete": edition_id}

    workers = [Thread(target=run_worker, args=(services,), kwargs=options) for _ in range(several)]
    for one in workers:
        one.start()
    for one in workers:
        one.join(30)

    with db.read() as session:
        senders = session.scalars(select(Delivery.worker_id).distinct()).all()
        ended = session.scalars(select(Worker.ended_at)).all()
        left = session.scalars(select(Share.worker_id).distinct()).all()
    assert sorted(transport.attempted) == sorted(f"r{one}@example.org" for one in range(1, 61))
    assert (len(senders), len(ended), None in ended, left) == (several, several, False, [None])


def test_editions_that_become_due_are_sent_by_a_waiting_worker(
    db: Database, services: WorkerServices, clock: FakeClock
) -> None:
    edition_id = arrange(db)
    scheduling.schedule(db, edition_id, at=START + timedelta(hours=1), terms=TERMS, now=START)
    stop = Event()
    worker = Thread(target=run_worker, args=(services,), kwargs={"stop": stop})
    worker.start()
    clock.later(hours=1)

    found = run_worker(services, stop=Event(), until_complete=edition_id)
    stop.set()
    worker.join(10)

    assert found is not None
    assert (found.state, found.sent) == (EditionStatus.SENT, 5)
    with db.read() as session:
        assert session.scalar(select(func.sum(Delivery.attempts))) == 5


def test_a_relay_that_goes_on_refusing_us_is_a_matter_for_a_person(
    db: Database, settings: Settings, clock: FakeClock
) -> None:
    edition_id = arrange(db)
    relay = Relay(mail="550 5.7.1 you may not send here")

    with serving(relay) as port:
        smtp = replace(settings.smtp, host="127.0.0.1", port=port, patience=0.001)
        services = worker_services(replace(settings, smtp=smtp), db, clock)
        found = run_worker(services, stop=Event(), until_complete=edition_id)

    with db.read() as session:
        last = events_of(session, edition_id)[-1]
        tried = session.scalar(select(func.sum(Delivery.attempts)))
    assert found is not None
    assert (found.state, found.pending, tried) == (EditionStatus.PAUSED, 5, 0)
    assert (last.what, "you may not send here" in last.note) == ("halted", True)
    assert len(relay.heard) == 20


def test_a_relay_that_refuses_us_is_tried_again_at_a_moment_that_is_in_the_row(
    db: Database, settings: Settings, clock: FakeClock
) -> None:
    edition_id = arrange(db)
    relay = Relay(mail="421 4.3.2 not now")
    stop = Event()
    noted: list[datetime | None] = []

    def look(_: EditionFigures) -> None:
        retry_at = retry(db, edition_id)
        if retry_at is not None:
            noted.append(retry_at)
            relay.mail = "250 OK"

    with serving(relay) as port:
        smtp = replace(settings.smtp, host="127.0.0.1", port=port)
        services = worker_services(replace(settings, smtp=smtp), db, clock)
        found = run_worker(services, stop=stop, until_complete=edition_id, progress=look)

    assert found is not None
    assert (found.state, found.sent) == (EditionStatus.SENT, 5)
    assert noted[0] == START + timedelta(seconds=1)
    assert retry(db, edition_id) == noted[-1]  # told while it was tried; a finished one is not told


def test_what_a_worker_before_noted_is_wiped_when_the_relay_is_there(
    db: Database, services: WorkerServices
) -> None:
    edition_id = arrange(db)
    with db.write() as session:
        session.get_one(Edition, edition_id).retry_at = START
        session.get_one(Edition, edition_id).status = EditionStatus.SENDING
    stop = Event()
    stop_soon = Thread(target=lambda: wait_until_wiped(db, edition_id, stop))
    stop_soon.start()

    run_worker(services, stop=stop)
    stop_soon.join()

    assert retry(db, edition_id) is None


def wait_until_wiped(db: Database, edition_id: int, stop: Event) -> None:
    while retry(db, edition_id) is not None and not stop.wait(0.05):
        continue
    stop.set()


def retry(db: Database, edition_id: int) -> datetime | None:
    with db.read() as session:
        return session.get_one(Edition, edition_id).retry_at


@pytest.mark.long
@pytest.mark.parametrize("delay_ms", [0, 1, 2, 5, 10, 20, 50, 100])
def test_taking_back_while_the_worker_begins_leaves_all_or_nothing(
    db: Database, services: WorkerServices, transport: FakeTransport, delay_ms: int
) -> None:
    edition_id = arrange(db, readers=40)
    stop = Event()
    worker = Thread(target=lambda: run_worker(services, stop=stop, until_complete=edition_id))
    worker.start()
    stop.wait(delay_ms / 1000)
    try:
        scheduling.unschedule(db, edition_id, now=START)
        was_taken_back = True
    except AlreadyLeft:
        was_taken_back = False
    if was_taken_back:
        stop.set()
    worker.join()

    with db.read() as session:
        rows = session.scalar(select(func.count()).select_from(Delivery))
        state = session.get_one(Edition, edition_id).state
    expected = (EditionStatus.APPROVED, 0) if was_taken_back else (EditionStatus.SENT, 40)
    assert (state, len(transport.accepted)) == expected
    assert was_taken_back or rows == 40
