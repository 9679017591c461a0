"""Documents that were damaged on their way: each ends in items or in one clear error, in time."""

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.errors import MalformedSource
from feeds.sources import PARSERS
from feeds.values import SourceKind
from tests.feeds.documents import calendar, entry, rss, vevent

NOW = datetime(2027, 4, 20, 8, 0, tzinfo=UTC)
PATIENCE_S = 4.0
ZONED = "DTSTART;TZID=Europe/Amsterdam:20270422T093000"
FEED = rss(
    entry("a", description="<![CDATA[<p>Twee scholen.</p><img src='/a.jpg'>]]>", category="school"),
    entry("b", pubDate="Mon, 19 Apr 2027 10:00:00 CEST", author="jan@example.org (Jan)"),
    '<item xmlns:m="http://search.yahoo.com/mrss/"><m:group><m:content url="/c.png"/></m:group>'
    '<title>C &amp; D</title><enclosure url="/c.pdf" type="application/pdf" length="1"/></item>',
).encode()
ATOM = (
    b'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xml:base="/blog/">'
    b'<title>A</title><entry><id>1</id><link href="a"/>'
    b'<title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><b>Een</b></div></title>'
    b"<updated>2027-04-19T08:00:00Z</updated></entry></feed>"
)
JSON = b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": 7, "url": "/7"}]}'
AGENDA = calendar(
    vevent("a", ZONED, "RRULE:FREQ=WEEKLY;COUNT=9;BYDAY=TH", "EXDATE;VALUE=DATE:20270429"),
    vevent("a", "RECURRENCE-ID:20270506T073000Z", "DTSTART:20270507T100000Z", "DURATION:PT2H"),
    vevent("b", "DTSTART;VALUE=DATE:20270501", "DTEND;VALUE=DATE:20270503", "STATUS:CANCELLED"),
    vevent("c", "DTSTART:20270501T100000Z", "RDATE;VALUE=PERIOD:20270508T100000Z/PT3H"),
    head=["X-WR-TIMEZONE:Europe/Amsterdam"],
)
DOCUMENTS = {
    "rss": (SourceKind.FEED, FEED),
    "atom": (SourceKind.FEED, ATOM),
    "json": (SourceKind.FEED, JSON),
    "agenda": (SourceKind.AGENDA, AGENDA),
}
SHARDS = st.sampled_from(
    [b"<", b">", b"&", b'"', b"\r\n", b"\n ", b":", b";", b",", b"=", b"\0", b"\xff", b"]]>",
     b"<![CDATA[", b"<!--", b"<item>", b"</item>", b"</entry>", b"<link>", b'xml:base="http://[',
     b"BEGIN:VEVENT\r\n", b"END:VEVENT\r\n", b"COUNT=0;", b"BYDAY=99MO;", b"DURATION:-P100W\r\n",
     b"RRULE:FREQ=HOURLY;INTERVAL=5\r\n", b"DTSTART:00010101T000000Z\r\n",
     b"DTSTART;TZID=X:99991231T235959\r\n", b"RECURRENCE-ID;RANGE=THISANDFUTURE:20270101\r\n",
     b"EXDATE:20270101,20270101T000000Z\r\n"],
)  # fmt: skip


@pytest.mark.parametrize("name", DOCUMENTS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_damaged_document_ends_in_items_or_one_error(name: str, data: st.DataObject) -> None:
    kind, document = DOCUMENTS[name]
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(document)))
        length = data.draw(st.sampled_from([0, 0, 1, 4, 30, 10_000]))
        document = document[:place] + data.draw(SHARDS) + document[place + length :]
    started = time.process_time()

    try:
        parsed = PARSERS[kind](document, now=NOW, base_url="https://example.org/feed/")
    except MalformedSource as failure:
        assert "\n" not in str(failure)  # noqa: PT017 - both ends are right
    else:
        assert repr(parsed).encode()  # nothing in it that a database refuses

    assert time.process_time() - started < PATIENCE_S
