"""Sessions: they say who is signed in, hold no secret, and end."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from newsletter.accounts import held, sessions
from newsletter.accounts.sessions import ABSOLUTE, IDLE, SignedIn, Step
from newsletter.model import DeskSession, User
from newsletter.values import Role
from storage.session import Database
from tests.fakes import START, FakeClock
from tests.newsletter.accounts.someone import add


def test_a_session_says_who_is_signed_in(db: Database) -> None:
    user_id = add(db, role=Role.APPROVER)

    token = sessions.open_session(db, user_id, now=START)

    signed_in = sessions.find_session(db, token, now=START)
    assert signed_in is not None
    assert signed_in == SignedIn(
        user_id, "Redactie@example.org", "Rik", Role.APPROVER, signed_in.csrf
    )
    assert len(signed_in.csrf) >= 43


def test_the_database_holds_no_cookie(db: Database) -> None:
    token = sessions.open_session(db, add(db), now=START)

    with db.read() as session:
        stored = session.scalars(select(DeskSession.token_hash)).all()
    assert len(stored) == 1
    assert sessions.find_session(db, stored[0], now=START) is None
    assert sessions.find_session(db, token, now=START) is not None


@pytest.mark.parametrize("token", ["", "x", "\ud800", "a" * 10_000])
def test_another_cookie_is_nobody(db: Database, token: str) -> None:
    sessions.open_session(db, add(db), now=START)

    assert sessions.find_session(db, token, now=START) is None


def test_two_sessions_have_nothing_in_common(db: Database) -> None:
    user_id = add(db)
    first, second = (sessions.open_session(db, user_id, now=START) for _ in range(2))

    found = [sessions.find_session(db, token, now=START) for token in (first, second)]

    assert first != second
    assert len({one.csrf for one in found if one}) == 2


def test_a_session_ends_after_half_an_hour_without_anything_done(
    db: Database, clock: FakeClock
) -> None:
    token = sessions.open_session(db, add(db), now=clock())

    for _ in range(20):
        assert sessions.find_session(db, token, now=clock.later(minutes=30)) is not None
    assert sessions.find_session(db, token, now=clock.later(minutes=31)) is None


def test_a_page_that_renews_itself_keeps_nobody_signed_in(db: Database, clock: FakeClock) -> None:
    token = sessions.open_session(db, add(db), now=clock())

    for _ in range(3):
        clock.later(minutes=10)
        assert sessions.find_session(db, token, now=clock(), is_active=False) is not None
    assert sessions.find_session(db, token, now=clock.later(minutes=1)) is None


def test_a_session_ends_after_twelve_hours_whatever_is_done(db: Database, clock: FakeClock) -> None:
    token = sessions.open_session(db, add(db), now=clock())
    for _ in range(36):
        assert sessions.find_session(db, token, now=clock.later(minutes=20)) is not None

    assert sessions.find_session(db, token, now=clock.later(minutes=1)) is None
    assert timedelta(hours=12) == ABSOLUTE


def test_closing_ends_one_session(db: Database) -> None:
    user_id = add(db)
    mine, other = (sessions.open_session(db, user_id, now=START) for _ in range(2))

    sessions.close_session(db, mine, now=START)

    assert sessions.find_session(db, mine, now=START) is None
    assert sessions.find_session(db, other, now=START) is not None


def test_rows_of_sessions_that_are_over_are_removed(db: Database, clock: FakeClock) -> None:
    user_id = add(db)
    sessions.open_session(db, user_id, now=clock())
    sessions.open_session(db, user_id, now=clock(), step=Step.CODE)
    fresh = sessions.open_session(db, user_id, now=clock.later(minutes=40))

    assert sessions.close_expired(db, now=clock()) == 2
    assert sessions.find_session(db, fresh, now=clock()) is not None


def test_only_a_session_that_time_ended_is_known_as_ended(db: Database, clock: FakeClock) -> None:
    user_id = add(db)
    token = sessions.open_session(db, user_id, now=clock())
    closed = sessions.open_session(db, user_id, now=clock())
    sessions.close_session(db, closed, now=clock())

    assert sessions.find_ended(db, token, now=clock()) is None
    clock.later(minutes=31)

    assert sessions.find_ended(db, token, now=clock()) == user_id
    assert sessions.find_ended(db, closed, now=clock()) is None
    assert sessions.find_ended(db, "x", now=clock()) is None
    assert sessions.find_ended(db, "", now=clock()) is None


def test_my_sessions_are_listed_and_can_be_ended(db: Database, clock: FakeClock) -> None:
    user_id, stranger = add(db), add(db, email="ander@example.org")
    agents = ("Firefox/\u202e\n<b>", "x" * 1_000)
    here, there = (sessions.open_session(db, user_id, now=clock(), agent=agent) for agent in agents)
    theirs = sessions.open_session(db, stranger, now=clock())
    with db.read() as session:
        mine = sessions.list_sessions(session, user_id, here, now=clock())
        other = sessions.list_sessions(session, stranger, theirs, now=clock())

    assert [one.is_this for one in mine] == [True, False]
    assert (mine[0].agent, len(mine[1].agent)) == ("Firefox/<b>", 300)
    assert not sessions.close_one(db, user_id, other[0].mark, now=clock())
    assert sessions.close_one(db, user_id, mine[1].mark, now=clock())

    assert sessions.find_session(db, there, now=clock()) is None
    assert sessions.find_session(db, here, now=clock()) is not None
    assert sessions.find_session(db, theirs, now=clock()) is not None


def test_the_others_end_together(db: Database) -> None:
    user_id = add(db)
    here, *others = (sessions.open_session(db, user_id, now=START) for _ in range(3))

    assert sessions.close_others(db, user_id, here, now=START) == 2

    assert sessions.find_session(db, here, now=START) is not None
    assert not any(sessions.find_session(db, one, now=START) for one in others)


def test_when_a_step_is_done_the_cookie_is_another(db: Database) -> None:
    before = sessions.open_session(db, add(db), now=START, agent="Firefox", step=Step.CODE)
    with db.write() as session:
        after = sessions.complete_session(session, before, now=START)

    assert sessions.find_session(db, before, now=START) is None
    found = sessions.find_session(db, after, now=START)
    assert found is not None
    assert found.step is Step.DONE


def test_the_account_knows_when_it_was_last_used(db: Database, clock: FakeClock) -> None:
    user_id = add(db)
    token = sessions.open_session(db, user_id, now=clock())
    sessions.find_session(db, token, now=clock.later(minutes=3))

    with db.read() as session:
        assert session.get_one(User, user_id).seen_at == clock()
    assert timedelta(minutes=30) == IDLE


def test_a_form_is_held_for_its_writer_only_and_not_for_ever(
    db: Database, clock: FakeClock
) -> None:
    mine, other = add(db), add(db, email="ander@example.org")
    fields = [("tag", "a"), ("tag", "b"), ("text", "Een zin.")]
    for text in ("Oud.", "Een zin."):
        assert held.hold(
            db, mine, path="/redactie/x", fields=[*fields[:2], ("text", text)], now=clock()
        )

    (kept,) = held.list_held(db, mine, now=clock())
    assert (kept.path, list(kept.fields)) == ("/redactie/x", fields)
    assert held.list_held(db, other, now=clock()) == []
    held.drop(db, other, kept.id)
    assert held.list_held(db, mine, now=clock()) != []

    assert held.list_held(db, mine, now=clock.later(hours=13)) == []
    assert held.forget_old(db, now=clock()) == 1


def test_nobody_fills_the_disk_with_held_forms(db: Database) -> None:
    user_id = add(db)
    assert not held.hold(db, user_id, path="/x", fields=[("a", "x" * 200_001)], now=START)
    assert not held.hold(db, user_id, path="/" + "x" * 1_000, fields=[("a", "b")], now=START)

    for number in range(12):
        held.hold(db, user_id, path=f"/{number}", fields=[("a", "b")], now=START)

    assert [one.path for one in held.list_held(db, user_id, now=START)] == [
        f"/{number}" for number in reversed(range(2, 12))
    ]
