"""What an edition opens with: one news item for each reader."""

import pytest

from newsletter.compose import draft, opening, restoring
from newsletter.errors import UnknownBlock
from newsletter.model import Block
from newsletter.store.editions import get_edition
from storage.session import Database
from tests.factories import make_item, store_items
from tests.fakes import START

SCHOOL, INSTITUTE = "school", "lerarenopleiding"


def drafted(db: Database, *audiences: str | None) -> int:
    """Draft an edition of one news item for each of these; the last is the newest."""
    with db.write() as session:
        store_items(
            session,
            *(
                make_item(number, audiences=[side] if side else [])
                for number, side in enumerate(audiences, 1)
            ),
        )
    return draft.draft_newsletter(db, now=START)


def blocks(db: Database, edition_id: int) -> list[Block]:
    with db.read() as session:
        return get_edition(session, edition_id, with_blocks=True).blocks


def shown(db: Database, edition_id: int) -> list[tuple[str, bool]]:
    news = [one for one in blocks(db, edition_id) if one.kind == "article"]
    return [(str(one.fields["title"]), bool(one.fields.get("lead"))) for one in news]


def block_of(db: Database, edition_id: int, item: int) -> int:
    return next(one.id for one in blocks(db, edition_id) if one.item_id == item)


def test_another_item_becomes_the_opening_and_back(db: Database) -> None:
    edition_id = drafted(db, None, None, None)
    before = shown(db, edition_id)

    opening.make_opening(db, edition_id, block_of(db, edition_id, 1), version=1, now=START, by=None)
    after = shown(db, edition_id)
    restoring.undo(db, edition_id, version=2, now=START, by=None)

    assert before == [("Titel 3", True), ("Titel 2", False), ("Titel 1", False)]
    assert after == [("Titel 1", True), ("Titel 3", False), ("Titel 2", False)]
    assert next(one.kind for one in blocks(db, edition_id)) == "intro"
    assert shown(db, edition_id) == before


def test_each_side_may_have_an_opening_of_its_own(db: Database) -> None:
    edition_id = drafted(db, SCHOOL, INSTITUTE, None)

    for version, item in enumerate((1, 2), 1):
        block = block_of(db, edition_id, item)
        opening.make_opening(db, edition_id, block, version=version, now=START, by=None)

    assert sorted(shown(db, edition_id)) == [
        ("Titel 1", True),
        ("Titel 2", True),
        ("Titel 3", False),
    ]


def test_opening_goes_back_among_the_news(db: Database) -> None:
    edition_id = drafted(db, None, None)

    opening.make_plain(db, edition_id, block_of(db, edition_id, 2), version=1, now=START, by=None)

    assert shown(db, edition_id) == [("Titel 2", False), ("Titel 1", False)]


def test_only_news_can_be_the_opening(db: Database) -> None:
    edition_id = drafted(db, None)
    intro = blocks(db, edition_id)[0].id

    for change in (opening.make_opening, opening.make_plain):
        for block in (intro, 999):
            with pytest.raises(UnknownBlock):
                change(db, edition_id, block, version=1, now=START, by=None)
