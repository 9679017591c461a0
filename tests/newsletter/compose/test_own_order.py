"""The blocks in an order of their own for the readers of one side."""

from typing import Any

import pytest

from newsletter.compose import restoring
from newsletter.compose.own_order import (
    blocks_of_side,
    follow_everybody,
    move_for_side,
    place_for_side,
)
from newsletter.errors import UnknownBlock
from newsletter.model import Block
from newsletter.store.editions import content_of, get_edition
from newsletter.store.revisions import list_revisions
from newsletter.values import EditionContent
from storage.session import Database
from subscribers.values import Audience
from tests.factories import make_edition
from tests.fakes import START

SCHOOL, INSTITUTE = Audience.SCHOOL, Audience.TEACHER_EDUCATION


class Draft:
    """An introduction, three items of news and two events; one of each for schools only."""

    def __init__(self, db: Database) -> None:
        self.db = db
        given = [
            ("intro", None),
            ("article", None),
            ("article", "school"),
            ("article", None),
            ("event", "school"),
            ("event", None),
        ]
        with db.write() as session:
            blocks = [
                Block(position=place, kind=kind, audience=side, fields={"title": f"Titel {place}"})
                for place, (kind, side) in enumerate(given)
            ]
            edition = make_edition(session, blocks=blocks)
            self.id, self.first = edition.id, edition.blocks[0].id

    def content(self) -> EditionContent:
        with self.db.read() as session:
            return content_of(get_edition(session, self.id, with_blocks=True))

    def order(self, side: Audience) -> list[int]:
        """Return the places that the blocks of a side have for everybody, in its order."""
        return [one.id - self.first for one in blocks_of_side(self.content(), side)]

    def move(self, place: int, step: int, side: Audience = INSTITUTE) -> None:
        block = self.first + place
        move_for_side(self.db, self.id, block, side=side, step=step, now=START, by=None)

    def do(self, change: Any, **values: Any) -> None:
        change(self.db, self.id, now=START, by=None, **values)

    def version(self) -> int:
        with self.db.read() as session:
            return get_edition(session, self.id).version


@pytest.fixture
def draft(db: Database) -> Draft:
    return Draft(db)


def test_a_move_changes_the_order_of_that_side_only(draft: Draft) -> None:
    before = draft.order(SCHOOL)

    draft.move(3, -1)

    assert draft.order(INSTITUTE) == [0, 3, 1, 5]
    assert draft.order(SCHOOL) == before == [0, 1, 2, 3, 4, 5]
    assert draft.content().orders.keys() == {INSTITUTE}


def test_at_the_edge_of_its_section_the_section_moves(draft: Draft) -> None:
    draft.move(5, -1)

    assert draft.order(INSTITUTE) == [0, 5, 1, 3]


def test_an_order_that_comes_out_as_that_of_everybody_is_none(draft: Draft) -> None:
    draft.move(3, -1)
    draft.move(3, +1)

    assert draft.content().orders == {}


def test_the_way_back_is_one_step(draft: Draft) -> None:
    draft.move(3, -1)
    draft.move(2, -1, SCHOOL)

    draft.do(follow_everybody, side=INSTITUTE)

    assert draft.order(INSTITUTE) == [0, 1, 3, 5]
    assert draft.content().orders.keys() == {SCHOOL}


def test_a_block_that_the_side_does_not_get_is_not_moved(draft: Draft) -> None:
    for place in (2, 99):
        with pytest.raises(UnknownBlock):
            draft.move(place, -1)


def test_each_move_is_kept_and_can_be_undone(draft: Draft) -> None:
    draft.move(3, -1)
    draft.move(5, -1)

    draft.do(restoring.undo, version=draft.version())

    assert draft.order(INSTITUTE) == [0, 3, 1, 5]
    with draft.db.read() as session:
        whats = [one.what for one in list_revisions(session, draft.id)]
    assert whats == ["drafted", "order", "order", "undone"]


def test_a_block_is_put_between_two_that_the_side_gets(draft: Draft) -> None:
    def place(number: int, above: int | None, below: int | None) -> None:
        draft.do(
            place_for_side,
            block_id=draft.first + number,
            side=SCHOOL,
            above=None if above is None else draft.first + above,
            below=None if below is None else draft.first + below,
        )

    place(3, 0, 1)

    assert draft.order(SCHOOL) == [0, 3, 1, 2, 4, 5]
    assert draft.order(INSTITUTE) == [0, 1, 3, 5]

    place(3, 2, 4)

    assert draft.content().orders == {}
