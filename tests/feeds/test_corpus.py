"""Real feeds and calendars: every document ends in items or in one clear error.

They are read where they lie and are no part of the project; without them these tests are skipped.
What cannot be matched stands here by name, so that a change of it is seen.
"""

import csv
import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feeds import store
from feeds.fetch import Fetcher
from feeds.gather import gather_due
from feeds.sources.agenda import parse_agenda
from feeds.sources.syndication import parse_feed
from feeds.values import AMSTERDAM, ParsedItem, SourceReport
from storage.session import Database
from tests.feeds.site import Site

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus"
NOW = datetime(2027, 4, 20, 8, 0, tzinfo=UTC)
BASE = "http://base.example/"

FEED_MISMATCHES = {
    # The table gives the link as it is written, "blog/post/1"; a reader can only click on an
    # absolute one (S-35).
    "reader/relative.rss": ("", f"{BASE}blog/post/1", ""),
}
MORE_STARTS = {
    # UNTIL=20061228, a day, in a series of times: that day counts, as its own package has it too;
    # what made the table takes the midnight before it.
    "vobject/recurrence.ics": ["2006-12-28T23:00:00Z"],
}
UNREADABLE = {
    # A visiting card; there is no calendar in it.
    "vobject/quoted-printable.ics": "not a calendar: there is no BEGIN:VCALENDAR",
}

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not here")


def rows(name: str) -> list[dict[str, str]]:
    path = CORPUS / name
    if not path.is_file():
        return []
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def feed_bytes(row: dict[str, str]) -> bytes:
    raw = (CORPUS / "feeds" / row["file"]).read_bytes()
    return gzip.decompress(raw) if raw.startswith(b"\x1f\x8b") else raw


def zulu(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if moment else ""


def test_every_feed_has_its_entries_and_the_right_first_one() -> None:
    wrong = {}
    for row in rows("feeds.csv"):
        items = parse_feed(feed_bytes(row), now=NOW, base_url=BASE).items
        assert (row["file"], len(items)) == (row["file"], int(row["entries"]))
        if not items:
            continue
        first = items[0]
        found = (first.title, first.url, zulu(first.published_at))
        title = found[0] if row["first_title"] == "*" else row["first_title"]
        if found != (title, row["first_link"], row["first_date_utc"]):
            wrong[row["file"]] = found

    assert wrong == FEED_MISMATCHES


def test_no_markup_survives_in_titles_and_summaries() -> None:
    for row in rows("feeds.csv"):
        for item in parse_feed(feed_bytes(row), now=NOW, base_url=BASE).items:
            text = f"{item.title} {item.summary}".lower()
            assert not any(tag in text for tag in ("<script", "<img", "onclick=", "<a ", "<p>"))
            assert item.url == "" or item.url.startswith(("http://", "https://"))


def start_of(item: ParsedItem) -> str:
    assert item.times is not None
    if item.times.all_day:
        return item.times.starts_at.astimezone(AMSTERDAM).date().isoformat()
    return zulu(item.times.starts_at)


def expected_start(text: str) -> str:
    if "T" in text and not text.endswith("Z"):  # floating: Amsterdam's, for us
        return zulu(datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM))
    return text


def test_every_calendar_has_its_occurrences() -> None:
    path = CORPUS / "ics_occurrences.json"
    expected = json.loads(path.read_text()) if path.is_file() else {}
    wrong = {}
    for row in rows("ics.csv"):
        if not row["window_start"]:
            continue
        now = datetime.fromisoformat(row["window_start"])
        parsed = parse_agenda((CORPUS / "ics" / row["file"]).read_bytes(), now=now, base_url=BASE)
        window = (row["window_start"], row["window_end"])
        found = sorted(
            start
            for start in map(start_of, parsed.items)
            if window[0][:10] <= start < window[1][: len(start)]
        )
        wanted = sorted(map(expected_start, expected.get(row["file"], [])))
        assert len(wanted) == int(row["starts_in_window"])
        if found != wanted + MORE_STARTS.get(row["file"], []):
            wrong[row["file"]] = (found, wanted)

    assert wrong == {}


def test_every_calendar_counts_its_events_and_none_is_cut_off_unseen() -> None:
    for row in rows("ics.csv"):
        document = (CORPUS / "ics" / row["file"]).read_bytes()
        if row["file"] in UNREADABLE:
            continue
        parsed = parse_agenda(document, now=NOW, base_url=BASE)
        assert (row["file"], parsed.events) == (row["file"], int(row["vevents"]))
        is_cut_off = b"END:VCALENDAR" not in document.upper()
        assert not (is_cut_off and parsed.complete), row["file"]


def test_cancelled_events_are_marked() -> None:
    for row in rows("ics.csv"):
        now = datetime.fromisoformat(row["window_start"] or "2027-04-20T08:00:00Z")
        parsed = parse_agenda_or_none((CORPUS / "ics" / row["file"]).read_bytes(), now)
        cancelled = sum(item.cancelled for item in parsed)
        assert (row["file"], cancelled) == (row["file"], int(row["cancelled_vevents"]))


def parse_agenda_or_none(document: bytes, now: datetime) -> tuple[ParsedItem, ...]:
    if b"BEGIN:VCALENDAR" not in document:
        return ()
    return parse_agenda(document, now=now, base_url=BASE).items


def test_every_document_served_ends_in_items_or_one_clear_error(
    db: Database, site: Site, fetcher: Fetcher
) -> None:
    served = serve_all(db, site)

    first = gather_due(db, fetcher=fetcher, now=NOW)
    again = gather_due(db, fetcher=fetcher, now=NOW, only=[one.slug for one in first.sources])

    errors = {name_of(one): one.error for one in first.sources if one.error}
    assert errors == {name: UNREADABLE[name] for name in errors}
    assert len(first.sources) == served
    assert first.new >= 1000
    assert (again.new, again.updated) == (0, 0)
    expected = {row["file"]: int(row["entries"]) for row in rows("feeds.csv")}
    found = {name_of(one): one.entries for one in first.sources if one.kind == "feed"}
    assert found == expected


def serve_all(db: Database, site: Site) -> int:
    listed = [("feeds", row["file"], "feed") for row in rows("feeds.csv")]
    listed += [("ics", row["file"], "agenda") for row in rows("ics.csv")]
    with db.write() as session:
        for folder, name, kind in listed:
            raw = (CORPUS / folder / name).read_bytes()
            encoding = "gzip" if raw.startswith(b"\x1f\x8b") else "identity"
            url = site.put(f"/{folder}/{name}", raw, Content_Encoding=encoding)
            store.add_source(session, url=url, kind=kind, name=name, now=NOW)
    return len(listed)


def name_of(report: SourceReport) -> str:
    return report.url.split("/", 4)[4]
