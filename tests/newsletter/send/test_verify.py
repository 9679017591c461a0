"""The ledger's invariants: each breach is found by its name, and what is whole is left alone."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from threading import Event

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from newsletter import pipeline
from newsletter.model import Delivery, Edition, Variant
from newsletter.send import schedule as scheduling
from newsletter.send.doubt.accepted import compare
from newsletter.send.verify import Broken, Verified, verify
from newsletter.send.worker import run_worker
from newsletter.settings import Settings
from newsletter.values import DeliveryState, EditionStatus
from newsletter.wiring import Services
from storage.session import Database
from subscribers.model import Consent, Subscriber
from subscribers.values import ConsentKind
from tests.factories import make_readers, make_segments
from tests.fakes import START, FakeClock, FakeTransport
from tests.newsletter.making import make_scheduled, worker_services

READERS = 6
Break = Callable[[Session, int], object]


class Mailing:
    """An edition that went out, and what the relay took of it."""

    def __init__(self, db: Database, settings: Settings, clock: FakeClock) -> None:
        self.db, self.settings = db, settings
        transport = FakeTransport()
        with db.write() as session:
            make_segments(session)
            make_readers(session, READERS, now=START)
            self.id = make_scheduled(session, now=START)
        services = worker_services(settings, db, clock, transport=transport)
        run_worker(services, stop=Event(), until_complete=self.id)
        self.lines = [_line(to, message) for _, to, message in transport.accepted]

    def spoil(self, work: Break) -> None:
        with self.db.write() as session:
            work(session, self.id)

    def verify(self) -> Verified:
        return verify(self.db, letterhead=self.settings.letterhead)

    def rules(self) -> list[str]:
        return [one.rule for one in self.verify().broken]

    def compare(self, *lines: str) -> list[Broken]:
        file = BytesIO("".join(lines).encode())
        return compare(self.db, self.id, file, key=self.settings.hash_key)


def _line(recipient: str, message: bytes, *, digest: str = "0") -> str:
    head = message.decode().partition("\r\n\r\n")[0]
    message_id = head.partition("Message-ID: ")[2].partition("\r\n")[0]
    return f"{recipient}\t{message_id}\t{digest}\n"


@pytest.fixture
def mailing(db: Database, settings: Settings, clock: FakeClock) -> Mailing:
    return Mailing(db, settings, clock)


def set_rows(number: int = READERS, **values: object) -> Break:
    """Change the first rows of the edition."""

    def work(session: Session, edition_id: int) -> None:
        some = select(Delivery.id).where(Delivery.edition_id == edition_id)
        ids = session.scalars(some.order_by(Delivery.id).limit(number)).all()
        session.execute(update(Delivery).where(Delivery.id.in_(ids)).values(**values))

    return work


def set_edition(**values: object) -> Break:
    return lambda session, edition_id: session.execute(
        update(Edition).where(Edition.id == edition_id).values(**values)
    )


def both(*works: Break) -> Break:
    return lambda session, edition_id: [work(session, edition_id) for work in works]


def leave(session: Session, edition_id: int) -> None:
    reader = session.scalars(select(Subscriber).order_by(Subscriber.id)).first()
    assert reader is not None
    session.add(
        Consent(
            subscriber_id=reader.id,
            kind=ConsentKind.WITHDRAWN,
            at=START - timedelta(minutes=16),
            topics=[],
        )
    )


def test_a_whole_ledger_has_nothing_broken(mailing: Mailing) -> None:
    assert mailing.verify() == Verified(editions=1, deliveries=READERS)
    assert mailing.compare(*mailing.lines) == []


def test_an_edition_that_was_never_sent_is_not_looked_at(db: Database, settings: Settings) -> None:
    with db.write() as session:
        make_segments(session)
        make_scheduled(session, now=START, status=EditionStatus.APPROVED)

    assert verify(db, letterhead=settings.letterhead) == Verified()


SENDING = set_edition(status=EditionStatus.SENDING)
PAUSED = set_edition(status=EditionStatus.PAUSED, status_since=START - timedelta(seconds=6))
BREACHES: dict[str, tuple[Break, list[str]]] = {
    "a row is gone": (
        lambda session, _: session.execute(delete(Delivery).where(Delivery.id == 1)),
        ["I1", "I10"],
    ),
    "a state that there is not": (set_rows(1, state="lost"), ["I2", "I10"]),
    "complete without a list": (set_edition(materialised_at=None), ["I3"]),
    "complete with somebody waiting": (set_rows(1, state=DeliveryState.DEFERRED), ["I3"]),
    "complete with somebody to be sent again": (
        set_rows(1, state=DeliveryState.IN_DOUBT, next_at=START),
        ["I3"],
    ),
    "more in hand than connections": (
        both(SENDING, set_rows(3, state=DeliveryState.ATTEMPTING)),
        ["I4"],
    ),
    "copies that were never made": (set_rows(1, resends=2), ["I5"]),
    "sent without an attempt": (set_rows(1, attempts=0), ["I6"]),
    "begun for who had left": (
        both(
            set_edition(started_at=START - timedelta(hours=1)),
            leave,
        ),
        ["I7"],
    ),
    "begun after a pause": (PAUSED, ["I8"]),
    "other mails": (
        both(SENDING, lambda session, _: session.execute(update(Variant).values(subject="Anders"))),
        ["I9"],
    ),
    "people see another size": (set_edition(size=READERS + 1), ["I1", "I10"]),
}


@pytest.mark.parametrize(("work", "rules"), BREACHES.values(), ids=BREACHES)
def test_each_breach_is_found(mailing: Mailing, work: Break, rules: list[str]) -> None:
    mailing.spoil(work)

    assert mailing.rules() == rules


HARMLESS: dict[str, Break] = {
    "in hand, as many as connections": both(SENDING, set_rows(2, state=DeliveryState.ATTEMPTING)),
    "held for a person": set_rows(1, state=DeliveryState.IN_DOUBT),
    "what was in hand as it was paused": both(
        PAUSED, set_rows(READERS - 2, at=START - timedelta(seconds=6))
    ),
    "a second copy": set_rows(1, attempts=2, resends=1),
    "a year later": set_rows(subscriber_id=None),
}


@pytest.mark.parametrize("work", HARMLESS.values(), ids=HARMLESS)
def test_what_may_be_is_no_breach(mailing: Mailing, work: Break) -> None:
    mailing.spoil(work)

    assert mailing.rules() == []


def test_only_what_is_new_is_looked_at_when_asked_so(mailing: Mailing) -> None:
    mailing.spoil(set_rows(1, attempts=0))

    found = verify(
        mailing.db,
        letterhead=mailing.settings.letterhead,
        since=START + timedelta(seconds=1),
    )

    assert found == Verified()


def test_a_breach_is_an_hourly_run_that_failed(services: Services) -> None:
    with services.db.write() as session:
        make_readers(session, 1, now=START)
        make_segments(session)
        edition_id = make_scheduled(
            session,
            now=START,
            status=EditionStatus.SENT,
            size=2,
            materialised_at=START,
            status_since=START,
        )
        begun = pipeline.begin_run(session, "verify", due_at=START, now=START)

    run = pipeline.run_stage(services, begun)

    told = f"edition {edition_id}: I1: 0 deliveries, but 2 readers"
    assert run.error.startswith(f"LedgerBroken: {told}; ")


def test_a_line_that_is_still_being_written_waits(mailing: Mailing) -> None:
    last = mailing.lines[-1]

    found = mailing.compare(*mailing.lines, last[: len(last) // 2])

    assert found == []


def test_what_the_relay_took_is_held_against_the_ledger(mailing: Mailing) -> None:
    first, second, third, *others = mailing.lines
    unknown = f"x@example.org\t<e{mailing.id}.{'a' * 24}@example.org>\t0\n"
    other_copy = second.replace("\t0\n", "\t1\n")
    elsewhere = third.replace("r", "q", 1)

    assert mailing.compare(first, first, second, third, *others) == [
        Broken(mailing.id, "I5", "1 have more copies at the relay than were announced")
    ]
    assert mailing.compare(first, second, elsewhere, unknown, *others) == [
        Broken(mailing.id, "I6", "2 went to somebody outside the list")
    ]
    assert mailing.compare(first, second, *others) == [
        Broken(mailing.id, "I10", "1 are counted as sent, but the relay never took them")
    ]
    mailing.spoil(set_rows(attempts=2, resends=1))
    assert mailing.compare(first, second, other_copy, third, *others) == [
        Broken(mailing.id, "I9", "1 came in copies that are not byte for byte the same")
    ]


@pytest.mark.parametrize(
    "state", [DeliveryState.PENDING, DeliveryState.SKIPPED, DeliveryState.FAILED]
)
def test_what_the_relay_took_did_leave(mailing: Mailing, state: DeliveryState) -> None:
    mailing.spoil(set_rows(1, state=state))

    assert mailing.compare(*mailing.lines) == [
        Broken(mailing.id, "I10", "1 were taken by the relay, but the ledger says they never left")
    ]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "\n",
        "a\tb\n",
        "a\t<x@example.org>\t0\n",
        "\t\t\t\n",
        f"a\t<e{'9' * 30}.{'a' * 24}@b>\t0\n",
    ],
)
def test_lines_that_are_not_ours_are_passed_by(mailing: Mailing, line: str) -> None:
    assert mailing.compare(*mailing.lines, line) == []


def test_a_cancelled_edition_is_looked_at_too(
    db: Database, mailing: Mailing, clock: FakeClock
) -> None:
    mailing.spoil(both(SENDING, set_rows(3, state=DeliveryState.PENDING, attempts=0)))
    scheduling.cancel(db, mailing.id, now=clock())
    assert mailing.rules() == []

    mailing.spoil(set_rows(1, state=DeliveryState.PENDING))

    assert mailing.rules() == ["I3"]
