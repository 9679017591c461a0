"""The second step: each code once, wrong ones counted, nothing readable in the database."""

from datetime import datetime, timedelta

import pyotp
import pytest
from sqlalchemy import select

from newsletter.account_rows import RecoveryCode, SecondStep
from newsletter.accounts import second_step, sessions
from newsletter.accounts.sealed import open_text, seal_text
from newsletter.accounts.second_step import LOCKED, MOST_WRONG, Given, next_step
from newsletter.accounts.sessions import Step
from newsletter.errors import AccountChanged
from newsletter.model import User
from newsletter.values import Role
from storage.log import LogEntry
from storage.session import Database
from tests.factories import KEY
from tests.fakes import START, FakeClock
from tests.newsletter.accounts.someone import add

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code_at(now: datetime, *, later_s: int = 0) -> str:
    return pyotp.TOTP(SECRET).at(now + timedelta(seconds=later_s))


def wrong_at(now: datetime) -> str:
    """Return six digits that are right at none of the moments around."""
    right = {code_at(now, later_s=later) for later in range(-120, 150, 30)}
    return next(f"{number:06}" for number in range(20) if f"{number:06}" not in right)


def with_step(db: Database, *, role: Role = Role.EDITOR) -> tuple[int, tuple[str, ...]]:
    user_id = add(db, role=role)
    codes = second_step.set_up(db, user_id, SECRET, code_at(START), key=KEY, keep="", now=START)
    assert codes
    return user_id, codes


def give(db: Database, user_id: int, code: str, now: datetime) -> Given:
    return second_step.give_code(db, user_id, code, keys=(KEY,), now=now)


def test_it_is_set_up_by_who_shows_a_code_and_only_once(db: Database) -> None:
    user_id = add(db)
    wrong = wrong_at(START)
    assert second_step.set_up(db, user_id, SECRET, wrong, key=KEY, keep="", now=START) == ()

    codes = second_step.set_up(db, user_id, SECRET, code_at(START), key=KEY, keep="", now=START)

    assert len(set(codes)) == 10
    with pytest.raises(AccountChanged):
        second_step.set_up(db, user_id, SECRET, code_at(START), key=KEY, keep="", now=START)


def test_setting_it_up_ends_the_other_sessions(db: Database) -> None:
    user_id = add(db)
    here, there = (sessions.open_session(db, user_id, now=START) for _ in range(2))

    second_step.set_up(db, user_id, SECRET, code_at(START), key=KEY, keep=here, now=START)

    assert sessions.find_session(db, here, now=START) is not None
    assert sessions.find_session(db, there, now=START) is None


@pytest.mark.parametrize("spelled", ["{}", " {} ", "{:.3}-", "{:.3} "])
def test_a_code_is_right_however_it_is_typed(db: Database, clock: FakeClock, spelled: str) -> None:
    user_id, _ = with_step(db)
    code = code_at(clock.later(minutes=5))
    typed = spelled.format(code) + (code[3:] if ".3" in spelled else "")

    assert give(db, user_id, typed, clock()) is Given.RIGHT


def test_a_phone_may_be_half_a_minute_off(db: Database, clock: FakeClock) -> None:
    user_id, _ = with_step(db)
    now = clock.later(minutes=5)

    assert give(db, user_id, code_at(now, later_s=-60), now) is Given.WRONG
    assert give(db, user_id, code_at(now, later_s=-30), now) is Given.RIGHT
    assert give(db, user_id, code_at(now, later_s=60), now) is Given.WRONG
    assert give(db, user_id, code_at(now, later_s=30), now) is Given.RIGHT


def test_a_code_is_taken_once_and_none_of_before_it(db: Database, clock: FakeClock) -> None:
    user_id, _ = with_step(db)
    assert give(db, user_id, code_at(START), START) is Given.WRONG  # it set the step up
    now = clock.later(minutes=5)

    assert give(db, user_id, code_at(now), now) is Given.RIGHT
    assert give(db, user_id, code_at(now), now) is Given.WRONG
    assert give(db, user_id, code_at(now, later_s=-30), now) is Given.WRONG
    assert give(db, user_id, code_at(now, later_s=30), now + timedelta(seconds=30)) is Given.RIGHT


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "\x00", "a" * 1_000])
def test_anything_else_is_wrong(db: Database, code: str) -> None:
    user_id, _ = with_step(db)

    assert give(db, user_id, code, START) is Given.WRONG


def test_too_many_wrong_codes_shut_it_for_a_while(db: Database, clock: FakeClock) -> None:
    user_id, codes = with_step(db)
    waiting = sessions.open_session(db, user_id, now=START, step=Step.CODE)
    inside = sessions.open_session(db, user_id, now=START)
    given = [give(db, user_id, wrong_at(START), START) for _ in range(MOST_WRONG)]

    assert given == [Given.WRONG] * (MOST_WRONG - 1) + [Given.LOCKED]
    assert give(db, user_id, code_at(START, later_s=30), START) is Given.LOCKED
    assert give(db, user_id, codes[0], START) is Given.LOCKED
    assert sessions.find_session(db, waiting, now=START) is None  # the password must come anew
    assert sessions.find_session(db, inside, now=START) is not None
    now = clock.later(seconds=LOCKED.total_seconds() + 60)
    assert give(db, user_id, code_at(now), now) is Given.RIGHT
    with db.read() as session:
        names = list(session.scalars(select(LogEntry.what)))
    assert names.count("account.second_step_locked") == 1


def test_a_right_code_begins_the_counting_anew(db: Database, clock: FakeClock) -> None:
    user_id, _ = with_step(db)
    for _ in range(3):
        now = clock.later(minutes=5)
        for _ in range(MOST_WRONG - 1):
            assert give(db, user_id, wrong_at(now), now) is Given.WRONG
        assert give(db, user_id, code_at(now), now) is Given.RIGHT


def test_a_recovery_code_works_once_however_it_is_typed(db: Database) -> None:
    user_id, codes = with_step(db)
    other = add(db, email="ander@example.org")
    second_step.set_up(db, other, SECRET, code_at(START), key=KEY, keep="", now=START)

    assert give(db, other, codes[0], START) is Given.WRONG  # it is somebody else's
    assert give(db, user_id, codes[0].upper().replace("-", " "), START) is Given.RECOVERY
    assert give(db, user_id, codes[0], START) is Given.WRONG
    with db.read() as session:
        assert second_step.codes_left(session, user_id) == 9


def test_new_recovery_codes_end_the_old_ones(db: Database) -> None:
    user_id, old = with_step(db)

    new = second_step.renew_codes(db, user_id, key=KEY, now=START)

    assert not set(old) & set(new)
    assert give(db, user_id, old[0], START) is Given.WRONG
    assert give(db, user_id, new[0], START) is Given.RECOVERY


def test_the_database_tells_neither_secret_nor_codes(db: Database) -> None:
    user_id, codes = with_step(db)

    with db.read() as session:
        row = session.get_one(SecondStep, user_id)
        kept = row.secret + "".join(session.scalars(select(RecoveryCode.code_hash)))
    assert SECRET not in kept
    assert not any(code in kept or code.replace("-", "") in kept for code in codes)
    # Whoever has another key, as after a loss of it, has no codes: somebody must reset the step.
    other = second_step.give_code(
        db, user_id, code_at(START, later_s=30), keys=(b"another key" * 4,), now=START
    )
    assert other is Given.WRONG


def test_it_survives_another_key_and_is_sealed_with_that_one(db: Database) -> None:
    user_id, codes = with_step(db)
    keys = (b"n" * 40, KEY)

    first = second_step.give_code(
        db, user_id, code_at(START, later_s=30), keys=keys, now=START + timedelta(seconds=30)
    )
    with_new_alone = second_step.give_code(
        db, user_id, code_at(START, later_s=90), keys=keys[:1], now=START + timedelta(seconds=90)
    )
    recovery = [
        second_step.give_code(db, user_id, codes[0], keys=keys, now=START) for _ in range(2)
    ]

    assert (first, with_new_alone) == (Given.RIGHT, Given.RIGHT)
    assert recovery == [Given.RECOVERY, Given.WRONG]


def test_what_is_sealed_opens_for_what_it_is_about_only() -> None:
    sealed = seal_text(KEY, "geheim", about="een")

    assert seal_text(KEY, "geheim", about="een") != sealed
    assert open_text(KEY, sealed, about="een") == "geheim"
    for key, text, about in (
        (KEY, sealed, "ander"),
        (b"x" * 32, sealed, "een"),
        (KEY, sealed[:-4] + "AAAA", "een"),
        (KEY, "geen", "een"),
        (KEY, "é", "een"),
        (KEY, "", "een"),
    ):
        assert open_text(key, text, about=about) == ""


@pytest.mark.parametrize(
    ("role", "is_required", "step"),
    [
        (Role.APPROVER, True, Step.SET_UP),
        (Role.ADMINISTRATOR, True, Step.SET_UP),
        (Role.EDITOR, True, Step.DONE),
        (Role.READER, True, Step.DONE),
        (Role.ADMINISTRATOR, False, Step.DONE),
    ],
)
def test_who_approves_must_have_one_when_that_is_set(
    db: Database, role: Role, *, is_required: bool, step: Step
) -> None:
    user_id = add(db, role=role)

    with db.read() as session:
        user = session.get_one(User, user_id)
        assert next_step(session, user, is_required=is_required) is step
    second_step.set_up(db, user_id, SECRET, code_at(START), key=KEY, keep="", now=START)
    with db.read() as session:
        assert next_step(session, user, is_required=is_required) is Step.CODE


def test_it_is_taken_off_and_everything_of_it_goes(db: Database) -> None:
    user_id, codes = with_step(db)
    here, there = (sessions.open_session(db, user_id, now=START) for _ in range(2))

    second_step.remove(db, user_id, keep=here, now=START)

    assert sessions.find_session(db, here, now=START) is not None
    assert sessions.find_session(db, there, now=START) is None
    with db.read() as session:
        assert not second_step.has_second_step(session, user_id)
        assert second_step.codes_left(session, user_id) == 0
    with pytest.raises(AccountChanged):
        give(db, user_id, codes[0], START)


def test_another_takes_it_off_and_every_session_ends(db: Database) -> None:
    boss = add(db, email="baas@example.org", role=Role.ADMINISTRATOR)
    user_id, _ = with_step(db)
    cookie = sessions.open_session(db, user_id, now=START)

    second_step.reset(db, user_id, by=boss, now=START)

    assert sessions.find_session(db, cookie, now=START) is None
    with db.read() as session:
        (entry,) = session.scalars(
            select(LogEntry).where(LogEntry.what == "account.second_step_reset")
        )
    assert (entry.user_id, entry.about) == (boss, "Rik")
    with pytest.raises(AccountChanged):
        second_step.reset(db, user_id, by=boss, now=START)
