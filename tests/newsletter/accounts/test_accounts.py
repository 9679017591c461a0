"""Accounts: the right password, and only that, opens a session; sessions end."""

from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter import passwords
from newsletter.accounts import people, sessions, sign_in
from newsletter.accounts.sessions import SignedIn
from newsletter.accounts.sign_in import FREE_FAILURES
from newsletter.errors import PasswordUnusable, UnknownUser
from newsletter.model import DeskSession, User
from newsletter.values import Role
from storage.session import Database
from tests.fakes import START, FakeClock

EMAIL = "Redactie@example.org"
PASSWORD = "een lang wachtwoord"
WRONG = "een ander wachtwoord"


def add(db: Database, *, role: Role = Role.EDITOR, password: str | None = PASSWORD) -> int:
    return people.add_user(db, email=EMAIL, role=role, name="Rik", password=password, now=START)


def fail(db: Database, clock: FakeClock, *, times: int) -> None:
    for _ in range(times):
        assert sign_in.check_password(db, EMAIL, WRONG, now=clock()) is None


def test_the_right_password_is_accepted_in_any_case_of_the_address(db: Database) -> None:
    user_id = add(db)

    user = sign_in.check_password(db, "redactie@EXAMPLE.org", PASSWORD, now=START)

    assert user is not None
    assert (user.id, user.role, user.name) == (user_id, Role.EDITOR, "Rik")


@pytest.mark.parametrize(
    ("email", "password"),
    [
        (EMAIL, WRONG),
        (EMAIL, ""),
        (EMAIL, PASSWORD * 60_000),
        (EMAIL, "\ud800" * 12),
        ("iemand@example.org", PASSWORD),
        ("geen adres", PASSWORD),
    ],
)
def test_anything_else_is_refused(db: Database, email: str, password: str) -> None:
    add(db)

    assert sign_in.check_password(db, email, password, now=START) is None


def test_an_account_without_a_password_cannot_sign_in(db: Database) -> None:
    add(db, password=None)

    assert sign_in.check_password(db, EMAIL, "", now=START) is None


def test_a_name_is_one_line_that_fits(db: Database) -> None:
    name = "Anna\n\udcff" + "x" * 300

    user_id = people.add_user(
        db, email=EMAIL, role=Role.EDITOR, name=name, password=None, now=START
    )

    with db.read() as session:
        assert session.get_one(User, user_id).name == "Anna " + "x" * 195


def test_adding_again_changes_the_account_and_keeps_the_password(db: Database) -> None:
    first = add(db)

    second = people.add_user(db, email=EMAIL, role=Role.APPROVER, password=None, now=START)

    user = sign_in.check_password(db, EMAIL, PASSWORD, now=START)
    assert first == second
    assert user is not None
    assert (user.role, user.name) == (Role.APPROVER, "Rik")


@pytest.mark.parametrize("password", ["elf letters", "a" * 129])
def test_a_password_of_another_length_cannot_be_set(db: Database, password: str) -> None:
    with pytest.raises(PasswordUnusable):
        add(db, password=password)


def test_a_password_is_kept_as_argon2id_with_at_least_the_parameters_of_owasp(
    db: Database,
) -> None:
    add(db)

    with db.read() as session:
        stored = people.user_by_email(session, EMAIL).password_hash
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert not passwords.is_old(passwords.NOBODY)  # or unknown accounts would answer sooner


def test_an_old_hash_is_renewed_at_sign_in(db: Database) -> None:
    user_id = add(db)
    with db.write() as session:
        user = session.get_one(User, user_id)
        user.password_hash = PasswordHasher(memory_cost=8_192, time_cost=1).hash(PASSWORD)

    sign_in.check_password(db, EMAIL, PASSWORD, now=START)

    with db.read() as session:
        assert not passwords.is_old(session.get_one(User, user_id).password_hash)
    assert sign_in.check_password(db, EMAIL, PASSWORD, now=START) is not None


def test_an_accent_may_be_typed_in_two_ways(db: Database) -> None:
    add(db, password="café met caf\u00e9")

    assert sign_in.check_password(db, EMAIL, "cafe\u0301 met cafe\u0301", now=START) is not None


def test_waiting_grows_with_each_wrong_password_and_ends(db: Database, clock: FakeClock) -> None:
    add(db)
    fail(db, clock, times=FREE_FAILURES)
    assert sign_in.check_password(db, EMAIL, PASSWORD, now=clock()) is not None

    fail(db, clock, times=FREE_FAILURES + 1)

    assert sign_in.check_password(db, EMAIL, PASSWORD, now=clock()) is None
    fail(db, FakeClock(clock.later(seconds=16)), times=1)
    assert sign_in.check_password(db, EMAIL, PASSWORD, now=clock.later(seconds=16)) is None
    assert sign_in.check_password(db, EMAIL, PASSWORD, now=clock.later(seconds=16)) is not None


def test_nobody_waits_longer_than_a_quarter_of_an_hour(db: Database, clock: FakeClock) -> None:
    user_id = add(db)
    with db.write() as session:
        session.get_one(User, user_id).failed_logins = 1_000

    fail(db, clock, times=1)

    assert sign_in.check_password(db, EMAIL, PASSWORD, now=clock.later(minutes=14)) is None
    assert sign_in.check_password(db, EMAIL, PASSWORD, now=clock.later(minutes=2)) is not None


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


def test_an_idle_session_ends_after_eight_hours(db: Database, clock: FakeClock) -> None:
    token = sessions.open_session(db, add(db), now=clock())

    assert sessions.find_session(db, token, now=clock.later(hours=7)) is not None
    assert sessions.find_session(db, token, now=clock.later(hours=4)) is not None  # seen: 11 hours
    assert sessions.find_session(db, token, now=clock.later(hours=2)) is None  # 13: absolute


def test_an_unused_session_ends(db: Database) -> None:
    token = sessions.open_session(db, add(db), now=START)

    assert sessions.find_session(db, token, now=START + timedelta(hours=8, minutes=1)) is None


def test_closing_ends_one_session(db: Database) -> None:
    user_id = add(db)
    mine, other = (sessions.open_session(db, user_id, now=START) for _ in range(2))

    sessions.close_session(db, mine)

    assert sessions.find_session(db, mine, now=START) is None
    assert sessions.find_session(db, other, now=START) is not None


@pytest.mark.parametrize(
    ("role", "password", "stays"),
    [(Role.EDITOR, None, True), (Role.EDITOR, WRONG, False), (Role.APPROVER, None, False)],
)
def test_a_new_role_or_password_ends_the_sessions(
    db: Database, role: Role, password: str | None, *, stays: bool
) -> None:
    token = sessions.open_session(db, add(db), now=START)

    people.add_user(db, email=EMAIL, role=role, password=password, now=START)

    assert (sessions.find_session(db, token, now=START) is not None) is stays


def test_rows_of_sessions_that_are_over_are_removed(db: Database, clock: FakeClock) -> None:
    user_id = add(db)
    sessions.open_session(db, user_id, now=clock())
    fresh = sessions.open_session(db, user_id, now=clock.later(hours=10))

    assert sessions.close_expired(db, now=clock()) == 1
    assert sessions.find_session(db, fresh, now=clock()) is not None


def test_an_unknown_account_is_named_as_such(session: Session) -> None:
    with pytest.raises(UnknownUser):
        people.user_by_email(session, "niemand@example.org")


def test_accounts_are_listed_by_address(db: Database) -> None:
    for email in ("c@example.org", "A@example.org", "b@example.org"):
        people.add_user(db, email=email, role=Role.EDITOR, password=None, now=START)

    with db.read() as session:
        listed = [user.email for user in people.list_users(session)]

    assert listed == ["A@example.org", "b@example.org", "c@example.org"]


def test_each_role_includes_the_ones_before_it() -> None:
    allowed = [[people.includes(role, needed) for needed in Role] for role in Role]

    assert allowed == [[True, False, False], [True, True, False], [True, True, True]]
