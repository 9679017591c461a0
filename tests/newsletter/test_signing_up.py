"""Sign-ups that wait: nothing gets lost, wherever it stops, and nobody is mailed by two."""

from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from threading import Event, Thread

import pytest
from sqlalchemy import func, select

from newsletter import readers
from newsletter.errors import (
    TransportDeferred,
    TransportRefused,
    TransportUnavailable,
    TransportUncertain,
)
from newsletter.retention import erase_what_is_over
from newsletter.signing_up import TRY_FOR, handle_sign_ups
from newsletter.values import Receipt
from newsletter.wiring import Services
from subscribers import consent, waiting
from subscribers.addresses import normalise
from subscribers.evidence import Asking, Choices
from subscribers.model import Consent, Subscriber, WaitingSignUp
from subscribers.store import get_subscriber
from subscribers.values import Audience, ConsentKind, SubscriberStatus, Topic
from tests.factories import make_subscriber
from tests.fakes import START, FakeClock, FakeTransport

ADDRESS = "nieuw@example.org"


@pytest.fixture
def transport() -> FakeTransport:
    return FakeTransport()


@pytest.fixture
def mailing(services: Services, transport: FakeTransport) -> Services:
    return replace(services, open_transport=lambda: transport)


def keep(services: Services, email: str = ADDRESS, **chosen: object) -> None:
    choices = Choices(Audience.SCHOOL, (Topic.NEWSLETTER,), **chosen)  # type: ignore[arg-type]
    asking = Asking(normalise(email), choices, "aanmelden", "De tekst.", "1", services.clock())
    waiting.keep(services.db, asking)


def waits(services: Services) -> int:
    with services.db.read() as session:
        return session.scalar(select(func.count()).select_from(WaitingSignUp)) or 0


def questions(services: Services) -> int:
    with services.db.read() as session:
        asked = select(func.count()).where(Consent.kind == ConsentKind.ASKED)
        return session.scalar(asked) or 0


class Stopped(BaseException):
    """The process is killed here."""


class Killed(FakeTransport):
    """A relay during whose dialogue the program is killed: before or after it took the mail."""

    def __init__(self, relay: FakeTransport, *, accepts: bool) -> None:
        super().__init__()
        self._relay, self._accepts = relay, accepts

    def deliver(self, *, sender: str, recipient: str, message: bytes) -> Receipt:
        if self._accepts:
            self._relay.deliver(sender=sender, recipient=recipient, message=message)
        raise Stopped


def test_what_was_kept_is_noted_as_it_was_said_and_mailed(
    mailing: Services, transport: FakeTransport, clock: FakeClock
) -> None:
    keep(mailing, role="rector", organisation="Het Lyceum", themes=("visie",))
    clock.later(days=3)

    first, second = handle_sign_ups(mailing), handle_sign_ups(mailing)

    with mailing.db.read() as session:
        row = get_subscriber(session, ADDRESS)
        fact = session.scalars(select(Consent)).one()
    assert row is not None
    assert (row.audience, row.role, row.organisation) == ("school", "rector", "Het Lyceum")
    assert (row.wants_newsletter, row.wants_announcements) == (True, False)
    assert (fact.at, fact.source, fact.text_shown, fact.text_version) == (
        START,
        "aanmelden",
        "De tekst.",
        "1",
    )
    assert [one[1] for one in transport.accepted] == [ADDRESS]
    assert (first, second) == ({"settled": 1, "left": 0}, {"settled": 0, "left": 0})
    assert waits(mailing) == 0


def test_who_is_on_the_list_gets_nothing_and_leaves_no_row(
    mailing: Services, transport: FakeTransport
) -> None:
    with mailing.db.write() as session:
        make_subscriber(session, ADDRESS)
    keep(mailing)

    handle_sign_ups(mailing)

    assert (transport.attempted, waits(mailing)) == ([], 0)


@pytest.mark.parametrize("accepts", [False, True])
def test_a_kill_while_mailing_loses_nothing(
    services: Services,
    mailing: Services,
    transport: FakeTransport,
    accepts: bool,  # noqa: FBT001 - made up
) -> None:
    """What the relay took just before comes again, as the same message to a mailbox."""
    keep(services)
    killed = Killed(transport, accepts=accepts)
    with pytest.raises(Stopped):
        handle_sign_ups(replace(services, open_transport=lambda: killed))

    handle_sign_ups(mailing)
    handle_sign_ups(mailing)

    mails = [message_from_bytes(one[2], policy=policy.default) for one in transport.accepted]
    assert len(mails) == (2 if accepts else 1)
    assert len({one["Message-ID"] for one in mails}) == 1
    assert (questions(services), waits(services)) == (1, 0)


def test_of_two_at_once_one_mails_everybody_once(services: Services) -> None:
    begun, may_end = Event(), Event()

    class Slow(FakeTransport):
        def deliver(self, *, sender: str, recipient: str, message: bytes) -> Receipt:
            begun.set()
            assert may_end.wait(20)
            return super().deliver(sender=sender, recipient=recipient, message=message)

    slow = Slow()
    mailing = replace(services, open_transport=lambda: slow)
    keep(services, "een@example.org")
    first = Thread(target=handle_sign_ups, args=[mailing])
    first.start()
    assert begun.wait(20)
    keep(services, "twee@example.org")

    second = handle_sign_ups(mailing)

    may_end.set()
    first.join(20)
    assert second == {"settled": 0, "left": 0}
    assert [one[1] for one in slow.accepted] == ["een@example.org", "twee@example.org"]
    assert waits(services) == 0


def test_a_relay_that_is_away_is_asked_once_a_round_and_loses_nothing(
    mailing: Services, transport: FakeTransport
) -> None:
    for name in ("een", "twee"):
        keep(mailing, f"{name}@example.org")
        transport.fails[f"{name}@example.org"] = TransportUnavailable("no connection")

    away = handle_sign_ups(mailing)
    assert (away, len(transport.attempted)) == ({"settled": 0, "left": 1}, 1)
    transport.fails.clear()
    handle_sign_ups(mailing)

    assert [one[1] for one in transport.accepted] == ["een@example.org", "twee@example.org"]
    assert waits(mailing) == 0


def test_one_that_is_put_off_does_not_hold_up_others(
    mailing: Services, transport: FakeTransport
) -> None:
    keep(mailing)
    keep(mailing, "ander@example.org")
    transport.fails[ADDRESS] = TransportDeferred("try later", code=451)

    assert handle_sign_ups(mailing) == {"settled": 1, "left": 1}

    assert [one[1] for one in transport.accepted] == ["ander@example.org"]


@pytest.mark.parametrize("is_late", [False, True])
def test_what_cannot_be_mailed_is_given_up_and_may_be_asked_anew(
    mailing: Services,
    transport: FakeTransport,
    clock: FakeClock,
    is_late: bool,  # noqa: FBT001 - made up
) -> None:
    keep(mailing)
    late = TransportUnavailable("no connection")
    transport.fails[ADDRESS] = late if is_late else TransportRefused("no such user", code=550)
    clock.later(seconds=TRY_FOR.total_seconds() if is_late else 0)

    handle_sign_ups(mailing)

    assert (questions(mailing), waits(mailing)) == (0, 0)
    transport.fails.clear()
    keep(mailing)
    handle_sign_ups(mailing)
    assert [one[1] for one in transport.accepted] == [ADDRESS]


def test_a_mail_that_may_have_arrived_is_not_sent_again(
    mailing: Services, transport: FakeTransport
) -> None:
    keep(mailing)
    transport.fails[ADDRESS] = TransportUncertain("lost after the dot")

    handle_sign_ups(mailing)

    assert (questions(mailing), waits(mailing)) == (1, 0)


def test_who_got_on_the_list_meanwhile_is_asked_nothing(
    mailing: Services, transport: FakeTransport, clock: FakeClock
) -> None:
    keep(mailing)
    transport.fails[ADDRESS] = TransportDeferred("try later", code=451)
    handle_sign_ups(mailing)
    with mailing.db.read() as session:
        row = get_subscriber(session, ADDRESS)
    assert row is not None
    consent.confirm(mailing.db, row.id, now=clock())
    transport.fails.clear()

    handle_sign_ups(mailing)

    assert (transport.accepted, waits(mailing)) == ([], 0)


def test_who_is_erased_waits_no_more(
    mailing: Services, transport: FakeTransport, clock: FakeClock
) -> None:
    with mailing.db.write() as session:
        make_subscriber(session, ADDRESS, status=SubscriberStatus.UNSUBSCRIBED)
    keep(mailing)
    readers.erase(mailing, ADDRESS, now=clock())

    handle_sign_ups(mailing)

    with mailing.db.read() as session:
        assert session.scalars(select(Subscriber)).all() == []
    assert (transport.attempted, waits(mailing)) == ([], 0)


def test_nothing_waits_longer_than_its_link_would_work(mailing: Services) -> None:
    keep(mailing)
    end = START + timedelta(days=14)

    early = erase_what_is_over(mailing, end)["waiting"]
    late = erase_what_is_over(mailing, end + timedelta(seconds=1))["waiting"]

    assert (early, late, waits(mailing)) == (0, 1, 0)
