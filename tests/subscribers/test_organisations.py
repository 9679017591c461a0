"""Schools and institutes: adding, changing and removing them, and who follows them."""

from typing import Any

import pytest
from sqlalchemy import select

from storage.log import LogEntry
from storage.session import Database
from subscribers import organisations
from subscribers.errors import FieldChanged, NameTaken, UnknownOrganisation, UnknownPartnership
from subscribers.field import judge_organisation
from subscribers.model import Partnership, Subscriber
from subscribers.organisations import Saved
from subscribers.values import Audience
from tests.factories import make_subscriber
from tests.fakes import START
from tests.subscribers.making import add_organisation, add_partnership, at_once

INSTITUTE = Audience.TEACHER_EDUCATION


def change(db: Database, number: int, *of: int, version: int = 1, **given: str) -> Saved:
    values = judge_organisation(given).values
    return organisations.change_organisation(
        db, number, values, partnerships=of, version=version, now=START
    )


def add_people(db: Database, **people: dict[str, Any]) -> None:
    with db.write() as session:
        for name, fields in people.items():
            values = {"audience": None, "organisation": "Lyceum", **fields}
            make_subscriber(session, f"{name}@example.org", **values)


def sides(db: Database) -> dict[str, str | None]:
    with db.read() as session:
        rows = session.execute(select(Subscriber.email, Subscriber.audience))
        return {email.split("@")[0]: audience for email, audience in rows}


def test_an_organisation_that_becomes_known_gives_people_its_side(db: Database) -> None:
    add_people(
        db,
        volgt={},
        anders_geschreven={"organisation": "LYCEUM"},
        zei_iets_anders={"audience": INSTITUTE, "audience_said": True},
        zei_geen_van_beide={"audience_said": True},
        elders={"organisation": "Lyceum 2"},
        nergens={"organisation": ""},
    )

    saved = add_organisation(db, "Lyceum")

    assert saved.followed == 2
    assert sides(db) == {
        "volgt": "school",
        "anders_geschreven": "school",
        "zei_iets_anders": "lerarenopleiding",
        "zei_geen_van_beide": None,
        "elders": None,
        "nergens": None,
    }


def test_people_change_sides_with_their_organisation_unless_they_said_otherwise(
    db: Database,
) -> None:
    number = add_organisation(db, "Lyceum").id
    add_people(
        db,
        volgt={"audience": Audience.SCHOOL},
        zei_het_zelf={"audience": Audience.SCHOOL, "audience_said": True},
    )

    saved = change(db, number, audience=INSTITUTE)

    assert saved == Saved(number, changed=True, followed=1)
    assert sides(db) == {"volgt": "lerarenopleiding", "zei_het_zelf": "school"}
    with db.read() as session:
        entry = session.scalars(select(LogEntry).order_by(LogEntry.id.desc())).first()
    assert entry is not None
    assert (entry.what, entry.about) == ("member.changed", "Lyceum")
    assert (entry.detail["fields"], entry.detail["followed"]) == (["audience"], 1)


def test_people_go_along_with_another_name(db: Database) -> None:
    number = add_organisation(db, "Lyceum").id
    add_people(db, een={"organisation": "lyceum"}, twee={"organisation": "College"})

    change(db, number, name="Lyceum Oost")

    with db.read() as session:
        named = session.scalars(select(Subscriber.organisation).order_by(Subscriber.id)).all()
        row = organisations.read_organisation(session, number)
        assert organisations.count_readers(session, row) == 1
    assert named == ["Lyceum Oost", "College"]


def test_it_belongs_to_what_was_ticked_last(db: Database) -> None:
    one, two, three = (add_partnership(db, name) for name in ("Een", "Twee", "Drie"))
    number = add_organisation(db, "Hogeschool", INSTITUTE, one, two).id

    assert change(db, number, two, three).changed
    assert not change(db, number, three, two, version=2).changed

    with db.read() as session:
        row = organisations.read_organisation(session, number)
        assert [of.name for of in row.partnerships] == ["Drie", "Twee"]


def test_a_partnership_that_is_not_there_is_refused(db: Database) -> None:
    with pytest.raises(UnknownPartnership):
        add_organisation(db, "Lyceum", Audience.SCHOOL, 77)

    with db.read() as session:
        assert organisations.list_organisations(session) == []


def test_a_name_is_there_once_however_it_is_written(db: Database) -> None:
    add_organisation(db, "Lyceum Één")
    other = add_organisation(db, "College").id

    with pytest.raises(NameTaken):
        add_organisation(db, "LYCEUM EEN")
    with pytest.raises(NameTaken):
        change(db, other, name="lyceum een")
    assert change(db, other, name="COLLEGE").changed


def test_who_saves_a_form_of_before_undoes_nothing(db: Database) -> None:
    number = add_organisation(db, "Lyceum").id
    change(db, number, city="Ede")

    with pytest.raises(FieldChanged):
        change(db, number, city="Epe", version=1)


def test_people_stay_where_they_are_when_an_organisation_goes(db: Database) -> None:
    of = add_partnership(db, "Samen")
    number = add_organisation(db, "Lyceum", Audience.SCHOOL, of).id
    add_people(db, een={"audience": Audience.SCHOOL})

    assert organisations.remove_organisation(db, number, now=START) == "Lyceum"

    assert sides(db) == {"een": "school"}
    with db.read() as session:
        assert session.scalars(select(Partnership.name)).all() == ["Samen"]
        with pytest.raises(UnknownOrganisation):
            organisations.read_organisation(session, number)


def test_a_list_is_found_by_name_and_by_partnership(db: Database) -> None:
    of = add_partnership(db, "Samen")
    add_organisation(db, "Lyceum Één", Audience.SCHOOL, of)
    add_organisation(db, "Hogeschool", INSTITUTE)

    with db.read() as session:
        every = organisations.list_organisations(session)
        named = organisations.list_organisations(session, words="EEN")
        ours = organisations.list_organisations(session, partnership="samen")
    assert [one.name for one in every] == ["Hogeschool", "Lyceum Één"]
    assert [one.name for one in named] == [one.name for one in ours] == ["Lyceum Één"]


def test_of_those_who_add_one_name_in_one_moment_one_does(db: Database) -> None:
    ends = at_once(*[lambda: add_organisation(db, "Het Lyceum")] * 6)

    assert sorted(type(one).__name__ for one in ends) == ["NameTaken"] * 5 + ["Saved"]


def test_of_those_who_take_one_name_in_one_moment_one_does(db: Database) -> None:
    first, second = add_organisation(db, "Een").id, add_organisation(db, "Twee").id

    def rename(number: int) -> Saved:
        return change(db, number, name="Drie", audience="school")

    ends = at_once(lambda: rename(first), lambda: rename(second))

    assert sorted(type(one).__name__ for one in ends) == ["NameTaken", "Saved"]
