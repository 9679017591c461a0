from datetime import timedelta

from feeds.values import ItemKind, ItemStatus
from newsletter.compose.choose import Choice, choose_items
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

    assert choice == Choice(news=(1,), publications=(2,))


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
