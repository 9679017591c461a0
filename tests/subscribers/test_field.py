"""What is told of a partnership or organisation is judged, field by field."""

from datetime import date

import pytest

from subscribers.field import (
    NO_DAY,
    NO_NAME,
    NO_REGION,
    NO_SECTOR,
    NO_STAGE,
    NO_WEBSITE,
    NO_YEAR,
    NOT_WHEN,
    NOT_WHO,
    REGIONS,
    judge_organisation,
    judge_partnership,
    name_key,
)


def test_what_is_right_comes_out_as_it_is_stored() -> None:
    judged = judge_partnership(
        {
            "name": "  Opleidingsschool   De Meander ",
            "region": "noord holland",
            "sector": "VO",
            "stage": "Academisch",
            "since_year": "2009",
            "website": "https://www.example.org/oids",
            "agreed_on": "28-5-2026",
            "agreed_by": "penvoerder",
        }
    )

    assert judged.problems == {}
    assert judged.values == {
        "name": "Opleidingsschool De Meander",
        "region": "Noord-Holland",
        "sector": "vo",
        "stage": "academisch",
        "since_year": 2009,
        "website": "https://www.example.org/oids",
        "agreed_on": date(2026, 5, 28),
        "agreed_by": "penvoerder",
    }


def test_what_is_not_given_is_left_alone_and_what_is_empty_is_emptied() -> None:
    assert judge_partnership({"name": "De Meander"}).values == {"name": "De Meander"}
    emptied = judge_partnership({"region": "", "since_year": "", "website": "", "agreed_on": ""})
    assert (emptied.problems, emptied.values) == (
        {},
        {"region": "", "since_year": None, "website": "", "agreed_on": None},
    )


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("name", " ", NO_NAME),
        ("name", "x" * 201, "Dit is te lang: hoogstens 200 tekens."),
        ("region", "Oost", NO_REGION),
        ("sector", "hbo", NO_SECTOR),
        ("stage", "starting", NO_STAGE),
        ("since_year", "12", NO_YEAR),
        ("since_year", "²009", NO_YEAR),
        ("since_year", "3009", NO_YEAR),
        ("website", "example.org", NO_WEBSITE),
        ("website", "javascript:alert(1)//example.org", NO_WEBSITE),
        ("website", "https://naam:geheim@example.org", NO_WEBSITE),
        ("website", "https://[example.org", NO_WEBSITE),
    ],
)
def test_what_is_wrong_is_told_at_its_field(name: str, text: str, says: str) -> None:
    assert judge_partnership({"name": "De Meander", name: text}).problems == {name: says}


@pytest.mark.parametrize("day", ["31-2-2026", "gisteren", "0001-01-01"])
def test_a_day_that_is_none_is_told(day: str) -> None:
    problems = judge_partnership({"agreed_on": day, "agreed_by": "penvoerder"}).problems

    assert problems == {"agreed_on": NO_DAY}


def test_who_agreed_and_when_go_together() -> None:
    assert judge_partnership({"agreed_on": "2026-05-28"}).problems == {"agreed_by": NOT_WHO}
    assert judge_partnership({"agreed_by": "penvoerder"}).problems == {"agreed_on": NOT_WHEN}


def test_an_organisation_is_on_one_of_two_sides() -> None:
    right = judge_organisation({"name": "Lyceum", "audience": "School", "city": "Ede"})
    assert right.values == {"name": "Lyceum", "audience": "school", "city": "Ede"}
    for side in ("", "geen"):
        assert list(judge_organisation({"name": "Lyceum", "audience": side}).problems) == [
            "audience"
        ]


def test_there_are_twelve_provinces_each_known_by_its_own_name() -> None:
    assert len(set(REGIONS)) == 12
    for region in REGIONS:
        assert judge_partnership({"region": region.upper()}).values == {"region": region}


def test_names_are_compared_without_capitals_accents_and_spaces() -> None:
    assert name_key(" Lyceum  ÉÉNHOORN") == name_key("lyceum eenhoorn")
    assert name_key("Lyceum") != name_key("Lyceum 2")
