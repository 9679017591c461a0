"""Items of the editors' own, beside those that sources give."""

from sqlalchemy import select

from feeds.items import add_item
from feeds.keep import save_items
from feeds.model import Item, Sighting
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
