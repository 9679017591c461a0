"""Partnerships and their members."""

import pytest

from storage.session import Database
from subscribers import organisations
from subscribers.errors import UnknownPartnership
from subscribers.values import Audience


def test_a_partnership_lists_its_schools_and_institutes(db: Database) -> None:
    organisations.add_partnership(db, name="Opleidingsschool Één", region="Oost")
    organisations.add_organisation(
        db, name="Lyceum B", audience=Audience.SCHOOL, partnership="opleidingsschool-een"
    )
    organisations.add_organisation(
        db,
        name="Instituut A",
        audience=Audience.TEACHER_EDUCATION,
        partnership="opleidingsschool-een",
    )
    organisations.add_organisation(db, name="College C", audience=Audience.SCHOOL)

    with db.read() as session:
        (partnership,) = organisations.list_partnerships(session)
        members = {(one.name, one.audience) for one in partnership.organisations}

    assert members == {("Lyceum B", "school"), ("Instituut A", "lerarenopleiding")}


def test_adding_again_finds_the_same_row(db: Database) -> None:
    first = organisations.add_partnership(db, name="Samen", region="Oost")
    second = organisations.add_partnership(db, name="Samen", stage="starting")
    member = organisations.add_organisation(
        db, name="Lyceum", audience=Audience.SCHOOL, partnership="samen"
    )
    again = organisations.add_organisation(db, name="Lyceum", audience=Audience.SCHOOL)

    with db.read() as session:
        (partnership,) = organisations.list_partnerships(session)
    assert (first, member) == (second, again)
    assert (partnership.region, partnership.stage) == ("Oost", "starting")
    assert [one.name for one in partnership.organisations] == ["Lyceum"]


def test_an_unknown_partnership_is_refused(db: Database) -> None:
    with pytest.raises(UnknownPartnership):
        organisations.add_organisation(
            db, name="Lyceum", audience=Audience.SCHOOL, partnership="nergens"
        )
