"""Pause, resume and cancel reach a worker in another process; and two workers take turns.

What is accepted after the command has ended was in hand: at most one message for each connection.
"""

import time
from collections.abc import Callable
from pathlib import Path
from signal import SIGTERM

import pytest

from newsletter.store.deliveries import figures
from newsletter.values import EditionStatus
from newsletter.wiring import Services
from tests.chaos.program import Program, approved, program

pytestmark = pytest.mark.chaos

SLOWEST_S = 0.05  # of an answer of the sink: some 300 messages a second
PEOPLE = 8_000
SOME = 2_500  # so that a second process starts before they are through
CONNECTIONS = 8
REACHES_S = 5.0


def wait_for(happened: Callable[[], bool], *, within_s: float) -> float:
    """Return how long it took. Fails when it does not happen."""
    begun = time.monotonic()
    while not happened():
        assert time.monotonic() - begun < within_s, "it did not happen"
        time.sleep(0.02)
    return time.monotonic() - begun


def sends(shipped: Program) -> bool:
    before = len(shipped.accepted())
    time.sleep(0.3)
    return len(shipped.accepted()) > before


def after(shipped: Program, *command: str) -> int:
    """Return how many messages are accepted after this command has ended, until none is."""
    assert shipped.run(*command) == 0
    before = len(shipped.accepted())
    wait_for(lambda: not sends(shipped), within_s=REACHES_S)
    return len(shipped.accepted()) - before


def status(services: Services, edition_id: str) -> EditionStatus:
    with services.db.read() as session:
        return figures(session, int(edition_id)).state


def test_pause_resume_and_cancel_reach_another_process_in_time(
    database_url: str, tmp_path: Path
) -> None:
    with program(tmp_path, database_url, connections=CONNECTIONS, slowest_s=SLOWEST_S) as shipped:
        services = shipped.services()
        edition = str(approved(services, people=PEOPLE))
        shipped.run("edition", "send", edition)
        with shipped.start("worker") as worker:
            wait_for(lambda: sends(shipped), within_s=30)
            paused = after(shipped, "edition", "pause", edition)
            shipped.run("edition", "resume", edition)
            goes_on = wait_for(lambda: sends(shipped), within_s=REACHES_S)
            cancelled = after(shipped, "edition", "cancel", edition)
            worker.send_signal(SIGTERM)
            worker.communicate(timeout=30)
        copies = shipped.copies()
        with services.db.read() as session:
            found = figures(session, int(edition))
        services.db.close()

    assert paused <= CONNECTIONS
    assert goes_on < REACHES_S
    assert cancelled <= CONNECTIONS
    assert found.state is EditionStatus.CANCELLED
    assert set(copies.values()) == {1}
    assert (found.sent, found.skipped) == (len(copies), PEOPLE - len(copies))


def test_a_second_worker_says_that_it_waits_and_takes_over(
    database_url: str, tmp_path: Path
) -> None:
    if not database_url.startswith("sqlite"):
        pytest.skip("several work together on PostgreSQL")
    with program(tmp_path, database_url, connections=CONNECTIONS, slowest_s=SLOWEST_S) as shipped:
        services = shipped.services()
        edition = str(approved(services, people=SOME))
        shipped.run("edition", "send", edition)
        with shipped.start("worker") as first:
            wait_for(lambda: sends(shipped), within_s=30)
            with shipped.start("edition", "send", edition, "--wait") as second:
                assert second.stderr is not None
                waits = second.stderr.readline()
                first.send_signal(SIGTERM)
                first.communicate(timeout=30)
                said = second.communicate(timeout=120)[1]
        copies, state = shipped.copies(), status(services, edition)
        services.db.close()

    assert "another process is sending; this one waits and takes over" in waits
    assert f"of={SOME}" in waits
    assert said.count("the other process stopped; this one sends now") == 1
    assert state is EditionStatus.SENT
    assert copies == {f"r{one}@example.org": 1 for one in range(1, SOME + 1)}
