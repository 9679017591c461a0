"""Another address: only the newest that was asked for, and only when its mailbox says so."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from storage.session import Database
from subscribers import consent, moving
from subscribers.errors import InvalidAddress, SuppressedAddress
from subscribers.importing import import_file
from subscribers.model import Subscriber
from subscribers.moving import Moved, change_asked
from subscribers.store import consents_of
from subscribers.values import SubscriberStatus, Topic
from subscribers.verdicts import REFUSED
from tests.factories import KEY, make_subscriber
from tests.fakes import START
from tests.subscribers.making import at_once

DAY = timedelta(days=1)
NEW = "Nieuw@example.org"


def add(db: Database, email: str = "oud@example.org", **fields: object) -> int:
    with db.write() as session:
        return make_subscriber(session, email, **fields).id  # type: ignore[arg-type]


def ask(db: Database, who: int, email: str = NEW, *, days: float = 0) -> int | None:
    return moving.ask_to_move(db, who, email=email, now=START + days * DAY)


def address_of(db: Database, who: int) -> tuple[str, str]:
    with db.read() as session:
        row = session.get_one(Subscriber, who)
        return row.email, row.email_key


def test_the_address_is_theirs_once_it_is_confirmed(db: Database) -> None:
    who = add(db)

    change = ask(db, who)
    assert change is not None
    assert address_of(db, who) == ("oud@example.org", "oud@example.org")
    moved = [moving.move(db, change, key=KEY, now=START + DAY) for _ in range(2)]

    assert moved == [Moved(who, "oud@example.org"), None]
    assert address_of(db, who) == (NEW, "nieuw@example.org")
    with db.read() as session:
        assert [fact.kind for fact in consents_of(session, who)] == ["moved"]


def test_only_the_newest_one_counts(db: Database) -> None:
    who = add(db)
    first, second = ask(db, who, "tikfout@example.org"), ask(db, who)
    assert first is not None
    assert second is not None

    with db.read() as session:
        assert change_asked(session, first) is None
    assert moving.move(db, first, key=KEY, now=START) is None
    assert moving.move(db, second, key=KEY, now=START) is not None
    assert address_of(db, who)[0] == NEW


def test_an_address_of_somebody_else_is_not_mailed_and_not_taken(db: Database) -> None:
    who, other = add(db), add(db, "ander@example.org")

    assert ask(db, who, "ANDER@example.org") is None
    change = ask(db, who)
    assert change is not None
    add(db, "nieuw@example.org")  # who signed up meanwhile

    assert moving.move(db, change, key=KEY, now=START) is None
    assert address_of(db, who)[0] == "oud@example.org"
    assert address_of(db, other)[0] == "ander@example.org"


def test_no_stranger_is_mailed_often(db: Database) -> None:
    """One mail a day to an address, whoever names it, and three addresses a day from one reader."""
    who, other = add(db), add(db, "ander@example.org")

    asked = [ask(db, who), ask(db, other), ask(db, who)]
    several = [ask(db, who, f"n{number}@example.org") is not None for number in range(4)]

    assert [one is not None for one in asked] == [True, False, False]
    assert several == [True, True, False, False]
    assert ask(db, other, days=1) is not None


@pytest.mark.parametrize(
    "status",
    [SubscriberStatus.PENDING, SubscriberStatus.UNSUBSCRIBED, SubscriberStatus.SUPPRESSED],
)
def test_who_is_not_on_the_list_moves_nowhere(db: Database, status: SubscriberStatus) -> None:
    who = add(db, status=status)

    assert ask(db, who) is None
    assert ask(db, 4711) is None


def test_who_left_or_was_erased_meanwhile_stays_away(db: Database) -> None:
    left, erased = add(db), add(db, "weg@example.org")
    changes = [ask(db, left), ask(db, erased, "nieuw2@example.org")]
    consent.leave(db, left, source="afmelden", now=START)
    consent.erase(db, erased, key=KEY, now=START)

    assert [moving.move(db, one or 0, key=KEY, now=START) for one in changes] == [None, None]


def test_a_mail_that_did_not_go_can_be_asked_for_again(db: Database) -> None:
    who = add(db)
    change = ask(db, who)
    assert change is not None

    moving.take_back(db, change)

    assert ask(db, who) is not None


def test_no_list_brings_the_former_address_back_until_its_reader_does(
    db: Database, tmp_path: Path
) -> None:
    who, path = add(db), tmp_path / "nacht.csv"
    path.write_text("email\noud@example.org\n")

    def bring() -> list[str]:
        report = import_file(db, path, ground="lijst", key=KEY, now=START)
        return [error.reason for error in report.errors]

    moving.move(db, ask(db, who) or 0, key=KEY, now=START)
    assert bring() == [REFUSED["moved"]]
    with pytest.raises(SuppressedAddress):
        consent.add(db, email="oud@example.org", audience=None, ground="g", key=KEY, now=START)

    back = ask(db, who, "oud@example.org", days=2)
    moving.move(db, back or 0, key=KEY, now=START)
    assert bring() == []
    consent.erase(db, who, key=KEY, now=START)
    assert bring() == [REFUSED["erased"]]


def test_who_signs_up_with_the_address_in_the_same_moment_ends_it_well(db: Database) -> None:
    who = add(db)
    change = ask(db, who)

    def sign_up() -> object:
        return consent.sign_up(
            db,
            email=NEW,
            audience=None,
            topics=[Topic.NEWSLETTER],
            text_shown="Ja",
            source="form",
            now=START,
        )

    at_once(sign_up, lambda: moving.move(db, change or 0, key=KEY, now=START), sign_up)

    with db.read() as session:
        keys = session.scalars(select(Subscriber.email_key)).all()
    assert len(keys) == len(set(keys))
    assert NEW.lower() in keys


def test_what_is_no_address_is_refused(db: Database) -> None:
    who = add(db)

    with pytest.raises(InvalidAddress):
        ask(db, who, "geen adres")
