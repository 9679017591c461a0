"""Taking an item, putting it aside and rewording it, and what the draft does then."""

from datetime import timedelta

import pytest

from feeds.errors import ItemChanged, ItemUnusable, UnknownSource
from feeds.items import OwnItem
from feeds.marks import own_mark, words_mark
from feeds.model import Item
from feeds.themes import add_default_themes
from feeds.values import AMSTERDAM, ItemStatus
from newsletter.compose import draft
from newsletter.compose.marks import block_mark
from newsletter.compose.picking import (
    Judged,
    Place,
    Words,
    change_own_item,
    put_aside,
    reword_item,
    take_item,
)
from newsletter.errors import UnknownItem
from newsletter.model import Block, Edition
from newsletter.store.editions import events_of, get_edition
from newsletter.values import EditionStatus
from storage.session import Database
from tests.factories import make_event, make_item, store_items
from tests.fakes import START
from tests.feeds.sending_in import publish

NEW, ACCEPTED = ItemStatus.NEW, ItemStatus.ACCEPTED
PARKED, REFUSED = ItemStatus.PARKED, ItemStatus.REFUSED


@pytest.fixture
def filled(db: Database) -> Database:
    """Three articles and an event; a draft made now holds them all."""
    add_default_themes(db)
    with db.write() as session:
        event = make_event(4, START + timedelta(weeks=2))
        store_items(session, make_item(1), make_item(2), make_item(3), event)
    return db


def make_draft(db: Database) -> int:
    return draft.draft_newsletter(db, now=START)


def add(db: Database, number: int, **fields: object) -> int:
    with db.write() as session:
        session.add(make_item(number, **fields))  # type: ignore[arg-type]  # columns, by name
    return number


def status(db: Database, item_id: int) -> str:
    with db.read() as session:
        return session.get_one(Item, item_id).status


def edition(db: Database, edition_id: int) -> Edition:
    with db.read() as session:
        return get_edition(session, edition_id, with_blocks=True)


def carried(db: Database, edition_id: int) -> list[int | None]:
    return [block.item_id for block in edition(db, edition_id).blocks]


def block_of(db: Database, edition_id: int, item_id: int) -> Block:
    return next(one for one in edition(db, edition_id).blocks if one.item_id == item_id)


def write_in_block(db: Database, edition_id: int, item_id: int, **fields: str) -> None:
    draft.rewrite_block(
        db,
        edition_id,
        block_of(db, edition_id, item_id).id,
        seen=block_mark(block_of(db, edition_id, item_id)),
        fields=fields,
        now=START,
        by=None,
    )


def mark(db: Database, item_id: int) -> str:
    """Return the mark of what the item says now."""
    with db.read() as session:
        return words_mark(session.get_one(Item, item_id))


def reword(db: Database, item_id: int, **changed: object) -> tuple[bool, bool]:
    """Reword an item; return whether a draft carries it, and whether that follows."""
    words = Words(**{"title": "Titel 1", "summary": "Tekst 1.", **changed})  # type: ignore[arg-type]  # same
    done = reword_item(db, item_id, words, seen=mark(db, item_id), now=START, by=None)
    return done.edition is not None, done.follows


def test_without_a_draft_a_taken_item_waits_for_the_next_one(filled: Database) -> None:
    done = take_item(filled, 1, now=START, by=None)

    assert done == Judged("Titel 1", NEW)
    assert status(filled, 1) == ACCEPTED
    assert 1 in carried(filled, make_draft(filled))


def test_a_taken_item_stands_at_the_end_of_its_section_once(filled: Database) -> None:
    edition_id = make_draft(filled)
    late = add(filled, 9)
    version = edition(filled, edition_id).version

    done = [take_item(filled, late, now=START, by=None) for _ in range(2)]

    assert carried(filled, edition_id) == [None, 3, 2, 1, late, 4]
    assert [one.edition.id if one.edition else None for one in done] == [edition_id] * 2
    assert status(filled, late) == ACCEPTED
    assert edition(filled, edition_id).version == version + 1
    with filled.read() as session:
        assert [one.what for one in events_of(session, edition_id)] == ["drafted", "edited"]


@pytest.mark.parametrize("aside", [NEW, PARKED, REFUSED])
def test_what_is_put_aside_leaves_the_draft_and_comes_back_where_it_was(
    filled: Database, aside: ItemStatus
) -> None:
    edition_id = make_draft(filled)
    before = carried(filled, edition_id)

    done = put_aside(filled, 3, aside, now=START, by=None)

    assert (status(filled, 3), carried(filled, edition_id)) == (aside, [None, 2, 1, 4])
    assert done.place == Place(1, lead=True)

    take_item(filled, 3, now=START, by=None, place=done.place)

    assert carried(filled, edition_id) == before
    assert block_of(filled, edition_id, 3).fields["lead"] is True


def test_words_that_an_editor_wrote_in_the_draft_stay_with_the_item(filled: Database) -> None:
    edition_id = make_draft(filled)
    write_in_block(filled, edition_id, 1, title="Van ons", teaser="Ook van ons.")

    done = put_aside(filled, 1, NEW, now=START, by=None)
    take_item(filled, 1, now=START, by=None, place=done.place)

    fields = block_of(filled, edition_id, 1).fields
    assert (fields["title"], fields["teaser"]) == ("Van ons", "Ook van ons.")


def test_only_a_draft_changes_with_an_item(filled: Database) -> None:
    edition_id = make_draft(filled)
    with filled.write() as session:
        session.get_one(Edition, edition_id).status = EditionStatus.IN_REVIEW
    late = add(filled, 9)
    before = carried(filled, edition_id)

    taken = take_item(filled, late, now=START, by=None)
    put_aside(filled, 1, REFUSED, now=START, by=None)

    assert taken.edition is None
    assert carried(filled, edition_id) == before


def test_what_was_called_off_or_withdrawn_is_not_taken(filled: Database) -> None:
    with filled.write() as session:
        session.get_one(Item, 4).cancelled = True
        session.get_one(Item, 3).status = ItemStatus.WITHDRAWN

    for item_id in (3, 4):
        with pytest.raises(ItemUnusable):
            take_item(filled, item_id, now=START, by=None)
    with pytest.raises(ItemUnusable):
        put_aside(filled, 3, NEW, now=START, by=None)
    with pytest.raises(ItemUnusable):
        put_aside(filled, 1, ItemStatus.WITHDRAWN, now=START, by=None)
    with pytest.raises(UnknownItem):
        take_item(filled, 99, now=START, by=None)

    assert (status(filled, 3), status(filled, 4), status(filled, 1)) == ("withdrawn", "new", "new")


def test_own_words_stand_beside_the_sources_and_go_again(filled: Database) -> None:
    reword(filled, 1, title="Wie doet wat?", themes=("visie",), audiences=("school",))
    with filled.read() as session:
        own = session.get_one(Item, 1)
    reword(filled, 1, title="", summary="", themes=("visie",))
    with filled.read() as session:
        back = session.get_one(Item, 1)

    assert (own.title, own.own_title, own.own_summary) == ("Titel 1", "Wie doet wat?", "")
    assert (own.themes, own.audiences) == (["visie"], ["school"])
    assert (back.own_title, back.themes, back.audiences) == ("", ["visie"], [])


def test_the_draft_follows_where_it_had_the_items_words(filled: Database) -> None:
    edition_id = make_draft(filled)

    told = reword(filled, 1, title="Wie doet wat?", summary="Kort.", audiences=("school",))

    block = block_of(filled, edition_id, 1)
    assert told == (True, True)
    assert (block.fields["title"], block.fields["teaser"]) == ("Wie doet wat?", "Kort.")
    assert block.audience == "school"
    assert block_of(filled, edition_id, 2).fields["title"] == "Titel 2"


def test_words_that_were_written_in_the_draft_stay_there(filled: Database) -> None:
    edition_id = make_draft(filled)
    write_in_block(filled, edition_id, 1, title="Uit het concept")

    told = reword(filled, 1, title="Wie doet wat?", summary="Kort.")

    fields = block_of(filled, edition_id, 1).fields
    assert told == (True, False)
    assert (fields["title"], fields["teaser"]) == ("Uit het concept", "Kort.")


def test_what_editors_added_changes_in_the_draft_too_and_what_a_source_gave_does_not(
    filled: Database,
) -> None:
    edition_id = make_draft(filled)
    starts_at = START + timedelta(weeks=3)
    own_event = 9
    with filled.write() as session:
        session.add(make_event(own_event, starts_at, title="Van ons"))
    take_item(filled, own_event, now=START, by=None)
    later = OwnItem(title="Van ons", starts_at=starts_at + timedelta(hours=1), location="Ede")
    with filled.read() as session:
        seen = own_mark(session.get_one(Item, own_event))
    no_more = {"themes": (), "audiences": (), "seen": seen, "now": START, "by": None}

    done = change_own_item(filled, own_event, later, **no_more)  # type: ignore[arg-type]  # by name
    with pytest.raises(ItemUnusable):
        change_own_item(filled, 4, later, **no_more)  # type: ignore[arg-type]  # same

    fields = block_of(filled, edition_id, own_event).fields
    assert (done.edition is not None, done.follows) == (True, True)
    assert (fields["location"], fields["starts_at"]) == ("Ede", later.starts_at.isoformat())  # type: ignore[union-attr]  # it has one
    assert block_of(filled, edition_id, 4).fields["title"] == "Titel 4"


def test_what_another_editor_wrote_first_is_not_written_over(filled: Database) -> None:
    seen = mark(filled, 1)
    reword(filled, 1, title="Van Anna")
    words = Words("Van Bas", "")

    with pytest.raises(ItemChanged):
        reword_item(filled, 1, words, seen=seen, now=START, by=None)

    with filled.read() as session:
        assert session.get_one(Item, 1).own_title == "Van Anna"


def test_what_a_source_changed_first_is_looked_at_again(filled: Database) -> None:
    seen = mark(filled, 1)
    with filled.write() as session:
        session.get_one(Item, 1).summary = "De bijeenkomst is een dag later."

    with pytest.raises(ItemChanged):
        reword_item(filled, 1, Words("Van Bas", ""), seen=seen, now=START, by=None)


def test_the_same_words_twice_are_no_quarrel(filled: Database) -> None:
    seen = mark(filled, 1)
    words = Words("Van Anna", "Kort.", (), ("school",))

    once = reword_item(filled, 1, words, seen=seen, now=START, by=None)
    twice = reword_item(filled, 1, words, seen=seen, now=START, by=None)

    assert twice.mark == once.mark == mark(filled, 1)


def test_an_event_of_our_own_that_another_changed_first_is_not_written_over(
    filled: Database,
) -> None:
    starts_at = START + timedelta(weeks=3)
    with filled.write() as session:
        session.add(make_event(9, starts_at, title="Van ons"))
    with filled.read() as session:
        seen = own_mark(session.get_one(Item, 9))
    amsterdam = starts_at.astimezone(AMSTERDAM)
    there, elsewhere = (OwnItem("Van ons", starts_at=amsterdam, location=x) for x in ("Ede", "Urk"))
    by = {"themes": (), "audiences": (), "seen": seen, "now": START, "by": None}

    change_own_item(filled, 9, there, **by)  # type: ignore[arg-type]  # by name
    change_own_item(filled, 9, there, **by)  # type: ignore[arg-type]  # the button pressed twice
    with pytest.raises(ItemChanged):
        change_own_item(filled, 9, elsewhere, **by)  # type: ignore[arg-type]  # same

    with filled.read() as session:
        assert session.get_one(Item, 9).location == "Ede"


def test_a_theme_that_does_not_exist_changes_nothing(filled: Database) -> None:
    with pytest.raises(UnknownSource):
        reword(filled, 1, title="Wie doet wat?", themes=("bestaat-niet",))

    with filled.read() as session:
        assert session.get_one(Item, 1).own_title == ""


def test_what_a_reader_agreed_to_is_not_reworded(db: Database) -> None:
    _, item_id = publish(db)
    with db.read() as session:
        title = session.get_one(Item, item_id).title
    edition_id = make_draft(db)

    with pytest.raises(ItemUnusable):
        reword_item(db, item_id, Words("Anders", ""), seen="", now=START, by=None)
    draft.rewrite_block(
        db,
        edition_id,
        block_of(db, edition_id, item_id).id,
        seen=block_mark(block_of(db, edition_id, item_id)),
        fields={"title": "Anders"},
        now=START,
        by=None,
    )
    put_aside(db, item_id, PARKED, now=START, by=None)

    with db.read() as session:
        assert session.get_one(Item, item_id).shown_title == title
