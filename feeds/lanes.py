"""Which source may be asked now: one at a time of a host, as long as the host answers soon.

A host that lets us wait does not hold up its other sources: when a request has taken some seconds,
the next one may start beside it. Sources that failed last time come last on their host.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from feeds.standing import Standing


@dataclass(frozen=True, slots=True)
class Pace:
    """at_once: requests in all. a_host: at most so many, each patience_s after the one before."""

    at_once: int = 16
    a_host: int = 4
    patience_s: float = 5.0


PACE: Final = Pace()


class Lanes:
    """The sources of one round, given out one by one. Safe to share between threads."""

    def __init__(
        self,
        sources: Iterable[Standing],
        pace: Pace = PACE,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pace, self._clock = pace, clock
        self._changed = threading.Condition()
        self._waiting: dict[str, deque[Standing]] = {}
        for source in sorted(sources, key=lambda one: one.failures_in_row > 0):
            self._waiting.setdefault(_host(source.url), deque()).append(source)
        self._free = deque(self._waiting)  # hosts with sources that wait, and none that is asked
        self._asked: dict[str, dict[int, float]] = {}  # of a host: which, and since when

    @property
    def is_open(self) -> bool:
        """Say whether somebody who enters now would not have to wait."""
        with self._changed:
            return self._open_host()[0] is not None

    @property
    def width(self) -> int:
        """Return how many may be under way at once."""
        most = sum(min(len(waiting), self._pace.a_host) for waiting in self._waiting.values())
        return min(most, self._pace.at_once)

    def enter(self) -> Standing | None:
        """Wait for a source that may be asked, and return it; None when all were given out."""
        with self._changed:
            while self._waiting:
                host, wait_s = self._open_host()
                if host is not None:
                    return self._give(host)
                self._changed.wait(wait_s)
            return None

    def leave(self, source: Standing) -> None:
        """Say that a source is not asked any more. Who calls this will enter again soon."""
        host = _host(source.url)
        with self._changed:
            asked = self._asked.get(host, {})
            if asked.pop(source.id, None) is None or asked:
                return
            del self._asked[host]
            if host in self._waiting:
                self._free.append(host)

    def leave_for_long(self, source: Standing) -> None:
        """Say the same, and let somebody else enter in the meantime."""
        self.leave(source)
        with self._changed:
            self._changed.notify()

    def close(self) -> None:
        """Give out nothing more."""
        with self._changed:
            self._waiting.clear()
            self._free.clear()
            self._changed.notify_all()

    def _open_host(self) -> tuple[str | None, float | None]:
        """Return a host that may be asked, or for how long none will be by time alone."""
        if self._free:
            return self._free[0], None
        soonest: float | None = None
        for host, since in self._asked.items():
            if host in self._waiting and len(since) < self._pace.a_host:
                wait_s = max(since.values()) + self._pace.patience_s - self._clock()
                if wait_s <= 0:
                    return host, None
                soonest = wait_s if soonest is None else min(soonest, wait_s)
        return None, soonest

    def _give(self, host: str) -> Standing:
        if self._free and self._free[0] == host:
            self._free.popleft()
        waiting = self._waiting[host]
        source = waiting.popleft()
        if not waiting:
            del self._waiting[host]
            if not self._waiting:
                self._changed.notify_all()  # there is nothing left to wait for
        self._asked.setdefault(host, {})[source.id] = self._clock()
        return source


@lru_cache(maxsize=4096)  # asked for three times a look, and again in the next round
def _host(url: str) -> str:
    return urlsplit(url).hostname or ""
