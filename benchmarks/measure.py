"""Measuring: seconds, peak memory, and the rows of the table."""

import json
import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Stopwatch:
    """Seconds of wall time between entering and leaving."""

    seconds = 0.0


@contextmanager
def stopwatch() -> Iterator[Stopwatch]:
    """Measure the body."""
    watch, start = Stopwatch(), time.perf_counter()
    yield watch
    watch.seconds = time.perf_counter() - start


def median_ms(call: Callable[[], object], *, times: int) -> float:
    """Return the median of `times` calls, in milliseconds, after one call that is not counted."""
    call()
    seconds = []
    for _ in range(times):
        with stopwatch() as watch:
            call()
        seconds.append(watch.seconds)
    return sorted(seconds)[times // 2] * 1000


def peak_mib() -> str:
    """Return this process's largest resident size so far."""
    return f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB"


def report(rows: list[list[str]]) -> None:
    """Hand the rows to the table: what, figure, yardstick, ratio, peak memory."""
    json.dump(rows, sys.stdout)
