"""Test mails: what they are, to whom they go, and that they count for nothing."""

import email
import email.policy
from dataclasses import replace
from datetime import datetime, timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import select

from newsletter.cut import Cut
from newsletter.errors import (
    TooManyTrials,
    TransportDeferred,
    TransportRefused,
    TransportUnavailable,
    TransportUncertain,
    UnknownCut,
    UnknownEdition,
    UnknownUser,
)
from newsletter.model import Delivery, User
from newsletter.ports import Transport
from newsletter.send.transports import open_transport
from newsletter.send.trial import MOST_AN_HOUR, TrialReport, send_trials, trials_left
from newsletter.settings import Settings, SmtpRelay
from newsletter.store.editions import events_of
from newsletter.values import Role
from newsletter.wiring import Services
from storage.session import Database
from subscribers.values import Audience
from tests.factories import make_readers, make_segments, make_user
from tests.fakes import START, FakeTransport
from tests.newsletter.making import make_draft, make_scheduled, plain_render
from tests.newsletter.send.smtp_server import Relay, serving

SCHOOL = Cut(Audience.SCHOOL, frozenset())


@pytest.fixture
def people(db: Database) -> tuple[int, int]:
    """Anna and Bas of the desk, with readers beside them."""
    with db.write() as session:
        make_segments(session)
        make_readers(session, 6, now=START)
        anna, bas = (make_user(session, f"{who}@example.org") for who in ("anna", "bas"))
        session.get_one(User, anna).name = "Anna"
        for one in (anna, bas):
            session.get_one(User, one).password_hash = "set"
        return anna, bas


@pytest.fixture
def edition(db: Database, people: tuple[int, int]) -> int:
    with db.write() as session:
        return make_draft(session, now=START)


def send(
    db: Database,
    settings: Settings,
    edition: int,
    to: list[int],
    *,
    transport: Transport,
    cuts: tuple[Cut, ...] = (SCHOOL,),
    by: int | None = None,
    now: datetime = START,
) -> TrialReport:
    return send_trials(
        db,
        edition,
        to=to,
        cuts=cuts,
        by=by,
        render=plain_render,
        settings=settings,
        transport=transport,
        now=now,
    )


def read(message: bytes) -> EmailMessage:
    parsed = email.message_from_bytes(message, policy=email.policy.SMTP)
    assert isinstance(parsed, EmailMessage)
    return parsed


def text_of(message: EmailMessage, subtype: str) -> str:
    part = message.get_body((subtype,))
    assert part is not None
    return str(part.get_content())


def test_the_real_mail_goes_by_the_real_relay(
    db: Database, settings: Settings, edition: int, people: tuple[int, int]
) -> None:
    relay = Relay()
    with serving(relay) as port:
        transport = open_transport(SmtpRelay("127.0.0.1", port, "none"))
        report = send(db, settings, edition, list(people), transport=transport, by=people[0])

    content = relay.accepted[0].content
    assert isinstance(content, bytes)
    first = read(content)
    assert report == TrialReport(2, ("Anna", "bas@example.org"), ())
    assert [one.rcpt_tos for one in relay.accepted] == [["anna@example.org"], ["bas@example.org"]]
    assert relay.accepted[0].mail_from == settings.sender_address
    assert first["To"] == "Anna <anna@example.org>"
    assert first["Subject"] == "[Proef] Nieuwsbrief 14: één dag meelopen"
    for subtype in ("plain", "html"):
        words = text_of(first, subtype)
        assert "Dit is een proefmail, gestuurd door Anna op dinsdag 20 april om 10.00 uur." in words
        assert "voor school: één editie" in words
        assert f"{settings.base_url}/proefmail/afmelden" in words
        assert f"{settings.base_url}/afmelden/" not in words
    assert f"<{settings.base_url}/proefmail/afmelden>" in first["List-Unsubscribe"]


def test_each_copy_has_an_identity_of_its_own(
    db: Database, settings: Settings, edition: int, people: tuple[int, int]
) -> None:
    relay = FakeTransport()
    for _ in range(2):
        send(db, settings, edition, [people[0]], transport=relay)

    ids = {read(message)["Message-ID"] for _, _, message in relay.accepted}
    assert len(ids) == 2


def test_without_a_cut_every_mail_goes(
    db: Database, settings: Settings, edition: int, people: tuple[int, int]
) -> None:
    relay = FakeTransport()

    report = send(db, settings, edition, [people[0]], transport=relay, cuts=())

    sides = [text_of(read(message), "plain") for _, _, message in relay.accepted]
    assert report.sent == 3
    assert [
        any(f"voor {side}" in text for text in sides)
        for side in ("school", "lerarenopleiding", "iedereen")
    ] == [True] * 3


def test_what_was_approved_is_what_is_tested(
    db: Database, settings: Settings, people: tuple[int, int]
) -> None:
    with db.write() as session:
        edition = make_scheduled(session, now=START)
    relay = FakeTransport()

    def never(*_: object) -> None:
        raise AssertionError("what was approved is not made anew")

    send_trials(
        db,
        edition,
        to=[people[0]],
        cuts=(SCHOOL,),
        by=None,
        render=never,  # type: ignore[arg-type]  # it must not be asked
        settings=settings,
        transport=relay,
        now=START,
    )

    assert "gestuurd door de beheerder" in text_of(read(relay.accepted[0][2]), "plain")


def test_the_bar_stands_below_the_line_of_the_inbox(services: Services) -> None:
    with services.db.write() as session:
        make_segments(session)
        anna = make_user(session, "anna@example.org")
        session.get_one(User, anna).seen_at = START
        edition = make_draft(session, now=START)
    relay = FakeTransport()

    send_trials(
        services.db,
        edition,
        to=[anna],
        cuts=(SCHOOL,),
        by=anna,
        render=services.render,
        settings=services.settings,
        transport=relay,
        now=START,
    )

    page = text_of(read(relay.accepted[0][2]), "html")
    assert page.index("Wat er speelt") < page.index("Dit is een proefmail")
    assert page.index("Dit is een proefmail") < page.index("Een dag meelopen")
    assert page.count("Dit is een proefmail") == 1


def test_nothing_of_it_stands_in_the_ledger(
    db: Database, settings: Settings, edition: int, people: tuple[int, int]
) -> None:
    send(db, settings, edition, list(people), transport=FakeTransport(), by=people[0])

    with db.read() as session:
        told = [
            (one.what, one.user_id, one.detail, one.note) for one in events_of(session, edition)
        ]
        assert session.scalars(select(Delivery)).all() == []
    assert told == [("tested", people[0], {"mails": 2}, "")]


def test_only_accounts_get_it(
    db: Database, settings: Settings, edition: int, people: tuple[int, int]
) -> None:
    relay = FakeTransport()
    with db.write() as session:
        session.get_one(User, people[1]).disabled_at = START
    for to in ([], [99], [people[0], 99], [people[1]]):
        with pytest.raises(UnknownUser):
            send(db, settings, edition, to, transport=relay)

    assert relay.attempted == []


def test_a_cut_that_nobody_has_and_an_edition_that_is_not_there(
    db: Database, settings: Settings, edition: int, people: tuple[int, int]
) -> None:
    relay = FakeTransport()
    nobody = Cut(Audience.SCHOOL, frozenset({"zuid"}))
    with pytest.raises(UnknownCut):
        send(db, settings, edition, [people[0]], transport=relay, cuts=(nobody,))
    with pytest.raises(UnknownEdition):
        send(db, settings, 99, [people[0]], transport=relay)

    assert relay.attempted == []


def test_twenty_an_hour_and_not_one_more(
    db: Database, settings: Settings, edition: int, people: tuple[int, int]
) -> None:
    anna, bas = people
    relay = FakeTransport()
    for _ in range(6):
        send(db, settings, edition, [anna], transport=relay, cuts=(), by=anna)

    with pytest.raises(TooManyTrials) as limit:
        send(db, settings, edition, [anna], transport=relay, cuts=(), by=anna)
    send(db, settings, edition, [anna, bas], transport=relay, by=anna)
    send(db, settings, edition, [anna], transport=relay, cuts=(), by=bas)
    with db.read() as session:
        left = [trials_left(session, who, now=START) for who in people]
        later = trials_left(session, anna, now=START + timedelta(hours=1))

    assert (limit.value.asked, limit.value.left) == (3, 2)
    assert len(relay.accepted) == 23
    assert (left, later) == ([0, 17], MOST_AN_HOUR)


@pytest.mark.parametrize(
    "error",
    [
        TransportRefused("5.1.1 unknown", code=550),
        TransportDeferred("4.2.1 later", code=450),
        TransportUncertain("no answer"),
        TransportUnavailable("5.7.1 not you", code=554),
    ],
)
def test_who_does_not_get_it_is_told_and_the_others_do(
    db: Database,
    settings: Settings,
    edition: int,
    people: tuple[int, int],
    error: TransportRefused,
) -> None:
    relay = FakeTransport({"anna@example.org": error})

    report = send(db, settings, edition, list(people), transport=relay, by=people[0])

    assert (report.sent, report.names) == (1, ("bas@example.org",))
    assert [(one.name, one.error) for one in report.failed] == [("Anna", error)]
    with db.read() as session:
        last = events_of(session, edition)[-1]
    assert (last.what, last.note, last.detail) == ("test_failed", str(error), {"people": 1})


def test_a_relay_that_is_away_is_told_for_everybody(
    db: Database, settings: Settings, edition: int, people: tuple[int, int]
) -> None:
    with serving(Relay()) as port:
        away = replace(settings.smtp, host="127.0.0.1", port=port)

    report = send(db, settings, edition, list(people), transport=open_transport(away))

    assert report.sent == 0
    assert [type(one.error) for one in report.failed] == [TransportUnavailable] * 2


@pytest.mark.parametrize(
    "wrong", [{"role": Role.READER}, {"password_hash": ""}, {"disabled_at": START}]
)
def test_only_who_sees_drafts_and_came_in_once_gets_one(
    db: Database,
    settings: Settings,
    people: tuple[int, int],
    edition: int,
    wrong: dict[str, object],
) -> None:
    transport = FakeTransport()
    with db.write() as session:
        for name, value in wrong.items():
            setattr(session.get_one(User, people[1]), name, value)

    with pytest.raises(UnknownUser):
        send(db, settings, edition, list(people), transport=transport)

    assert transport.attempted == []
