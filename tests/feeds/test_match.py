"""Knowing an item again under another name, and not taking two for one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.identity import link_key, text_key
from feeds.match import Candidate, find_known
from feeds.values import EventTimes, ItemKind, ParsedItem

DAY = timedelta(days=1)
NOW = datetime(2027, 4, 20, 8, 0, tzinfo=UTC)
WORDS = "Vier scholen en een lerarenopleiding vergelijken hoe zij beginners begeleiden in de klas."
NEWS = ParsedItem(
    ItemKind.NEWS,
    "urn:1",
    "Vier scholen vergelijken",
    WORDS,
    "https://a.example/vier",
    published_at=NOW,
)
EVENT = ParsedItem(
    ItemKind.EVENT,
    "uid-1",
    "Werkbezoek Breda",
    url="https://a.example/werkbezoek",
    times=EventTimes(NOW + DAY, None),
)


def stored(item: ParsedItem, number: int = 1, source_id: int = 1) -> Candidate:
    return Candidate(
        id=number,
        source_id=source_id,
        kind=item.kind,
        title=item.title,
        url=item.url,
        link_key=link_key(item),
        text_key=text_key(item),
        published_at=item.published_at,
        starts_at=item.times.starts_at if item.times else None,
    )


def known(
    *named: ParsedItem,
    by: tuple[Candidate, ...] = (stored(NEWS), stored(EVENT, 2)),
    source_id: int = 1,
    present: frozenset[int] = frozenset(),
) -> dict[str, int]:
    keyed = {f"new{number}": item for number, item in enumerate(named)}
    return find_known(keyed, by, source_id=source_id, present=present)


@pytest.mark.parametrize(
    ("again", "source_id"),
    [
        (replace(NEWS, guid="urn:9", title="Anders", summary=""), 1),
        (replace(NEWS, guid="urn:9", url="http://www.a.example/vier/?utm_source=x", title="X"), 2),
        (replace(NEWS, guid="urn:9", url="https://b.example/overgenomen", published_at=None), 2),
        (replace(NEWS, guid="urn:9", url="https://a.example/verhuisd", summary="Anders"), 1),
        (replace(EVENT, guid="uid-9", times=EventTimes(NOW + 8 * DAY, None), title="Anders"), 1),
        (replace(EVENT, guid="uid-9", times=EventTimes(NOW + 8 * DAY, None), url=""), 1),
        (replace(EVENT, guid="uid-9"), 2),
    ],
    ids=[
        "link",
        "link-elsewhere",
        "words-elsewhere",
        "headline",
        "page",
        "name",
        "event-elsewhere",
    ],
)
def test_the_same_item_is_known_again(again: ParsedItem, source_id: int) -> None:
    assert known(again, source_id=source_id) == {"new0": 1 if again.kind is ItemKind.NEWS else 2}


@pytest.mark.parametrize(
    ("other", "source_id"),
    [
        (replace(NEWS, url="https://a.example/5", title="Vijf scholen", summary="Anders"), 1),
        (replace(NEWS, url="https://b.example/5", summary="Anders"), 2),
        (replace(NEWS, url="", summary="Kort.", published_at=NOW + DAY), 1),
        (replace(EVENT, times=EventTimes(NOW + 90 * DAY, None)), 1),
        (replace(EVENT, times=EventTimes(NOW + 8 * DAY, None)), 2),
        (replace(EVENT, guid="uid#2027-04-28", times=EventTimes(NOW + 8 * DAY, None)), 1),
    ],
    ids=["other", "headline-elsewhere", "headline-later", "next-year", "elsewhere", "occurrence"],
)
def test_another_item_is_another(other: ParsedItem, source_id: int) -> None:
    assert known(other, source_id=source_id) == {}


def test_what_stands_beside_the_new_ones_is_none_of_them() -> None:
    assert known(replace(NEWS, guid="urn:9"), present=frozenset({1})) == {}


def test_a_link_that_two_items_share_tells_nothing() -> None:
    one = replace(NEWS, guid="urn:8", title="Een", summary="", published_at=None)

    assert known(one, replace(one, guid="urn:9", title="Twee")) == {}


def test_a_front_page_is_the_link_of_many() -> None:
    front = replace(NEWS, url="https://www.a.example/", summary="Kort.", published_at=None)

    assert link_key(front) == ""
    assert known(replace(front, title="Anders"), by=(stored(front),)) == {}


def test_of_two_meetings_with_one_name_nobody_knows_which_moved() -> None:
    twice = (stored(EVENT), stored(replace(EVENT, times=EventTimes(NOW + 3 * DAY, None)), 2))
    moved = replace(EVENT, url="", guid="uid-9", times=EventTimes(NOW + 9 * DAY, None))

    assert known(moved, by=twice) == {}


@given(st.lists(st.sampled_from([NEWS, EVENT, replace(NEWS, url=""), replace(NEWS, title="X")])))
def test_no_stored_item_is_two_new_ones(named: list[ParsedItem]) -> None:
    found = known(*named)

    assert len(set(found.values())) == len(found)


@given(st.text(max_size=60), st.text(max_size=200))
def test_words_alone_decide_about_the_same_text(title: str, summary: str) -> None:
    item = replace(NEWS, title=title, summary=summary)
    spaced = replace(item, title=f"  {title.upper()} ", summary=summary.replace(" ", "  "))

    if title.upper().casefold() == title.casefold():
        assert text_key(spaced) == text_key(item)
    assert text_key(replace(item, url="https://b.example/x", guid="g")) == text_key(item)
