"""Documents that are made to break the reader: each ends in time, with items or as malformed."""

import json
import time
from datetime import UTC, datetime

import pytest

from feeds.errors import MalformedSource
from feeds.sources import PARSERS
from feeds.values import SourceKind
from tests.feeds.documents import calendar, entry, rss, vevent

pytestmark = pytest.mark.long

NOW = datetime(2027, 4, 20, 8, 0, tzinfo=UTC)
PATIENCE_S = 8.0  # of the processor; each of these took from fifteen seconds to for ever
MANY = 200_000
START = "DTSTART:20270501T100000Z"
LONG_AGO = "DTSTART:19000501T100000Z"
HOURS = ",".join(map(str, range(24)))
PLACES = ",".join(map(str, range(1, 367)))
RESTLESS_ZONE = [
    "BEGIN:VTIMEZONE", "TZID:Z{}",
    *["BEGIN:STANDARD", "TZOFFSETFROM:+0113", "TZOFFSETTO:+0217", "DTSTART:19700101T000000",
      "RRULE:FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU", "END:STANDARD"] * 10,
    "END:VTIMEZONE",
]  # fmt: skip
FILE = '<category>publicatie</category><enclosure type="x" url="{url}" length="{length}"/>'


def with_file(*, url: str = "https://example.org/a.pdf", length: str = "5") -> str:
    return entry("a").replace("</item>", FILE.format(url=url, length=length) + "</item>")


def json_feed(**fields: object) -> bytes:
    return json.dumps({"version": "https://jsonfeed.org/version/1", "items": [fields]}).encode()


def practice(**fields: str) -> bytes:
    head = "".join(f"{name}: {value}\n" for name, value in fields.items())
    return f"---\n{head}---\nVerhaal\n".encode()


READ: dict[str, tuple[SourceKind, bytes, int]] = {
    "a size in superscript": (SourceKind.FEED, rss(with_file(length="²")).encode(), 1),
    "a size of 5000 digits": (SourceKind.FEED, rss(with_file(length="9" * 5000)).encode(), 1),
    "a file at no address": (SourceKind.FEED, rss(with_file(url="http://[x")).encode(), 1),
    "a width in superscript": (
        SourceKind.FEED,
        rss(entry("a", description='&lt;img width="²" src="https://x.nl/a.png"&gt;')).encode(),
        1,
    ),
    "half a character": (
        SourceKind.FEED,
        json_feed(id="\ud800", title="a<b>\udfff", summary="b\ud800 & c", tags=["\ud800"]),
        1,
    ),
    "comments without end": (SourceKind.FEED, b"<!-- -->" * 100_000 + rss(entry("a")).encode(), 1),
    "a title of tags": (SourceKind.FEED, rss(entry("a", "&lt;b&gt;" * MANY)).encode(), 1),
    "a guid without end": (SourceKind.FEED, rss(entry("a", guid="a;lt;" * MANY)).encode(), 1),
    "an interval of zero": (
        SourceKind.AGENDA,
        calendar(vevent("a", START, "RRULE:FREQ=DAILY;INTERVAL=0")),
        1,
    ),
    "components that never end": (SourceKind.AGENDA, calendar("BEGIN:X\r\nEND:Y\r\n" * 100_000), 0),
    "properties without end": (
        SourceKind.AGENDA,
        calendar(vevent("a", START, *["X-A:1", "ATTENDEE:x", "SUMMARY:y"] * MANY)),
        1,
    ),
    "categories without end in a calendar": (
        SourceKind.AGENDA,
        calendar(vevent("a", START, "CATEGORIES:" + "a,b," * MANY)),
        1,
    ),
    "parameters without end": (
        SourceKind.AGENDA,
        calendar(vevent("a", START, "LOCATION" + ";X=1" * MANY + ":Zaal")),
        1,
    ),
    "a description that was not folded": (
        SourceKind.AGENDA,
        calendar(vevent("a", START, "DESCRIPTION:x", *["nog een regel"] * MANY)),
        1,
    ),
    "a text in endless pieces": (
        SourceKind.AGENDA,
        calendar(vevent("a", START, "SUMMARY;ENCODING=QUOTED-PRINTABLE:" + "=C3=A9=\r\n" * MANY)),
        1,
    ),
    "lines of all events together": (
        SourceKind.AGENDA,
        calendar(
            *(vevent(str(n), START, *["CATEGORIES:a", "ATTACH:b"] * 20) for n in range(2_000))
        ),
        1136,
    ),
    "parameters of all events together": (
        SourceKind.AGENDA,
        calendar(
            *(vevent(str(n), START, *["CATEGORIES" + ";X=1" * 400 + ":a"] * 20) for n in range(100))
        ),
        30,
    ),
    "zones that change their clocks every day": (
        SourceKind.AGENDA,
        calendar(
            *(vevent(str(n), f"DTSTART;TZID=Z{n}:20270501T100000") for n in range(500)),
            head=[line.format(n) for n in range(500) for line in RESTLESS_ZONE],
        ),
        500,
    ),
    "days that are counted a month at a time": (
        SourceKind.AGENDA,
        calendar(
            *(
                vevent(str(n), LONG_AGO, f"RRULE:FREQ=DAILY;INTERVAL=9999999;COUNT={n + 2}")
                for n in range(1_000)
            )
        ),
        0,
    ),
    "every hour of every day": (
        SourceKind.AGENDA,
        calendar(
            *(
                vevent(str(n), LONG_AGO, "RRULE:FREQ=YEARLY;BYDAY=MO,TU;BYHOUR=" + HOURS)
                for n in range(100)
            )
        ),
        800,
    ),
    "every place of every year": (
        SourceKind.AGENDA,
        calendar(
            *(
                vevent(str(n), LONG_AGO, "RRULE:FREQ=YEARLY;BYDAY=MO,TU,WE;BYSETPOS=" + PLACES)
                for n in range(100)
            )
        ),
        370,
    ),
    "dates of all events together": (
        SourceKind.AGENDA,
        calendar(
            *(
                vevent(str(n), START, "EXDATE:" + ",".join(["20270601T100000Z"] * 4_000))
                for n in range(100)
            )
        ),
        7,
    ),
    "one time too many dates": (
        SourceKind.AGENDA,
        calendar(vevent("a", START, "RDATE:" + ",".join(["20270501T100000Z"] * 50_000))),
        0,
    ),
}
REFUSED: dict[str, tuple[SourceKind, bytes]] = {
    "attributes without end": (
        SourceKind.FEED,
        rss(entry("a").replace("<item>", "<item " + 'a="b" ' * MANY + ">")).encode(),
    ),
    "entities without end": (SourceKind.FEED, rss(entry("a", "&amp;" * 5 * MANY)).encode()),
    "a name without end": (SourceKind.FEED, rss(entry("a", author="a" * MANY)).encode()),
    "a name in pieces": (
        SourceKind.FEED,
        rss(entry("a", author=("a" * 500 + "<!-- -->") * 400)).encode(),
    ),
    "categories without end": (
        SourceKind.FEED,
        rss(entry("a", author="x").replace("</item>", "<category>c</category>" * 501)).encode(),
    ),
    "elements in elements": (SourceKind.FEED, b"<rss><channel>" + b"<a>" * MANY),
    "lists in lists": (SourceKind.PRACTICE, practice(title="[" * 5_000)),
    "a list for a title": (SourceKind.PRACTICE, practice(title="[a, b]")),
    "a day before all days": (
        SourceKind.PRACTICE,
        practice(title="x", published="0001-01-01T00:00:00+14:00"),
    ),
}


@pytest.mark.parametrize("name", READ)
def test_what_can_be_read_is_read_in_time(name: str) -> None:
    kind, document, count = READ[name]
    started = time.process_time()

    parsed = PARSERS[kind](document, now=NOW, base_url="https://example.org/a")

    assert time.process_time() - started < PATIENCE_S
    assert len(parsed.items) == count
    assert repr(parsed).encode()  # nothing in it that a database or a mail refuses


@pytest.mark.parametrize("name", REFUSED)
def test_what_no_source_has_is_refused_in_time(name: str) -> None:
    kind, document = REFUSED[name]
    started = time.process_time()

    with pytest.raises(MalformedSource):
        PARSERS[kind](document, now=NOW, base_url="https://example.org/a.md")

    assert time.process_time() - started < PATIENCE_S
