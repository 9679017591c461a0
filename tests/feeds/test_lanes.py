"""Who may be asked now: one of a host, more of a host that lets us wait."""

import threading
from collections.abc import Iterator

import pytest

from feeds.lanes import Lanes, Pace
from feeds.standing import Standing


class Clock:
    """Seconds that stand still until they are moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def source(number: int, host: str = "a.example.org", *, failures: int = 0) -> Standing:
    return Standing(
        id=number,
        slug=str(number),
        name="",
        kind="feed",
        url=f"https://{host}/{number}",
        active=True,
        failures_in_row=failures,
    )


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def closing() -> Iterator[list[Lanes]]:
    """Lanes to close when the test is over, so that nobody who failed to enter waits for ever."""
    opened: list[Lanes] = []
    yield opened
    for lanes in opened:
        lanes.close()


def entered(lanes: Lanes) -> int:
    found = lanes.enter()
    assert found
    return found.id


def is_shut(lanes: Lanes, closing: list[Lanes]) -> bool:
    """Say whether somebody who would enter now has to wait."""
    closing.append(lanes)
    got: list[Standing | None] = []
    waiting = threading.Thread(target=lambda: got.append(lanes.enter()), daemon=True)
    waiting.start()
    waiting.join(0.1)
    return not got


def test_hosts_are_asked_side_by_side_and_each_in_its_own_order(clock: Clock) -> None:
    lanes = Lanes([source(1), source(2), source(3, "b.example.org")], clock=clock)

    assert (entered(lanes), entered(lanes)) == (1, 3)


def test_the_next_of_a_host_waits_for_the_one_before(clock: Clock, closing: list[Lanes]) -> None:
    lanes = Lanes([source(1), source(2)], clock=clock)
    lanes.enter()

    assert is_shut(lanes, closing)


def test_who_leaves_lets_the_next_of_the_host_in(clock: Clock) -> None:
    first, second = source(1), source(2)
    lanes = Lanes([first, second], clock=clock)

    assert lanes.enter() == first
    lanes.leave(first)
    lanes.leave(first)  # to say it twice changes nothing
    assert lanes.enter() == second
    assert lanes.enter() is None


def test_sources_that_failed_last_time_come_last_on_their_host(clock: Clock) -> None:
    given = [source(1, failures=2), source(2), source(3, "b.example.org", failures=1), source(4)]
    lanes = Lanes(given, clock=clock)
    order = []
    for _ in given:
        one = lanes.enter()
        assert one
        order.append(one.id)
        lanes.leave(one)

    assert [number for number in order if number != 3] == [2, 4, 1]


def test_a_host_that_lets_us_wait_is_asked_the_next_thing_too(
    clock: Clock, closing: list[Lanes]
) -> None:
    lanes = Lanes(
        [source(number) for number in range(6)], Pace(a_host=3, patience_s=5), clock=clock
    )

    assert entered(lanes) == 0
    clock.now += 5
    assert entered(lanes) == 1
    clock.now += 5
    assert entered(lanes) == 2
    clock.now += 50
    assert is_shut(lanes, closing)  # three of a host are the most


def test_the_wait_is_counted_from_the_last_who_entered(clock: Clock, closing: list[Lanes]) -> None:
    lanes = Lanes([source(number) for number in range(4)], Pace(patience_s=5), clock=clock)
    lanes.enter()
    clock.now += 5
    second = lanes.enter()
    assert second
    clock.now += 1

    lanes.leave(second)

    assert entered(lanes) == 2  # the first has been there for six seconds, and nobody else is
    assert is_shut(lanes, closing)


def test_somebody_who_waits_is_let_in_when_the_time_has_come() -> None:
    lanes = Lanes([source(1), source(2)], Pace(patience_s=0.05))

    assert (entered(lanes), entered(lanes)) == (1, 2)


def test_somebody_who_waits_is_let_in_when_the_host_is_free() -> None:
    first = source(1)
    lanes = Lanes([first, source(2)])
    lanes.enter()
    got: list[int] = []
    waiting = threading.Thread(target=lambda: got.append(entered(lanes)))
    waiting.start()

    lanes.leave_for_long(first)
    waiting.join()

    assert got == [2]


def test_closing_sends_everybody_away() -> None:
    lanes = Lanes([source(1), source(2)])
    lanes.enter()
    got: list[Standing | None] = []
    waiting = threading.Thread(target=lambda: got.append(lanes.enter()))
    waiting.start()

    lanes.close()
    waiting.join()

    assert got == [None]


@pytest.mark.parametrize(
    ("hosts", "width"), [([1], 1), ([200], 4), ([1, 1, 1], 3), ([2, 9], 6), ([1] * 99, 16)]
)
def test_not_more_look_than_can_have_something_to_do(hosts: list[int], width: int) -> None:
    sources = [
        source(number, f"{host}.example.org")
        for host, count in enumerate(hosts)
        for number in range(count)
    ]

    assert Lanes(sources).width == width
