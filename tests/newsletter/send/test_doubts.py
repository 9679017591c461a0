"""What is in doubt and the log can tell: sent when it arrived, out at once when it did not."""

import time
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import select

from newsletter.errors import SettingWrong
from newsletter.model import Delivery
from newsletter.send.doubt import held
from newsletter.send.doubt.doubts import LookedUp, find_doubts, look_up_doubts, looking_up
from newsletter.send.doubt.relay_log import Fate, RelayLog
from newsletter.send.worker import run_worker
from newsletter.settings import Settings, read_settings
from newsletter.store.editions import last_event
from newsletter.values import DeliveryState, EditionStatus
from storage.session import Database
from tests.factories import make_readers, make_segments
from tests.fakes import START, FakeClock, FakeTransport
from tests.newsletter.making import make_scheduled, worker_services

D = DeliveryState


class ToldLog(RelayLog):
    """A log that tells the same of everything."""

    def __init__(self, *fates: Fate) -> None:
        super().__init__(Path("none"))
        self.fates, self.asked = fates, list[tuple[int, datetime]]()

    def look_up(self, message_ids: Collection[str], since: datetime) -> Mapping[str, Fate]:
        self.asked.append((len(message_ids), since))
        return dict(zip(message_ids, self.fates * len(message_ids), strict=False))


def in_doubt(
    db: Database, *, readers: int = 3, status: EditionStatus = EditionStatus.SENDING
) -> int:
    with db.write() as session:
        make_segments(session)
        make_readers(session, readers, now=START)
        edition_id = make_scheduled(session, now=START, status=status)
        session.add_all(
            Delivery(
                edition_id=edition_id,
                subscriber_id=one,
                state=D.IN_DOUBT,
                attempts=1,
                next_at=START + timedelta(minutes=10),
                at=START + timedelta(seconds=one),
            )
            for one in range(1, readers + 1)
        )
    return edition_id


def states(db: Database) -> list[tuple[str, int, bool]]:
    query = select(Delivery.state, Delivery.resends, Delivery.next_at).order_by(Delivery.id)
    with db.read() as session:
        return [(state, resends, at is not None) for state, resends, at in session.execute(query)]


def test_each_doubt_ends_as_the_log_tells(db: Database, settings: Settings) -> None:
    edition_id = in_doubt(db)
    log = ToldLog(Fate.ACCEPTED, Fate.NOT_ACCEPTED, Fate.UNKNOWN)

    found = look_up_doubts(db, log, settings=settings, now=START)

    assert found == LookedUp(sent=1, again=1)
    assert states(db) == [(D.SENT, 0, False), (D.PENDING, 0, False), (D.IN_DOUBT, 0, True)]
    assert log.asked == [(3, START + timedelta(seconds=1))]
    with db.read() as session:
        event = last_event(session, edition_id)
    assert event is not None
    assert (event.what, event.note) == ("doubt_looked_up", "1 had arrived, 1 had not")


@pytest.mark.parametrize("status", [EditionStatus.SENT, EditionStatus.CANCELLED])
def test_nothing_goes_out_again_of_what_is_over(
    db: Database, settings: Settings, status: EditionStatus
) -> None:
    in_doubt(db, readers=2, status=status)
    log = ToldLog(Fate.ACCEPTED, Fate.NOT_ACCEPTED)

    found = look_up_doubts(db, log, settings=settings, now=START)

    assert found == LookedUp(sent=1)
    assert states(db) == [(D.SENT, 0, False), (D.IN_DOUBT, 0, True)]


def test_what_a_person_left_stays_unless_it_arrived(db: Database, settings: Settings) -> None:
    edition_id = in_doubt(db, readers=2)
    with db.write() as session:
        for one in session.scalars(select(Delivery)):
            one.next_at = None
    held.leave(db, edition_id, now=START)

    found = look_up_doubts(
        db, ToldLog(Fate.ACCEPTED, Fate.NOT_ACCEPTED), settings=settings, now=START
    )

    assert found == LookedUp(sent=1)
    assert states(db) == [(D.SENT, 0, False), (D.IN_DOUBT, 0, False)]


def test_without_a_doubt_the_log_is_not_read(db: Database, settings: Settings) -> None:
    log = ToldLog(Fate.ACCEPTED)

    assert look_up_doubts(db, log, settings=settings, now=START) == LookedUp()
    assert log.asked == []


def test_what_was_cut_off_at_another_time_is_asked_for_by_itself(
    db: Database, settings: Settings
) -> None:
    in_doubt(db)
    with db.write() as session:
        late = session.scalars(select(Delivery).order_by(Delivery.id.desc())).first()
        assert late is not None
        late.at = START + timedelta(hours=1)
    log = ToldLog(Fate.UNKNOWN)

    look_up_doubts(db, log, settings=settings, now=START + timedelta(hours=1))

    assert log.asked == [(2, START + timedelta(seconds=1)), (1, START + timedelta(hours=1))]


def test_a_doubt_of_long_ago_is_left_alone(db: Database, settings: Settings) -> None:
    in_doubt(db)

    assert find_doubts(db, settings=settings, now=START + timedelta(days=8)) == []


def test_it_is_looked_up_while_a_worker_works(
    db: Database, settings: Settings, clock: FakeClock, tmp_path: Path
) -> None:
    in_doubt(db, readers=1)
    relay_log = tmp_path / "mail.log"
    own = replace(settings, relay_log=relay_log)
    (doubt,) = find_doubts(db, settings=own, now=START)
    lines = (
        f"cleanup[1]: 4A0B1C2D3E: message-id={doubt.message_id}",
        "qmgr[2]: 4A0B1C2D3E: from=<a@example.org>, size=9, nrcpt=1 (queue active)",
    )
    relay_log.write_text("".join(f"Apr 20 08:00:01 relay postfix/{one}\n" for one in lines))
    services, stop = worker_services(own, db, clock, transport=FakeTransport()), Event()
    worker = Thread(target=run_worker, args=(services,), kwargs={"stop": stop})

    worker.start()
    deadline = time.monotonic() + 30
    while states(db) != [(D.SENT, 0, False)] and time.monotonic() < deadline:
        time.sleep(0.02)
    stop.set()
    worker.join()

    assert states(db) == [(D.SENT, 0, False)]


def test_without_a_log_nothing_is_looked_up(
    db: Database, settings: Settings, clock: FakeClock
) -> None:
    in_doubt(db)

    with looking_up(db, settings=lambda: settings, clock=clock):
        pass

    assert {state for state, *_ in states(db)} == {D.IN_DOUBT}


def test_the_log_is_given_by_its_whole_path() -> None:
    assert read_settings({"NEWSLETTER_RELAY_LOG": "/var/log/mail.log"}).relay_log == Path(
        "/var/log/mail.log"
    )
    with pytest.raises(SettingWrong, match="NEWSLETTER_RELAY_LOG: give the whole path"):
        read_settings({"NEWSLETTER_RELAY_LOG": "mail.log"})
