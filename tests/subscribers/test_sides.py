"""Somebody is on the side of their organisation, unless they said otherwise: at every door."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.session import Database
from subscribers import consent
from subscribers.importing import import_file
from subscribers.sides import is_otherwise, settle
from subscribers.store import get_subscriber
from subscribers.values import Audience, Topic
from tests.factories import KEY, make_subscriber
from tests.fakes import START
from tests.queries import counted
from tests.subscribers.making import add_organisation

SCHOOL, INSTITUTE = Audience.SCHOOL, Audience.TEACHER_EDUCATION
SIDES = {"lyceum": SCHOOL, "hogeschool": INSTITUTE}
JAN = "jan@example.org"


def side(db: Database, email: str = JAN) -> tuple[str | None, bool]:
    with db.read() as session:
        row = get_subscriber(session, email)
    assert row is not None
    return row.audience, row.audience_said


def bring(db: Database, path: Path, *lines: str) -> dict[str, int]:
    head = "email,audience,organisation,name"
    path.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    report = import_file(db, path, ground="Gevraagd op het congres", key=KEY, now=START)
    return {"added": report.added, "updated": report.updated, "unchanged": report.unchanged}


def sign_up(db: Database, **given: Any) -> None:
    values: dict[str, Any] = {"audience": None, "organisation": "Lyceum", **given}
    consent.sign_up(
        db,
        email=JAN,
        topics=[Topic.NEWSLETTER],
        text_shown="tekst",
        source="formulier",
        now=START,
        **values,
    )


@given(
    said=st.booleans(),
    given_side=st.sampled_from([None, *Audience]),
    organisation=st.sampled_from(["Lyceum", "HOGESCHOOL ", "Elders", ""]),
)
def test_the_rule(said: bool, given_side: Audience | None, organisation: str) -> None:  # noqa: FBT001 - made up
    found = settle(given_side, said=said, organisation=organisation, sides=SIDES)

    theirs = SIDES.get(organisation.strip().lower())
    assert found == (given_side if said or theirs is None else theirs)


def test_a_file_that_repeats_the_side_says_nothing() -> None:
    assert not is_otherwise(SCHOOL, organisation="lyceum", sides=SIDES)
    assert is_otherwise(INSTITUTE, organisation="Lyceum", sides=SIDES)
    assert is_otherwise(SCHOOL, organisation="Elders", sides=SIDES)
    assert is_otherwise(None, organisation="Lyceum", sides=SIDES)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (f"{JAN},,lyceum,", ("school", False)),
        (f"{JAN},school,Lyceum,", ("school", False)),
        (f"{JAN},lerarenopleiding,Lyceum,", ("lerarenopleiding", True)),
        (f"{JAN},geen,Lyceum,", (None, True)),
        (f"{JAN},,Elders,", (None, False)),
        (f"{JAN},school,Elders,", ("school", True)),
        (f"{JAN},,,", (None, False)),
    ],
)
def test_an_import_gives_the_side_of_a_known_organisation(
    db: Database, tmp_path: Path, line: str, expected: tuple[str | None, bool]
) -> None:
    add_organisation(db, "Lyceum")

    counts = [bring(db, tmp_path / "lijst.csv", line) for _ in range(2)]

    assert side(db) == expected
    assert counts == [
        {"added": 1, "updated": 0, "unchanged": 0},
        {"added": 0, "updated": 0, "unchanged": 1},
    ]


def test_an_import_moves_a_known_person_with_their_organisation(
    db: Database, tmp_path: Path
) -> None:
    add_organisation(db, "Lyceum")
    add_organisation(db, "Hogeschool", INSTITUTE)
    path = tmp_path / "lijst.csv"
    bring(db, path, f"{JAN},,Lyceum,")

    assert bring(db, path, f"{JAN},,Hogeschool,")["updated"] == 1
    assert side(db) == ("lerarenopleiding", False)
    bring(db, path, f"{JAN},school,,")
    assert side(db) == ("school", True)
    bring(db, path, f"{JAN},,Hogeschool,Jan")
    assert side(db) == ("school", True)


def test_our_own_export_does_not_end_the_following(db: Database, tmp_path: Path) -> None:
    path = tmp_path / "lijst.csv"
    bring(db, path, f"{JAN},,Lyceum,")
    number = add_organisation(db, "Lyceum").id
    assert side(db) == ("school", False)
    assert number

    counts = bring(db, path, f"{JAN},school,Lyceum,")

    assert counts["unchanged"] == 1
    assert side(db) == ("school", False)


def test_a_batch_asks_for_all_sides_at_once(db: Database, tmp_path: Path) -> None:
    add_organisation(db, "Lyceum")
    lines = [f"p{number}@example.org,,School {number}," for number in range(300)]
    with counted(db.engine) as statements:
        bring(db, tmp_path / "lijst.csv", *lines)

    assert sum("FROM organisation" in one for one in statements) == 1


def test_a_sign_up_without_a_side_gets_that_of_the_organisation(db: Database) -> None:
    add_organisation(db, "Lyceum")

    sign_up(db, audience_said=False)

    assert side(db) == ("school", False)


def test_who_says_to_be_on_neither_side_stays_there(db: Database) -> None:
    add_organisation(db, "Lyceum")

    sign_up(db)

    assert side(db) == (None, True)
    add_organisation(db, "Lyceum 2")
    assert side(db) == (None, True)


def test_a_preferences_form_that_repeats_the_side_goes_on_to_follow(db: Database) -> None:
    add_organisation(db, "Lyceum")
    with db.write() as session:
        number = make_subscriber(session, JAN, audience=SCHOOL, organisation="Lyceum").id

    def change(audience: Audience | None) -> None:
        consent.change(db, number, audience=audience, topics=[Topic.NEWSLETTER], now=START)

    change(SCHOOL)
    assert side(db) == ("school", False)
    change(INSTITUTE)
    assert side(db) == ("lerarenopleiding", True)
    change(SCHOOL)
    assert side(db) == ("school", True)


@pytest.mark.parametrize(
    ("audience", "organisation", "expected"),
    [
        (None, "lyceum", ("school", False)),
        (INSTITUTE, "Lyceum", ("lerarenopleiding", True)),
        (None, "Elders", (None, False)),
    ],
)
def test_somebody_who_is_added_gets_the_side_of_the_organisation(
    db: Database,
    audience: Audience | None,
    organisation: str,
    expected: tuple[str | None, bool],
) -> None:
    add_organisation(db, "Lyceum")

    consent.add(
        db,
        email=JAN,
        audience=audience,
        organisation=organisation,
        ground="Gevraagd op het congres",
        key=KEY,
        now=START,
    )

    assert side(db) == expected
