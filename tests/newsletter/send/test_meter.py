"""Figures that all processes keep together."""

import threading
from datetime import timedelta

import pytest

from newsletter.send.outcomes import Settled
from newsletter.send.watching.meter import (
    Meter,
    figures,
    label_of,
    per_second,
    pulses,
    put,
    slot_of,
)
from newsletter.send.watching.trail import open_trail
from newsletter.send.watching.watch import Watch
from newsletter.values import DeliveryState
from storage.session import Database
from tests.factories import make_edition
from tests.fakes import START, FakeClock

D = DeliveryState


def values(db: Database) -> dict[tuple[str, str], float]:
    with db.read() as session:
        return {(one.name, one.label): one.value for one in figures(session)}


def edition(db: Database) -> int:
    with db.write() as session:
        return make_edition(session).id


def test_outcomes_are_counted_by_state_and_class_of_answer() -> None:
    assert label_of(D.FAILED, 550) == "failed 5xx"
    assert label_of(D.SKIPPED, None) == "skipped none"


def test_figures_are_written_about_once_a_second(db: Database, clock: FakeClock) -> None:
    one, meter = edition(db), Meter(db, now=clock())

    meter.add(one, {"sent 2xx": 3}, now=clock())
    meter.beat(clock.later(seconds=0.9))
    early = values(db)
    meter.add(one, {"sent 2xx": 4, "failed 5xx": 1}, now=clock())
    meter.beat(clock.later(seconds=0.2))

    assert early == {}
    assert values(db) == {("answers", "sent 2xx"): 7, ("answers", "failed 5xx"): 1}
    with db.read() as session:
        assert pulses(session, one, clock()) == [(slot_of(START), 8)]


def test_processes_add_to_the_same_figures(db: Database, clock: FakeClock) -> None:
    one = edition(db)

    def work(names: list[str]) -> None:
        for _ in range(10):
            meter = Meter(db, now=clock())
            meter.add(one, dict.fromkeys(names, 1), now=clock())
            meter.write(clock())

    threads = [
        threading.Thread(target=work, args=(names,))
        for names in (["sent 2xx", "failed 5xx"], ["failed 5xx", "sent 2xx"])
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert values(db) == {("answers", "sent 2xx"): 20, ("answers", "failed 5xx"): 20}


def test_figure_that_goes_up_and_down_is_set(db: Database, clock: FakeClock) -> None:
    with db.write() as session:
        put(session, "relay", 1, now=clock())
        put(session, "relay", 0, now=clock())

    assert values(db) == {("relay", ""): 0}


def test_loop_tells_the_watch_what_it_wrote(db: Database, clock: FakeClock) -> None:
    one = edition(db)
    watch = Watch(Meter(db, now=clock()), open_trail("text"))

    watch.wrote(one, [Settled(7, 1, D.SENT, 250, "ok")], skipped=[8, 9], now=clock())
    watch.waited(timedelta(seconds=1.5))
    watch.took_over()
    watch.reached(is_up=True)
    watch.end(clock())

    assert values(db) == {
        ("answers", "sent 2xx"): 1,
        ("answers", "skipped none"): 2,
        ("waits", "number"): 1,
        ("waits", "milliseconds"): 1500,
        ("takeovers", ""): 1,
        ("relay", ""): 1,
    }


def beats(rate: int, *, seconds: int) -> list[tuple[int, int]]:
    """Return the stretches of so many seconds before START at one rate."""
    return [(slot_of(START) - 1 - n, rate * 5) for n in range(seconds // 5)][::-1]


def test_rate_is_that_of_the_last_half_minute() -> None:
    long_ago = START - timedelta(hours=1)
    slower = [*beats(100, seconds=600)[:-6], *beats(10, seconds=30)]

    assert per_second(slower, since=long_ago, now=START) == pytest.approx(10)


def test_rate_of_a_beginning_counts_no_time_before_it() -> None:
    found = [(slot_of(START), 60)]

    rate = per_second(found, since=START, now=START + timedelta(seconds=3))

    assert rate == pytest.approx(20)


def test_slow_rate_is_measured_over_longer() -> None:
    found = [(slot_of(START) - 6 * n, 1) for n in range(1, 30)][::-1]

    rate = per_second(found, since=START - timedelta(hours=1), now=START)

    assert rate == pytest.approx(1 / 30, rel=0.2)


def test_nothing_for_a_quarter_of_an_hour_is_no_rate() -> None:
    assert per_second([], since=START - timedelta(hours=1), now=START) == 0
