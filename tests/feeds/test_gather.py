"""A round over sources that are really served: what it stores, and what it leaves alone."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, text
from structlog.testing import capture_logs

from feeds import store
from feeds.errors import UnknownSource
from feeds.fetch import Fetcher
from feeds.gather import RoundLimits, gather_due
from feeds.items import reword
from feeds.model import Item, Source
from feeds.reading import ReadingLimits
from feeds.themes import add_default_themes
from feeds.values import GatherReport, ItemStatus, Outcome, SourceReport
from storage.session import Database
from tests.factories import judge_item
from tests.feeds.documents import burning, calendar, entry, rss, vevent
from tests.feeds.site import Site

NOW = datetime(2027, 4, 20, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
START = "DTSTART;TZID=Europe/Amsterdam:20270422T093000"


def add(db: Database, url: str, kind: str = "feed", **fields: str) -> Source:
    with db.write() as session:
        return store.add_source(session, url=url, kind=kind, now=NOW, **fields)


def items(db: Database, kind: str = "news") -> list[Item]:
    with db.read() as session:
        return sorted(store.list_items(session, kind=kind), key=lambda item: item.key)


def source(db: Database, slug: str = "a") -> Source:
    with db.read() as session:
        return store.get_source(session, slug)


def look(
    db: Database, fetcher: Fetcher, now: datetime = NOW
) -> list[tuple[str, Outcome, int, int]]:
    report = gather_due(db, fetcher=fetcher, now=now)
    return [(one.slug, one.outcome, one.new, one.updated) for one in report.sources]


def test_a_first_look_stores_and_a_second_adds_nothing(
    db: Database, site: Site, fetcher: Fetcher
) -> None:
    add(db, site.put("/a", rss(entry("x"), entry("y")), ETag='"1"'), name="A")
    add(db, site.put("/b", rss(entry("z"), title="Andere")), name="B")

    assert look(db, fetcher) == [("a", Outcome.OK, 2, 0), ("b", Outcome.OK, 1, 0)]
    assert look(db, fetcher) == []
    assert look(db, fetcher, NOW + HOUR) == [
        ("a", Outcome.NOT_MODIFIED, 0, 0),
        ("b", Outcome.NOT_MODIFIED, 0, 0),
    ]
    assert len(items(db)) == 3
    assert [headers.get("If-None-Match") for _, headers in site.asked] == [None, None, '"1"', None]


def test_a_hundred_complaints_do_not_fill_the_log(
    db: Database, site: Site, fetcher: Fetcher
) -> None:
    broken = calendar(*(vevent(str(n), "DTSTART:morgen") for n in range(100)))
    add(db, site.put("/a", broken), "agenda", name="A")

    with capture_logs() as logs:
        look(db, fetcher)

    partly = [one for one in logs if one["event"] == "source partly read"]
    assert [bool(one.get("complaint")) for one in partly] == [True] * 5 + [False]
    assert partly[-1]["more_complaints"] == 95


def test_a_body_that_differs_without_change_updates_nothing(
    db: Database, site: Site, fetcher: Fetcher
) -> None:
    add(db, site.put("/a", rss(entry("x", pubDate="Mon, 19 Apr 2027 08:00:00 GMT"))), name="A")
    look(db, fetcher)
    site.put("/a", rss(entry("x", pubDate="Mon, 19 Apr 2027 09:00:00 GMT")))

    assert look(db, fetcher, NOW + HOUR) == [("a", Outcome.OK, 0, 0)]


def test_what_changed_is_updated_and_what_editors_did_stays(
    db: Database, site: Site, fetcher: Fetcher
) -> None:
    add(db, site.put("/a", rss(entry("x", title="Oud"), entry("y"))), name="A")
    look(db, fetcher)
    first = items(db)[0]
    with db.write() as session:
        reword(session.get_one(Item, first.id), title="Van ons", summary="Ook")
    judge_item(db, first.id, ItemStatus.ACCEPTED)
    site.put("/a", rss(entry("x", title="Nieuw"), entry("y")))

    assert look(db, fetcher, NOW + HOUR) == [("a", Outcome.OK, 0, 1)]
    changed, same = items(db)
    assert (changed.title, changed.shown_title, changed.own_summary) == ("Nieuw", "Van ons", "Ook")
    assert (changed.status, changed.first_seen_at) == (ItemStatus.ACCEPTED, NOW)
    assert (changed.changed_at, same.changed_at) == (NOW + HOUR, None)


def test_one_story_of_two_sources_is_one_item(db: Database, site: Site, fetcher: Fetcher) -> None:
    add(db, site.put("/a", rss(entry("x", title="Van a"))), name="A")
    tracked = "http://www.partner.example.org/x/?utm_source=b"
    assert look(db, fetcher) == [("a", Outcome.OK, 1, 0)]

    add(db, site.put("/b", rss(entry("other", title="Van b", link=tracked))), name="B")
    assert look(db, fetcher) == [("b", Outcome.OK, 0, 0)]
    site.put("/b", rss(entry("other", title="Van b, anders", link=tracked)))
    assert look(db, fetcher, NOW + HOUR)[1] == ("b", Outcome.OK, 0, 0)
    assert [item.title for item in items(db)] == ["Van a"]


def test_an_entry_that_got_another_guid_stays_one_item(
    db: Database, site: Site, fetcher: Fetcher
) -> None:
    add(db, site.put("/a", rss(entry("x", title="Oud"), entry("y"))), name="A")
    look(db, fetcher)
    site.put("/a", rss(entry("x", title="Nieuw", guid="urn:moved"), entry("y")))

    assert look(db, fetcher, NOW + HOUR) == [("a", Outcome.OK, 0, 1)]
    assert sorted(item.title for item in items(db)) == ["Bericht", "Nieuw"]


def test_what_vanishes_from_a_source_stays(db: Database, site: Site, fetcher: Fetcher) -> None:
    add(db, site.put("/a", rss(entry("x"), entry("y"))), name="A")
    look(db, fetcher)
    site.put("/a", rss())

    assert look(db, fetcher, NOW + HOUR) == [("a", Outcome.OK, 0, 0)]
    assert len(items(db)) == 2


def test_a_moved_event_tells_from_when(db: Database, site: Site, fetcher: Fetcher) -> None:
    add(db, site.put("/a", calendar(vevent("e", START))), "agenda", name="A")
    look(db, fetcher)
    moved = "DTSTART;TZID=Europe/Amsterdam:20270429T093000"
    site.put("/a", calendar(vevent("e", moved)))
    look(db, fetcher, NOW + 6 * HOUR)
    site.put("/a", calendar(vevent("e", moved, "LOCATION:Elders")))
    look(db, fetcher, NOW + 12 * HOUR)

    (item,) = items(db, "event")
    assert item.starts_at == datetime(2027, 4, 29, 7, 30, tzinfo=UTC)
    assert item.moved_from == datetime(2027, 4, 22, 7, 30, tzinfo=UTC)
    assert (item.location, item.changed_at, item.series) == ("Elders", NOW + 12 * HOUR, "e")


def test_a_broken_source_stops_no_other(db: Database, site: Site, fetcher: Fetcher) -> None:
    add(db, site.put("/a", "<html>Log in</html>"), name="A")
    add(db, site.url("/nowhere"), name="B")
    add(db, "http://10.0.0.1/feed", name="C")
    add(db, site.put("/d", rss(entry("x"))), name="D")

    report = gather_due(db, fetcher=fetcher, now=NOW)

    assert [(one.slug, one.outcome, one.error) for one in report.sources] == [
        ("a", Outcome.FAILED, "this is a web page, not a feed"),
        ("b", Outcome.FAILED, "the server answered 404"),
        ("c", Outcome.FAILED, "this leads to an address that is not public"),
        ("d", Outcome.OK, None),
    ]
    assert source(db, "a").last_error == "MalformedSource"
    assert (report.new, report.updated) == (1, 0)


@pytest.mark.long
def test_a_document_that_is_too_heavy_costs_its_source_one_look(
    db: Database, site: Site, fetcher: Fetcher
) -> None:
    add(db, site.put("/a", burning(), ETag='"1"'), name="A")
    for name in "bcd":
        add(db, site.put(f"/{name}", rss(entry(name))), name=name)

    report = gather_due(
        db, fetcher=fetcher, now=NOW, limits=RoundLimits(reading=ReadingLimits(cpu_s=1))
    )
    burnt = source(db)
    site.put("/a", rss(entry("a")))

    assert [(one.slug, one.new) for one in report.sources[1:]] == [("b", 1), ("c", 1), ("d", 1)]
    assert report.sources[0].error == "reading it took more than 1 seconds of computing"
    assert (burnt.last_error, burnt.etag, burnt.body_hash) == ("SourceTooHeavy", "", "")
    assert look(db, fetcher, NOW + 12 * HOUR)[0] == ("a", Outcome.OK, 1, 0)


def test_a_document_that_takes_its_time_does_not_hold_up_the_others(
    db: Database, site: Site, fetcher: Fetcher
) -> None:
    add(db, site.put("/a", burning(15_000)), name="A")
    for name in "bcd":
        add(db, site.put(f"/{name}", rss(entry(name))), name=name)
    told: list[str] = []

    gather_due(db, fetcher=fetcher, now=NOW, progress=lambda one, *_: told.append(one.slug))

    assert told[-1] == "a"


def test_failures_are_counted_until_a_success(db: Database, site: Site, fetcher: Fetcher) -> None:
    add(db, site.put("/a", status=500), name="A")

    look(db, fetcher)
    look(db, fetcher, NOW + HOUR)
    failing = source(db)
    site.put("/a", rss(entry("x")))
    look(db, fetcher, NOW + 3 * HOUR)
    healed = source(db)

    assert (failing.failing_since, failing.failures_in_row) == (NOW, 2)
    assert (failing.last_error_line, failing.last_success_at) == ("the server answered 500", None)
    assert failing.next_look_at == NOW + 3 * HOUR
    assert (healed.failing_since, healed.failures_in_row, healed.last_error_line) == (None, 0, "")
    assert healed.last_success_at == NOW + 3 * HOUR


def test_an_answer_without_news_ends_the_trouble_too(
    db: Database, site: Site, fetcher: Fetcher
) -> None:
    add(db, site.put("/a", rss(entry("x")), ETag='"1"'), name="A")
    look(db, fetcher)
    site.put("/a", status=500)
    look(db, fetcher, NOW + HOUR)
    site.put("/a", rss(entry("x")), ETag='"1"')

    assert look(db, fetcher, NOW + 3 * HOUR) == [("a", Outcome.NOT_MODIFIED, 0, 0)]
    assert (source(db).last_error_line, source(db).recent) == ("", "nfs")


def test_what_cannot_be_stored_is_the_trouble_of_its_source(
    db: Database, site: Site, fetcher: Fetcher
) -> None:
    add(db, site.put("/a", rss(entry("x", title="Een"))), name="A")
    add(db, site.put("/b", rss(entry("y"), entry("z"))), name="B")
    with db.write() as session:
        session.execute(text("create unique index each_title_once on item (title)"))
    try:
        outcomes = look(db, fetcher)
    finally:
        with db.write() as session:
            session.execute(text("drop index each_title_once"))

    assert outcomes == [("a", Outcome.OK, 1, 0), ("b", Outcome.FAILED, 0, 0)]
    assert source(db, "b").last_error_line == "what it holds cannot be stored: IntegrityError"


def test_validators_of_a_document_that_could_not_be_read_are_not_kept(
    db: Database, site: Site, fetcher: Fetcher
) -> None:
    add(db, site.put("/a", "<html></html>", ETag='"1"'), name="A")
    look(db, fetcher)

    assert (source(db).etag, source(db).body_hash) == ("", "")


def test_retry_after_decides_the_next_look(db: Database, site: Site, fetcher: Fetcher) -> None:
    add(db, site.put("/a", status=503, Retry_After="7200"), name="A")
    look(db, fetcher)

    assert source(db).next_look_at == NOW + 2 * HOUR


def test_an_answer_that_holds_is_not_asked_for_before(
    db: Database, site: Site, fetcher: Fetcher
) -> None:
    add(db, site.put("/a", rss(entry("x")), ETag='"1"', Cache_Control="max-age=18000"), name="A")
    look(db, fetcher)
    first = source(db).next_look_at
    site.put("/a", rss(entry("x")), ETag='"1"', Cache_Control="max-age=31536000")
    look(db, fetcher, NOW + 5 * HOUR)

    assert len(site.asked) == 2
    assert first == NOW + 5 * HOUR
    assert source(db).next_look_at == NOW + 29 * HOUR  # a 304 says it too; a day is the most


def test_a_source_that_is_gone_three_days_is_given_up(
    db: Database, site: Site, fetcher: Fetcher
) -> None:
    add(db, site.put("/a", status=410), name="A")
    outcomes = [look(db, fetcher, NOW + timedelta(days=day)) for day in range(5)]

    assert outcomes == [[("a", Outcome.GONE, 0, 0)]] * 4 + [[]]
    assert not source(db).active


def test_a_source_that_was_gone_comes_back_by_itself(
    db: Database, site: Site, fetcher: Fetcher
) -> None:
    add(db, site.put("/a", status=410), name="A")
    look(db, fetcher)
    gone = source(db)
    site.put("/a", rss(entry("x")))

    assert not gone.active
    assert look(db, fetcher, NOW + timedelta(days=2)) == [("a", Outcome.OK, 1, 0)]
    assert (source(db).active, source(db).last_error) == (True, "")


def test_a_source_that_moved_for_good_is_followed_once_it_is_known(
    db: Database, site: Site, fetcher: Fetcher
) -> None:
    add(db, site.put("/old", status=301, Location="/new"), name="A")
    site.put("/new", rss(entry("x")))

    assert look(db, fetcher) == [("a", Outcome.MOVED, 1, 0)]
    assert source(db).url == site.url("/old")
    site.put("/new", rss(entry("x"), entry("y")))
    assert look(db, fetcher, NOW + HOUR) == [("a", Outcome.MOVED, 1, 0)]
    assert (source(db).url, source(db).previous_url) == (site.url("/new"), site.url("/old"))


def test_a_source_that_moved_with_what_it_had_is_followed(
    db: Database, site: Site, fetcher: Fetcher
) -> None:
    add(db, site.put("/old", status=301, Location="/new"), name="A")
    site.put("/new", rss(entry("x")))
    look(db, fetcher)

    assert look(db, fetcher, NOW + HOUR) == [("a", Outcome.MOVED, 0, 0)]
    assert source(db).url == site.url("/new")
    assert look(db, fetcher, NOW + 3 * HOUR) == [("a", Outcome.NOT_MODIFIED, 0, 0)]
    assert site.paths()[-1] == "/new"


def test_an_item_gets_the_themes_and_audience_of_its_words_and_its_source(
    db: Database, site: Site, fetcher: Fetcher
) -> None:
    add_default_themes(db)
    document = rss(entry("x", category="Kwaliteitszorg"), entry("y", category="lerarenopleiding"))
    with db.write() as session:
        store.add_source(
            session, url=site.put("/a", document), kind="feed", name="A",
            themes=("visie",), audiences=("school",), now=NOW,
        )  # fmt: skip
    look(db, fetcher)

    assert [(item.themes, item.audiences) for item in items(db)] == [
        (["visie", "kwaliteitszorg"], ["school"]),
        (["visie"], ["lerarenopleiding"]),
    ]


def test_a_folder_of_examples_is_read_and_a_bad_file_named(
    db: Database, fetcher: Fetcher, tmp_path: Path
) -> None:
    (tmp_path / "een.md").write_text("---\ntitle: Een\nthemes: [visie]\n---\nVerhaal.")
    (tmp_path / "twee.md").write_text("---\ntitle: [Twee\n---\n")
    add_default_themes(db)
    add(db, str(tmp_path), "practice", name="A")

    report = gather_due(db, fetcher=fetcher, now=NOW).sources[0]
    again = look(db, fetcher, NOW + HOUR)

    (item,) = items(db, "practice")
    assert (item.title, item.details["story"], item.themes) == ("Een", "Verhaal.", ["visie"])
    assert (report.entries, report.new, report.error) == (1, 1, None)
    assert report.complaints[0].startswith("twee.md: line 2: the head cannot be read")
    assert source(db).last_error_line == report.complaints[0]
    assert again == [("a", Outcome.NOT_MODIFIED, 0, 0)]


def test_a_folder_that_is_gone_is_an_outcome(
    db: Database, fetcher: Fetcher, tmp_path: Path
) -> None:
    add(db, str(tmp_path / "weg"), "practice", name="A")

    assert look(db, fetcher) == [("a", Outcome.GONE, 0, 0)]


def test_only_looks_at_those_named_also_when_not_due(
    db: Database, site: Site, fetcher: Fetcher
) -> None:
    add(db, site.put("/a", rss(entry("x"))), name="A")
    add(db, site.put("/b", rss(entry("x"))), name="B")
    look(db, fetcher)

    report = gather_due(db, fetcher=fetcher, now=NOW, only=("b",))

    assert [one.slug for one in report.sources] == ["b"]
    with pytest.raises(UnknownSource):
        gather_due(db, fetcher=fetcher, now=NOW, only=("b", "nergens"))


def test_one_host_is_asked_one_thing_at_a_time(db: Database, site: Site, fetcher: Fetcher) -> None:
    for n in range(12):
        add(db, site.put(f"/{n}", rss(entry("x"))))

    report = gather_due(db, fetcher=fetcher, now=NOW)

    assert [one.outcome for one in report.sources] == [Outcome.OK] * 12
    assert site.most_at_once == 1


def test_progress_is_told_of_each_source(db: Database, site: Site, fetcher: Fetcher) -> None:
    told: list[tuple[int, int]] = []
    slugs: set[str] = set()

    def progress(report: SourceReport, done: int, total: int) -> None:
        told.append((done, total))
        slugs.add(report.slug)

    add(db, site.put("/a", rss(entry("x"))), name="A")
    add(db, site.put("/b", rss(entry("x"))), name="B")
    gather_due(db, fetcher=fetcher, now=NOW, progress=progress)

    assert (told, slugs) == ([(1, 2), (2, 2)], {"a", "b"})


def test_a_nameless_source_takes_the_name_of_its_feed(
    db: Database, site: Site, fetcher: Fetcher
) -> None:
    slug = add(db, site.put("/a", rss(entry("x"), title="Onze partner"))).slug
    look(db, fetcher)

    assert source(db, slug).name == "Onze partner"


def test_a_round_without_sources_is_empty(db: Database, fetcher: Fetcher) -> None:
    assert gather_due(db, fetcher=fetcher, now=NOW) == GatherReport(())


@pytest.mark.parametrize("count", [1, 40])
def test_the_statements_do_not_grow_with_the_entries(
    db: Database, site: Site, fetcher: Fetcher, count: int
) -> None:
    add(db, site.put("/a", rss(*(entry(str(n)) for n in range(count)))), name="A")
    look(db, fetcher)
    changed = (entry(str(n), title="Anders") for n in range(count))
    added = (entry(f"new{n}") for n in range(count))
    site.put("/a", rss(*changed, *added))
    statements: list[str] = []

    def note(*given: object) -> None:
        statements.append(str(given[2]).split()[0])

    event.listen(db.engine, "before_cursor_execute", note)
    assert look(db, fetcher, NOW + HOUR) == [("a", Outcome.OK, count, count)]
    event.remove(db.engine, "before_cursor_execute", note)

    counts = {verb: statements.count(verb) for verb in ("SELECT", "INSERT", "UPDATE")}
    assert counts == {"SELECT": 7, "INSERT": 2, "UPDATE": 2}
