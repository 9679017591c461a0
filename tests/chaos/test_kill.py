"""Kill the program again and again: nobody is missed, and every second copy was announced.

The sizes are those of every push; `make chaos` runs the same by hundreds.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos import cluster as postgres
from tests.chaos import parts, parts_of_the_way
from tests.chaos.cluster import Cluster, cluster
from tests.chaos.parts_of_many import (
    database_restarted,
    network_cut,
    workers_frozen,
    workers_killed,
)
from tests.chaos.parts_of_the_way import why_no_disk
from tests.chaos.postfix import why_not
from tests.chaos.sink import EVENTS
from tests.chaos.verdict import Verdict

pytestmark = pytest.mark.chaos
needs_postgres = pytest.mark.skipif(bool(postgres.why_not()), reason=postgres.why_not())


def shown(verdict: Verdict) -> Verdict:
    print(f"\n{verdict}")  # noqa: T201 - the figures, for who runs it with -s
    return verdict


@pytest.mark.parametrize("pipelining", [False, True])
def test_kill_at_random_moments(tmp_path: Path, *, pipelining: bool) -> None:
    verdict = shown(parts.at_random(tmp_path, people=1_500, kills=10, pipelining=pipelining))

    assert verdict.is_good
    assert verdict.kills >= 8


def test_kill_the_site_at_random_moments(tmp_path: Path) -> None:
    verdict = shown(parts.at_random(tmp_path, people=600, kills=4, serves=True))

    assert verdict.is_good


@pytest.mark.parametrize("pipelining", [False, True])
def test_kill_at_each_event_of_the_dialogue(tmp_path: Path, *, pipelining: bool) -> None:
    verdict = shown(parts.at_events(tmp_path, people=1_500, each=1, pipelining=pipelining))

    assert verdict.is_good
    # It may have named somebody on every connection when it stops, and says QUIT on none.
    assert verdict.kills >= len(EVENTS) - 1


@pytest.mark.skipif(bool(why_not()), reason=why_not())
def test_kill_with_a_log_that_tells_doubles_nothing(tmp_path: Path) -> None:
    verdict = shown(parts.with_a_log(tmp_path, people=600, kills=6))

    assert verdict.is_good
    assert (verdict.extra, verdict.missed) == (0, 0)
    assert verdict.kills >= 3


def test_kill_all_the_way_from_an_empty_folder(tmp_path: Path) -> None:
    verdict = shown(parts_of_the_way.all_the_way(tmp_path, people=500, each=2))

    assert verdict.is_good
    assert verdict.kills >= 4


def test_without_memory_nobody_is_missed(tmp_path: Path) -> None:
    assert shown(parts_of_the_way.out_of_memory(tmp_path, people=500, times=2)).is_good


@pytest.mark.skipif(bool(why_no_disk()), reason=why_no_disk())
def test_a_full_disk_is_waited_for(tmp_path: Path) -> None:
    verdict = shown(parts_of_the_way.disk_full(tmp_path, people=600, times=1))

    assert verdict.is_good
    assert verdict.extra == 0


@pytest.fixture(scope="module")
def server() -> Iterator[Cluster]:
    with cluster() as running:
        yield running


@needs_postgres
def test_kill_one_of_three_workers(tmp_path: Path, server: Cluster) -> None:
    assert shown(workers_killed(tmp_path, server, people=900, times=6)).is_good


@needs_postgres
def test_a_worker_that_wakes_up_begins_nothing(tmp_path: Path, server: Cluster) -> None:
    assert shown(workers_frozen(tmp_path, server, people=1_500, times=1)).is_good


@needs_postgres
def test_a_database_that_is_pulled_away_is_waited_for(tmp_path: Path, server: Cluster) -> None:
    assert shown(database_restarted(tmp_path, server, people=900, times=1)).is_good


@needs_postgres
def test_a_worker_without_a_network_misses_nobody(tmp_path: Path, server: Cluster) -> None:
    assert shown(network_cut(tmp_path, server, people=1_500, times=1)).is_good
