"""News of editions: who hears of what at once, with which words, once; also after a crash."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from sqlalchemy import select

from newsletter import pipeline
from newsletter.approve import comments, review
from newsletter.approve.tell import Told, tell
from newsletter.compose.editing import editing
from newsletter.errors import TransportRefused, TransportUnavailable
from newsletter.matters import AT_MOST, FRESH, PAUSE, News, Sort
from newsletter.model import Edition, User
from newsletter.review_rows import Matter
from newsletter.send.schedule import schedule, unschedule
from newsletter.send.transports import open_transport
from newsletter.settings import SmtpRelay
from newsletter.store import matters as store
from newsletter.store.editions import events_of
from newsletter.values import Role
from newsletter.wiring import Services
from storage.session import Database
from tests.factories import make_readers, make_segments, make_user
from tests.fakes import START, FakeClock
from tests.newsletter.making import HOUSE, make_draft, plain_render, terms_of
from tests.newsletter.send.smtp_server import Relay, serving

pytestmark = pytest.mark.database
MINUTE = timedelta(minutes=1)


class Mailbox:
    """Takes news; raises what it is told to, for some, once."""

    def __init__(self) -> None:
        self.got: list[tuple[News, str]] = []
        self.fails: dict[str, Exception] = {}

    def __call__(self, news: News, address: str) -> None:
        if (failure := self.fails.pop(address, None)) is not None:
            raise failure
        self.got.append((news, address))

    @property
    def names(self) -> list[str]:
        return [address.partition("@")[0] for _, address in self.got]

    def empty(self) -> list[str]:
        names, self.got = self.names, []
        return names


@dataclass
class Team:
    """A draft of `auteur`, and who works with it."""

    db: Database
    clock: FakeClock
    box: Mailbox
    edition_id: int
    ids: dict[str, int]

    def submit(self, by: str = "auteur") -> None:
        review.submit(
            self.db,
            self.edition_id,
            by=self.ids[by],
            render=plain_render,
            house=HOUSE,
            now=self.clock(),
        )

    def approve(self, by: str = "eind") -> None:
        review.approve(
            self.db,
            self.edition_id,
            by=self.ids[by],
            terms=terms_of(),
            house=HOUSE,
            four_eyes=True,
            now=self.clock(),
        )

    def say(self, text: str, by: str = "eind") -> int:
        return comments.comment(
            self.db, self.edition_id, text=text, by=self.ids[by], now=self.clock()
        )

    def answer(self, about: int, text: str, by: str) -> None:
        comments.answer(
            self.db, self.edition_id, about, text=text, by=self.ids[by], now=self.clock()
        )

    def tell(self, *, four_eyes: bool = True) -> Told:
        return tell(self.db, notify=self.box, four_eyes=four_eyes, now=self.clock())

    def change(self, name: str, apply: Callable[[User], None]) -> None:
        with self.db.write() as session:
            apply(session.get_one(User, self.ids[name]))


def mailing_by(services: Services, port: int) -> Services:
    relay = SmtpRelay("127.0.0.1", port, "none")
    return replace(services, open_transport=lambda: open_transport(relay))


@pytest.fixture
def team(db: Database, clock: FakeClock) -> Team:
    roles = {
        "auteur": Role.APPROVER,
        "eind": Role.APPROVER,
        "redacteur": Role.EDITOR,
        "beheer": Role.ADMINISTRATOR,
    }
    with db.write() as session:
        make_segments(session)
        make_readers(session, 5, now=START)
        ids = {
            name: make_user(session, f"{name}@example.org", role) for name, role in roles.items()
        }
        for name, id_ in ids.items():
            session.get_one(User, id_).name = name.title()
        edition_id = make_draft(session, now=START, author_id=ids["auteur"])
    return Team(db, clock, Mailbox(), edition_id, ids)


def test_what_is_submitted_is_told_at_once_to_who_may_approve_it(team: Team) -> None:
    team.submit()

    assert (team.tell(), team.tell()) == (Told(2), Told())
    assert team.box.names == ["eind", "beheer"]
    news = team.box.got[0][0]
    assert (news.sort, news.by, news.number) == (Sort.SUBMITTED, "Auteur", 14)


def test_without_four_eyes_writers_hear_of_it_too_but_not_who_submitted(team: Team) -> None:
    team.submit(by="redacteur")

    team.tell(four_eyes=False)

    assert team.box.names == ["auteur", "eind", "beheer"]


def test_what_was_taken_back_before_the_mail_is_not_put_before_anybody(team: Team) -> None:
    team.submit()
    review.withdraw(
        team.db, team.edition_id, by=team.ids["auteur"], terms=terms_of(), now=team.clock()
    )

    assert team.tell() == Told()


def test_who_wants_none_was_switched_off_or_never_came_hears_nothing(team: Team) -> None:
    store.choose_news(team.db, team.ids["beheer"], wants=False)
    team.change("eind", lambda user: setattr(user, "disabled_at", START))
    with team.db.write() as session:
        invited = make_user(session, "nieuw@example.org", Role.APPROVER)
        user = session.get_one(User, invited)
        user.invited_at, user.password_hash = START, ""
    team.submit()

    assert team.tell() == Told()


def test_what_is_returned_is_told_to_who_made_and_submitted_it_with_the_reason(
    team: Team,
) -> None:
    team.submit(by="redacteur")
    team.tell()
    team.box.empty()

    review.return_(
        team.db,
        team.edition_id,
        by=team.ids["eind"],
        because="De datum.",
        terms=terms_of(),
        now=team.clock(),
    )
    team.tell()

    assert team.box.names == ["auteur", "redacteur"]
    assert {(one.by, one.note) for one, _ in team.box.got} == {("Eind", "De datum.")}


def test_a_plan_that_falls_away_is_told_to_maker_approver_and_planner(team: Team) -> None:
    team.submit()
    team.approve()
    at = team.clock() + timedelta(days=2)
    schedule(
        team.db, team.edition_id, by=team.ids["beheer"], at=at, terms=terms_of(), now=team.clock()
    )
    team.tell()
    team.box.empty()

    review.withdraw(
        team.db, team.edition_id, by=team.ids["redacteur"], terms=terms_of(), now=team.clock()
    )
    team.tell()

    assert team.box.names == ["auteur", "eind", "beheer"]
    news = team.box.got[0][0]
    assert (news.by, news.approved_by, news.planned_at) == ("Redacteur", ("Eind",), at)
    assert not news.is_change


def test_an_approval_that_lapses_by_a_change_says_that_it_was_changed(team: Team) -> None:
    team.submit()
    team.approve()
    team.tell()
    team.box.empty()

    with editing(
        team.db, team.edition_id, version=None, now=team.clock(), by=team.ids["auteur"]
    ) as (_, edition):
        edition.subject = "Iets anders"
    team.tell()

    assert team.box.names == ["eind"]
    assert team.box.got[0][0].is_change


def test_an_approval_that_was_broken_and_is_withdrawn_is_told_once(team: Team) -> None:
    team.submit()
    team.approve()
    team.tell()
    team.box.empty()
    with team.db.write() as session:
        session.get_one(Edition, team.edition_id).subject = "Door niemand gezien"

    review.withdraw(
        team.db, team.edition_id, by=team.ids["beheer"], terms=terms_of(), now=team.clock()
    )
    team.tell()

    assert team.box.names == ["auteur", "eind"]
    assert {one.what for one, _ in team.box.got} == {"seal_broken"}


def test_who_takes_their_own_plan_back_bothers_nobody(team: Team) -> None:
    team.submit()
    team.approve()
    at = team.clock() + timedelta(days=2)
    for by in ("beheer", "eind"):
        schedule(
            team.db,
            team.edition_id,
            by=team.ids["beheer"],
            at=at,
            terms=terms_of(),
            now=team.clock(),
        )
        team.tell()
        team.box.empty()
        unschedule(team.db, team.edition_id, by=team.ids[by], now=team.clock())
        team.tell()

        assert team.box.empty() == ([] if by == "beheer" else ["auteur", "beheer"])


def test_a_volley_of_comments_is_one_mail(team: Team) -> None:
    for number in range(10):
        team.say(f"Punt {number}")
        team.tell()
        team.clock.later(minutes=1)
    assert team.box.got == []

    team.clock.now += PAUSE
    team.tell()
    team.tell()

    ((news, address),) = team.box.got
    assert address == "auteur@example.org"
    assert [one.text for one in news.said] == [f"Punt {number}" for number in range(10)]


def test_who_goes_on_and_on_is_heard_after_a_quarter_of_an_hour_and_not_sooner(
    team: Team,
) -> None:
    told = []
    for minute in range(40):
        team.say(f"Punt {minute}")
        told += [minute] * team.tell().mails
        team.clock.later(minutes=1)

    assert told == [15, 31]


def test_an_answer_goes_to_who_made_it_and_who_speak_there(team: Team) -> None:
    about = team.say("Klopt dit?", by="redacteur")
    other = team.say("Iets anders", by="beheer")
    team.clock.now += PAUSE
    team.tell()
    team.box.empty()
    team.clock.now += AT_MOST

    team.answer(about, "Ja.", by="auteur")
    team.clock.now += PAUSE
    team.tell()

    assert other != about
    assert team.box.names == ["redacteur"]
    assert [(one.by, one.is_answer) for one in team.box.got[0][0].said] == [("Auteur", True)]


def test_a_comment_that_is_done_with_needs_no_mail(team: Team) -> None:
    about = team.say("Klopt dit?")
    comments.resolve(team.db, team.edition_id, about, by=team.ids["eind"], now=team.clock())
    team.clock.now += PAUSE

    assert team.tell() == Told()


def test_a_relay_that_is_away_is_tried_again_for_that_person_only(team: Team) -> None:
    team.submit()
    team.box.fails = {"eind@example.org": TransportUnavailable("down")}

    first = team.tell()
    team.clock.later(minutes=1)

    assert (first, team.tell(), team.tell()) == (Told(1, 1), Told(1), Told())
    assert team.box.names == ["beheer", "eind"]


def test_a_refusal_is_not_tried_again(team: Team) -> None:
    team.submit()
    team.box.fails = {"eind@example.org": TransportRefused("no such box")}

    assert (team.tell(), team.tell()) == (Told(1, 1), Told())


def test_what_is_a_day_old_is_no_news(team: Team) -> None:
    team.submit()
    team.clock.now += FRESH

    assert team.tell() == Told()
    with team.db.read() as session:
        assert session.scalars(select(Matter).where(Matter.settled_at.is_(None))).all() == []


def test_a_mail_that_a_crash_cut_off_is_sent_again_once_it_is_surely_dead(team: Team) -> None:
    team.submit()
    with team.db.read() as session:
        entry = events_of(session, team.edition_id)[-1].id
    assert store.begin(team.db, [entry], team.ids["eind"], now=team.clock()) == {entry}

    team.tell()
    assert team.box.empty() == ["beheer"]
    team.clock.now += store.IN_HAND
    team.tell()
    team.tell()

    assert team.box.names == ["eind"]


def test_the_move_and_its_news_are_one(team: Team) -> None:
    team.submit()

    with team.db.read() as session:
        entries = [one.id for one in events_of(session, team.edition_id) if one.what == "submitted"]
        assert [one.entry_id for one in session.scalars(select(Matter))] == entries
        assert session.get_one(Edition, team.edition_id).status == "in_review"


def test_the_job_mails_it_with_the_link_to_judge(team: Team, services: Services) -> None:
    team.submit()
    relay = Relay()
    with serving(relay) as port:
        mailing = mailing_by(services, port)

        report = pipeline.STAGES["tell"].do(mailing, team.clock() + MINUTE)

    assert report == {"told": 2, "untold": 0}
    assert [one.rcpt_tos for one in relay.accepted] == [
        ["eind@example.org"],
        ["beheer@example.org"],
    ]
    content = relay.accepted[0].content
    assert isinstance(content, bytes)
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert message["Subject"] == "Editie 14 ligt klaar voor je oordeel"
    part = message.get_body(("plain",))
    assert part is not None
    assert f"/redactie/edities/{team.edition_id}/beoordelen" in part.get_content()


def test_a_relay_that_is_down_stops_no_move_and_is_asked_again(
    team: Team, services: Services
) -> None:
    with serving(Relay()) as closed:
        pass  # nobody listens on this port any more
    relay = Relay()

    def run(port: int) -> object:
        mailing = mailing_by(services, port)
        return pipeline.STAGES["tell"].do(mailing, team.clock.later(minutes=1))

    team.submit()
    away = run(closed)
    with serving(relay) as port:
        back, again = run(port), run(port)

    assert (away, back, again) == (
        {"told": 0, "untold": 2},
        {"told": 2, "untold": 0},
        {"told": 0, "untold": 0},
    )
    assert len(relay.accepted) == 2
