"""Rounds: who is held up by whom, and what several of them do to each other, killed or not."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from feeds import store
from feeds.administer import lead_elsewhere, remove_source, turn_off
from feeds.fetch import Fetcher, Limits
from feeds.gather import RoundLimits, gather_due
from feeds.lanes import Pace
from feeds.model import Item, Sighting
from feeds.values import GatherReport, Outcome
from storage.session import Database
from tests.feeds.documents import entry, rss
from tests.feeds.site import Answer, Site

pytestmark = pytest.mark.long

NOW = datetime(2027, 4, 20, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Meeting(Site):
    """A site that answers nobody before so many have asked."""

    def __init__(self, guests: int) -> None:
        super().__init__()
        self._door = threading.Barrier(guests, timeout=30)

    def begin(self, who: object, path: str, headers: Iterable[tuple[str, str]]) -> Answer:
        answer = super().begin(who, path, headers)
        self._door.wait()
        return answer


class Holding(Site):
    """A site that answers nobody before its door is opened."""

    def __init__(self) -> None:
        super().__init__()
        self.door, self.has_four, self.has_five = (threading.Event() for _ in range(3))

    def begin(self, who: object, path: str, headers: Iterable[tuple[str, str]]) -> Answer:
        answer = super().begin(who, path, headers)
        if self.at_once >= 4:
            self.has_four.set()
        if self.at_once >= 5 and not self.door.is_set():
            self.has_five.set()
        self.door.wait(30)
        return answer


def add(db: Database, site: Site, *names: str) -> None:
    with db.write() as session:
        for name in names:
            url = site.put(f"/{name}", rss(*(entry(f"{name}{n}") for n in range(3))))
            store.add_source(session, url=url, kind="feed", name=name, now=NOW)


def outcomes(report: GatherReport) -> dict[str, Outcome]:
    return {one.slug: one.outcome for one in report.sources}


def rows(db: Database) -> tuple[int, int]:
    """Return how many items there are, and how many names of them."""
    with db.read() as session:
        items = session.scalar(select(func.count()).select_from(Item)) or 0
        return items, session.scalar(select(func.count()).select_from(Sighting)) or 0


def fetcher_for(site: Site, *, whole_s: float = 30.0) -> Fetcher:
    limits = Limits(whole_s=whole_s)
    return Fetcher(allow=frozenset({site.host_port}), contact="", limits=limits)


@contextmanager
def another(url: str) -> Iterator[Database]:
    database = Database(url)
    yield database
    database.close()


def test_a_source_that_drips_does_not_hold_up_its_host(db: Database, site: Site) -> None:
    add(db, site, "a", "b", "c", "d")
    gather_due(db, fetcher=fetcher_for(site), now=NOW)
    site.pages["/a"] = Answer(b"x" * 1000, drip_s=0.05)
    told: list[str] = []

    report = gather_due(
        db,
        fetcher=fetcher_for(site, whole_s=2.0),
        now=NOW + HOUR,
        progress=lambda one, *_: told.append(one.slug),
        limits=RoundLimits(pace=Pace(patience_s=0.1)),
    )

    assert outcomes(report) == {
        "a": Outcome.FAILED,
        **dict.fromkeys("bcd", Outcome.NOT_MODIFIED),
    }
    assert told[-1] == "a"


def test_a_slow_host_is_never_asked_more_than_four_things(db: Database) -> None:
    with Holding() as site, ThreadPoolExecutor(1) as pool:
        add(db, site, *"abcdefgh")
        limits = RoundLimits(pace=Pace(patience_s=0.01))
        round_ = pool.submit(gather_due, db, fetcher=fetcher_for(site), now=NOW, limits=limits)
        assert site.has_four.wait(30)
        is_asked_more = site.has_five.wait(0.5)
        site.door.set()
        report = round_.result()

    assert not is_asked_more
    assert set(outcomes(report).values()) == {Outcome.OK}


def test_who_failed_last_time_is_asked_last(db: Database, site: Site, fetcher: Fetcher) -> None:
    add(db, site, "a", "b", "c")
    site.put("/a", status=500)
    gather_due(db, fetcher=fetcher, now=NOW)

    gather_due(db, fetcher=fetcher, now=NOW + HOUR)

    assert site.paths() == ["/a", "/b", "/c", "/b", "/c", "/a"]


def test_hosts_are_asked_side_by_side(db: Database) -> None:
    with Meeting(guests=3) as site:
        hosts = [f"{name}.example.org:{site.port}" for name in "abc"]
        for host in hosts:
            site.put("/", rss(entry("x")))
            with db.write() as session:
                store.add_source(session, url=f"http://{host}/", kind="feed", name=host, now=NOW)
        fetcher = Fetcher(
            allow=frozenset(hosts), contact="", resolve=lambda host, port: ["127.0.0.1"]
        )

        report = gather_due(db, fetcher=fetcher, now=NOW)

    assert list(outcomes(report).values()) == [Outcome.OK] * 3


def test_two_rounds_at_once_ask_each_source_once(database_url: str, site: Site) -> None:
    names = [str(n) for n in range(20)]
    with another(database_url) as one, another(database_url) as two, ThreadPoolExecutor(2) as pool:
        add(one, site, *names)
        both = [
            pool.submit(gather_due, database, fetcher=fetcher_for(site), now=NOW)
            for database in (one, two)
        ]
        reports = [round_.result() for round_ in both]

        assert sorted(len(report.sources) for report in reports) == [0, 20]
        assert sorted(site.paths()) == sorted(f"/{name}" for name in names)
        assert rows(one) == (60, 60)


def test_two_looks_at_one_source_at_once_bring_its_items_once(database_url: str) -> None:
    with (
        Meeting(guests=2) as site,
        another(database_url) as one,
        another(database_url) as two,
        ThreadPoolExecutor(2) as pool,
    ):
        add(one, site, "a")
        both = [
            pool.submit(gather_due, database, fetcher=fetcher_for(site), now=NOW, only=("a",))
            for database in (one, two)
        ]
        reports = [round_.result() for round_ in both]

        assert sorted(report.new for report in reports) == [0, 3]
        assert [outcomes(report) for report in reports] == [{"a": Outcome.OK}] * 2
        assert rows(one) == (3, 3)


def test_two_sources_with_one_story_read_at_once_bring_one_item(database_url: str) -> None:
    with (
        Meeting(guests=2) as site,
        another(database_url) as one,
        another(database_url) as two,
        ThreadPoolExecutor(2) as pool,
    ):
        add(one, site, "a", "b")
        story = entry("x", link="https://example.org/verhaal")
        site.put("/a", rss(story))
        site.put("/b", rss(story.replace("urn:x", "urn:y")))
        both = [
            pool.submit(gather_due, database, fetcher=fetcher_for(site), now=NOW, only=(slug,))
            for database, slug in ((one, "a"), (two, "b"))
        ]
        reports = [round_.result() for round_ in both]

        assert sorted(report.new for report in reports) == [0, 1]
        assert rows(one) == (1, 2)


def test_what_an_administrator_did_in_the_meantime_stands(db: Database) -> None:
    with Meeting(guests=2) as site, Site() as elsewhere, ThreadPoolExecutor(1) as pool:
        add(db, site, "a", "b", "c", "d")
        new_url = elsewhere.put("/b", rss(entry("new")))
        fetcher = Fetcher(
            allow=frozenset({site.host_port, elsewhere.host_port}),
            contact="",
        )
        pace = Pace(a_host=1)
        round_ = pool.submit(
            gather_due, db, fetcher=fetcher, now=NOW, limits=RoundLimits(pace=pace)
        )
        while not site.asked:
            assert not round_.done()
        remove_source(db, "a", now=NOW)
        lead_elsewhere(db, "b", new_url, fetcher=fetcher, now=NOW)
        turn_off(db, "c", now=NOW)
        with ThreadPoolExecutor(1) as visitor:  # who lets the four in, one by one
            visits = [visitor.submit(fetcher.fetch, site.url("/visit")) for _ in range(4)]
            report = round_.result()
            assert all(visit.exception() for visit in visits)  # 404

    assert set(outcomes(report)) == {"c", "d"}
    with db.read() as session:
        b, c = store.get_source(session, "b"), store.get_source(session, "c")
    assert (b.url, b.last_look_at, b.body_hash) == (new_url, None, "")
    assert (c.active, c.last_error) == (False, "")


def test_a_round_that_is_killed_loses_nothing(
    tmp_path: Path, database_url: str, db: Database, site: Site
) -> None:
    add(db, site, "a", "b")
    site.pages["/b"] = Answer(b"x" * 10_000, drip_s=0.05)
    environment = {
        "NEWSLETTER_DATA_DIR": str(tmp_path),
        "NEWSLETTER_DATABASE_URL": database_url,
        "NEWSLETTER_SOURCE_ALLOW": site.host_port,
    }
    command = [sys.executable, "-m", "newsletter", "gather"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as killed:
        while rows(db)[0] < 3:
            assert killed.poll() is None
        os.kill(killed.pid, signal.SIGKILL)
    with db.read() as session:
        first = store.get_source(session, "a")

    site.put("/b", rss(entry("b0")))
    report = gather_due(db, fetcher=fetcher_for(site), now=NOW + HOUR)

    assert first.body_hash
    assert outcomes(report)["b"] is Outcome.OK
    assert rows(db) == (4, 4)
