"""The second step: a code from an app (TOTP, RFC 6238), or a recovery code when the phone is lost.

A code that was taken is never taken again, nor one from before it. Wrong ones are counted over all
sessions: after MOST_WRONG the step is shut for a while, and the password must be given anew.
"""

import hmac
import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import pyotp
import structlog
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from newsletter.account_rows import RecoveryCode, SecondStep
from newsletter.accounts.people import called, get_user, includes
from newsletter.accounts.sealed import open_text, seal_text
from newsletter.accounts.sessions import Step, end_sessions, end_unfinished
from newsletter.accounts.tokens import keyed_mark
from newsletter.errors import AccountChanged
from newsletter.model import User
from newsletter.values import Role
from storage.log import record
from storage.session import Database

PERIOD_S: Final = 30
DRIFT: Final = (-1, 0, 1)  # a phone's clock may be half a minute off
MOST_WRONG: Final = 20
LOCKED: Final = timedelta(minutes=15)
RECOVERY_CODES: Final = 10
LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"  # none that reads as another
GROUPS: Final = 3  # of four letters: 59 bits, behind a counter and a keyed hash

log = structlog.get_logger(__name__)


class Given(StrEnum):
    """What became of a code."""

    RIGHT = "right"
    RECOVERY = "recovery"  # right, and one recovery code less
    WRONG = "wrong"
    LOCKED = "locked"


def new_secret() -> str:
    """Return a secret for an app to keep: 160 random bits (RFC 4226 §4)."""
    return pyotp.random_base32()


def app_address(secret: str, *, email: str, issuer: str) -> str:
    """Return what an app reads from the QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=issuer)


def next_step(session: Session, user: User, *, is_required: bool) -> Step:
    """Return what follows the first proof of who somebody is.

    is_required: whether who approves must have a second step.
    """
    if has_second_step(session, user.id):
        return Step.CODE
    must = is_required and includes(Role(user.role), Role.APPROVER)
    return Step.SET_UP if must else Step.DONE


def has_second_step(session: Session, user_id: int) -> bool:
    """Say whether an account has a second step."""
    return session.get(SecondStep, user_id) is not None


def who_have_it(session: Session) -> frozenset[int]:
    """Return the accounts that have a second step."""
    return frozenset(session.scalars(select(SecondStep.user_id)))


def codes_left(session: Session, user_id: int) -> int:
    """Return how many recovery codes an account has."""
    unused = RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None)
    return session.scalar(select(func.count()).select_from(RecoveryCode).where(*unused)) or 0


def is_code_of(secret: str, code: str, *, now: datetime) -> bool:
    """Say whether an app that keeps this secret shows this code now."""
    return _step_of(secret, code, now) is not None


def set_up(  # noqa: PLR0913 - by name; what is set, what proves it, and what goes on
    db: Database, user_id: int, secret: str, code: str, *, key: bytes, keep: str, now: datetime
) -> tuple[str, ...]:
    """Give an account a second step and return its recovery codes, which are shown once.

    code: proves that the app has the secret; () when it does not. keep: the cookie that goes on.
    Raises AccountChanged when there is one already.
    """
    used = _step_of(secret, code, now)
    if used is None:
        return ()
    with db.write() as session:
        if session.get(SecondStep, user_id, with_for_update=True) is not None:
            raise AccountChanged("there is a second step already")
        sealed = seal_text(key, secret, about=_about(user_id))
        session.add(SecondStep(user_id=user_id, secret=sealed, since=now, last_used=used))
        end_sessions(session, user_id, keep=keep)
        record(session, "account.second_step_set", now=now, by=user_id)
        return _new_codes(session, user_id, key)


def give_code(
    db: Database, user_id: int, code: str, *, keys: Sequence[bytes], now: datetime
) -> Given:
    """Take a code of the app, or a recovery code, at most once each.

    keys: today's secret key and then those of before; what an older one sealed is sealed anew.
    """
    with db.write() as session:
        row = session.get(SecondStep, user_id, with_for_update=True)
        if row is None:
            raise AccountChanged("there is no second step any more")
        if row.locked_until is not None and row.locked_until > now:
            return Given.LOCKED
        if _take_code(row, code, keys=keys, now=now):
            row.failures = 0
            return Given.RIGHT
        if _take_recovery(session, user_id, code, keys=keys, now=now):
            row.failures = 0
            record(session, "account.recovery_used", now=now, by=user_id)
            return Given.RECOVERY
        return _refuse(session, row, now)


def renew_codes(db: Database, user_id: int, *, key: bytes, now: datetime) -> tuple[str, ...]:
    """Return other recovery codes; the ones of before work no more."""
    with db.write() as session:
        record(session, "account.recovery_renewed", now=now, by=user_id)
        return _new_codes(session, user_id, key)


def remove(db: Database, user_id: int, *, keep: str, now: datetime) -> None:
    """Take the second step off one's own account. keep: the cookie of the session that goes on."""
    with db.write() as session:
        _remove(session, user_id)
        end_sessions(session, user_id, keep=keep)
        record(session, "account.second_step_removed", now=now, by=user_id)


def reset(db: Database, user_id: int, *, by: int | None, now: datetime) -> None:
    """Take it off somebody else's, who lost phone and codes; their sessions end.

    Raises UnknownUser, and AccountChanged when there is none.
    """
    with db.write() as session:
        user = get_user(session, user_id, to_change=True)
        if not has_second_step(session, user_id):
            raise AccountChanged("there is no second step")
        _remove(session, user_id)
        end_sessions(session, user_id)
        record(session, "account.second_step_reset", now=now, by=by, about=called(user))


def _take_code(row: SecondStep, code: str, *, keys: Sequence[bytes], now: datetime) -> bool:
    about = _about(row.user_id)
    opened = (open_text(key, row.secret, about=about) for key in keys)
    secret = next(filter(None, opened), "")
    used = _step_of(secret, code, now, after=row.last_used) if secret else None
    if used is None:
        return False
    row.last_used = used
    if not open_text(keys[0], row.secret, about=about):
        row.secret = seal_text(keys[0], secret, about=about)
    return True


def _take_recovery(
    session: Session, user_id: int, code: str, *, keys: Sequence[bytes], now: datetime
) -> bool:
    marks = [_mark(key, user_id, code) for key in keys]
    fits = (RecoveryCode.code_hash.in_(marks), RecoveryCode.used_at.is_(None))
    row = session.scalar(select(RecoveryCode).where(*fits).with_for_update())
    if row is None:
        return False
    row.used_at = now
    return True


def _refuse(session: Session, row: SecondStep, now: datetime) -> Given:
    row.failures += 1
    if row.failures < MOST_WRONG:
        return Given.WRONG
    row.failures, row.locked_until = 0, now + LOCKED
    end_unfinished(session, row.user_id)
    about = called(get_user(session, row.user_id))
    record(session, "account.second_step_locked", now=now, about=about)
    log.warning("many wrong codes for one account", user=row.user_id)
    return Given.LOCKED


def _step_of(secret: str, code: str, now: datetime, *, after: int = 0) -> int | None:
    """Return the time step that this code is of; None when it is wrong, or not after `after`."""
    digits = re.sub(r"[\s-]", "", code)
    if not re.fullmatch(r"[0-9]{6}", digits):
        return None
    totp, here = pyotp.HOTP(secret), int(now.timestamp()) // PERIOD_S
    right = [
        here + drift
        for drift in DRIFT
        if hmac.compare_digest(totp.at(here + drift).encode(), digits.encode())
    ]
    return next((step for step in right if step > after), None)


def _new_codes(session: Session, user_id: int, key: bytes) -> tuple[str, ...]:
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    codes = tuple(_recovery_code() for _ in range(RECOVERY_CODES))
    session.add_all(
        RecoveryCode(code_hash=_mark(key, user_id, code), user_id=user_id) for code in codes
    )
    return codes


def _recovery_code() -> str:
    groups: Sequence[str] = [
        "".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(GROUPS)
    ]
    return "-".join(groups)


def _remove(session: Session, user_id: int) -> None:
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    session.execute(delete(SecondStep).where(SecondStep.user_id == user_id))


def _mark(key: bytes, user_id: int, code: str) -> str:
    plain = "".join(letter for letter in code.lower() if letter.isalnum())
    return keyed_mark(key, "recovery", f"{user_id} {plain}")


def _about(user_id: int) -> str:
    return f"second step of {user_id}"
