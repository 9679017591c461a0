"""The editors' own practice examples, and pictures in their rows."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from feeds import examples, shown
from feeds.errors import ExampleChanged, ItemUnusable, UnknownSource
from feeds.examples import Example, example_in, from_json, mark_of, to_json
from feeds.model import Image, Item
from feeds.pictures import (
    UNUSED_KEPT,
    erase_unused,
    find_image,
    keep_picture,
    read_image,
    read_shown_image,
)
from feeds.themes import add_default_themes
from feeds.values import ItemKind, ItemStatus
from storage.session import Database
from tests.factories import make_item, store_items
from tests.fakes import START
from tests.feeds.sending_in import TOLD, a_picture, publish


def written(db: Database, item_id: int) -> Example:
    with db.read() as session:
        return example_in(examples.get_own(session, item_id))


def store_picture(db: Database) -> str:
    with db.write() as session:
        return keep_picture(session, a_picture(), now=START).digest


def test_an_example_is_public_as_it_was_written(db: Database) -> None:
    add_default_themes(db)
    given = replace(TOLD, image=store_picture(db))

    item_id = examples.add_example(db, given, now=START)

    assert written(db, item_id) == given
    with db.read() as session:
        item = shown.get_shown(session, item_id, ItemKind.PRACTICE)
    assert (item.status, item.published_at) == (ItemStatus.ACCEPTED, START)


def test_an_example_is_changed_by_who_looked_at_it_last(db: Database) -> None:
    item_id = examples.add_example(db, Example("Eerst"), now=START)
    seen = mark_of(Example("Eerst"))

    examples.change_example(db, item_id, Example("Daarna"), seen=seen, now=START)
    with pytest.raises(ExampleChanged):
        examples.change_example(db, item_id, Example("Te laat"), seen=seen, now=START)

    assert written(db, item_id) == Example("Daarna")


@pytest.mark.parametrize(
    ("given", "error"),
    [
        (Example(" "), ItemUnusable),
        (Example("Titel", links=("data:text/html,x",)), ItemUnusable),
        (Example("Titel", image="f" * 64), ItemUnusable),
        (Example("Titel", image="f" * 64, image_alt="Iets"), ItemUnusable),
        (Example("Titel", themes=("geen",)), UnknownSource),
    ],
)
def test_what_no_page_can_show_is_refused(
    db: Database, given: Example, error: type[Exception]
) -> None:
    with pytest.raises(error):
        examples.add_example(db, given, now=START)


def test_an_example_of_a_file_or_of_a_reader_is_not_the_editors_to_write(db: Database) -> None:
    _, sent_in = publish(db)
    with db.write() as session:
        store_items(session, make_item(501, ItemKind.PRACTICE, key="own:klein-beginnen"))

    for item_id in (sent_in, 501, 99):
        with pytest.raises(UnknownSource):
            examples.change_example(db, item_id, TOLD, seen="", now=START)


def test_the_list_holds_their_own_newest_first(db: Database) -> None:
    publish(db)
    ids = [
        examples.add_example(db, Example(f"Titel {n}"), now=START + timedelta(n)) for n in range(3)
    ]

    with db.read() as session:
        found = [item.id for item in examples.list_own(session, limit=2, offset=1)]

    assert found == [ids[1], ids[0]]


def test_any_change_gives_another_mark_and_json_gives_the_same() -> None:
    assert from_json(to_json(TOLD)) == TOLD
    changed = [
        replace(TOLD, **{name: "x" if isinstance(value, str) else ("x",)})  # type: ignore[arg-type]
        for name, value in {name: getattr(TOLD, name) for name in to_json(TOLD)}.items()
    ]
    assert len({mark_of(one) for one in (TOLD, *changed)}) == len(changed) + 1


def test_the_same_picture_is_kept_once(db: Database) -> None:
    assert store_picture(db) == store_picture(db)

    with db.read() as session:
        assert session.scalar(select(func.count()).select_from(Image)) == 1
        found = read_image(session, a_picture().digest)
    assert found is not None
    assert (found.content, found.path) == (a_picture().content, f"/beeld/{found.digest}.jpg")


def test_a_picture_is_shown_as_long_as_something_shown_uses_it(db: Database) -> None:
    digest = store_picture(db)
    with db.read() as session:
        assert read_shown_image(session, digest) is None
    item_id = examples.add_example(db, Example("T", image=digest, image_alt="Iets"), now=START)

    with db.read() as session:
        assert read_shown_image(session, digest) is not None
    examples.take_off(db, item_id, now=START)

    with db.read() as session:
        assert read_shown_image(session, digest) is None
        assert read_image(session, digest) is not None


def test_a_picture_that_nothing_uses_is_erased_after_a_day(db: Database) -> None:
    digest = store_picture(db)
    examples.add_example(db, Example("T", image=digest, image_alt="Iets"), now=START)
    with db.write() as session:
        loose = keep_picture(session, a_picture(size=(30, 30)), now=START).digest

    with db.write() as session:
        early = erase_unused(session, before=START - timedelta(seconds=1))
        erased = erase_unused(session, before=START + UNUSED_KEPT)

    assert (early, erased) == (0, 1)
    with db.read() as session:
        assert find_image(session, loose) is None
        assert find_image(session, digest) is not None
        assert session.scalar(select(Item.image_id)) is not None
