"""Somebody with an account, and somebody who tries to come in."""

from newsletter.accounts import people, sign_in
from newsletter.accounts.sign_in import Tried
from newsletter.values import Role
from storage.session import Database
from tests.factories import KEY
from tests.fakes import START, FakeClock

EMAIL = "Redactie@example.org"
PASSWORD = "een lang wachtwoord"
WRONG = "een ander wachtwoord"


def add(
    db: Database,
    *,
    email: str = EMAIL,
    role: Role = Role.EDITOR,
    password: str | None = PASSWORD,
) -> int:
    return people.add_user(db, email=email, role=role, name="Rik", password=password, now=START)


def attempt(
    db: Database, clock: FakeClock, password: str, *, email: str = EMAIL, network: str = ""
) -> Tried:
    return sign_in.check_password(db, email, password, key=KEY, network=network, now=clock())


def fail(
    db: Database, clock: FakeClock, *, times: int, email: str = EMAIL, network: str = ""
) -> Tried:
    """Give the wrong password so often, each as soon as it is looked at; return the last."""
    tried = Tried()
    for _ in range(times):
        tried = attempt(db, clock, WRONG, email=email, network=network)
        if tried.is_unseen and tried.wait_until:
            clock.now = tried.wait_until
            tried = attempt(db, clock, WRONG, email=email, network=network)
        assert tried.user_id is None
        assert not tried.is_unseen
    return tried
