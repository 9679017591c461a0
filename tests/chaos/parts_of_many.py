"""The parts of the kill protocol with PostgreSQL: K4 and K5."""

import os
import random
import time
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from signal import SIGCONT, SIGSTOP
from typing import Final

from tests.chaos.cluster import Cluster, network
from tests.chaos.parts import SEED
from tests.chaos.verdict import Verdict, judge
from tests.chaos.world import PATIENCE_S, Stuck, World, addresses, approved, world

HURRY: Final = 0.002  # a lease of twenty minutes is 2.4 seconds
LEASE_S: Final = 1200 * HURRY
WORKER: Final = ("worker",)
COMPLETE_S: Final = 300.0  # after the last kill; a share is sent over four connections


def workers_killed(folder: Path, cluster: Cluster, *, people: int, times: int) -> Verdict:
    """K4: three workers on one database, one of them killed at a time."""
    moments = random.Random(f"{SEED} many")  # noqa: S311 - whom to kill, and when
    begin = time.monotonic()
    with world(
        folder, url=cluster.database(), connections=4, slowest_s=0.02, patience=0.02
    ) as here:
        edition = _begun(here, people)
        workers = [here.start(*WORKER) for _ in range(3)]
        here.begun(0, workers[0])
        for _ in range(times):
            time.sleep(moments.uniform(0.2, 0.8))
            place = moments.randrange(len(workers))
            here.kill(workers[place])
            workers[place] = here.start(*WORKER)
        _finish(here, edition, workers)
        seconds = time.monotonic() - begin
        return judge("K4 three workers", here, edition, addresses(people), seconds=seconds)


def workers_frozen(folder: Path, cluster: Cluster, *, people: int, times: int) -> Verdict:
    """K5: one of two workers is stopped for two leases, and wakes up."""
    begin = time.monotonic()
    with world(folder, url=cluster.database(), connections=4, patience=HURRY) as here:
        edition = _begun(here, people)
        workers = [here.start(*WORKER) for _ in range(2)]
        here.begun(0, workers[0])
        for number in range(times):
            frozen = workers[number % 2]
            time.sleep(0.3)
            _signal(frozen, SIGSTOP)
            time.sleep(2 * LEASE_S)
            _signal(frozen, SIGCONT)
            here.killed += 1  # what it had in hand may go twice, as with a kill
        _finish(here, edition, workers)
        seconds = time.monotonic() - begin
        return judge("K5 stopped for two leases", here, edition, addresses(people), seconds=seconds)


def database_restarted(folder: Path, cluster: Cluster, *, people: int, times: int) -> Verdict:
    """K5: the database is restarted as after a power cut while two workers send."""
    begin = time.monotonic()
    with world(
        folder, url=cluster.database(), connections=4, slowest_s=0.02, patience=0.02
    ) as here:
        edition = _begun(here, people)
        workers = [here.start(*WORKER) for _ in range(2)]
        for _ in range(times):
            here.begun(here.sink.size(), workers[0])
            time.sleep(0.3)
            cluster.restart_at_once()
            here.killed += len(workers)
        _finish(here, edition, workers)
        seconds = time.monotonic() - begin
        return judge("K5 database restarted", here, edition, addresses(people), seconds=seconds)


def network_cut(folder: Path, cluster: Cluster, *, people: int, times: int) -> Verdict:
    """K5: one of two workers has no network, to the database nor to the relay, for two leases."""
    begin = time.monotonic()
    with (
        network() as net,
        world(folder, url=cluster.database(), connections=4, patience=HURRY) as here,
    ):
        edition = _begun(here, people)
        far = {
            "NEWSLETTER_DATABASE_URL": _through(here, "DATABASE_URL", net.to(cluster.port)),
            "NEWSLETTER_SMTP_URL": _through(here, "SMTP_URL", net.to(here.sink.port)),
        }
        workers = [here.start(*WORKER, environ=far), here.start(*WORKER)]
        for _ in range(times):
            here.begun(here.sink.size(), workers[0])
            net.is_silent = True
            time.sleep(2 * LEASE_S)
            net.cut()
            net.is_silent = False
            here.killed += 1
            time.sleep(0.3)
        _finish(here, edition, workers)
        seconds = time.monotonic() - begin
        return judge("K5 network cut", here, edition, addresses(people), seconds=seconds)


def _through(here: World, name: str, port: int) -> str:
    """Return an address of the world with another port."""
    head, _, tail = here.environ[f"NEWSLETTER_{name}"].rpartition(":")
    return f"{head}:{port}{tail.lstrip('0123456789')}"


def _begun(here: World, people: int) -> str:
    edition = approved(here, people)
    assert here.run("edition", "send", edition) == 0, here.said()
    return edition


def _signal(process: ForkServerProcess, number: int) -> None:
    assert process.pid is not None
    os.kill(process.pid, number)


def _finish(here: World, edition: str, workers: list[ForkServerProcess]) -> None:
    """Wait until the edition is complete, unaided; then stop the workers as one does."""
    deadline = time.monotonic() + COMPLETE_S
    while here.ask("edition", "status", edition)["state"] != "sent":
        if time.monotonic() > deadline:
            raise Stuck(f"it does not complete: {here.said()}")
        time.sleep(0.2)
    for worker in workers:
        worker.terminate()
    for worker in workers:
        worker.join(PATIENCE_S)
