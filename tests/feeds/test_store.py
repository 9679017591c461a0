"""Queries on sources and items, and the editors' use cases."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from feeds import store
from feeds.errors import ItemUnusable, SourceRefused, UnknownSource
from feeds.items import add_item, reword
from feeds.model import Item, Source, Theme
from feeds.themes import DEFAULT_THEMES, add_default_themes, list_themes, theme_words
from feeds.values import AMSTERDAM, ItemStatus
from storage.session import Database
from tests.factories import judge_item

NOW = datetime(2027, 4, 20, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def make_source(session: Session, url: str = "https://a.example/feed", **fields: str) -> Source:
    return store.add_source(session, url=url, kind=fields.pop("kind", "feed"), now=NOW, **fields)


def news(db: Database, title: str, now: datetime = NOW, audiences: Sequence[str] = ()) -> int:
    return add_item(db, kind="news", title=title, now=now, audiences=audiences)


def meeting(db: Database, title: str, starts_at: datetime, audiences: Sequence[str] = ()) -> int:
    return add_item(
        db, kind="event", title=title, now=NOW, starts_at=starts_at, audiences=audiences
    )


def titles(items: list[Item]) -> list[str]:
    return [item.title for item in items]


def test_the_same_address_is_one_source(session: Session) -> None:
    first = make_source(session, " https://a.example/feed", name="Één Partner!")
    again = make_source(session, name="Anders")

    assert again is first
    assert (first.slug, first.name, first.next_look_at) == ("een-partner", "Één Partner!", None)


def test_slugs_are_made_of_host_or_name_and_stay_apart(session: Session) -> None:
    addresses = ["https://www.a.example/1", "https://www.a.example/2", "http://a.example/3"]

    made = [make_source(session, url).slug for url in addresses]
    assert made == ["a-example", "a-example-2", "a-example-3"]


def test_a_subscription_to_a_calendar_is_an_address(session: Session) -> None:
    source = make_source(session, "webcal://a.example/x.ics", kind="agenda")

    assert (source.url, source.interval_minutes) == ("https://a.example/x.ics", 360)


@pytest.mark.parametrize(
    "url", ["http://[::1", "ftp://a.example/", "file:///etc/passwd", "https://"]
)
def test_another_address_is_refused(session: Session, url: str) -> None:
    with pytest.raises(SourceRefused):
        make_source(session, url)


def test_another_kind_is_refused(session: Session) -> None:
    with pytest.raises(UnknownSource):
        make_source(session, kind="podcast")


def test_sources_come_by_name_and_when_they_are_due(session: Session) -> None:
    late = make_source(session, "https://a.example/1", name="Zus")
    due = make_source(session, "https://a.example/2", name="Aap")
    off = make_source(session, "https://a.example/3", name="Mies")
    late.next_look_at, off.active = NOW + DAY, False

    assert store.list_sources(session) == [due, off, late]
    assert [one.slug for one in store.due_sources(session, NOW)] == [due.slug]
    assert store.get_source(session, "zus") is late
    with pytest.raises(UnknownSource):
        store.get_source(session, "noot")


def test_items_come_newest_first_and_events_by_their_start(db: Database) -> None:
    news(db, "Oud", NOW - DAY)
    news(db, "Nieuw")
    meeting(db, "Later", NOW + 2 * DAY)
    meeting(db, "Eerst", NOW + DAY)

    with db.read() as session:
        assert titles(store.list_items(session, kind="news")) == ["Nieuw", "Oud"]
        assert titles(store.list_items(session, kind="news", start=NOW)) == ["Nieuw"]
        assert titles(store.list_items(session, kind="event")) == ["Eerst", "Later"]
        assert titles(store.list_items(session, kind="event", end=NOW + 2 * DAY)) == ["Eerst"]
        assert titles(store.list_items(session, limit=1)) == ["Eerst"]
        assert store.list_items(session, status=ItemStatus.NEW) == []
        assert store.list_items(session, source_id=1) == []


def test_an_item_has_its_source_with_it(db: Database) -> None:
    with db.write() as session:
        made = make_source(session)
        item = Item(source_id=made.id, kind="news", key="k", title="T", first_seen_at=NOW)
        session.add(item)

    with db.read() as session:
        (listed,) = store.list_items(session)
        assert listed.source is not None
        assert listed.source.slug == "a-example"
        assert store.items_by_id(session, [item.id, 999]) == {item.id: listed}


def test_an_item_that_is_not_there_is_unknown(db: Database) -> None:
    with db.read() as session, pytest.raises(UnknownSource):
        store.get_item(session, 1)


def test_upcoming_events_are_for_a_side_or_for_all(db: Database) -> None:
    meeting(db, "School", NOW + DAY, ["school"])
    meeting(db, "Beide", NOW + 2 * DAY, ["school", "lerarenopleiding"])
    meeting(db, "Alle", NOW + 3 * DAY)
    meeting(db, "Voorbij", NOW - DAY)
    refused = meeting(db, "Geweigerd", NOW + DAY)
    judge_item(db, refused, ItemStatus.REFUSED)
    off = meeting(db, "Af", NOW + DAY)
    with db.write() as session:
        session.get_one(Item, off).cancelled = True

    with db.read() as session:
        end = NOW + 3 * DAY + timedelta(hours=1)
        found = store.upcoming_events(session, start=NOW, end=end, audience="lerarenopleiding")
        assert titles(found) == ["Beide", "Alle"]
        assert titles(store.upcoming_events(session, start=NOW, end=end)) == [
            "School",
            "Beide",
            "Alle",
        ]


def test_the_editors_words_stand_beside_the_sources(db: Database) -> None:
    item_id = news(db, "Bron")
    with db.write() as session:
        reword(store.get_item(session, item_id), title=" Van ons ", summary="Ook")

    with db.read() as session:
        item = store.get_item(session, item_id)
        assert (item.title, item.shown_title, item.shown_summary) == ("Bron", "Van ons", "Ook")


def test_thirty_themes_are_shipped_and_edited_ones_stay(db: Database) -> None:
    assert add_default_themes(db) == 30
    with db.write() as session:
        session.get_one(Theme, "visie").label = "Onze visie"

    assert add_default_themes(db) == 0
    with db.read() as session:
        themes = list_themes(session)
        assert [theme.number for theme in themes] == list(range(1, 31))
        assert [theme.slug for theme in themes] == [theme.slug for theme in DEFAULT_THEMES]
        assert themes[0].label == "Onze visie"
        assert len({theme.group for theme in themes}) == 7
        assert theme_words(session)["onze visie"] == "visie"
        assert theme_words(session)["hr-beleid"] == "hr-beleid"


def test_a_source_with_a_theme_that_does_not_exist_is_refused(session: Session) -> None:
    with pytest.raises(UnknownSource, match="no theme called 'kaas'"):
        store.add_source(session, url="https://a.example/", kind="feed", themes=["kaas"], now=NOW)


def test_an_all_day_event_is_in_the_window_of_its_date(db: Database) -> None:
    add_item(
        db,
        kind="event",
        title="Nieuwjaar",
        now=NOW,
        starts_at=datetime(2028, 1, 1, tzinfo=AMSTERDAM),
        all_day=True,
    )

    with db.read() as session:
        before, after = (
            titles(
                store.list_items(
                    session,
                    kind="event",
                    start=datetime(year, 1, 1, tzinfo=UTC),
                    end=datetime(year + 1, 1, 1, tzinfo=UTC),
                )
            )
            for year in (2027, 2028)
        )

    assert (before, after) == ([], ["Nieuwjaar"])


@pytest.mark.parametrize(
    "fields",
    [
        {"title": " \n"},
        {"url": "javascript:alert(1)"},
        {"starts_at": NOW, "ends_at": NOW - DAY},
    ],
)
def test_an_own_item_that_lacks_or_contradicts_something_is_refused(
    db: Database, fields: dict[str, Any]
) -> None:
    with pytest.raises(ItemUnusable):
        add_item(db, **{"kind": "event", "title": "Congres", "now": NOW, **fields})

    with db.read() as session:
        assert store.list_items(session) == []


def test_the_title_of_an_own_item_is_one_line(db: Database) -> None:
    item_id = add_item(db, kind="news", title=" Regel een\n\x1b[31mregel twee\x00", now=NOW)

    with db.read() as session:
        assert store.get_item(session, item_id).title == "Regel een [31mregel twee"
