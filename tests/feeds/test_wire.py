"""What goes between us and the children: it comes out as it went in, or not at all."""

import socket
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.values import EventTimes, ItemKind, Marks, Parsed, ParsedItem
from feeds.wire import (
    LENGTH,
    LONGEST,
    ChannelClosed,
    Request,
    pack_parsed,
    pack_request,
    receive,
    send,
    unpack_parsed,
    unpack_request,
)

NOW = datetime(2027, 4, 20, 8, 0, tzinfo=UTC)
moments = st.datetimes(timezones=st.just(UTC))
words = st.text(max_size=8)
several = st.lists(words, max_size=3).map(tuple)
items = st.builds(
    ParsedItem,
    kind=st.sampled_from(ItemKind),
    guid=words,
    title=words,
    summary=words,
    url=words,
    author=words,
    image_url=words,
    published_at=st.none() | moments,
    categories=several,
    themes=several,
    audiences=several,
    times=st.none() | st.builds(EventTimes, moments, st.none() | moments, st.booleans()),
    location=words,
    series=words,
    cancelled=st.booleans(),
    details=st.dictionaries(words, words | st.integers() | st.lists(words), max_size=3),
    marks=st.none() | st.builds(Marks, words, words, words),
)
documents = st.builds(
    Parsed,
    items=st.lists(items, max_size=3).map(tuple),
    complaints=several,
    title=words,
    events=st.none() | st.integers(0, 9),
    complete=st.booleans(),
)


@given(documents)
def test_a_document_that_was_read_comes_out_as_it_went_in(parsed: Parsed) -> None:
    unpacked = unpack_parsed(pack_parsed(parsed))

    assert unpacked == parsed
    assert [item.marks for item in unpacked.items] == [item.marks for item in parsed.items]


def test_a_request_comes_out_as_it_went_in() -> None:
    now = NOW.astimezone(timezone(timedelta(hours=2)))
    request = Request("feed", "text/xml; charset=\xe9", "https://example.org/\udcff", now)

    assert unpack_request(pack_request(request)) == request


def test_frames_come_one_after_the_other() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        send(ours, b"")
        send(ours, b"x" * 1000)

        assert [receive(theirs), receive(theirs)] == [b"", b"x" * 1000]


@pytest.mark.parametrize("said", [b"", b"\0\0", LENGTH.pack(5) + b"half", LENGTH.pack(LONGEST + 1)])
def test_half_a_frame_and_a_frame_without_end_are_none(said: bytes) -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        with ours:
            ours.sendall(said)
        with pytest.raises(ChannelClosed):
            receive(theirs)


def test_nobody_waits_for_a_frame_for_ever() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, pytest.raises(TimeoutError):
        receive(theirs, until=0.0)
