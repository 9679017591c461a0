"""The cuts that an edition needs, and how many people each has."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.model import Block, Edition
from newsletter.store.cuts import (
    by_audience,
    choosable_segments,
    cut_key,
    cuts_of,
    people_by_cut,
    segments_of_blocks,
)
from newsletter.store.editions import content_of, get_edition
from storage.session import Database
from subscribers.errors import UnknownSegment
from subscribers.model import Segment, Subscriber
from subscribers.values import Audience
from tests.factories import make_edition, make_segments, make_subscriber
from tests.queries import counted

ALL = ["school", "lerarenopleiding", "overig"]
SOUTH = {"region": "Zuid"}
NORTH = {"region": ["Noord", "Oost"]}


def save(session: Session, **segments: dict[str, Any]) -> None:
    for slug, conditions in segments.items():
        session.add(Segment(slug=slug, name=slug.capitalize(), conditions=conditions))
    session.flush()


def edition_for(session: Session, goes_to: list[str], *used: str) -> Edition:
    blocks = [
        Block(position=place, kind="article", segment=slug, fields={})
        for place, slug in enumerate(used)
    ]
    return make_edition(session, segments=goes_to, blocks=blocks)


def cuts(session: Session, goes_to: list[str], *used: str) -> list[str]:
    edition = edition_for(session, goes_to, *used)
    content = content_of(get_edition(session, edition.id, with_blocks=True))
    return [one.key for one in cuts_of(session, content, goes_to)]


@pytest.mark.parametrize(
    ("goes_to", "used", "expected"),
    [
        (ALL, [], ["school", "lerarenopleiding", "overig"]),
        (["school"], ["zuid"], ["school", "school.zuid"]),
        # Whoever is in the south is not in the north as well.
        (["school"], ["noord", "zuid"], ["school", "school.noord", "school.zuid"]),
        # Only schools are in it, and no school of the edition can be outside.
        (
            ALL,
            ["scholen-zuid"],
            ["school", "school.scholen-zuid", "lerarenopleiding", "overig"],
        ),
        (["zuid"], ["zuid"], ["school.zuid", "lerarenopleiding.zuid", "overig.zuid"]),
        (["scholen-zuid"], ["zuid"], ["school.zuid"]),
        (["scholen-zuid"], ["noord"], ["school"]),
        (
            ["school", "zuid"],
            ["zuid"],
            ["school", "school.zuid", "lerarenopleiding.zuid", "overig.zuid"],
        ),
        (ALL, ["overig"], ["school", "lerarenopleiding", "overig.overig"]),
        (ALL, ["elders"], ["school", "lerarenopleiding", "overig.elders"]),
        # One that is not there has nobody in it.
        (["school"], ["weg"], ["school"]),
    ],
)
def test_an_edition_needs_the_cuts_that_its_readers_can_have(
    db: Database, goes_to: list[str], used: list[str], expected: list[str]
) -> None:
    with db.write() as session:
        make_segments(session)
        save(
            session,
            zuid=SOUTH,
            noord=NORTH,
            elders={"audience": None},
            **{"scholen-zuid": {"audience": "school", **SOUTH}},
        )

        assert cuts(session, goes_to, *used) == expected


def test_a_segment_that_the_edition_goes_to_must_be_there(db: Database) -> None:
    with db.write() as session, pytest.raises(UnknownSegment):
        cuts(session, ["weg"])


def test_people_are_counted_by_cut_and_each_once(db: Database) -> None:
    with db.write() as session:
        make_segments(session)
        save(session, zuid=SOUTH, begeleiders={"role": "werkplekbegeleider"})
        make_subscriber(session, "a@example.org", region="Zuid", role="werkplekbegeleider")
        make_subscriber(session, "b@example.org", region="zuid")
        make_subscriber(session, "c@example.org", audience=None)
        make_subscriber(session, "d@example.org", region="Zuid", wants_newsletter=False)
        make_subscriber(session, "e@example.org", audience=Audience.TEACHER_EDUCATION)
        edition = edition_for(session, ["school", "overig"], "zuid", "begeleiders", "weg")

        with counted(db.engine) as queries:
            people = people_by_cut(session, edition)
        found = {cut.key: number for cut, number in people.items()}

    assert found == {"school.begeleiders.zuid": 1, "school.zuid": 1, "overig": 1}
    assert by_audience(people) == {Audience.SCHOOL: 2, None: 1}
    assert len(queries) == 5  # its segments, those of its blocks, conditions, spellings, the count


def test_the_key_of_each_reader_is_that_of_one_cut_of_the_edition(db: Database) -> None:
    with db.write() as session:
        make_segments(session)
        save(session, zuid=SOUTH, noord=NORTH, jong={"audience": ["school", "geen"]})
        for number, region in enumerate(["Zuid", "NOORD", "Oost", "West", ""]):
            for side in (*Audience, None):
                make_subscriber(
                    session, f"{number}{side}@example.org", audience=side, region=region
                )
        edition = edition_for(session, ALL, "zuid", "noord", "jong")
        content = content_of(get_edition(session, edition.id, with_blocks=True))

        known = {one.key for one in cuts_of(session, content, ALL)}
        key = cut_key(session, segments_of_blocks(session, edition.id))
        keys = set(session.scalars(select(key).select_from(Subscriber)))

    assert keys <= known
    assert {"school.jong.noord", "lerarenopleiding.zuid", "overig.jong"} <= keys


def test_a_segment_that_is_a_side_by_itself_is_no_choice_for_a_block(db: Database) -> None:
    with db.write() as session:
        make_segments(session)
        save(session, zuid=SOUTH)

        assert choosable_segments(session) == {"overig": "Overige lezers", "zuid": "Zuid"}
