"""Every kind of misbehaviour ends in one line about one source, and the others are read on time."""

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from feeds import store
from feeds.fetch import Fetcher, Limits
from feeds.gather import gather_due
from feeds.model import Item, Source
from feeds.values import Outcome, SourceReport
from storage.session import Database
from tests.feeds.hostile import (
    ANSWERS,
    Hostile,
    big_calendar,
    big_feed,
    bomb,
    fixed,
    serving_hostile,
)

pytestmark = pytest.mark.long

NOW = datetime(2027, 4, 20, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
LIMITS = Limits(connect_s=1.0, first_byte_s=1.0, whole_s=2.0)

REFUSED = "SourceRefused"
FAILS = {
    "/slow-drip": "SourceTooSlow",
    "/slow-headers": "SourceTooSlow",
    "/never-answers": "SourceTooSlow",
    "/endless": "SourceTooLarge",
    "/endless-header": "SourceUnreachable",
    "/gzip-bomb": "SourceTooLarge",
    "/deflate-bomb": "SourceTooLarge",
    "/gzip-twice": "MalformedSource",
    "/not-gzip": "MalformedSource",
    "/br-bomb": "SourceTooLarge",
    "/gzip-cut": "SourceUnreachable",
    "/calendar-instead": "MalformedSource",
    "/not-http": "SourceUnreachable",
    "/status-lies": "SourceUnreachable",
    "/interim-endless": "SourceUnreachable",
    "/chunks-wrong": "SourceUnreachable",
    "/chunks-cut": "SourceUnreachable",
    "/length-short": "MalformedSource",
    "/length-word": "SourceUnreachable",
    "/204": "SourceAnswered",
    "/206": "SourceAnswered",
    "/304-unasked": "SourceAnswered",
    "/redirect-mapped": REFUSED,
    "/redirect-decimal": REFUSED,
    "/redirect-hexadecimal": REFUSED,
    "/redirect-nat64": REFUSED,
    "/redirect-password": REFUSED,
    "/redirect-no-host": REFUSED,
    "/redirect-loop": "TooManyRedirects",
    "/redirect-chain": "TooManyRedirects",
    "/redirect-empty": "SourceAnswered",
    "/redirect-private": REFUSED,
    "/redirect-file": REFUSED,
    "/redirect-metadata": REFUSED,
    "/redirect-gopher": REFUSED,
    "/301-to-html": "MalformedSource",
    "/type-lies": "MalformedSource",
    "/really-png": "MalformedSource",
    "/connection-cut": "SourceUnreachable",
    "/500": "SourceAnswered",
    "/503-seconds": "SourceAnswered",
    "/503-date": "SourceAnswered",
    "/503-a-year": "SourceAnswered",
    "/503-negative": "SourceAnswered",
    "/503-nonsense": "SourceAnswered",
    "/429": "SourceAnswered",
    "/flaky": "SourceAnswered",
    "/html-instead": "MalformedSource",
    "/empty": "MalformedSource",
    "/403-challenge": "SourceAnswered",
    "/410": "SourceGone",
    "/agenda-login.ics": "MalformedSource",
}
READS = {
    "/ok.xml": ["Eerste bericht", "Tweede bericht"],
    "/type-html": ["Eerste bericht", "Tweede bericht"],
    "/type-octets": ["Eerste bericht", "Tweede bericht"],
    "/charset-lies": ["Caf\u00e9 \u2013 \u201cproef\u201d"],
    "/charset-latin": ["Caf\u00e9"],
    "/charset-one-bad-byte": ["Caf\u00e9 \u2013 \ufffd"],
    "/truncated": ["Bericht", "Bericht"],
    "/bare-ampersand": ["Scholen & opleidingen"],
    "/control-characters": ["Metbesturing"],
    "/etag-changing": ["Eerste bericht", "Tweede bericht"],
    "/gzip-and-more": ["Eerste bericht", "Tweede bericht"],
    "/packed-as-nothing": ["Eerste bericht", "Tweede bericht"],
    "/spaces": ["Eerste bericht", "Tweede bericht"],
    "/utf16-bare": ["Eerste bericht", "Tweede bericht"],
    "/agenda-secondly.ics": ["Bijeenkomst"],
    "/agenda-never.ics": ["Bijeenkomst", "Bijeenkomst"],
    "/agenda-truncated.ics": ["Bijeenkomst"],
    "/agenda-bad-one.ics": ["Bijeenkomst", "Bijeenkomst"],
}
JARGON = re.compile(r"bytearray|_ssl|Errno|<unknown>|Traceback|\b(?:10|169)\.\d+\.\d+\.\d+")
HARMLESS = ("/billion-laughs", "/external-entity", "/external-file", "/external-dtd",
            "/external-parameter")  # fmt: skip


@pytest.fixture
def hostile() -> Iterator[Hostile]:
    for packing in ("gzip", "deflate", "br"):
        bomb(packing)  # made before the clock runs
    with serving_hostile() as server:
        yield server


@pytest.fixture
def fetcher(hostile: Hostile) -> Fetcher:
    allow = frozenset({hostile.host_port})
    return Fetcher(allow=allow, contact="https://nieuws.example.org", limits=LIMITS)


def add(db: Database, hostile: Hostile, path: str) -> Source:
    kind = "agenda" if path.endswith(".ics") else "feed"
    with db.write() as session:
        return store.add_source(session, url=hostile.url(path), kind=kind, name=path, now=NOW)


def look(db: Database, fetcher: Fetcher, source: Source, now: datetime = NOW) -> SourceReport:
    (report,) = gather_due(db, fetcher=fetcher, now=now, only=(source.slug,)).sources
    return report


def items(db: Database, source: Source) -> list[Item]:
    with db.read() as session:
        return store.list_items(session, source_id=source.id)


def again(db: Database, source: Source) -> Source:
    with db.read() as session:
        return store.get_source(session, source.slug)


def test_the_list_is_whole() -> None:
    assert set(ANSWERS) == {*FAILS, *READS, *HARMLESS, "/scripts"}


@pytest.mark.parametrize("path", FAILS)
def test_misbehaviour_is_one_line_and_nothing_is_half_stored(
    db: Database, hostile: Hostile, fetcher: Fetcher, path: str
) -> None:
    source = add(db, hostile, path)
    started = time.monotonic()

    report = look(db, fetcher, source)

    assert time.monotonic() - started < LIMITS.whole_s + 10  # a bound, not a measurement
    assert report.outcome is (Outcome.GONE if path == "/410" else Outcome.FAILED)
    assert report.error
    assert "\n" not in report.error
    assert not JARGON.search(report.error)
    kept = again(db, source)
    assert (kept.last_error, kept.etag, kept.body_hash) == (FAILS[path], "", "")
    assert kept.failures_in_row == 1
    assert items(db, source) == []
    assert hostile.canary_asked == []


@pytest.mark.parametrize("path", READS)
def test_what_can_be_read_is_read(
    db: Database, hostile: Hostile, fetcher: Fetcher, path: str
) -> None:
    source = add(db, hostile, path)

    report = look(db, fetcher, source)

    assert report.error is None
    assert sorted(item.title for item in items(db, source)) == sorted(READS[path])


@pytest.mark.parametrize("path", HARMLESS)
def test_entities_fetch_nothing_and_grow_into_nothing(
    db: Database, hostile: Hostile, fetcher: Fetcher, path: str
) -> None:
    source = add(db, hostile, path)

    look(db, fetcher, source)

    assert hostile.canary_asked == []
    for item in items(db, source):
        assert len(item.title) <= 300
        assert "lollol" not in item.title


@pytest.mark.parametrize(
    ("path", "waits"),
    [
        ("/503-seconds", 2 * HOUR),
        ("/503-date", 3 * HOUR),
        ("/503-a-year", 24 * HOUR),
        ("/503-negative", HOUR),
        ("/503-nonsense", HOUR),
        ("/429", HOUR),
        ("/500", HOUR),
    ],
)
def test_a_busy_server_is_asked_again_when_it_said(
    db: Database, hostile: Hostile, fetcher: Fetcher, path: str, waits: timedelta
) -> None:
    source = add(db, hostile, path)
    look(db, fetcher, source)

    assert again(db, source).next_look_at == NOW + waits


def test_changing_etags_change_nothing(db: Database, hostile: Hostile, fetcher: Fetcher) -> None:
    source = add(db, hostile, "/etag-changing")
    look(db, fetcher, source)

    report = look(db, fetcher, source, NOW + HOUR)

    assert (report.outcome, report.new, report.updated) == (Outcome.NOT_MODIFIED, 0, 0)
    assert hostile.headers[-1].get("If-None-Match") == '"0"'


def test_a_redirect_for_good_to_a_web_page_is_not_learnt(
    db: Database, hostile: Hostile, fetcher: Fetcher
) -> None:
    source = add(db, hostile, "/301-to-html")
    for day in range(3):
        look(db, fetcher, source, NOW + timedelta(days=day))

    assert again(db, source).url == hostile.url("/301-to-html")


def test_no_field_carries_a_script(db: Database, hostile: Hostile, fetcher: Fetcher) -> None:
    source = add(db, hostile, "/scripts")
    look(db, fetcher, source)

    found = items(db, source)
    assert len(found) == 4
    for item in found:
        told = (item.title, item.summary, item.author, item.url, item.image_url, str(item.details))
        flat = "".join("".join(told).split()).lower()
        assert not [bad for bad in ("<script", "onerror", "javascript:", "data:", "secret@")
                    if bad in flat]  # fmt: skip
    assert "<" not in again(db, source).name
    urls = {item.title: item.url for item in found}
    assert [urls[title] for title in ("Koppeling", "Gegevens", "Naam")] == ["", "", ""]


def test_all_at_once_the_good_ones_are_read(
    db: Database, hostile: Hostile, fetcher: Fetcher
) -> None:
    for path in ANSWERS:
        add(db, hostile, path)

    report = gather_due(db, fetcher=fetcher, now=NOW)

    by_url = {one.url.removeprefix(hostile.base): one for one in report.sources}
    assert set(by_url) == set(ANSWERS)
    assert {path for path, one in by_url.items() if one.error is None} >= set(READS)
    assert {path for path, one in by_url.items() if one.error} >= set(FAILS)
    assert hostile.canary_asked == []


@pytest.mark.parametrize(("kind", "make"), [("feed", big_feed), ("agenda", big_calendar)])
def test_what_is_far_too_large_is_cut_or_refused_with_a_reason(
    db: Database, hostile: Hostile, fetcher: Fetcher, kind: str, make: object
) -> None:
    assert callable(make)
    path = "/large.ics" if kind == "agenda" else "/large.xml"
    ANSWERS[path] = fixed(make())
    try:
        source = add(db, hostile, path)
        report = look(db, fetcher, source)
    finally:
        del ANSWERS[path]

    assert report.error or report.complaints
    assert len(items(db, source)) <= 2000
