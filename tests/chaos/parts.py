"""The parts of the kill protocol: each makes a world, kills in it, and is judged."""

import random
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from tests.chaos.postfix import postfix
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
    pipelining: bool = False,
    serves: bool = False,
) -> Verdict:
    """K1: kill -9 at random moments, on SQLite with 8 connections.

    Every second kill comes within a second of the start, the others soon after the first mail.
    serves: the site with its worker, rather than the command that sends.
    """
    moments = random.Random(f"{SEED} {pipelining} {serves}")  # noqa: S311 - when to kill
    begin = time.monotonic()
    with world(folder, pipelining=pipelining) as here:
        edition = approved(here, people)
        send = ("edition", "send", edition, "--wait")
        if serves:
            assert here.run(*send[:-1]) == 0, here.said()
        for number in range(kills):
            words = ("serve", "--port", str(free_port())) if serves else send
            begun = bool(number % 2) or serves
            here.kill_after(moments.uniform(0, 0.4 if begun else 1.0), *words, begun=begun)
        assert here.run(*send) == 0, here.said()
        names = ["K1 at random", "the site" * serves, "PIPELINING" * pipelining]
        part, seconds = ", ".join(filter(None, names)), time.monotonic() - begin
        return judge(part, here, edition, addresses(people), seconds=seconds)


def with_a_log(folder: Path, *, people: int, kills: int) -> Verdict:
    """R: Postfix as the relay, its log read: no second copy, whatever was in hand.

    Postfix hands on to the sink, and adds a line of its own to each copy, so the copies of one
    mail may differ there.
    """
    moments = random.Random(f"{SEED} log")  # noqa: S311 - when to kill
    begin = time.monotonic()
    with world(folder, slowest_s=0.0, patience=1.0) as here, postfix(here.sink.port) as relay:
        here.environ["NEWSLETTER_SMTP_URL"] = f"smtp://127.0.0.1:{relay.port}?connections=8"
        here.environ["NEWSLETTER_RELAY_LOG"] = str(relay.log)
        edition = approved(here, people)
        send = ("edition", "send", edition, "--wait")
        for _ in range(kills):
            here.kill_after(moments.uniform(0, 0.3), *send, begun=True)
        assert here.run(*send) == 0, here.said()
        here.quiet(people)
        seconds = time.monotonic() - begin
        verdict = judge(
            "R with Postfix's log",
            here,
            edition,
            addresses(people),
            seconds=seconds,
            passed_on=True,
        )
        return replace(verdict, bound=0)


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
    if event == "quit":  # which it says when it is asked to stop, where it has not named the next
        here.sink.kill_at(event, 1, process.pid)
        here.begun(before, process)
        process.terminate()
    else:
        here.sink.kill_at(event, count, process.pid)
    here.count(process)
