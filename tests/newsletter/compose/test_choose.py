from datetime import timedelta
from typing import Any

from feeds.values import ItemKind, ItemStatus
from newsletter.compose.choose import Choice, choose_items
from newsletter.compose.filling import Because, Left, Reason, Why
from tests.factories import make_event, make_item
from tests.fakes import START

WEEK = timedelta(weeks=1)


def test_nothing_to_choose_from_gives_nothing() -> None:
    assert choose_items([], carried=set(), now=START, maximum=5) == Choice()


def test_newest_news_comes_first_up_to_the_maximum() -> None:
    items = [make_item(number) for number in (3, 1, 4, 2)]

    assert choose_items(items, carried=set(), now=START, maximum=3).news == (4, 3, 2)


def test_reports_are_news_and_publications_are_not() -> None:
    items = [make_item(1, ItemKind.REPORT), make_item(2, ItemKind.PUBLICATION)]

    choice = choose_items(items, carried=set(), now=START, maximum=3)

    assert (choice.news, choice.publications) == ((1,), (2,))


def test_accepted_items_go_before_newer_ones_that_nobody_looked_at() -> None:
    items = [make_item(1, status=ItemStatus.ACCEPTED), make_item(2), make_item(3)]

    assert choose_items(items, carried=set(), now=START, maximum=2).news == (3, 1)


def test_date_in_the_future_does_not_keep_an_item_on_top() -> None:
    items = [make_item(1, published_at=START + WEEK), make_item(2, published_at=START)]

    assert choose_items(items, carried=set(), now=START, maximum=2).news == (2, 1)


def test_refused_parked_and_carried_items_are_passed_over() -> None:
    items = [
        make_item(1, status=ItemStatus.REFUSED),
        make_item(2, status=ItemStatus.PARKED),
        make_item(3),
        make_item(4),
    ]

    assert choose_items(items, carried={3}, now=START, maximum=5).news == (4,)


def test_a_flood_and_what_is_gone_upstream_wait_for_an_editor() -> None:
    items = [
        make_item(1, backlog=True),
        make_item(2, vanished_at=START),
        make_item(3, backlog=True, status=ItemStatus.ACCEPTED),
        make_item(4, status=ItemStatus.WITHDRAWN),
        make_item(5),
    ]

    assert choose_items(items, carried=set(), now=START, maximum=5).news == (5, 3)


def test_events_of_eight_weeks_by_date() -> None:
    items = [
        make_event(1, START + 7 * WEEK),
        make_event(2, START + WEEK),
        make_event(3, START + 8 * WEEK),
        make_event(4, START - timedelta(hours=1)),
        make_event(5, START + WEEK, cancelled=True),
        make_event(6, START + WEEK, details={"part_of": "congres"}),
        make_event(7, START),
    ]

    assert choose_items(items, carried=set(), now=START, maximum=5).events == (7, 2, 1)


def test_event_that_repeats_stands_in_once() -> None:
    items = [make_event(number, START + number * WEEK, series="intervisie") for number in (3, 1, 2)]

    assert choose_items(items, carried=set(), now=START, maximum=5).events == (1,)
    assert choose_items(items, carried={1}, now=START, maximum=5).events == (2,)


def test_one_practice_example() -> None:
    items = [make_item(number, ItemKind.PRACTICE) for number in (1, 2, 3)]

    assert choose_items(items, carried={3}, now=START, maximum=5).practice == 2


def test_accepted_events_go_before_sooner_ones_however_far_away() -> None:
    accepted = {"status": ItemStatus.ACCEPTED}
    items = [
        make_event(1, START + WEEK),
        make_event(2, START + 2 * WEEK),
        make_event(3, START + 20 * WEEK, **accepted),
        make_event(4, START - timedelta(hours=1), **accepted),
        make_event(5, START + WEEK, cancelled=True, **accepted),
    ]

    assert choose_items(items, carried=set(), now=START, maximum=2).events == (1, 3)


def test_each_accepted_occurrence_of_a_series_is_chosen_and_no_other() -> None:
    accepted = {"status": ItemStatus.ACCEPTED, "series": "intervisie"}
    items = [
        make_event(1, START + WEEK, series="intervisie"),
        make_event(2, START + 2 * WEEK, **accepted),
        make_event(3, START + 3 * WEEK, **accepted),
    ]

    assert choose_items(items, carried=set(), now=START, maximum=5).events == (2, 3)


def test_an_item_of_a_theme_that_is_there_gives_its_place_to_an_older_one() -> None:
    items = [
        make_item(1, themes=["visie"]),
        make_item(2, themes=["toetsing-nvao"]),
        make_item(3, themes=["toetsing-nvao", "visie"]),
        make_item(4, themes=["toetsing-nvao"]),
    ]

    choice = choose_items(items, carried=set(), now=START, maximum=2)

    assert choice.news == (4, 1)
    assert choice.why == {4: Why(Reason.NEWEST, "toetsing-nvao"), 1: Why(Reason.THEME, "visie")}
    assert choice.left == (
        Left(3, Because.THEME_THERE, "toetsing-nvao"),
        Left(2, Because.THEME_THERE, "toetsing-nvao"),
    )


def test_an_item_about_a_theme_goes_before_one_about_none_that_is_little_newer() -> None:
    items = [make_item(1), make_item(2, themes=["visie"]), make_item(3), make_item(4)]

    assert choose_items(items, carried=set(), now=START, maximum=1).news == (4,)
    assert choose_items(items[:3], carried=set(), now=START, maximum=1).news == (2,)


def test_a_section_is_not_all_for_one_side() -> None:
    items = [
        make_item(1, audiences=["lerarenopleiding"]),
        make_item(2, audiences=["school"]),
        make_item(3, audiences=["school"]),
        make_item(4, audiences=["school"]),
    ]

    choice = choose_items(items, carried=set(), now=START, maximum=3)

    assert choice.news == (4, 3, 1)
    assert choice.why[1] == Why(Reason.AUDIENCE)
    assert choice.left == (Left(2, Because.FULL),)


def test_what_editors_accepted_is_in_whatever_its_theme() -> None:
    accepted: dict[str, Any] = {"status": ItemStatus.ACCEPTED, "themes": ["visie"]}
    items = [make_item(1, **accepted), make_item(2, **accepted), make_item(3, themes=["visie"])]

    choice = choose_items(items, carried=set(), now=START, maximum=2)

    assert choice.news == (2, 1)
    assert choice.why == {1: Why(Reason.ASKED_FOR), 2: Why(Reason.ASKED_FOR)}
    assert choice.left == (Left(3, Because.FULL),)


def test_it_is_told_why_a_date_is_in_or_out() -> None:
    items = [
        make_event(1, START + WEEK),
        make_event(2, START + 2 * WEEK),
        make_event(3, START + 3 * WEEK, series="intervisie"),
        make_event(4, START + 4 * WEEK, series="intervisie"),
        make_event(5, START + 9 * WEEK),
        make_event(6, START - WEEK, backlog=True),
    ]

    choice = choose_items(items, carried=set(), now=START, maximum=2)

    assert choice.why == {1: Why(Reason.NEXT_DATE), 2: Why(Reason.NEXT_DATE)}
    assert choice.left == (Left(3, Because.FULL), Left(5, Because.TOO_FAR))


def test_it_is_told_what_no_draft_takes_by_itself() -> None:
    items = [
        make_item(1, backlog=True),
        make_item(2, backlog=True, vanished_at=START),
        make_item(3, status=ItemStatus.REFUSED, backlog=True),
        make_item(4),
    ]

    choice = choose_items(items, carried={4}, now=START, maximum=5)

    assert choice.left == (
        Left(1, Because.FLOOD),
        Left(2, Because.GONE),
        Left(4, Because.CARRIED),
    )
