"""Many people changed at once, taken back as each had it, with what others changed since kept."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from storage.log import LogEntry
from storage.session import Database
from subscribers import consent
from subscribers.errors import ManyChangeGone, ManyMoved
from subscribers.finding import Wanted
from subscribers.many import (
    KEPT,
    Change,
    Changed,
    Undone,
    change_many,
    forget_old,
    had_before,
    undo_many,
)
from subscribers.many_rows import ManyChange, ManyChangeBefore
from subscribers.model import Subscriber
from subscribers.themes import give_bits, read_bits, themes_in
from subscribers.values import Audience
from tests.factories import KEY, make_readers, make_subscriber
from tests.fakes import START
from tests.queries import counted
from tests.subscribers.making import add_organisation

LATER = START + timedelta(hours=1)
EVERYBODY = Wanted()
Held = dict[str, tuple[object, ...]]


@pytest.fixture
def people(db: Database) -> Database:
    with db.write() as session:
        visie = ["visie"]
        make_subscriber(session, "jan@example.org", role="docent", region="Oost", themes=visie)
        mia = make_subscriber(session, "mia@example.org", audience=None, region="West")
        side = Audience.TEACHER_EDUCATION
        make_subscriber(
            session, "piet@example.org", audience=side, audience_said=True, themes=visie
        )
        assert mia.id == 2
    return db


def held(db: Database) -> Held:
    with db.read() as session:
        bits = read_bits(session)
        return {
            row.email.partition("@")[0]: (
                *(row.audience, row.audience_said, row.role, row.organisation, row.region),
                *themes_in(row.themes, bits),
            )
            for row in session.scalars(select(Subscriber))
        }


def change(db: Database, wanted: Wanted = EVERYBODY, expected: int = 3, **values: str) -> Changed:
    return change_many(db, wanted, Change(**values), expected=expected, now=LATER)


def test_everybody_gets_it_and_gets_back_what_they_had(people: Database) -> None:
    before = held(people)

    done = change(
        people, audience="school", role="coördinator", region="", add_theme="hr", drop_theme="visie"
    )

    assert set(held(people).values()) == {("school", True, "coördinator", "", "", "hr")}
    assert done.people == 3
    assert undo_many(people, done.id or 0, now=LATER) == Undone(people=3, kept=0)
    assert held(people) == before


def test_only_who_is_meant_and_had_something_else_is_changed(people: Database) -> None:
    before = held(people)

    done = change(people, Wanted(ids=(1, 2)), expected=2, region="Oost")
    again = change(people, Wanted(ids=(1, 2)), expected=2, region="Oost")

    assert (done.people, again) == (1, Changed(None, 0))
    assert held(people) == before | {"mia": (None, False, "", "", "Oost")}
    with people.read() as session:
        changed = select(Subscriber.email).where(Subscriber.changed_at == LATER)
        assert session.scalars(changed).all() == ["mia@example.org"]


def test_a_side_goes_along_with_an_organisation_for_who_said_none(people: Database) -> None:
    add_organisation(people, "Hogeschool Rijn", Audience.TEACHER_EDUCATION)
    before = held(people)

    done = change(people, organisation="hogeschool  rijn")

    sides = {name: one[0] for name, one in held(people).items()}
    assert sides == dict.fromkeys(("jan", "mia", "piet"), "lerarenopleiding")
    undo_many(people, done.id or 0, now=LATER)
    assert held(people) == before


def test_neither_side_is_a_choice_too(people: Database) -> None:
    change(people, audience="geen")

    assert {one[:2] for one in held(people).values()} == {(None, True)}


def test_who_was_changed_or_erased_since_is_left_alone_and_counted(people: Database) -> None:
    done = change(people, role="coördinator", add_theme="hr")
    with people.write() as session:
        mine = update(Subscriber).where(Subscriber.email == "jan@example.org")
        session.execute(mine.values(role="rector"))
    consent.erase(people, "mia@example.org", key=KEY, now=LATER)

    assert undo_many(people, done.id or 0, now=LATER) == Undone(people=1, kept=2)
    assert held(people) == {
        "jan": ("school", False, "rector", "", "Oost", "hr", "visie"),
        "piet": ("lerarenopleiding", True, "", "", "", "visie"),
    }


def test_what_another_change_made_is_not_taken_back(people: Database) -> None:
    first = change(people, region="Oost")
    change(people, region="West")

    assert undo_many(people, first.id or 0, now=LATER) == Undone(people=0, kept=2)
    assert {one[4] for one in held(people).values()} == {"West"}


def test_nothing_changes_when_there_are_not_as_many_as_was_told(people: Database) -> None:
    before = held(people)

    with pytest.raises(ManyMoved) as moved:
        change(people, expected=2, role="coördinator")

    assert moved.value.found == 3
    assert held(people) == before
    with people.read() as session:
        assert session.scalar(select(func.count()).select_from(ManyChange)) == 0


def test_it_is_taken_back_once_and_not_after_two_weeks(people: Database) -> None:
    done = change(people, role="coördinator").id or 0

    with pytest.raises(ManyChangeGone):
        undo_many(people, done, now=LATER + KEPT + timedelta(seconds=1))
    undo_many(people, done, now=LATER + KEPT)
    with pytest.raises(ManyChangeGone):
        undo_many(people, done, now=LATER + KEPT)
    with pytest.raises(ManyChangeGone):
        undo_many(people, 99, now=LATER)


def test_what_people_had_is_forgotten_when_it_cannot_be_taken_back(people: Database) -> None:
    change(people, role="coördinator")

    assert forget_old(people, now=LATER + KEPT) == 0
    assert forget_old(people, now=LATER + KEPT + timedelta(seconds=1)) == 1
    with people.read() as session:
        assert session.scalar(select(func.count()).select_from(ManyChangeBefore)) == 0


def test_the_log_has_one_line_of_numbers_for_each(people: Database) -> None:
    done = change(people, role="coördinator")
    undo_many(people, done.id or 0, now=LATER)

    with people.read() as session:
        entries = session.scalars(select(LogEntry).order_by(LogEntry.id)).all()
    assert [(one.what, one.detail) for one in entries] == [
        ("subscriber.many_changed", {"change": 1, "count": 3, "fields": ["role"]}),
        ("subscriber.many_undone", {"change": 1, "count": 3, "kept": 0}),
    ]


def test_a_thousand_take_as_many_statements_as_three(people: Database) -> None:
    with people.write() as session:
        give_bits(session, ["hr"])
    with counted(people.engine) as few:
        done = change(people, role="coördinator", add_theme="hr")
        undo_many(people, done.id or 0, now=LATER)
    with people.write() as session:
        make_readers(session, 1_000)

    with counted(people.engine) as many:
        done = change(people, role="coördinator", add_theme="hr", expected=1_003)
        undo_many(people, done.id or 0, now=LATER)

    assert len(few) == len(many)
    assert done.people == 1_003


def test_what_somebody_had_is_theirs_to_see_while_it_is_kept(people: Database) -> None:
    done = change(people, role="coördinator").id or 0
    with people.read() as session:
        kept = had_before(session, 1)
    undo_many(people, done, now=LATER)

    assert kept == [
        {
            "at": LATER,
            "audience": "school",
            "audience_said": False,
            "role": "docent",
            "organisation": "",
            "partnership": "",
            "region": "Oost",
        }
    ]
    with people.read() as session:
        assert had_before(session, 1) == []
