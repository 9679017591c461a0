"""Coming in: the right password, and only that; wrong ones make the next wait."""

from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from newsletter import passwords
from newsletter.account_rows import SignInWait
from newsletter.accounts import invitations, people, sign_in, waits
from newsletter.accounts.sign_in import GUESSED, LINK_TRIES
from newsletter.accounts.waits import LONGEST_DELAY
from newsletter.errors import AccountLinkGone
from newsletter.model import User
from storage.log import LogEntry
from storage.session import Database
from tests.factories import KEY
from tests.fakes import FakeClock
from tests.newsletter.accounts.someone import EMAIL, PASSWORD, WRONG, add, attempt, fail

FREE = 4  # wrong passwords before there is any waiting


def test_the_right_password_is_accepted_in_any_case_of_the_address(
    db: Database, clock: FakeClock
) -> None:
    user_id = add(db)

    assert attempt(db, clock, PASSWORD, email="redactie@EXAMPLE.org").user_id == user_id


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
def test_anything_else_is_refused(
    db: Database, clock: FakeClock, email: str, password: str
) -> None:
    add(db)

    assert attempt(db, clock, password, email=email).user_id is None


def test_an_account_without_a_password_or_switched_off_lets_nobody_in(
    db: Database, clock: FakeClock
) -> None:
    add(db, email="zonder@example.org", password=None)
    off = add(db)
    people.switch_off(db, off, by=None, now=clock())

    assert attempt(db, clock, "", email="zonder@example.org").user_id is None
    assert attempt(db, clock, PASSWORD).user_id is None


def test_a_password_is_kept_as_argon2id_with_at_least_the_parameters_of_owasp(
    db: Database,
) -> None:
    add(db)

    with db.read() as session:
        stored = people.user_by_email(session, EMAIL).password_hash
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert not passwords.is_old(passwords.NOBODY)  # or unknown accounts would answer sooner


def test_an_old_hash_is_renewed_at_sign_in(db: Database, clock: FakeClock) -> None:
    user_id = add(db)
    with db.write() as session:
        user = session.get_one(User, user_id)
        user.password_hash = PasswordHasher(memory_cost=8_192, time_cost=1).hash(PASSWORD)

    attempt(db, clock, PASSWORD)

    with db.read() as session:
        assert not passwords.is_old(session.get_one(User, user_id).password_hash)
    assert attempt(db, clock, PASSWORD).user_id == user_id


def test_an_accent_may_be_typed_in_two_ways(db: Database, clock: FakeClock) -> None:
    user_id = add(db, password="café met caf\u00e9 erbij")

    assert attempt(db, clock, "cafe\u0301 met cafe\u0301 erbij").user_id == user_id


@pytest.mark.parametrize("email", [EMAIL, "niemand@example.org"])
def test_waiting_grows_with_each_wrong_password_whoever_it_is_for(
    db: Database, clock: FakeClock, email: str
) -> None:
    add(db)
    assert fail(db, clock, times=FREE, email=email).wait_until is None

    first = fail(db, clock, times=1, email=email).wait_until
    assert first == clock() + timedelta(seconds=15)
    second = fail(db, clock, times=1, email=email).wait_until
    assert second == clock() + timedelta(seconds=30)
    assert fail(db, clock, times=8, email=email).wait_until == clock() + LONGEST_DELAY


def test_while_waiting_nothing_is_looked_at_and_nothing_is_counted(
    db: Database, clock: FakeClock
) -> None:
    user_id = add(db)
    until = fail(db, clock, times=FREE + 1).wait_until
    assert until

    tried = [attempt(db, clock, password) for password in (PASSWORD, WRONG, WRONG)]
    clock.now = until

    assert [one.is_unseen for one in tried] == [True] * 3
    assert attempt(db, clock, PASSWORD).user_id == user_id


def test_the_right_password_ends_the_counting(db: Database, clock: FakeClock) -> None:
    add(db)
    fail(db, clock, times=FREE)
    attempt(db, clock, PASSWORD)

    assert fail(db, clock, times=FREE).wait_until is None


def test_wrong_passwords_of_yesterday_are_forgotten(db: Database, clock: FakeClock) -> None:
    add(db)
    fail(db, clock, times=FREE)
    clock.later(hours=25)

    assert fail(db, clock, times=1).wait_until is None
    with db.write() as session:
        assert waits.forget_old(session, now=clock.later(hours=25)) == 1


def test_a_network_waits_too_for_whomever_it_tries(db: Database, clock: FakeClock) -> None:
    user_id = add(db)
    for number in range(21):
        attempt(db, clock, WRONG, email=f"n{number}@example.org", network="192.0.2.7/32")

    assert attempt(db, clock, PASSWORD, network="192.0.2.7/32").is_unseen
    assert attempt(db, clock, PASSWORD, network="192.0.2.8/32").user_id == user_id
    assert attempt(db, clock, PASSWORD, network="192.0.2.7/32").is_unseen


def test_what_is_counted_says_nothing_about_who(db: Database, clock: FakeClock) -> None:
    fail(db, clock, times=1, email="niemand@example.org", network="192.0.2.7/32")

    with db.read() as session:
        marks = session.scalars(select(SignInWait.mark)).all()
    assert len(marks) == 2
    assert not any("niemand" in mark or "192" in mark for mark in marks)


def test_after_many_wrong_passwords_the_owner_is_told_once_and_so_is_the_log(
    db: Database, clock: FakeClock
) -> None:
    user_id = add(db)
    assert fail(db, clock, times=GUESSED - 1).guessed_id is None

    assert fail(db, clock, times=1).guessed_id == user_id

    assert invitations.ask_unlock(db, user_id, now=clock()) is not None
    assert invitations.ask_unlock(db, user_id, now=clock.later(minutes=59)) is None
    assert invitations.ask_unlock(db, user_id, now=clock.later(minutes=2)) is not None
    with db.read() as session:
        told = session.scalars(select(LogEntry).where(LogEntry.what == "account.guessed")).all()
    assert [(one.about, one.detail) for one in told] == [("Rik", {"failures": GUESSED})]


def unlock_token(db: Database, user_id: int, clock: FakeClock) -> str:
    asked = invitations.ask_unlock(db, user_id, now=clock())
    assert asked
    return asked[2]


def test_a_mailed_link_goes_around_the_wait_once(db: Database, clock: FakeClock) -> None:
    user_id = add(db)
    fail(db, clock, times=GUESSED)
    token = unlock_token(db, user_id, clock)
    assert attempt(db, clock, PASSWORD).is_unseen

    wrong = sign_in.check_with_link(db, token, WRONG, key=KEY, now=clock())
    right = sign_in.check_with_link(db, token, PASSWORD, key=KEY, now=clock())

    assert (wrong.user_id, right.user_id) == (None, user_id)
    with pytest.raises(AccountLinkGone):
        sign_in.check_with_link(db, token, PASSWORD, key=KEY, now=clock())


def test_a_mailed_link_is_no_way_to_go_on_guessing(db: Database, clock: FakeClock) -> None:
    token = unlock_token(db, add(db), clock)
    for _ in range(LINK_TRIES):
        sign_in.check_with_link(db, token, WRONG, key=KEY, now=clock())

    with pytest.raises(AccountLinkGone):
        sign_in.check_with_link(db, token, PASSWORD, key=KEY, now=clock())
