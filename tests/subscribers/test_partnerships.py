"""Partnerships: adding, changing, removing and finding them, and what stands on record of it."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.log import LogEntry
from storage.session import Database
from subscribers import partnerships
from subscribers.errors import FieldChanged, NameTaken, UnknownPartnership
from subscribers.field import judge_partnership
from subscribers.model import Organisation, Partnership, Subscriber
from subscribers.values import Audience, SubscriberStatus
from tests.factories import make_subscriber
from tests.fakes import START
from tests.queries import counted
from tests.subscribers.making import add_organisation, add_partnership, at_once

AGREED: dict[str, Any] = {"agreed_on": "2026-05-28", "agreed_by": "penvoerder"}


def logged(session: Session) -> list[tuple[str, str]]:
    rows = session.scalars(select(LogEntry).order_by(LogEntry.id))
    return [(row.what, row.about) for row in rows]


def change(db: Database, number: int, *, version: int = 1, **given: str) -> bool:
    values = judge_partnership(given).values
    return partnerships.change_partnership(db, number, values, version=version, now=START)


def found(db: Database, **asked: Any) -> list[str]:
    with db.read() as session:
        return [one.row.name for one in partnerships.search(session, **asked)]


def test_a_partnership_has_its_schools_and_institutes_by_side(db: Database) -> None:
    number = add_partnership(db, "Opleidingsschool Één", region="Gelderland")
    for name, side in (
        ("Lyceum B", Audience.SCHOOL),
        ("College A", Audience.SCHOOL),
        ("Instituut", Audience.TEACHER_EDUCATION),
    ):
        add_organisation(db, name, side, number)
    add_organisation(db, "Elders")

    with db.read() as session:
        row = partnerships.read_partnership(session, Partnership.slug == "opleidingsschool-een")
        (listed,) = partnerships.search(session)
    sides = partnerships.members_by_side(row)
    assert [one.name for one in sides[Audience.SCHOOL]] == ["College A", "Lyceum B"]
    assert [one.name for one in sides[Audience.TEACHER_EDUCATION]] == ["Instituut"]
    assert (listed.schools, listed.institutes) == (2, 1)


def test_long_names_that_begin_alike_are_two(db: Database) -> None:
    long = "Samenwerkingsverband werkplekbegeleiding in het voortgezet onderwijs van de regio "
    names = [f"{long} {end}" for end in ("noord", "oost")]

    for name in names:
        add_partnership(db, name)

    with db.read() as session:
        slugs = session.scalars(select(Partnership.slug)).all()
    assert set(slugs) == {partnerships.slug_of(name) for name in names}
    assert all(len(slug) <= 80 and partnerships.slug_of(slug) == slug for slug in slugs)
    with pytest.raises(NameTaken):
        add_partnership(db, names[0].upper())


def test_an_institute_belongs_to_several(db: Database) -> None:
    one, two = add_partnership(db, "Een"), add_partnership(db, "Twee")
    add_organisation(db, "Instituut", Audience.TEACHER_EDUCATION, one, two)

    with db.read() as session:
        assert [row.institutes for row in partnerships.search(session)] == [1, 1]


def test_a_name_is_there_once(db: Database) -> None:
    add_partnership(db, "Samen Één")
    other = add_partnership(db, "Samen Twee")

    with pytest.raises(NameTaken):
        add_partnership(db, "samen een")
    with pytest.raises(NameTaken):
        change(db, other, name="Samen een")
    assert found(db) == ["Samen Één", "Samen Twee"]


def test_each_change_is_on_record_and_what_changes_nothing_is_not(db: Database) -> None:
    number = add_partnership(db, "Samen")

    assert change(db, number, region="Drenthe")
    assert not change(db, number, region="Drenthe", version=1)
    assert change(db, number, version=2, **AGREED)
    assert change(db, number, version=3, agreed_on="", agreed_by="")
    partnerships.remove_partnership(db, number, now=START)

    with db.read() as session:
        assert logged(session) == [
            ("partnership.added", "Samen"),
            ("partnership.changed", "Samen"),
            ("partnership.shown", "Samen"),
            ("partnership.changed", "Samen"),
            ("partnership.hidden", "Samen"),
            ("partnership.changed", "Samen"),
            ("partnership.removed", "Samen"),
        ]
        assert session.scalars(select(LogEntry.detail)).all()[1]["fields"] == ["region"]


def test_who_saves_a_form_of_before_undoes_nothing(db: Database) -> None:
    number = add_partnership(db, "Samen")
    change(db, number, region="Drenthe")

    with pytest.raises(FieldChanged):
        change(db, number, stage="erkend", version=1)

    with db.read() as session:
        row = partnerships.get_partnership(session, number)
    assert (row.region, row.stage, row.version) == ("Drenthe", "", 2)


def test_readers_go_along_with_another_name_and_the_address_stays(db: Database) -> None:
    number = add_partnership(db, "Samen")
    with db.write() as session:
        make_subscriber(session, "een@example.org", partnership="samen")
        make_subscriber(session, "twee@example.org", partnership="Samen Sterk")

    change(db, number, name="Samen Verder")

    with db.read() as session:
        named = session.scalars(select(Subscriber.partnership).order_by(Subscriber.id)).all()
        assert partnerships.get_partnership(session, number).slug == "samen"
    assert named == ["Samen Verder", "Samen Sterk"]


def test_organisations_and_readers_stay_when_a_partnership_goes(db: Database) -> None:
    number = add_partnership(db, "Samen")
    add_organisation(db, "Lyceum", Audience.SCHOOL, number)
    with db.write() as session:
        make_subscriber(session, partnership="Samen")

    assert partnerships.remove_partnership(db, number, now=START) == "Samen"

    with db.read() as session:
        assert session.scalars(select(Organisation.name)).all() == ["Lyceum"]
        assert session.scalars(select(Subscriber.partnership)).all() == ["Samen"]
    with pytest.raises(UnknownPartnership):
        partnerships.remove_partnership(db, number, now=START)


def test_search_knows_names_members_regions_and_stages(db: Database) -> None:
    waal = add_partnership(db, "De Wáál", region="Gelderland", stage="erkend")
    add_partnership(db, "Hunze", region="Drenthe", stage="aspirant", **AGREED)
    add_organisation(db, "Lyceum Oranjesingel", Audience.SCHOOL, waal)

    assert found(db) == ["De Wáál", "Hunze"]
    assert found(db, words="waal") == ["De Wáál"]
    assert found(db, words="ORANJE") == ["De Wáál"]
    assert found(db, words="%") == []
    assert found(db, region="Drenthe") == ["Hunze"]
    assert found(db, stage="erkend") == ["De Wáál"]
    assert found(db, region="Drenthe", stage="erkend") == []


def test_only_what_agreed_is_shown(db: Database) -> None:
    add_partnership(db, "Stil")
    with db.read() as session:
        assert not partnerships.any_shown(session)
    add_partnership(db, "Open", **AGREED)

    with db.read() as session:
        shown = partnerships.list_shown(session)
        assert partnerships.any_shown(session)
        assert partnerships.names_shown(session) == ["Open"]
    assert [(one.row.name, one.row.agreed_on) for one in shown] == [("Open", date(2026, 5, 28))]


def test_its_readers_named_it_or_only_an_organisation_of_it(db: Database) -> None:
    number = add_partnership(db, "Samen")
    add_organisation(db, "Lyceum", Audience.SCHOOL, number)
    people: tuple[tuple[str, dict[str, Any], SubscriberStatus], ...] = (
        ("een", {"partnership": "SAMEN"}, SubscriberStatus.ACTIVE),
        ("twee", {"organisation": "Lyceum"}, SubscriberStatus.ACTIVE),
        ("drie", {"organisation": "Lyceum", "partnership": "Elders"}, SubscriberStatus.ACTIVE),
        ("vier", {"partnership": "Samen"}, SubscriberStatus.UNSUBSCRIBED),
    )
    with db.write() as session:
        for name, fields, status in people:
            make_subscriber(session, f"{name}@example.org", status=status, **fields)

    with db.read() as session:
        row = partnerships.read_partnership(session, Partnership.id == number)
        assert partnerships.count_readers(session, row) == 2


def test_a_list_takes_as_many_queries_for_three_as_for_one(db: Database) -> None:
    def ask() -> int:
        with counted(db.engine) as statements, db.read() as session:
            partnerships.search(session, words="a")
        return len(statements)

    add_organisation(db, "A", Audience.SCHOOL, add_partnership(db, "Alfa"))
    one = ask()
    for name in ("Anna", "Aster"):
        add_organisation(db, f"{name} college", Audience.SCHOOL, add_partnership(db, name))
    assert ask() == one == 2


def test_of_those_who_add_one_name_in_one_moment_one_does(db: Database) -> None:
    ends = at_once(*[lambda: add_partnership(db, "Samen")] * 6)

    assert sorted(type(one).__name__ for one in ends) == ["NameTaken"] * 5 + ["int"]
