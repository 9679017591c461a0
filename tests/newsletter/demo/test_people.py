"""The invented readers are diverse, the same every time, and importable."""

from collections import Counter
from pathlib import Path

from feeds.themes import DEFAULT_THEMES
from newsletter.demo.material import read_collaborations
from newsletter.demo.people import GROUND, Person, invent_people, write_people
from storage.session import Database
from subscribers.importing import import_file
from tests.fakes import START

THEMES = [theme.slug for theme in DEFAULT_THEMES]


def people(seed: int = 2014) -> tuple[Person, ...]:
    return invent_people(read_collaborations(), themes=THEMES, seed=seed)


def test_same_seed_gives_the_same_people() -> None:
    assert people() == people()
    assert people() != people(seed=1)


def test_both_sides_and_some_without() -> None:
    assert Counter(one.audience for one in people()) == {
        "school": 120,
        "lerarenopleiding": 60,
        "": 20,
    }


def test_each_has_an_address_of_nobody() -> None:
    addresses = [one.email for one in people()]

    assert len(set(addresses)) == 200
    assert all(address.isascii() and address.endswith("@example.org") for address in addresses)


def test_names_have_diacritics_and_organisations_fit_the_side() -> None:
    homes = {one.name: one for one in read_collaborations()}

    assert sum(not one.name.isascii() for one in people()) > 50
    for one in people():
        if one.audience:
            home = homes[one.partnership]
            members = home.schools if one.audience == "school" else home.institutes
            assert one.organisation in members
            assert one.region == home.region


def test_all_of_them_can_be_imported(db: Database, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    write_people(people(), path)

    report = import_file(
        db, path, ground=GROUND, key=b"k" * 32, now=START, known_themes={one: one for one in THEMES}
    )

    assert (report.read, report.added, report.rejected) == (200, 200, 0)
