"""Kill the program again and again: nobody is missed, and every second copy was announced.

The sizes are those of every push; `make chaos` runs the same by hundreds.
"""

from pathlib import Path

import pytest

from tests.chaos import parts
from tests.chaos.postfix import why_not
from tests.chaos.sink import EVENTS
from tests.chaos.verdict import Verdict

pytestmark = pytest.mark.chaos


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
    verdict = shown(parts.at_events(tmp_path, people=700, each=1, pipelining=pipelining))

    assert verdict.is_good
    assert verdict.kills == len(EVENTS)


@pytest.mark.skipif(bool(why_not()), reason=why_not())
def test_kill_with_a_log_that_tells_doubles_nothing(tmp_path: Path) -> None:
    verdict = shown(parts.with_a_log(tmp_path, people=600, kills=6))

    assert verdict.is_good
    assert (verdict.extra, verdict.missed) == (0, 0)
    assert verdict.kills >= 3
