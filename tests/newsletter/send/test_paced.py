"""An edition is held to the pace, from its due moment to its last mail."""

import json
from dataclasses import replace
from datetime import datetime, time, timedelta
from threading import Event

import pytest
from sqlalchemy import select, update

from newsletter.errors import TransportDeferred
from newsletter.limits import Limit, QuietHours, WarmUp, next_day
from newsletter.model import Delivery
from newsletter.send import schedule
from newsletter.send.deliver import deliver_due
from newsletter.send.freeze import freeze_due
from newsletter.send.loop.tally import SendReport
from newsletter.send.watching.meter import figures as read_figures
from newsletter.send.worker import run_worker
from newsletter.sending_rows import PaceTaken
from newsletter.settings import Settings
from newsletter.store.deliveries import figures
from newsletter.store.editions import events_of
from newsletter.values import EditionKind, EditionStatus, Receipt
from storage.session import Database
from subscribers.links import Links
from subscribers.model import Subscriber
from tests.factories import make_readers, make_segments
from tests.fakes import START, FakeClock, FakeTransport
from tests.newsletter.making import TERMS, make_scheduled, sound, worker_services

QUIET = QuietHours(time(9), time(11))
MINUTE = timedelta(minutes=1)


class Passing(Event):
    """An event whose waiting is the passing of a clock's time; set after `last`, if given.

    least: so much passes at the least.
    """

    def __init__(
        self, clock: FakeClock, *, last: datetime | None = None, least: timedelta = timedelta()
    ) -> None:
        super().__init__()
        self._clock, self._last, self._least = clock, last, least

    def wait(self, timeout: float | None = None) -> bool:
        now = self._clock.later(seconds=max(timeout or 0, self._least.total_seconds()))
        if self._last is not None and now >= self._last:
            self.set()
        return self.is_set()


class Noting(FakeTransport):
    """A relay that notes when it took what."""

    def __init__(self, clock: FakeClock, connections: int = 4) -> None:
        super().__init__(connections=connections)
        self._clock = clock
        self.at: list[tuple[datetime, str]] = []

    def connect(self) -> "Noting":
        return self

    def deliver(self, *, sender: str, recipient: str, message: bytes) -> Receipt:
        receipt = super().deliver(sender=sender, recipient=recipient, message=message)
        self.at.append((self._clock(), recipient.partition("@")[2]))
        return receipt


@pytest.fixture
def transport(clock: FakeClock) -> Noting:
    return Noting(clock)


def arrange(db: Database, readers: int, **fields: object) -> int:
    with db.write() as session:
        make_segments(session)
        make_readers(session, readers, now=START)
        return make_scheduled(session, now=START, **fields)  # type: ignore[arg-type] # of a row


def begin(db: Database, readers: int) -> int:
    edition_id = arrange(db, readers)
    freeze_due(db, terms=TERMS, preflight=sound, now=START)
    return edition_id


def move_readers(db: Database, domain: str, *, every: int) -> None:
    """Let each so manieth reader have an address at a domain."""
    with db.write() as session:
        for one in session.scalars(select(Subscriber).where(Subscriber.id % every == 0)):
            one.email = f"r{one.id}@{domain}"
            one.email_key = one.email


def deliver(
    db: Database, settings: Settings, clock: FakeClock, transport: Noting, *, stop: Event
) -> SendReport:
    return deliver_due(
        db,
        open_transport=lambda: transport,
        links=Links(key=settings.secret_key, base_url=settings.base_url),
        settings=settings,
        clock=clock,
        stop=stop,
    )


def state(db: Database, edition_id: int) -> EditionStatus:
    with db.read() as session:
        return figures(session, edition_id).state


def test_edition_goes_no_faster_than_its_limit(
    db: Database, settings: Settings, clock: FakeClock, transport: Noting
) -> None:
    edition_id = begin(db, 60)
    limited = replace(settings, pace=(Limit(20, 1),))

    deliver(db, limited, clock, transport, stop=Passing(clock))

    moments = [at for at, _ in transport.at]
    assert len(moments) == 60
    assert all(b - a >= timedelta(seconds=1) for a, b in zip(moments, moments[20:], strict=False))
    assert moments[-1] - moments[0] < timedelta(seconds=4)
    assert state(db, edition_id) is EditionStatus.SENT


def test_slow_domain_holds_up_no_other(
    db: Database, settings: Settings, clock: FakeClock, transport: Noting
) -> None:
    edition_id = begin(db, 300)
    move_readers(db, "slow.example.org", every=10)
    limited = replace(settings, pace_domains={"slow.example.org": (Limit(2, 1),)})

    deliver(db, limited, clock, transport, stop=Passing(clock))

    last = {domain: at for at, domain in transport.at}
    assert len(transport.at) == len({r for _, r, _ in transport.accepted}) == 300
    assert last["example.org"] - START < timedelta(seconds=1)
    assert last["slow.example.org"] - START > timedelta(seconds=14)
    assert state(db, edition_id) is EditionStatus.SENT


def test_pause_is_seen_while_the_pace_is_waited_for(
    db: Database, settings: Settings, clock: FakeClock, transport: Noting
) -> None:
    edition_id = begin(db, 40)
    limited = replace(settings, pace=(Limit(1, 1),))

    class Pausing(Passing):
        def wait(self, timeout: float | None = None) -> bool:
            if len(transport.at) == 5 and state(db, edition_id) is EditionStatus.SENDING:
                schedule.pause(db, edition_id, now=clock())
            return super().wait(timeout)

    deliver(db, limited, clock, transport, stop=Pausing(clock))

    assert len(transport.at) == 5
    assert state(db, edition_id) is EditionStatus.PAUSED


@pytest.mark.parametrize("pace", [(), (Limit(100, 1),)])
def test_day_that_is_full_is_waited_out_and_gone_on_with(
    db: Database,
    settings: Settings,
    clock: FakeClock,
    transport: Noting,
    pace: tuple[Limit, ...],
) -> None:
    edition_id = begin(db, 12)
    warm_up = WarmUp(START.date(), (5, 20))
    limited = replace(settings, warm_up=warm_up, pace=pace)

    report = deliver(db, limited, clock, transport, stop=Passing(clock))

    assert (report.sent, report.waits_until) == (5, next_day(START))
    services = worker_services(limited, db, clock, transport=transport)
    run_worker(services, stop=Passing(clock, least=60 * MINUTE), until_complete=edition_id)
    assert [at < next_day(START) for at, _ in transport.at] == [True] * 5 + [False] * 7
    assert transport.at[-1][0] - next_day(START) < 120 * MINUTE


def test_edition_that_is_due_in_quiet_hours_waits(
    db: Database, settings: Settings, clock: FakeClock, transport: Noting
) -> None:
    edition_id = arrange(db, 5)
    services = worker_services(replace(settings, quiet_hours=QUIET), db, clock, transport=transport)

    shown: list[EditionStatus] = []
    run_worker(
        services,
        stop=Passing(clock, last=START + 59 * MINUTE, least=MINUTE),
        until_complete=edition_id,
        progress=lambda now: shown.append(now.state),
    )
    before = state(db, edition_id)
    run_worker(services, stop=Passing(clock, least=MINUTE), until_complete=edition_id)

    assert before is EditionStatus.SCHEDULED
    assert set(shown) == {EditionStatus.SCHEDULED}, "who watches sees it wait"
    assert timedelta() <= min(transport.at)[0] - START - 60 * MINUTE < 2 * MINUTE
    assert state(db, edition_id) is EditionStatus.SENT


def test_edition_under_way_stops_for_quiet_hours(
    db: Database, settings: Settings, clock: FakeClock, transport: Noting
) -> None:
    begin(db, 200)
    quiet = QuietHours(time(10, 1), time(12))
    limited = replace(settings, pace=(Limit(1, 1),), quiet_hours=quiet)

    report = deliver(db, limited, clock, transport, stop=Passing(clock))

    assert report.waits_until == START + timedelta(hours=2)
    assert 50 < len(transport.at) <= 60


@pytest.mark.parametrize("is_begun", [False, True])
def test_announcement_that_comes_too_late_expires_in_quiet_hours(
    db: Database, settings: Settings, clock: FakeClock, transport: Noting, *, is_begun: bool
) -> None:
    late = START + timedelta(minutes=10)
    edition_id = arrange(db, 5, kind=EditionKind.ANNOUNCEMENT, not_after=late)
    if is_begun:
        freeze_due(db, terms=TERMS, preflight=sound, now=START)
    services = worker_services(replace(settings, quiet_hours=QUIET), db, clock, transport=transport)

    run_worker(services, stop=Passing(clock, last=START + 15 * MINUTE, least=MINUTE))

    with db.read() as session:
        told = [one.what for one in events_of(session, edition_id)]
    assert transport.at == []
    assert state(db, edition_id) is EditionStatus.CANCELLED
    assert told[-1] == "too_late"


def test_domain_that_asks_for_it_gets_fewer(
    db: Database, settings: Settings, clock: FakeClock, transport: Noting
) -> None:
    begin(db, 3)
    transport.fails = {"r1@example.org": TransportDeferred("4.7.0 too many messages", code=450)}
    limited = replace(settings, pace_domains={"*": (Limit(100, 1),)})

    deliver(db, limited, clock, transport, stop=Passing(clock))

    with db.read() as session:
        shares = session.execute(select(PaceTaken.host, PaceTaken.share)).all()
    assert [tuple(one) for one in shares] == [("example.org", 0.5)]


def test_what_was_written_is_counted_and_logged_without_addresses(
    db: Database,
    settings: Settings,
    clock: FakeClock,
    transport: Noting,
    capsys: pytest.CaptureFixture[str],
) -> None:
    edition_id = begin(db, 4)
    with db.write() as session:
        first = session.scalars(select(Delivery.subscriber_id).order_by(Delivery.id)).first()
        session.execute(
            update(Subscriber).where(Subscriber.id == first).values(status="unsubscribed")
        )

    deliver(db, replace(settings, log="json"), clock, transport, stop=Passing(clock))

    printed = capsys.readouterr().err
    told = [json.loads(line) for line in printed.splitlines()]
    assert sorted((one["edition"], one["state"], one["code"]) for one in told) == [
        (edition_id, "sent", 250),
        (edition_id, "sent", 250),
        (edition_id, "sent", 250),
        (edition_id, "skipped", None),
    ]
    assert "@" not in printed
    with db.read() as session:
        counted = {(one.name, one.label): one.value for one in read_figures(session)}
    assert counted == {
        ("answers", "sent 2xx"): 3,
        ("answers", "skipped none"): 1,
        ("relay", ""): 1,
    }
