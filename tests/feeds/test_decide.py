"""The rules: what changed, and when to look again."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from feeds.decide import (
    body_mark,
    decide,
    is_gone_for_good,
    may_ask_conditionally,
    next_look,
    next_look_after_failure,
    usable_date,
)
from feeds.values import Change

NOW = datetime(2027, 4, 20, 8, 0, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
EIGHT = NOW.replace(second=0)


@pytest.mark.parametrize(
    ("known", "change"), [(None, Change.NEW), ("a", Change.NONE), ("b", Change.EDITED)]
)
def test_a_fingerprint_decides(known: str | None, change: Change) -> None:
    assert decide("a", known) == change


@pytest.mark.parametrize(("minutes", "waits"), [(60, 60), (1, 15), (10**6, 1440)])
def test_the_next_look_is_between_a_quarter_and_a_day(minutes: int, waits: int) -> None:
    assert next_look(NOW, interval_minutes=minutes) == EIGHT + waits * MINUTE


@pytest.mark.parametrize(
    ("failures", "waits"), [(1, 60), (2, 120), (4, 480), (6, 1440), (900, 1440)]
)
def test_each_failure_doubles_the_wait(failures: int, waits: int) -> None:
    found = next_look_after_failure(NOW, interval_minutes=60, failures=failures)

    assert found == EIGHT + waits * MINUTE


@pytest.mark.parametrize(
    ("asked", "waits"), [(600, 600), (1, 60), (10**12, 86_400), (-3, 3570), (0, 3570), (None, 3570)]
)
def test_the_servers_wish_wins_within_reason(asked: float | None, waits: int) -> None:
    found = next_look_after_failure(NOW, interval_minutes=60, failures=1, retry_after_s=asked)

    assert found == NOW + timedelta(seconds=waits)


def test_gone_is_believed_after_three_times_and_three_days() -> None:
    since = NOW - timedelta(days=3)

    assert is_gone_for_good(NOW, gone_times=3, since=since)
    assert not is_gone_for_good(NOW, gone_times=2, since=since)
    assert not is_gone_for_good(NOW, gone_times=3, since=NOW)
    assert not is_gone_for_good(NOW, gone_times=3, since=None)


def test_once_in_seven_days_we_ask_without_condition() -> None:
    days = [NOW + timedelta(days=n) for n in range(15)]
    conditional = [
        may_ask_conditionally(1, last_success_at=before, now=after)
        for before, after in pairwise(days)
    ]

    assert conditional.count(False) == 2
    assert not may_ask_conditionally(1, last_success_at=None, now=NOW)


@pytest.mark.parametrize(
    ("stored", "sent"),
    [
        ("Mon, 19 Apr 2027 08:00:00 GMT", "Mon, 19 Apr 2027 08:00:00 GMT"),
        ("Mon, 19 Apr 2038 08:00:00 GMT", ""),
        ("gisteren", "gisteren"),
        ("", ""),
    ],
)
def test_a_date_in_the_future_is_not_sent(stored: str, sent: str) -> None:
    assert usable_date(stored, NOW) == sent


def test_an_agenda_is_read_anew_each_week() -> None:
    def mark(kind: str, days: int) -> str:
        return body_mark(b"x", kind=kind, source_id=1, now=NOW + timedelta(days=days))

    assert mark("feed", 0) == mark("feed", 7)
    assert mark("agenda", 0) != mark("agenda", 7)
