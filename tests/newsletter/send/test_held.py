"""Mails in doubt in the hands of people: sent once more, left, undone; and what is policy."""

from collections.abc import Sequence
from datetime import timedelta
from threading import Event

import pytest
from sqlalchemy import select, update

from newsletter.errors import CannotSendAgain, MoveNotAllowed, TransportUncertain
from newsletter.model import Delivery, Edition
from newsletter.send import schedule as scheduling
from newsletter.send.doubt import held
from newsletter.send.doubt.held import Decided
from newsletter.send.freeze import freeze_due
from newsletter.send.loop.pages import PAGE
from newsletter.send.worker import run_worker
from newsletter.settings import Settings
from newsletter.store.editions import events_of
from newsletter.values import DeliveryState, EditionStatus, InDoubtPolicy, Receipt
from storage.session import Database
from subscribers.model import Subscriber
from subscribers.values import SubscriberStatus
from tests.factories import make_edition, make_readers, make_segments
from tests.fakes import START, FakeClock, FakeTransport
from tests.newsletter.making import TERMS, make_scheduled, sound, worker_services

S = EditionStatus
D = DeliveryState
LETTERHEAD = TERMS.letterhead
LATER = START + timedelta(hours=1)


class World:
    """An edition to four whose first two mails may have arrived, and what a test asks about it."""

    def __init__(self, db: Database, settings: Settings, clock: FakeClock) -> None:
        self.db, self.clock = db, clock
        doubt = TransportUncertain("lost after the dot")
        self.transport = FakeTransport({f"r{one}@example.org": doubt for one in (1, 2)})
        self._services = worker_services(settings, db, clock, transport=self.transport)
        with db.write() as session:
            make_segments(session)
            make_readers(session, 4, now=START)
            self.id = make_scheduled(session, now=START, policy=InDoubtPolicy.HOLD)
        freeze_due(db, terms=TERMS, preflight=sound, now=START)

    def work(self) -> None:
        run_worker(self._services, stop=Event(), until_complete=self.id)

    def complete(self) -> "World":
        """Let it be sent, and the relay be itself again."""
        self.work()
        self.transport.fails.clear()
        self.transport.attempted.clear()
        return self

    def send_again(self, only: Sequence[int] | None = None) -> Decided:
        return held.send_again(self.db, self.id, only=only, letterhead=LETTERHEAD, now=self.clock())

    def leave(self, only: Sequence[int] | None = None) -> Decided:
        return held.leave(self.db, self.id, only=only, now=self.clock())

    def undo(self, decided: Decided) -> int:
        return held.undo(self.db, self.id, decided.entry_id or 0, now=self.clock())

    def undecided(self) -> int:
        with self.db.read() as session:
            return held.count_undecided(session, [self.id]).get(self.id, 0)

    def rows(self) -> list[tuple[str, int]]:
        """Return state and second copies of everybody."""
        with self.db.read() as session:
            found = session.execute(select(Delivery.state, Delivery.resends).order_by(Delivery.id))
            return [(state, resends) for state, resends in found]

    def edition(self) -> Edition:
        with self.db.read() as session:
            return session.get_one(Edition, self.id)

    def events(self) -> list[str]:
        with self.db.read() as session:
            return [one.what for one in events_of(session, self.id)]

    def set(self, **values: object) -> None:
        with self.db.write() as session:
            session.execute(update(Edition).values(**values))


@pytest.fixture
def world(db: Database, settings: Settings, clock: FakeClock) -> World:
    return World(db, settings, clock)


def test_what_is_held_keeps_no_edition_from_being_complete(world: World) -> None:
    world.complete()

    assert world.edition().state is S.SENT
    assert world.rows() == [(D.IN_DOUBT, 0), (D.IN_DOUBT, 0), (D.SENT, 0), (D.SENT, 0)]
    assert world.undecided() == 2


def test_all_are_sent_once_more_each_announced_and_it_is_complete_again(world: World) -> None:
    world.complete()
    before = world.edition()
    world.clock.later(hours=1)

    decided = world.send_again()
    underway = world.edition().state
    world.work()

    after = world.edition()
    assert (decided.number, underway, after.state) == (2, S.SENDING, S.SENT)
    assert sorted(world.transport.attempted) == ["r1@example.org", "r2@example.org"]
    assert world.rows() == [(D.SENT, 1), (D.SENT, 1), (D.SENT, 0), (D.SENT, 0)]
    assert (after.started_at, after.finished_at) == (before.started_at, before.finished_at)
    assert world.events() == ["sending", "sent", "doubt_resent", "sent"]
    assert world.send_again() == Decided(0)


def test_the_second_copy_has_the_identity_of_the_first(world: World) -> None:
    world.transport.fails.clear()
    world.work()
    first = {to: message for _, to, message in world.transport.accepted}
    world.transport.accepted.clear()
    with world.db.write() as session:
        session.execute(update(Delivery).values(state=D.IN_DOUBT))
    world.clock.later(hours=5)

    world.send_again()
    world.work()

    assert {to: message for _, to, message in world.transport.accepted} == first


def test_one_is_sent_and_one_is_left(world: World) -> None:
    world.complete()

    sent, left = world.send_again([1]), world.leave()
    world.work()

    assert (sent.number, left.number, world.undecided()) == (1, 1, 0)
    assert world.rows()[:2] == [(D.SENT, 1), (D.IN_DOUBT, 0)]
    assert world.send_again() == Decided(0)  # what was left is not among all
    assert world.leave([2]) == Decided(0)


def test_what_was_left_can_be_sent_after_all(world: World) -> None:
    world.complete().leave()

    assert world.send_again([2]).number == 1
    world.work()
    assert world.rows()[:2] == [(D.IN_DOUBT, 0), (D.SENT, 1)]


def test_a_decision_is_undone_while_nothing_left(world: World) -> None:
    world.complete()
    sent = world.send_again([1])
    left = world.leave([2])

    undone = [world.undo(sent), world.undo(left), world.undo(left)]
    world.work()

    assert undone == [1, 1, 0]
    assert world.undecided() == 2
    assert world.rows()[:2] == [(D.IN_DOUBT, 0)] * 2
    assert world.edition().state is S.SENT
    assert world.events()[-3:] == ["doubt_undone", "doubt_undone", "sent"]


def test_what_left_again_is_not_taken_back(world: World) -> None:
    world.complete()
    sent = world.send_again()
    world.work()

    assert world.undo(sent) == 0
    assert world.rows()[:2] == [(D.SENT, 1)] * 2


def test_in_doubt_once_more_waits_for_a_person_once_more(world: World) -> None:
    world.work()
    world.send_again()
    world.work()

    assert world.rows()[:2] == [(D.IN_DOUBT, 1)] * 2
    assert world.undecided() == 2


def test_who_left_since_gets_no_second_copy_and_stays_in_doubt(world: World) -> None:
    world.complete()
    with world.db.write() as session:
        session.get_one(Subscriber, 1).status = SubscriberStatus.UNSUBSCRIBED
        session.delete(session.get_one(Subscriber, 2))

    assert world.send_again() == Decided(0)
    assert world.edition().state is S.SENT


@pytest.mark.parametrize("why", ["left", "cancelled"])
def test_who_waits_for_a_second_copy_stays_in_doubt_when_it_is_not_to_come(
    world: World, why: str
) -> None:
    world.complete()
    world.send_again()
    if why == "cancelled":
        scheduling.cancel(world.db, world.id, now=LATER)
    else:
        with world.db.write() as session:
            session.execute(update(Subscriber).values(status=SubscriberStatus.UNSUBSCRIBED))

    world.work()

    assert world.transport.attempted == []
    assert [state for state, _ in world.rows()[:2]] == [D.IN_DOUBT] * 2


def test_what_settles_by_itself_is_left_to_itself(world: World) -> None:
    world.complete()
    with world.db.write() as session:
        session.get_one(Delivery, 1).next_at = LATER

    assert world.undecided() == 1
    assert (world.leave([1]), world.send_again([1])) == (Decided(0), Decided(0))


@pytest.mark.parametrize("status", [S.DRAFT, S.APPROVED, S.SCHEDULED, S.CANCELLED])
def test_of_what_is_stopped_or_never_went_nothing_is_sent_again(
    world: World, status: EditionStatus
) -> None:
    world.complete().set(status=status)

    with pytest.raises(MoveNotAllowed):
        world.send_again()


@pytest.mark.parametrize(
    "changed", [{"not_after": START - timedelta(minutes=1)}, {"content_hash": "0" * 64}]
)
def test_too_late_or_not_as_approved_is_not_opened_again(
    world: World, changed: dict[str, object]
) -> None:
    world.complete().set(**changed)

    with pytest.raises(CannotSendAgain):
        world.send_again()
    assert world.edition().state is S.SENT


def test_another_letterhead_is_not_what_was_approved(world: World) -> None:
    world.complete()

    with pytest.raises(CannotSendAgain):
        held.send_again(world.db, world.id, letterhead=("Een ander",), now=START)


def test_a_decision_about_another_edition_is_not_undone_here(world: World) -> None:
    world.complete()
    left = world.leave()
    with world.db.write() as session:
        other = make_edition(session).id

    assert held.undo(world.db, other, left.entry_id or 0, now=START) == 0


@pytest.mark.parametrize("state", [S.DRAFT, S.SENDING, S.PAUSED])
def test_policy_is_chosen_in_a_draft_and_while_it_is_sent(
    world: World, state: EditionStatus
) -> None:
    world.set(status=state)

    before = [
        held.choose_policy(world.db, world.id, InDoubtPolicy.RESEND, now=START) for _ in range(2)
    ]

    assert before == [InDoubtPolicy.HOLD, InDoubtPolicy.RESEND]
    assert world.edition().in_doubt_policy == InDoubtPolicy.RESEND
    assert world.events() == ["sending", "doubt_policy"]


@pytest.mark.parametrize("state", [S.IN_REVIEW, S.APPROVED, S.SCHEDULED, S.SENT, S.CANCELLED])
def test_policy_that_was_approved_is_not_changed_behind_the_approval(
    world: World, state: EditionStatus
) -> None:
    world.set(status=state)

    with pytest.raises(MoveNotAllowed):
        held.choose_policy(world.db, world.id, InDoubtPolicy.RESEND, now=START)


def test_another_policy_reaches_a_worker_in_the_midst_of_a_sending(
    db: Database, settings: Settings, clock: FakeClock
) -> None:
    """The page that was read goes out under the old one; the next is read with the new one."""
    number = 2 * PAGE
    with db.write() as session:
        make_segments(session)
        make_readers(session, number, now=START)
        edition = make_scheduled(session, now=START, policy=InDoubtPolicy.RESEND)
    freeze_due(db, terms=TERMS, preflight=sound, now=START)

    class Switching(FakeTransport):
        def connect(self) -> "Switching":
            return self

        def deliver(self, *, sender: str, recipient: str, message: bytes) -> Receipt:
            if recipient == "r20@example.org":
                held.choose_policy(db, edition, InDoubtPolicy.HOLD, now=START)
            return super().deliver(sender=sender, recipient=recipient, message=message)

    doubt = TransportUncertain("silence")
    transport = Switching({"r10@example.org": doubt, f"r{number}@example.org": doubt})
    services = worker_services(settings, db, clock, transport=transport)
    stop = Event()
    run_worker(
        services,
        stop=stop,
        until_complete=edition,
        progress=lambda f: stop.set() if f.sent >= number - 2 else None,
    )

    with db.read() as session:
        odd = session.execute(
            select(Delivery.id, Delivery.next_at).where(Delivery.state == D.IN_DOUBT)
        ).all()
    assert {row[0]: row[1] is not None for row in odd} == {10: True, number: False}
