"""How a source stands after a look."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from feeds.errors import MalformedSource, SourceAnswered, SourceGone
from feeds.standing import Columns, Look, Standing, after_answer, after_failure, error_line
from feeds.values import Fetched, Parsed

NOW = datetime(2027, 4, 20, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)
GONE = SourceGone("the server answered 410", status=410)
SOURCE = Standing(
    1, "a", "A", "feed", "https://a.example.org/", active=True, etag='"1"', last_modified="Mon"
)
FAILING = replace(
    SOURCE,
    failing_since=NOW - DAY,
    failures_in_row=3,
    last_error="SourceAnswered",
    last_error_line="the server answered 500",
    recent="nnsfff",
)


def answered(was: Standing, look: Look, *, news: bool = False) -> Columns:
    return after_answer(was, look, brought_news=news, now=NOW)


@pytest.mark.parametrize(
    ("fetched", "kept"),
    [
        (Fetched(200, b"", etag='"2"', last_modified="Tue"), ('"2"', "Tue")),
        (Fetched(200, b""), ("", "")),
        (Fetched(304, b""), ('"1"', "Mon")),
        (Fetched(304, b"", etag='"2"'), ('"2"', "Mon")),
        (None, ('"1"', "Mon")),  # a folder has none
    ],
)
def test_the_validators_of_the_last_whole_answer_are_kept(
    fetched: Fetched | None, kept: tuple[str, str]
) -> None:
    columns = answered(SOURCE, Look(SOURCE, fetched))

    assert (columns["etag"], columns["last_modified"]) == kept


def test_an_answer_ends_a_row_of_failures() -> None:
    columns = answered(FAILING, Look(FAILING, Fetched(304, b""), mark="m"))

    assert columns == {
        "etag": '"1"',
        "last_modified": "Mon",
        "body_hash": "m",
        "interval_minutes": 60,
        "active": True,
        "last_look_at": NOW,
        "last_success_at": NOW,
        "failing_since": None,
        "failures_in_row": 0,
        "last_error": "",
        "last_error_line": "",
        "recent": "nnsfffs",
        "next_look_at": columns["next_look_at"],
    }


def test_what_could_not_be_read_is_remembered_as_long_as_the_document_stays() -> None:
    half = Parsed((), complaints=("of 9 entries 8 were read", "no title"))
    first = answered(SOURCE, Look(SOURCE, Fetched(200, b""), parsed=half))
    then = replace(SOURCE, last_error_line=str(first["last_error_line"]))

    assert first["last_error_line"] == "of 9 entries 8 were read; no title"
    assert answered(then, Look(then, Fetched(304, b"")))["last_error_line"] == (
        "of 9 entries 8 were read; no title"
    )
    whole = answered(then, Look(then, Fetched(200, b""), parsed=Parsed(())))
    assert whole["last_error_line"] == ""


@pytest.mark.parametrize(
    ("success_at", "news", "minutes"), [(None, True, 60), (NOW, True, 40), (NOW, False, 66)]
)
def test_the_pace_is_learnt_from_the_second_look_on(
    success_at: datetime | None, *, news: bool, minutes: int
) -> None:
    was = replace(SOURCE, last_success_at=success_at)

    assert answered(was, Look(was, Fetched(304, b"")), news=news)["interval_minutes"] == minutes


def test_a_failure_is_counted_and_said_in_one_line() -> None:
    columns = after_failure(FAILING, MalformedSource("not a feed\nat all"), now=NOW)

    assert columns == {
        "active": True,
        "last_look_at": NOW,
        "failing_since": NOW - DAY,
        "failures_in_row": 4,
        "last_error": "MalformedSource",
        "last_error_line": "not a feed",
        "recent": "nnsffff",
        "next_look_at": NOW + timedelta(hours=8),
    }


def test_a_failure_without_words_is_called_by_its_name() -> None:
    assert error_line(MalformedSource()) == "MalformedSource"


def test_what_the_server_asks_for_decides_when_we_come_back() -> None:
    failure = SourceAnswered("the server answered 503", status=503, retry_after_s=7200)

    assert after_failure(FAILING, failure, now=NOW)["next_look_at"] == NOW + timedelta(hours=2)


def test_a_source_that_says_to_be_gone_is_stopped_and_looked_at_for_three_days() -> None:
    was, seen = FAILING, []
    for day in range(4):
        columns = after_failure(was, GONE, now=NOW + day * DAY)
        seen.append((columns["active"], columns["failures_in_row"], bool(columns["next_look_at"])))
        was = replace(
            was,
            active=False,
            last_error="SourceGone",
            failing_since=NOW,
            failures_in_row=day + 1,
        )

    assert seen == [(False, 1, True), (False, 2, True), (False, 3, True), (False, 4, False)]


def test_a_source_that_was_gone_and_answers_is_back() -> None:
    was = replace(SOURCE, active=False, last_error="SourceGone")

    assert answered(was, Look(was, Fetched(304, b"")))["active"] is True


def test_a_source_that_was_turned_off_stays_off() -> None:
    was = replace(SOURCE, active=False)

    assert answered(was, Look(was, Fetched(304, b"")))["active"] is False
    assert after_failure(was, MalformedSource("x"), now=NOW)["active"] is False
