"""What a round keeps: floods, what is gone upstream and comes back, the pace, and what is said."""

from datetime import UTC, datetime, timedelta

import pytest

from feeds import kept, store
from feeds.fetch import Fetcher
from feeds.gather import gather_due
from feeds.model import Item, Source
from feeds.themes import add_default_themes
from storage.session import Database
from tests.feeds.documents import calendar, entry, rss, vevent
from tests.feeds.site import Site

NOW = datetime(2027, 4, 20, 8, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def add(db: Database, url: str, kind: str = "feed", **fields: object) -> None:
    with db.write() as session:
        store.add_source(session, url=url, kind=kind, name="A", now=NOW, **fields)  # type: ignore[arg-type]  # fields


def look(db: Database, fetcher: Fetcher, now: datetime = NOW) -> None:
    (report,) = gather_due(db, fetcher=fetcher, now=now, only=("a",)).sources
    assert report.error is None
    with db.write() as session:
        kept.believe_missing(session, now=now)


def source(db: Database) -> Source:
    with db.read() as session:
        return store.get_source(session, "a")


def item(db: Database, key: str) -> Item:
    with db.read() as session:
        (found,) = [one for one in store.list_items(session) if one.key == key]
        return found


def dated(*names: str) -> str:
    return rss(
        *(
            entry(name, title=name, pubDate=f"{20 - number} Apr 2027 07:00:00 GMT")
            for number, name in enumerate(names)
        )
    )


def without(document: str, name: str) -> str:
    head, *entries = document.split("<item>")
    return "<item>".join([head, *(one for one in entries if f"urn:{name}<" not in one)])


def meeting(uid: str, day: int) -> str:
    return vevent(uid, f"DTSTART;TZID=Europe/Amsterdam:202705{day:02}T093000", summary=uid)


def test_of_a_flood_the_ten_newest_stand_in_the_queue(
    db: Database, site: Site, fetcher: Fetcher
) -> None:
    add(db, site.put("/a", dated(*(f"x{number}" for number in range(19)))))
    look(db, fetcher)

    with db.read() as session:
        found = store.list_items(session)
    assert sorted(one.key for one in found if not one.backlog) == sorted(
        f"urn:x{number}" for number in range(10)
    )
    assert len(found) == 19


def test_what_is_gone_upstream_is_marked_and_believed_a_day_later(
    db: Database, site: Site, fetcher: Fetcher
) -> None:
    add(db, site.put("/a", dated("x", "y", "z")))
    look(db, fetcher)
    site.put("/a", without(dated("x", "y", "z"), "y"))

    look(db, fetcher, NOW + HOUR)
    missed = item(db, "urn:y")
    look(db, fetcher, NOW + 24 * HOUR)
    still = item(db, "urn:y")
    look(db, fetcher, NOW + 25 * HOUR)
    gone, there = item(db, "urn:y"), item(db, "urn:x")

    assert (missed.missing_since, missed.vanished_at) == (NOW + HOUR, None)
    assert (still.missing_since, still.vanished_at) == (NOW + HOUR, None)
    assert (gone.missing_since, gone.vanished_at) == (NOW + HOUR, NOW + 25 * HOUR)
    assert (there.missing_since, there.vanished_at) == (None, None)


def test_what_is_back_has_no_mark(db: Database, site: Site, fetcher: Fetcher) -> None:
    whole = dated("x", "y", "z")
    add(db, site.put("/a", whole))
    look(db, fetcher)
    site.put("/a", without(whole, "y"))
    look(db, fetcher, NOW + HOUR)
    look(db, fetcher, NOW + 2 * DAY)
    site.put("/a", whole)
    look(db, fetcher, NOW + 3 * DAY)

    assert (item(db, "urn:y").missing_since, item(db, "urn:y").vanished_at) == (None, None)


@pytest.mark.parametrize(
    "later",
    [dated("new", "x", "y"), dated("x", "y")[:-40], rss(entry("x"), entry("y"))],
    ids=["pushed-off", "cut-off", "without-dates"],
)
def test_what_a_feed_need_not_hold_is_not_missed(
    db: Database, site: Site, fetcher: Fetcher, later: str
) -> None:
    add(db, site.put("/a", dated("x", "y", "z")))
    look(db, fetcher)
    site.put("/a", later)
    look(db, fetcher, NOW + HOUR)

    assert item(db, "urn:z").missing_since is None


def test_an_event_is_missed_only_up_to_the_last_that_the_calendar_gives(
    db: Database, site: Site, fetcher: Fetcher
) -> None:
    add(db, site.put("/a", calendar(meeting("a", 3), meeting("b", 4), meeting("c", 5))), "agenda")
    look(db, fetcher)
    site.put("/a", calendar(meeting("b", 4)))
    look(db, fetcher, NOW + HOUR)

    missed = [key for key in ("a", "b", "c") if item(db, key).missing_since]
    assert missed == ["a"]


def test_a_calendar_that_was_cut_off_calls_nothing_off(
    db: Database, site: Site, fetcher: Fetcher
) -> None:
    add(db, site.put("/a", calendar(meeting("a", 3), meeting("b", 4))), "agenda")
    look(db, fetcher)
    site.put("/a", calendar(meeting("b", 4), end=""))
    look(db, fetcher, NOW + HOUR)

    assert item(db, "a").missing_since is None


def test_a_change_keeps_what_was_said_before(db: Database, site: Site, fetcher: Fetcher) -> None:
    add(db, site.put("/a", rss(entry("x", title="Oud", description="Gelijk."))))
    look(db, fetcher)
    site.put("/a", rss(entry("x", title="Nieuw", description="Gelijk.")))
    look(db, fetcher, NOW + HOUR)

    assert item(db, "urn:x").before == {"title": "Oud"}


def test_the_reason_of_each_proposal_is_kept(db: Database, site: Site, fetcher: Fetcher) -> None:
    add_default_themes(db)
    document = rss(entry("x", category="Kwaliteitszorg"))
    add(db, site.put("/a", document), themes=("visie",), audiences=("school",))
    look(db, fetcher)

    because = item(db, "urn:x").because
    assert because["visie"] == ["source", ""]
    assert because["school"] == ["source", ""]
    assert because["kwaliteitszorg"] == ["category", "Kwaliteitszorg"]


@pytest.mark.long
def test_a_day_of_looks_finds_the_pace_of_a_source(
    db: Database, site: Site, fetcher: Fetcher
) -> None:
    """Four posts a day: of five looks one brings something, where an hourly round wastes five."""
    add(db, site.put("/a", rss(entry("0"))))
    now, looks = NOW, 0
    while now < NOW + 3 * DAY:
        number = (now - NOW) // (6 * HOUR)
        site.put("/a", rss(*(entry(str(one)) for one in range(number + 1))))
        with db.read() as session:
            is_due = bool(store.due_sources(session, now))
        if is_due:
            look(db, fetcher, now)
            looks += 1
        now += HOUR / 4

    found = source(db)
    assert len(store_keys(db)) == 12
    assert 40 <= found.interval_minutes <= 120
    assert 45 <= looks <= 70
    assert set(found.recent) == {"n", "s"}
    assert len(found.recent) == 14


def store_keys(db: Database) -> set[str]:
    with db.read() as session:
        return {one.key for one in store.list_items(session)}
