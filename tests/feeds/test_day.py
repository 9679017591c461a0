"""A day of gathering, a look at the clock each quarter of an hour: the longest day of the year.

On 31 October 2027 the clocks of Amsterdam go back, so that day has 25 hours. What each source does
in the course of it is in `SOURCES`; one server gives them all, and is asked one thing at a time.
"""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Final

import pytest

from feeds import kept, store
from feeds.fetch import Fetcher
from feeds.gather import gather_due
from feeds.model import Item, Source
from feeds.themes import add_default_themes
from feeds.values import AMSTERDAM
from storage.session import Database
from tests.feeds.documents import calendar, entry, rss, vevent
from tests.feeds.site import Site

TICK, HOUR = timedelta(minutes=15), timedelta(hours=1)
BEGIN: Final = datetime(2027, 10, 31, tzinfo=AMSTERDAM).astimezone(UTC)
END: Final = datetime(2027, 11, 1, tzinfo=AMSTERDAM).astimezone(UTC)
CALM: Final = rss(entry("calm"))


def entries(path: str, count: int) -> str:
    return rss(*(entry(f"{path}-{n}") for n in range(count)))


def hours(now: datetime) -> int:
    return (now - BEGIN) // HOUR


def lively(site: Site, now: datetime) -> None:
    """Something new each two hours, with an ETag."""
    count = 1 + hours(now) // 2
    site.put("/lively", entries("lively", count), ETag=f'"{count}"')


def calm(site: Site, now: datetime) -> None:
    """Nothing new, and an ETag that says so."""
    site.put("/calm", CALM, ETag='"1"')


def plain(site: Site, now: datetime) -> None:
    """Nothing new, on a server that knows no conditions."""
    site.put("/plain", entries("plain", 1))


def restless(site: Site, now: datetime) -> None:
    """Nothing new, but another ETag and another date in it each time."""
    moment = f"<lastBuildDate>{now:%a, %d %b %Y %H:%M:%S} +0000</lastBuildDate>"
    body = entries("restless", 1).replace("</title><item>", f"</title>{moment}<item>")
    site.put("/restless", body, ETag=f'"{now:%H%M}"')


def patient(site: Site, now: datetime) -> None:
    """Asks to be left alone for four hours (Cache-Control)."""
    count = 1 + hours(now) // 8
    site.put("/patient", entries("patient", count), Cache_Control="public, max-age=14400")


def down(site: Site, now: datetime) -> None:
    """Under repair from eight to two, and says to come back in an hour; then with what was new."""
    if 8 <= hours(now) < 14:
        site.put("/down", status=503, Retry_After="3600")
    else:
        site.put("/down", entries("down", 1 + hours(now) // 6))


def page(site: Site, now: datetime) -> None:
    """For two hours a page with an apology, under status 200."""
    body = "<!DOCTYPE html><html><title>Sorry</title></html>" if 9 <= hours(now) < 11 else ""
    site.put("/page", body or entries("page", 1))


def moving(site: Site, now: datetime) -> None:
    """Moves for good at ten (308)."""
    if hours(now) >= 10:
        site.put("/moving", status=308, Location="/moved")
    else:
        site.put("/moving", entries("moving", 1))
    site.put("/moved", entries("moving", 2))


def gone(site: Site, now: datetime) -> None:
    """Gone from noon (410)."""
    site.put("/gone", entries("gone", 1), status=410 if hours(now) >= 12 else 200)


def agenda(site: Site, now: datetime) -> None:
    """A meeting on two Mondays at ten; at three the first of them is put off to the afternoon."""
    weekly = "DTSTART;TZID=Europe/Amsterdam:20271025T100000"
    meeting = vevent("meeting", weekly, "RRULE:FREQ=WEEKLY;COUNT=3")
    off = "DTSTART;TZID=Europe/Amsterdam:20271101T140000"
    put_off = vevent("meeting", "RECURRENCE-ID;TZID=Europe/Amsterdam:20271101T100000", off)
    site.put("/agenda.ics", calendar(meeting, put_off if hours(now) >= 15 else ""))


SOURCES: Final = (lively, calm, plain, restless, patient, down, page, moving, gone, agenda)


class Day:
    """How the day went. asked: when each path was asked for; errors: by source, in their order."""

    def __init__(self) -> None:
        self.asked: dict[str, list[datetime]] = {}
        self.errors: dict[str, list[str]] = {}
        self.new: Counter[str] = Counter()
        self.sources: dict[str, Source] = {}
        self.items: list[Item] = []


@pytest.mark.long
def test_a_day_of_gathering(db: Database, site: Site, fetcher: Fetcher) -> None:
    day = spend(db, site, fetcher)

    every_entry_came_once(day)
    each_source_was_asked_at_its_own_pace(day, site)
    who_was_under_repair_was_left_alone_and_found_again(day)
    a_page_in_place_of_a_feed_was_an_error_until_the_feed_was_back(day)
    who_moved_was_asked_at_the_new_address_only(day, site)
    who_is_gone_was_stopped(day)
    a_meeting_kept_its_hour_when_the_clocks_changed_and_itself_when_it_moved(day)


def spend(db: Database, site: Site, fetcher: Fetcher) -> Day:
    add_default_themes(db)
    paths: list[tuple[Callable[[Site, datetime], None], str, str]] = [
        (source, f"/{source.__name__}", "feed") for source in SOURCES if source is not agenda
    ]
    with db.write() as session:
        for _, path, kind in [*paths, (agenda, "/agenda.ics", "agenda")]:
            store.add_source(
                session, url=site.url(path), kind=kind, name=path.strip("/").partition(".")[0],
                now=BEGIN,
            )  # fmt: skip
    went, now = Day(), BEGIN
    while now < END:
        for source in SOURCES:
            source(site, now)
        site.asked.clear()
        for one in gather_due(db, fetcher=fetcher, now=now).sources:
            went.new[one.slug] += one.new
            if one.error:
                went.errors.setdefault(one.slug, []).append(one.error)
        with db.write() as session:
            kept.believe_missing(session, now=now)
        for path in site.paths():
            went.asked.setdefault(path, []).append(now)
        now += TICK
    with db.read() as session:
        went.sources = {source.slug: source for source in store.list_sources(session)}
        went.items = store.list_items(session)
    return went


def gaps(asked: list[datetime]) -> list[timedelta]:
    return [later - sooner for sooner, later in pairwise(asked)]


def every_entry_came_once(day: Day) -> None:
    assert day.new == {
        "lively": 13, "calm": 1, "plain": 1, "restless": 1, "patient": 4, "down": 5, "page": 1,
        "moving": 2, "gone": 1, "agenda": 3,
    }  # fmt: skip
    assert len({one.key for one in day.items}) == len(day.items) == day.new.total()


def each_source_was_asked_at_its_own_pace(day: Day, site: Site) -> None:
    assert site.most_at_once == 1
    assert all(gap >= TICK for asked in day.asked.values() for gap in gaps(asked))
    assert day.sources["lively"].interval_minutes < 60 < day.sources["calm"].interval_minutes
    assert len(day.asked["/calm"]) < 15 < len(day.asked["/lively"])
    assert min(gaps(day.asked["/patient"])) >= 4 * HOUR
    assert set(day.sources["restless"].recent[1:]) == {"s"}


def who_was_under_repair_was_left_alone_and_found_again(day: Day) -> None:
    in_repair = [now for now in day.asked["/down"] if 8 <= hours(now) < 14]
    assert 3 <= len(in_repair) <= 7
    assert min(gaps(in_repair)) >= HOUR
    assert day.errors["down"] == ["the server answered 503"] * len(in_repair)
    assert (day.sources["down"].failures_in_row, day.sources["down"].last_error) == (0, "")


def a_page_in_place_of_a_feed_was_an_error_until_the_feed_was_back(day: Day) -> None:
    assert set(day.errors["page"]) == {"this is a web page, not a feed"}
    assert day.sources["page"].last_error == ""
    assert [one.missing_since for one in day.items if one.key == "urn:page-0"] == [None]


def who_moved_was_asked_at_the_new_address_only(day: Day, site: Site) -> None:
    moved = day.sources["moving"]
    assert (moved.url, moved.previous_url) == (site.url("/moved"), site.url("/moving"))
    assert len([now for now in day.asked["/moving"] if hours(now) >= 10]) == 1


def who_is_gone_was_stopped(day: Day) -> None:
    after = [now for now in day.asked["/gone"] if hours(now) >= 12]
    assert not day.sources["gone"].active
    assert 2 <= len(after) <= 6  # further and further apart: a server may say so by mistake
    assert set(day.errors) == {"down", "page", "gone"}


def a_meeting_kept_its_hour_when_the_clocks_changed_and_itself_when_it_moved(day: Day) -> None:
    meetings = sorted(
        (one.starts_at, one.moved_from)
        for one in day.items
        if one.kind == "event" and one.starts_at
    )
    starts = [f"{start.astimezone(AMSTERDAM):%d-%m %H:%M}" for start, _ in meetings]
    assert starts == ["25-10 10:00", "01-11 14:00", "08-11 10:00"]
    assert meetings[1][1] == datetime(2027, 11, 1, 9, 0, tzinfo=UTC)
