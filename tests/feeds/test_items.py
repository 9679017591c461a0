"""Items of the editors' own, beside those that sources give."""

import pytest
from sqlalchemy import select

from feeds.errors import ItemUnusable
from feeds.items import OwnItem, add_item
from feeds.keep import save_items
from feeds.model import Item, Sighting
from feeds.store import get_item, list_items
from feeds.themes import add_default_themes
from feeds.values import ItemKind, Parsed, ParsedItem
from storage.session import Database
from tests.factories import make_source
from tests.fakes import START

PAGE = "https://partner.example.org/nieuws/begrippenlijst"


def test_a_source_that_gives_what_editors_added_makes_no_second_item(db: Database) -> None:
    item_id = add_item(
        db, kind="news", title="Zelf gevonden", url=f"{PAGE}?utm_source=mail", now=START
    )
    given = ParsedItem(kind=ItemKind.NEWS, guid="123", title="Begrippenlijst", url=f"{PAGE}/")

    with db.write() as session:
        kept = save_items(session, make_source(session), Parsed((given,)), now=START, words={})

    with db.read() as session:
        assert kept.new == 0
        assert [(one.id, one.title) for one in session.scalars(select(Item))] == [
            (item_id, "Zelf gevonden")
        ]
        assert [one.item_id for one in session.scalars(select(Sighting))] == [item_id]


@pytest.mark.parametrize(
    "own",
    [
        OwnItem("x" * 301),
        OwnItem("Titel", summary="x" * 2001),
        OwnItem("Titel", location="x" * 201),
        OwnItem("\u200b\u202e"),
    ],
)
def test_an_own_item_is_not_longer_than_an_edition_can_show(db: Database, own: OwnItem) -> None:
    with pytest.raises(ItemUnusable):
        add_item(
            db, kind="news", title=own.title, summary=own.summary, location=own.location, now=START
        )

    with db.read() as session:
        assert list_items(session) == []


def test_an_own_item_holds_no_control_characters_and_no_label_twice(db: Database) -> None:
    add_default_themes(db)

    item_id = add_item(
        db,
        kind="event",
        title="Congres\u202e van\nmei",
        summary=" Eerste\x07 regel \r\n\n tweede\u202e regel\n",
        location="Zaal\n\x1b[1m3",
        starts_at=START,
        themes=["visie", "visie"],
        audiences=["school", "school"],
        now=START,
    )

    with db.read() as session:
        item = get_item(session, item_id)
    assert (item.title, item.location) == ("Congres van mei", "Zaal [1m3")
    assert item.summary == "Eerste regel\n\n tweede regel"
    assert (item.themes, item.audiences) == (["visie"], ["school"])
