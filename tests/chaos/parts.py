"""The parts of the kill protocol: each makes a world, kills in it, and is judged."""

import random
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.chaos.sink import EVENTS
from tests.chaos.verdict import Verdict, judge
from tests.chaos.world import World, addresses, approved, free_port, world

SEED: Final = 20270422
LATEST: Final = 12  # of how many such events the last one may be the one to kill at


def at_random(
    folder: Path,
    *,
    people: int,
    kills: int,
    within_s: tuple[float, float] = (0.2, 1.0),
    pipelining: bool = False,
    serves: bool = False,
) -> Verdict:
    """K1: kill -9 at random moments after the start, on SQLite with 8 connections.

    serves: the site with its worker, rather than the command that sends.
    """
    moments = random.Random(f"{SEED} {pipelining} {serves}")  # noqa: S311 - when to kill
    begin = time.monotonic()
    with world(folder, pipelining=pipelining) as here:
        edition = approved(here, people)
        send = ("edition", "send", edition, "--wait")
        if serves:
            assert here.run(*send[:-1]) == 0, here.said()
        for _ in range(kills):
            words = ("serve", "--port", str(free_port())) if serves else send
            here.kill_after(moments.uniform(*within_s), *words)
        assert here.run(*send) == 0, here.said()
        names = ["K1 at random", "the site" * serves, "PIPELINING" * pipelining]
        part, seconds = ", ".join(filter(None, names)), time.monotonic() - begin
        return judge(part, here, edition, addresses(people), seconds=seconds)


def at_events(
    folder: Path,
    *,
    people: int,
    each: int,
    events: Sequence[str] = EVENTS,
    pipelining: bool = False,
) -> Verdict:
    """K2: the sink kills, so often at each of these events of the dialogue."""
    moments = random.Random(f"{SEED} {events}")  # noqa: S311 - when to kill
    begin = time.monotonic()
    with world(folder, pipelining=pipelining, slowest_s=0.02) as here:
        edition = approved(here, people)
        send = ("edition", "send", edition, "--wait")
        for event in events:
            for _ in range(each):
                _kill_at(here, event, moments.randint(1, LATEST), send)
        assert here.run(*send) == 0, here.said()
        at = events[0] if len(events) == 1 else f"{len(events)} events"
        part = f"K2 at {at}" + ", PIPELINING" * pipelining
        seconds = time.monotonic() - begin
        return judge(part, here, edition, addresses(people), seconds=seconds)


def _kill_at(here: World, event: str, count: int, send: tuple[str, ...]) -> None:
    before = here.sink.size()
    process = here.start(*send)
    if event == "banner":
        count = 1 + count % here.connections
    if event == "quit":  # which it says when it is asked to stop
        here.sink.kill_at(event, 1 + count % 3, process.pid)
        here.begun(before, process)
        process.terminate()
    else:
        here.sink.kill_at(event, count, process.pid)
    here.count(process)
