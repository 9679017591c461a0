"""What a server's headers say about time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.freshness import fresh_s, retry_after_s

DATE = "Tue, 20 Apr 2027 08:00:00 GMT"
LATER = "Tue, 20 Apr 2027 08:10:00 GMT"
EARLIER = "Tue, 20 Apr 2027 07:00:00 GMT"


def seconds(**headers: str) -> float:
    named = {name.replace("_", "-").lower(): value for name, value in headers.items()}
    return fresh_s(lambda name: named.get(name.lower(), ""))


@pytest.mark.parametrize(
    ("value", "fresh"),
    [
        ("max-age=600", 600),
        ("public, MAX-AGE=600, must-revalidate", 600),
        ('max-age="600"', 600),
        ("max-age = 600", 600),
        ("max-age=600, max-age=5", 600),
        ("s-maxage=600", 0),  # for caches that many share
        ("x-max-age=600", 0),
        ("max-age=600, no-cache", 0),
        ("no-store,max-age=600", 0),
        ("max-age=-1", 0),
        ("max-age=straks", 0),
        ("max-age=1.5", 0),
        ("max-age=\u0663", 0),
        ("max-age", 0),
        ("max-age=31536000", 31_536_000),
        ("max-age=" + "9" * 5000, 0),
        ("", 0),
    ],
)
def test_max_age_is_read(value: str, fresh: float) -> None:
    assert seconds(Cache_Control=value) == fresh


@pytest.mark.parametrize(
    ("expires", "fresh"),
    [(LATER, 600), (EARLIER, 0), ("0", 0), ("-1", 0), ("morgen", 0), ("", 0)],
)
def test_expires_is_read_beside_the_servers_date(expires: str, fresh: float) -> None:
    assert seconds(Expires=expires, Date=DATE) == fresh


def test_expires_without_a_date_says_nothing() -> None:
    assert seconds(Expires=LATER) == 0


def test_max_age_wins_from_expires() -> None:
    assert seconds(Cache_Control="max-age=5", Expires=LATER, Date=DATE) == 5
    assert seconds(Cache_Control="max-age=straks", Expires=LATER, Date=DATE) == 0
    assert seconds(Cache_Control="public", Expires=LATER, Date=DATE) == 600


@pytest.mark.parametrize(
    ("age", "fresh"), [("100", 500), ("700", 0), ("-5", 600), ("oud", 600), ("", 600)]
)
def test_what_lay_in_a_cache_holds_the_shorter(age: str, fresh: float) -> None:
    assert seconds(Cache_Control="max-age=600", Age=age) == fresh
    assert seconds(Expires=LATER, Date=DATE, Age=age) == fresh


@given(st.text(), st.text(), st.text())
def test_no_header_can_do_harm(cache_control: str, expires: str, age: str) -> None:
    assert seconds(Cache_Control=cache_control, Expires=expires, Date=DATE, Age=age) >= 0


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("120", 120.0),
        (LATER, 600.0),
        (EARLIER, 0.0),
        ("-5", None),
        ("straks", None),
        ("\u0663", None),
        ("", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_date(value: str, wait: float | None) -> None:
    assert retry_after_s(value, answered_at=DATE) == wait
