"""Who gets which blocks of a draft: a side, a saved segment, or everybody."""

from collections.abc import Mapping

import pytest

from newsletter.compose import for_whom, restoring
from newsletter.compose.for_whom import EVERYBODY, Whom, whom_of
from newsletter.errors import EditionChanged, TooManySegments, UnknownBlock
from newsletter.model import Block
from newsletter.store.editions import get_edition
from newsletter.store.revisions import list_revisions
from storage.session import Database
from subscribers.errors import UnknownSegment
from subscribers.model import Segment
from subscribers.values import Audience
from tests.factories import make_edition
from tests.fakes import START

SCHOOL = Whom(Audience.SCHOOL)
SLUGS = ("noord", "oost", "zuid", "west")


class Draft:
    """A draft of five blocks for everybody, and four segments."""

    def __init__(self, db: Database) -> None:
        self.db = db
        with db.write() as session:
            for slug in SLUGS:
                session.add(Segment(slug=slug, name=slug, conditions={"region": slug}))
            blocks = [
                Block(position=place, kind="article", fields={"title": f"Titel {place}"})
                for place in range(5)
            ]
            edition = make_edition(session, segments=["school"], blocks=blocks)
            self.id, self.blocks = edition.id, [one.id for one in edition.blocks]

    def give(self, *whom: Whom, version: int | None = None) -> None:
        """Give the first blocks to these readers, one each."""
        self.give_by_id(dict(zip(self.blocks, whom, strict=False)), version=version)

    def give_by_id(self, whom: Mapping[int, Whom], *, version: int | None = None) -> None:
        seen = version or self.version()
        for_whom.give_blocks(self.db, self.id, whom, version=seen, now=START, by=None)

    def version(self) -> int:
        with self.db.read() as session:
            return get_edition(session, self.id).version

    def whom(self) -> list[Whom]:
        with self.db.read() as session:
            edition = get_edition(session, self.id, with_blocks=True)
            return [whom_of(one) for one in edition.blocks]


@pytest.fixture
def draft(db: Database) -> Draft:
    return Draft(db)


def zuid(slug: str = "zuid") -> Whom:
    return Whom(segment=slug)


def test_several_blocks_are_given_at_once_as_one_change(draft: Draft) -> None:
    draft.give(SCHOOL, zuid())

    assert draft.whom() == [SCHOOL, zuid(), EVERYBODY, EVERYBODY, EVERYBODY]
    with draft.db.read() as session:
        assert [one.what for one in list_revisions(session, draft.id)] == ["drafted", "several"]


def test_a_block_is_for_a_side_or_for_a_segment_and_undo_knows_it(draft: Draft) -> None:
    draft.give(SCHOOL)
    draft.give(zuid())
    now = draft.whom()[0]

    restoring.undo(draft.db, draft.id, version=draft.version(), now=START, by=None)

    assert (now, draft.whom()[0]) == (zuid(), SCHOOL)
    with pytest.raises(ValueError, match="side or for a segment"):
        Whom(Audience.SCHOOL, "zuid")


def test_what_is_not_there_changes_nothing(draft: Draft) -> None:
    with pytest.raises(UnknownSegment):
        draft.give(SCHOOL, zuid("weg"))
    with pytest.raises(UnknownBlock):
        draft.give_by_id({draft.blocks[0]: SCHOOL, 999: SCHOOL})
    with pytest.raises(EditionChanged):
        draft.give(SCHOOL, version=7)

    assert (draft.whom(), draft.version()) == ([EVERYBODY] * 5, 1)


def test_who_looks_before_somebody_else_gives_it_away_overwrites_nothing(draft: Draft) -> None:
    block, seen = draft.blocks[0], {draft.blocks[0]: EVERYBODY}

    def give(whom: Whom) -> None:
        for_whom.give_blocks(draft.db, draft.id, {block: whom}, seen=seen, now=START, by=None)

    give(SCHOOL)
    give(SCHOOL)
    with pytest.raises(EditionChanged):
        give(zuid())

    assert draft.whom()[0] == SCHOOL


def test_a_block_may_stay_for_a_segment_that_is_gone(draft: Draft) -> None:
    draft.give(zuid())
    with draft.db.write() as session:
        session.delete(session.get_one(Segment, "zuid"))

    draft.give(zuid(), SCHOOL)

    assert draft.whom()[:2] == [zuid(), SCHOOL]


def test_blocks_of_one_edition_are_for_three_segments_at_most(draft: Draft) -> None:
    draft.give(*map(zuid, SLUGS[:3]))
    with pytest.raises(TooManySegments):
        draft.give(*map(zuid, SLUGS))
    draft.give(zuid("noord"), zuid("noord"), zuid("zuid"), zuid("west"))

    assert [one.segment for one in draft.whom()] == ["noord", "noord", "zuid", "west", None]


def test_a_block_is_split_in_one_for_each_side_that_say_the_same(draft: Draft) -> None:
    first = draft.blocks[1]

    second = for_whom.split_block(
        draft.db, draft.id, first, version=draft.version(), now=START, by=None
    )

    with draft.db.read() as session:
        blocks = get_edition(session, draft.id, with_blocks=True).blocks
        found = [(one.id, one.fields["title"], whom_of(one)) for one in blocks[1:3]]
        places = [one.position for one in blocks]
    assert found == [
        (first, "Titel 1", SCHOOL),
        (second, "Titel 1", Whom(Audience.TEACHER_EDUCATION)),
    ]
    assert places == [0, 1, 2, 3, 4, 5]

    restoring.undo(draft.db, draft.id, version=draft.version(), now=START, by=None)

    assert draft.whom() == [EVERYBODY] * 5


def test_only_a_block_for_everybody_is_split(draft: Draft) -> None:
    draft.give(SCHOOL)

    for block_id in (draft.blocks[0], 999):
        with pytest.raises(UnknownBlock):
            for_whom.split_block(draft.db, draft.id, block_id, version=None, now=START, by=None)
    assert len(draft.whom()) == 5
