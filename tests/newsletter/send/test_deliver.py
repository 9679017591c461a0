"""Claim, hand over, record: every message once, whatever the relay says and whoever leaves."""

import itertools
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Event
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from feeds.model import Item
from feeds.values import ItemKind
from newsletter.errors import (
    TransportDeferred,
    TransportError,
    TransportRefused,
    TransportUnavailable,
    TransportUncertain,
)
from newsletter.model import Block, Delivery, Edition, Variant
from newsletter.send import ledger
from newsletter.send import schedule as scheduling
from newsletter.send.deliver import deliver_due
from newsletter.send.failures import Skipped
from newsletter.send.freeze import freeze_due
from newsletter.send.ledger import forget_erased
from newsletter.send.loop.ends import End, bring_to_end
from newsletter.send.loop.pages import PAGE
from newsletter.send.loop.shares import ONE, Lease, cut_into_shares, enrol
from newsletter.send.loop.tally import SendReport
from newsletter.settings import Settings
from newsletter.store.editions import events_of
from newsletter.values import (
    EditionFigures,
    EditionKind,
    EditionStatus,
    InDoubtPolicy,
    Receipt,
)
from storage.session import Database
from subscribers.links import Links
from subscribers.model import Subscriber
from subscribers.values import SubscriberStatus
from tests.factories import make_readers, make_segments, store_item
from tests.fakes import START, FakeClock, FakeTransport
from tests.newsletter.making import TERMS, make_scheduled, sound
from tests.queries import counted, reads

BEGINS = START + timedelta(days=30)
REFUSED = TransportRefused("5.1.1 unknown", code=550)
DEFERRED = TransportDeferred("4.2.2 full", code=452)


class ActingTransport(FakeTransport):
    """A relay during whose first acceptances something happens."""

    def __init__(self, act: Callable[[int], None], connections: int = 2) -> None:
        super().__init__(connections=connections)
        self._act, self._counter = act, itertools.count(1)

    def connect(self) -> "ActingTransport":
        return self

    def deliver(self, *, sender: str, recipient: str, message: bytes) -> Receipt:
        receipt = super().deliver(sender=sender, recipient=recipient, message=message)
        self._act(next(self._counter))
        return receipt


class AtTheTenth:
    """Does something at the tenth acceptance; the lanes that come after wait until it is done."""

    def __init__(self, work: Callable[[], object]) -> None:
        self._work, self._done = work, Event()

    def __call__(self, count: int) -> None:
        if count == 10:
            self._work()
            self._done.set()
        elif count > 10:
            assert self._done.wait(30)


class SlowTransport(FakeTransport):
    """A relay during whose tenth acceptance something happens, and that is slow from then on."""

    def __init__(self, work: Callable[[], object]) -> None:
        super().__init__(connections=8)
        self._work, self._counter = work, itertools.count(1)
        self._never = Event()

    def connect(self) -> "SlowTransport":
        return self

    def deliver(self, *, sender: str, recipient: str, message: bytes) -> Receipt:
        receipt = super().deliver(sender=sender, recipient=recipient, message=message)
        count = next(self._counter)
        if count == 10:
            self._work()
        elif count > 10:
            self._never.wait(0.2)
        return receipt


class Desk:
    """An edition that is being sent, and what a test asks about it."""

    def __init__(self, db: Database, settings: Settings, clock: FakeClock) -> None:
        self.db, self.settings, self.clock = db, settings, clock
        self.links = Links(key=settings.secret_key, base_url=settings.base_url)

    def arrange(self, readers: int = 4, policy: InDoubtPolicy = InDoubtPolicy.RESEND) -> int:
        with self.db.write() as session:
            make_segments(session)
            make_readers(session, readers, now=START)
            edition_id = make_scheduled(session, now=START, policy=policy)
        freeze_due(self.db, terms=TERMS, preflight=sound, now=START)
        return edition_id

    def deliver(
        self,
        transport: FakeTransport,
        *,
        stop: Event | None = None,
        may_begin: Callable[[], bool] = lambda: True,
        progress: Callable[[EditionFigures], None] | None = None,
    ) -> SendReport:
        return deliver_due(
            self.db,
            open_transport=lambda: transport,
            links=self.links,
            settings=self.settings,
            clock=self.clock,
            stop=stop,
            may_begin=may_begin,
            progress=progress,
        )

    def deliveries(self) -> list[tuple[str, str, int, int]]:
        """Return reader, state, attempts and resends, by reader."""
        with self.db.read() as session:
            rows = session.execute(
                select(Subscriber.email, Delivery.state, Delivery.attempts, Delivery.resends)
                .join(Subscriber, Subscriber.id == Delivery.subscriber_id)
                .order_by(Delivery.id)
            )
            return [(e.partition("@")[0], s, a, r) for e, s, a, r in rows]

    def states(self) -> Counter[str]:
        return Counter(state for _, state, *_ in self.deliveries())

    def status(self, edition_id: int) -> EditionStatus:
        with self.db.read() as session:
            return session.get_one(Edition, edition_id).state

    def events(self, edition_id: int) -> list[tuple[str, str]]:
        with self.db.read() as session:
            return [(one.what, one.note) for one in events_of(session, edition_id)][1:]

    def change(self, work: Callable[[Session], object]) -> None:
        with self.db.write() as session:
            work(session)


@pytest.fixture
def desk(db: Database, settings: Settings, clock: FakeClock) -> Desk:
    return Desk(db, settings, clock)


def fails(error: TransportError, *readers: str) -> FakeTransport:
    return FakeTransport({f"{one}@example.org": error for one in readers})


def test_everybody_gets_it_once_and_the_edition_is_closed(desk: Desk) -> None:
    edition_id = desk.arrange(readers=5)
    transport = FakeTransport()

    report = desk.deliver(transport)
    again = desk.deliver(transport)

    assert report == SendReport(editions=(edition_id,), completed=(edition_id,), sent=5)
    assert again == SendReport()
    assert sorted(transport.attempted) == [f"r{one}@example.org" for one in range(1, 6)]
    assert desk.deliveries() == [(f"r{one}", "sent", 1, 0) for one in range(1, 6)]
    with desk.db.read() as session:
        assert session.get_one(Edition, edition_id).finished_at == START


def test_message_is_personal_and_links_lead_to_the_reader(desk: Desk) -> None:
    edition_id = desk.arrange(readers=2)
    transport = FakeTransport()

    desk.deliver(transport)

    found = {}
    for sender, recipient, raw in transport.accepted:
        message = message_from_bytes(raw, policy=policy.default)
        assert isinstance(message, EmailMessage)
        one_click = re.search(r"/afmelden/([^>]+)>", message["List-Unsubscribe"])
        text = str(next(iter(message.iter_parts())).get_content())
        page = re.search(r"/afmelden/(\S+)", text)
        assert one_click is not None
        assert page is not None
        target = desk.links.read_unsubscribe(one_click[1])
        shown = desk.links.read_unsubscribe(page[1])
        found[recipient] = (
            sender,
            str(message["To"]),
            target.edition_id,
            target == shown,
            one_click[1] != page[1],
            "omdat je je op 20 april 2027 via de site" in text,
        )
    assert found == {
        f"r{one}@example.org": (
            "nieuwsbrief@example.org",
            f"Zoë {one} <r{one}@example.org>",
            edition_id,
            True,
            True,
            True,
        )
        for one in (1, 2)
    }


def test_envelope_sender_says_whose_bounce_it_is(
    db: Database, settings: Settings, clock: FakeClock
) -> None:
    desk = Desk(db, replace(settings, bounce_address="bounces@example.org"), clock)
    edition_id = desk.arrange(readers=2)
    transport = FakeTransport()

    desk.deliver(transport)

    senders = {recipient: sender for sender, recipient, _ in transport.accepted}
    read = {
        who: desk.links.read_bounce_token(sender.partition("+")[2].partition("@")[0])
        for who, sender in senders.items()
    }
    with db.read() as session:
        ids = dict(session.execute(select(Subscriber.email, Subscriber.id)).all())
    assert {who: (one.subscriber_id, one.edition_id) for who, one in read.items()} == {
        who: (number, edition_id) for who, number in ids.items()
    }


def test_refused_reader_is_not_tried_again(desk: Desk) -> None:
    edition_id = desk.arrange(readers=3)
    transport = fails(REFUSED, "r2")

    desk.deliver(transport)
    desk.clock.later(days=1)
    desk.deliver(transport)

    assert transport.attempted.count("r2@example.org") == 1
    assert desk.deliveries()[1] == ("r2", "failed", 1, 0)
    assert desk.status(edition_id) is EditionStatus.SENT


def test_postponed_reader_is_tried_again_when_due(desk: Desk) -> None:
    edition_id = desk.arrange(readers=2)
    transport = fails(DEFERRED, "r1")

    first = desk.deliver(transport)
    too_early = desk.deliver(transport)
    desk.clock.later(minutes=1)
    transport.fails.clear()
    in_time = desk.deliver(transport)

    assert (first.deferred, first.completed) == (1, ())
    assert (too_early.sent, too_early.editions) == (0, (edition_id,))
    assert (in_time.sent, in_time.completed) == (1, (edition_id,))
    assert desk.deliveries() == [("r1", "sent", 2, 0), ("r2", "sent", 1, 0)]


def test_postponed_for_a_day_is_given_up(desk: Desk) -> None:
    edition_id = desk.arrange(readers=1)
    transport = fails(DEFERRED, "r1")

    for _ in range(40):
        desk.deliver(transport)
        desk.clock.later(hours=1)

    assert desk.states() == {"failed": 1}
    assert desk.status(edition_id) is EditionStatus.SENT


def test_relay_that_is_away_burns_nobody(desk: Desk) -> None:
    edition_id = desk.arrange(readers=50)
    everybody = {f"r{one}@example.org": TransportUnavailable("down") for one in range(1, 51)}
    transport = FakeTransport(everybody)

    report = desk.deliver(transport)
    again = desk.deliver(transport)
    transport.fails.clear()
    back = desk.deliver(transport)

    assert (report.unavailable, again.unavailable) == ("down", "down")
    assert len(transport.attempted) == 2 * transport.connections + 50
    assert (back.sent, back.unavailable) == (50, "")
    assert {attempts for _, _, attempts, _ in desk.deliveries()} == {1}
    assert desk.events(edition_id) == [("relay_unavailable", "down"), ("sent", "50 sent")]


def test_connection_that_fails_leaves_the_others_at_work(desk: Desk) -> None:
    desk.arrange(readers=20)

    def recover(count: int) -> None:
        if count == 10:
            transport.fails.clear()

    transport = ActingTransport(recover, connections=3)
    transport.fails["r1@example.org"] = TransportUnavailable("one connection too many")
    report = desk.deliver(transport)

    assert (report.sent, report.unavailable) == (20, "")


@pytest.mark.parametrize(
    ("policy", "first", "later"),
    [
        (InDoubtPolicy.RESEND, ("in_doubt", 1, 0), ("sent", 2, 1)),
        (InDoubtPolicy.HOLD, ("in_doubt", 1, 0), ("in_doubt", 1, 0)),
    ],
)
def test_message_that_may_have_arrived_follows_the_policy(
    desk: Desk,
    policy: InDoubtPolicy,
    first: tuple[str, int, int],
    later: tuple[str, int, int],
) -> None:
    edition_id = desk.arrange(readers=2, policy=policy)
    transport = fails(TransportUncertain("silence"), "r1")

    desk.deliver(transport)
    after_silence = desk.deliveries()[0]
    transport.fails.clear()
    desk.clock.later(minutes=10)
    desk.deliver(transport)

    assert (after_silence, desk.deliveries()[0]) == (("r1", *first), ("r1", *later))
    assert desk.status(edition_id) is EditionStatus.SENT


def test_second_copy_is_byte_for_byte_the_first(desk: Desk) -> None:
    desk.arrange(readers=1)
    transport = FakeTransport()
    desk.deliver(transport)
    desk.change(lambda s: s.execute(update(Delivery).values(state="attempting")))
    desk.change(lambda s: s.execute(update(Edition).values(status="sending")))
    desk.deliver(transport)
    desk.clock.later(hours=5)

    desk.deliver(transport)

    (_, _, first), (_, _, second) = transport.accepted
    assert first == second


@pytest.mark.parametrize(
    ("policy", "status", "left", "note"),
    [
        (InDoubtPolicy.RESEND, "sending", ("sent", 1), "1 sent again, 0 in doubt"),
        (InDoubtPolicy.HOLD, "sending", ("in_doubt", 0), "0 sent again, 1 in doubt"),
        (InDoubtPolicy.RESEND, "paused", ("in_doubt", 0), "1 sent again, 0 in doubt"),
        (InDoubtPolicy.RESEND, "cancelled", ("in_doubt", 0), "0 sent again, 1 in doubt"),
    ],
)
def test_what_a_dead_worker_had_in_hand_is_settled_and_announced(
    desk: Desk, policy: InDoubtPolicy, status: str, left: tuple[str, int], note: str
) -> None:
    edition_id = desk.arrange(readers=1, policy=policy)
    desk.change(lambda s: s.execute(update(Delivery).values(state="attempting", attempts=1)))
    desk.change(lambda s: s.execute(update(Edition).values(status=status)))

    report = desk.deliver(FakeTransport())
    desk.clock.later(seconds=5)
    desk.deliver(FakeTransport())

    ((_, state, _, resends),) = desk.deliveries()
    assert (report.recovered, (state, resends)) == (1, left)
    assert desk.events(edition_id)[0] == ("recovered", note)


def test_no_more_than_the_connections_are_in_hand_and_each_is_on_record(desk: Desk) -> None:
    desk.arrange(readers=30)
    seen: list[int] = []

    def look(_count: int) -> None:
        with desk.db.read() as session:
            marked = session.scalars(select(Delivery.id).where(Delivery.state == "attempting"))
            seen.append(len(marked.all()))

    desk.deliver(ActingTransport(look, connections=3))

    assert len(seen) == 30
    assert set(seen) <= {1, 2, 3}


def test_reader_who_leaves_while_it_goes_out_gets_nothing(desk: Desk) -> None:
    edition_id = desk.arrange(readers=30)

    def leave() -> None:
        late = [f"r{one}@example.org" for one in (25, 26, 27)]
        left = update(Subscriber).where(Subscriber.email.in_(late))
        desk.change(lambda s: s.execute(left.values(status=SubscriberStatus.UNSUBSCRIBED)))

    transport = ActingTransport(AtTheTenth(leave))
    report = desk.deliver(transport)

    assert (report.sent, report.skipped) == (27, 3)
    assert {"r25@example.org", "r26@example.org", "r27@example.org"}.isdisjoint(transport.attempted)
    assert desk.status(edition_id) is EditionStatus.SENT


def skipped(desk: Desk) -> list[tuple[str, str, int | None]]:
    """Return state, why and code of every delivery that was not sent."""
    with desk.db.read() as session:
        found = session.scalars(select(Delivery).order_by(Delivery.id))
        return [(one.state, one.reply, one.code) for one in found if one.state != "sent"]


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"status": SubscriberStatus.UNSUBSCRIBED}, Skipped.LEFT),
        ({"status": SubscriberStatus.SUPPRESSED}, Skipped.SUPPRESSED),
        ({"status": SubscriberStatus.PAUSED}, Skipped.PAUSED),
        ({"wants_newsletter": False}, Skipped.UNWANTED),
        (None, Skipped.ERASED),
    ],
)
def test_who_is_not_to_get_it_any_more_is_skipped_with_why(
    desk: Desk, changed: dict[str, object] | None, why: Skipped
) -> None:
    edition_id = desk.arrange(readers=2)

    def change(session: Session) -> None:
        if changed is None:
            session.delete(session.get_one(Subscriber, 1))
        else:
            session.execute(update(Subscriber).where(Subscriber.id == 1).values(changed))

    desk.change(change)

    report = desk.deliver(FakeTransport())
    desk.change(forget_erased)

    assert (report.sent, report.skipped) == (1, 1)
    assert skipped(desk) == [("skipped", why, None)]
    assert desk.status(edition_id) is EditionStatus.SENT


def test_who_was_put_off_and_left_is_skipped_without_the_words_of_the_server(desk: Desk) -> None:
    desk.arrange(readers=1)
    desk.deliver(fails(DEFERRED, "r1"))
    desk.change(
        lambda s: s.execute(update(Subscriber).values(status=SubscriberStatus.UNSUBSCRIBED))
    )
    desk.clock.later(minutes=1)

    desk.deliver(FakeTransport())

    assert skipped(desk) == [("skipped", "left", None)]


@pytest.mark.parametrize("connections", [1, 3])
def test_pause_holds_for_all_but_what_is_in_hand(desk: Desk, connections: int) -> None:
    edition_id = desk.arrange(readers=40)
    pause = AtTheTenth(lambda: scheduling.pause(desk.db, edition_id, now=START))
    transport = ActingTransport(pause, connections=connections)
    desk.deliver(transport)
    at_end = len(transport.accepted)
    desk.deliver(transport)
    still = len(transport.accepted)
    scheduling.resume(desk.db, edition_id, now=START)
    desk.deliver(transport)

    assert 10 <= at_end < 10 + connections
    assert still == at_end
    assert len(transport.accepted) == len(set(transport.attempted)) == 40
    assert desk.status(edition_id) is EditionStatus.SENT


@pytest.mark.parametrize("move", [scheduling.pause, scheduling.cancel])
def test_what_is_in_hand_is_awaited_after_a_pause_and_a_cancel(
    desk: Desk, move: Callable[..., int]
) -> None:
    edition_id = desk.arrange(readers=40)
    transport = SlowTransport(lambda: move(desk.db, edition_id, now=START))

    desk.deliver(transport)

    assert desk.states()["attempting"] == 0
    assert desk.states()["sent"] == len(transport.accepted) >= 10


def test_cancel_ends_it_and_everybody_is_accounted_for(desk: Desk) -> None:
    edition_id = desk.arrange(readers=40)
    transport = ActingTransport(
        AtTheTenth(lambda: scheduling.cancel(desk.db, edition_id, now=START))
    )

    desk.deliver(transport)

    sent = len(transport.accepted)
    assert 10 <= sent < 10 + transport.connections
    assert desk.states() == {"sent": sent, "skipped": 40 - sent}


def test_postponed_after_a_cancel_does_not_wait_for_ever(desk: Desk) -> None:
    edition_id = desk.arrange(readers=1)

    class Cancelling(FakeTransport):
        def connect(self) -> "Cancelling":
            return self

        def deliver(self, *, sender: str, recipient: str, message: bytes) -> Receipt:
            scheduling.cancel(desk.db, edition_id, now=START)
            raise DEFERRED

    desk.deliver(Cancelling())

    assert skipped(desk) == [("skipped", "cancelled", None)]


def test_stop_finishes_what_is_in_hand_only(desk: Desk) -> None:
    edition_id = desk.arrange(readers=40)
    stop = Event()
    transport = ActingTransport(AtTheTenth(stop.set))

    desk.deliver(transport, stop=stop)

    assert 10 <= len(transport.accepted) <= 10 + transport.connections
    assert desk.states()["attempting"] == 0
    assert desk.status(edition_id) is EditionStatus.SENDING


def test_sending_begins_only_when_all_readers_are_written(desk: Desk) -> None:
    desk.arrange(readers=2)
    desk.change(lambda s: s.execute(update(Edition).values(materialised_at=None)))
    transport = FakeTransport()

    desk.deliver(transport)

    assert transport.attempted == []


def test_counts_that_contradict_each_other_halt_the_edition(desk: Desk) -> None:
    edition_id = desk.arrange(readers=3)
    desk.change(lambda s: s.execute(update(Edition).values(size=5)))

    report = desk.deliver(FakeTransport())

    assert (report.completed, report.paused) == ((), (edition_id,))
    assert desk.status(edition_id) is EditionStatus.PAUSED
    assert desk.events(edition_id) == [("faulted", "3 deliveries, but 5 readers")]


def test_list_is_not_burnt_when_it_is_us_whom_they_refuse(desk: Desk) -> None:
    edition_id = desk.arrange(readers=100)
    ours = TransportRefused("5.7.1 relaying denied", code=554)
    transport = FakeTransport({f"r{one}@example.org": ours for one in range(1, 101)})

    report = desk.deliver(transport)

    assert report.paused == (edition_id,)
    assert len(transport.attempted) < 20 + transport.connections
    assert (report.failed, report.sent) == (0, 0)


@pytest.mark.parametrize("connections", [1, 4])
def test_readers_who_were_refused_for_our_fault_get_it_once_that_is_mended(
    desk: Desk, connections: int
) -> None:
    edition_id = desk.arrange(readers=100)
    ours = TransportRefused("5.7.1 relaying denied", code=554)
    everybody = {f"r{one}@example.org": ours for one in range(1, 101)}
    transport = FakeTransport(everybody, connections=connections)

    desk.deliver(transport)
    after_the_halt = desk.states()
    transport.fails.clear()
    scheduling.resume(desk.db, edition_id, now=START)
    desk.deliver(transport)

    assert after_the_halt == {"pending": 100}
    assert desk.deliveries() == [(f"r{one}", "sent", 1, 0) for one in range(1, 101)]


def test_list_is_not_burnt_when_everybody_is_refused_alike(desk: Desk) -> None:
    edition_id = desk.arrange(readers=100)
    with desk.db.write() as session:
        for one in session.scalars(select(Subscriber)):
            one.email = f"r{one.id}@school{one.id % 5}.example.org"
        people = list(session.scalars(select(Subscriber.email)))
    transport = FakeTransport(dict.fromkeys(people, REFUSED))

    report = desk.deliver(transport)

    assert report.paused == (edition_id,)
    assert desk.states() == {"pending": 100}


def test_a_list_with_many_dead_addresses_is_stopped_once_for_a_person_to_look(desk: Desk) -> None:
    edition_id = desk.arrange(readers=700)
    dead = {f"r{one}@example.org": REFUSED for one in range(1, 701, 10)}
    transport = FakeTransport(dead)

    desk.deliver(transport)
    stopped = desk.status(edition_id), len(transport.attempted), desk.events(edition_id)[-1]
    scheduling.resume(desk.db, edition_id, now=START)
    desk.deliver(transport)

    assert stopped[0] is EditionStatus.PAUSED
    assert 500 <= stopped[1] < 500 + 2 * transport.connections
    assert stopped[2] == ("many_refused", "50 of 500 readers refused")
    assert desk.status(edition_id) is EditionStatus.SENT
    assert desk.states() == {"sent": 630, "failed": 70}


def test_short_list_is_not_burnt_either(desk: Desk) -> None:
    edition_id = desk.arrange(readers=3)
    spam = TransportRefused("5.6.0 message looks like spam", code=554)

    report = desk.deliver(fails(spam, "r1", "r2", "r3"))

    assert report.paused == (edition_id,)
    assert desk.states() == {"pending": 3}


def test_outage_is_told_without_anybodys_address(desk: Desk) -> None:
    edition_id = desk.arrange(readers=2)
    slow = TransportUnavailable("4.7.0 <r1@example.org> too fast", code=421)

    report = desk.deliver(fails(slow, "r1", "r2"))

    assert report.unavailable == "421 4.7.0 <(address)> too fast"
    assert desk.events(edition_id) == [("relay_unavailable", report.unavailable)]


def test_a_late_answer_does_not_undo_that_it_arrived(desk: Desk) -> None:
    desk.arrange(readers=1)

    class Overtaken(FakeTransport):
        """While its answer is awaited, another worker hands the same message over."""

        def connect(self) -> "Overtaken":
            return self

        def deliver(self, *, sender: str, recipient: str, message: bytes) -> Receipt:
            desk.change(lambda s: s.execute(update(Delivery).values(state="sent")))
            raise DEFERRED

    desk.deliver(Overtaken())

    assert desk.states() == {"sent": 1}


def test_nothing_is_begun_once_the_lock_is_lost(desk: Desk) -> None:
    edition_id = desk.arrange(readers=40)
    lost = Event()
    transport = ActingTransport(AtTheTenth(lost.set))

    desk.deliver(transport, may_begin=lambda: not lost.is_set())

    assert 10 <= len(transport.accepted) <= 10 + transport.connections
    assert desk.states()["attempting"] == 0
    assert desk.status(edition_id) is EditionStatus.SENDING


def test_forged_subject_halts_the_edition_and_sends_nothing(desk: Desk) -> None:
    edition_id = desk.arrange(readers=2)
    desk.change(lambda s: s.execute(update(Variant).values(subject="x\r\nBcc: a@example.org")))
    transport = FakeTransport()

    desk.deliver(transport)

    assert transport.attempted == []
    assert desk.status(edition_id) is EditionStatus.PAUSED


def test_name_that_would_forge_a_header_is_left_out(desk: Desk) -> None:
    desk.arrange(readers=1)
    desk.change(lambda s: s.execute(update(Subscriber).values(name="Jan\r\nBcc: a@example.org")))
    transport = FakeTransport()

    desk.deliver(transport)

    ((_, _, raw),) = transport.accepted
    message = message_from_bytes(raw, policy=policy.default)
    assert (str(message["To"]), message["Bcc"]) == ("r1@example.org", None)


def test_address_that_cannot_stand_in_a_header_fails_alone(desk: Desk) -> None:
    edition_id = desk.arrange(readers=2)
    bad = update(Subscriber).where(Subscriber.email == "r1@example.org")
    desk.change(lambda s: s.execute(bad.values(email="r1,x@example.org")))

    desk.deliver(FakeTransport())

    assert [(state, attempts) for _, state, attempts, _ in desk.deliveries()] == [
        ("failed", 1),
        ("sent", 1),
    ]
    assert desk.status(edition_id) is EditionStatus.SENT


def test_a_kill_between_finding_a_dead_worker_and_its_mails_loses_none(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    edition_id = desk.arrange(readers=3)
    dead = enrol(desk.db, ONE, connections=1, lease=Lease(), now=START)
    in_hand = update(Delivery).where(Delivery.id == 1)
    desk.change(lambda s: s.execute(in_hand.values(state="attempting", worker_id=dead.id)))
    take_back = ledger.take_back

    def kill(session: Session, workers: Sequence[int], **about: Any) -> int:
        if dead.id in workers:
            raise KeyboardInterrupt
        return take_back(session, workers, **about)

    monkeypatch.setattr(ledger, "take_back", kill)
    with pytest.raises(KeyboardInterrupt):
        desk.deliver(FakeTransport())
    monkeypatch.undo()
    report = desk.deliver(FakeTransport())
    desk.clock.later(minutes=11)
    desk.deliver(FakeTransport())

    assert report.recovered == 1
    assert desk.status(edition_id) is EditionStatus.SENT


def test_two_editions_are_both_sent(desk: Desk) -> None:
    first = desk.arrange(readers=2)
    with desk.db.write() as session:
        session.execute(update(Edition).values(number=13))
        second = make_scheduled(session, now=START)
    freeze_due(desk.db, terms=TERMS, preflight=sound, now=START)

    report = desk.deliver(FakeTransport())

    assert (report.completed, report.sent) == ((first, second), 4)


def test_readers_are_asked_for_by_the_page(desk: Desk) -> None:
    asked = {}
    for readers in (3, 45):
        desk.change(lambda s: s.execute(update(Edition).values(number=Edition.id + 100)))
        with desk.db.write() as session:
            if readers == 3:
                make_segments(session)
            make_readers(session, readers, now=START, first=readers * 1000)
            make_scheduled(session, now=START)
        freeze_due(desk.db, terms=TERMS, preflight=sound, now=START)
        asked[readers] = count_reads(desk, "subscriber.email")

    assert asked == {3: 3, 45: 3}  # one for each state that may be due


def count_reads(desk: Desk, column: str) -> int:
    """Deliver, and return how many queries read that column."""
    with counted(desk.db.engine) as statements:
        desk.deliver(FakeTransport())
    return sum(column in one for one in reads(statements))


def test_progress_ends_with_the_true_figures(desk: Desk) -> None:
    desk.arrange(readers=6)
    shown: list[EditionFigures] = []

    desk.deliver(fails(REFUSED, "r2"), progress=shown.append)

    last = shown[-1]
    assert (last.recipients, last.sent, last.failed, last.pending) == (6, 5, 1, 0)


def test_time_of_an_attempt_is_kept(desk: Desk) -> None:
    desk.arrange(readers=1)
    desk.clock.later(hours=2)

    desk.deliver(fails(DEFERRED, "r1"))

    with desk.db.read() as session:
        row = session.scalars(select(Delivery)).one()
    assert (row.at, row.next_at, row.code, row.reply) == (
        START + timedelta(hours=2),
        START + timedelta(hours=2, minutes=1),
        452,
        "4.2.2 full",
    )


def announced(desk: Desk, readers: int) -> int:
    """Let the edition be about an event, and be sent."""
    edition_id = desk.arrange(readers)

    def tell(session: Session) -> None:
        event = store_item(session, "Congres", ItemKind.EVENT, starts_at=BEGINS)
        edition = session.get_one(Edition, edition_id)
        edition.kind, edition.number, edition.event_id = EditionKind.ANNOUNCEMENT, None, event.id
        edition.not_after = BEGINS
        fields = {"title": "Congres", "starts_at": BEGINS.isoformat(), "item_id": event.id}
        values = {"kind": "congress", "item_id": event.id, "fields": fields}
        session.execute(update(Block).where(Block.edition_id == edition_id).values(**values))
        session.execute(update(Subscriber).values(wants_announcements=True))
        cut_into_shares(session, edition_id, size=readers)

    desk.change(tell)
    return edition_id


def test_nothing_is_begun_once_the_event_begins_during_a_long_sending(desk: Desk) -> None:
    edition_id = announced(desk, readers=PAGE + 10)
    transport = ActingTransport(AtTheTenth(lambda: desk.clock.later(days=60)))

    desk.deliver(transport)

    sent = len(transport.accepted)
    assert 10 <= sent < 10 + transport.connections  # what was in hand, and nothing of the page
    assert desk.status(edition_id) is EditionStatus.CANCELLED
    assert [what for what, _ in desk.events(edition_id)][-1] == "too_late"
    assert skipped(desk) == [("skipped", "too_late", None)] * (PAGE + 10 - sent)


@pytest.mark.parametrize(
    ("error", "end"),
    [
        (DEFERRED, ("skipped", "too_late", None)),
        (TransportUncertain("silence"), ("in_doubt", "silence", None)),
    ],
)
def test_no_retry_and_no_second_copy_leaves_after_the_last_moment(
    desk: Desk, error: TransportError, end: tuple[str, str, None]
) -> None:
    edition_id = announced(desk, readers=2)
    transport = fails(error, "r1")
    desk.deliver(transport)
    transport.fails.clear()
    desk.clock.now = BEGINS + timedelta(seconds=1)

    desk.deliver(transport)

    assert sorted(transport.attempted) == ["r1@example.org", "r2@example.org"]
    assert skipped(desk) == [end]
    assert desk.status(edition_id) is EditionStatus.CANCELLED


def test_put_off_after_the_last_moment_is_skipped_for_that(desk: Desk) -> None:
    edition_id = announced(desk, readers=1)

    class Ending(FakeTransport):
        def connect(self) -> "Ending":
            return self

        def deliver(self, *, sender: str, recipient: str, message: bytes) -> Receipt:
            now = desk.clock.later(days=60)
            desk.change(lambda s: bring_to_end(s, edition_id, End.TOO_LATE, now=now))
            raise DEFERRED

    desk.deliver(Ending())

    assert skipped(desk) == [("skipped", "too_late", None)]


def test_a_sending_pauses_when_its_event_is_called_off_and_goes_on_when_it_is_not(
    desk: Desk,
) -> None:
    edition_id = announced(desk, readers=PAGE + 10)

    def say(*, cancelled: bool) -> None:
        desk.change(lambda s: s.execute(update(Item).values(cancelled=cancelled)))

    transport = ActingTransport(AtTheTenth(lambda: say(cancelled=True)))
    desk.deliver(transport)
    stopped = desk.status(edition_id), len(transport.accepted)
    scheduling.resume(desk.db, edition_id, now=desk.clock())
    desk.deliver(transport)
    again = desk.status(edition_id), len(transport.accepted)
    say(cancelled=False)
    scheduling.resume(desk.db, edition_id, now=desk.clock())
    desk.deliver(transport)

    assert stopped == again == (EditionStatus.PAUSED, PAGE)
    assert "event_changed_sending" in [what for what, _ in desk.events(edition_id)]
    assert (desk.status(edition_id), len(transport.accepted)) == (EditionStatus.SENT, PAGE + 10)
