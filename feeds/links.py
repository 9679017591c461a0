"""Looking whether links still lead somewhere: soon, a few at a time, one at a time of a host.

A look asks for an address as a reader would, and reads nothing of what is there: a page without an
end, or of a gigabyte, costs no more than its head.
"""

import threading
import time
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Final

from feeds.clean import safe_link
from feeds.errors import (
    GatherError,
    NameFault,
    SourceRefused,
    SourceTooSlow,
    SourceUnreachable,
    TooManyRedirects,
)
from feeds.fetch import Fetcher, Limits
from feeds.reserved import host_of, is_example
from feeds.values import LinkOutcome, Peeked, Sight

DEAD: Final = frozenset({404, 410})
FAILURES: Final[Mapping[type[GatherError], LinkOutcome]] = {
    SourceTooSlow: LinkOutcome.SLOW,
    SourceRefused: LinkOutcome.PRIVATE,
    TooManyRedirects: LinkOutcome.LOOP,
}


@dataclass(frozen=True, slots=True)
class Pace:
    """How long one address may take and all together, in seconds, and how many are asked at once.

    A name server that does not answer is the system's to wait for; all together hold for it too.
    """

    each_s: float = 5.0
    whole_s: float = 20.0
    at_once: int = 8


PACE: Final = Pace()


def look_at_links(
    urls: Iterable[str], *, fetcher: Fetcher, pace: Pace = PACE
) -> Mapping[str, Sight]:
    """Return what is at these http(s) addresses; those that nothing can be said of are left out.

    That is: names for examples, what there was no time for, and all when no name server answers.
    """
    limits = Limits(connect_s=pace.each_s, first_byte_s=pace.each_s, whole_s=pace.each_s)
    return _Looking(urls, fetcher.within(limits), pace).sights()


class _Looking:
    """One round: each thread takes a host, and asks for its addresses one after the other."""

    def __init__(self, urls: Iterable[str], fetcher: Fetcher, pace: Pace) -> None:
        self._fetcher, self._pace = fetcher, pace
        self._until = time.monotonic() + pace.whole_s
        hosts: dict[str, list[str]] = {}
        for url in dict.fromkeys(urls):
            if not is_example(host := host_of(url)):
                hosts.setdefault(host, []).append(url)
        self._waiting = deque(hosts.values())
        self._left = sum(map(len, hosts.values()))
        self._seen: SimpleQueue[tuple[str, Sight | None]] = SimpleQueue()

    def sights(self) -> dict[str, Sight]:
        for _ in range(min(len(self._waiting), self._pace.at_once)):
            # Daemons: one that still waits for a name server keeps nobody from going home.
            threading.Thread(target=self._work, name="links", daemon=True).start()
        found: dict[str, Sight] = {}
        while self._left and (wait_s := self._until - time.monotonic()) > 0:
            try:
                url, sight = self._seen.get(timeout=wait_s)
            except Empty:
                break
            self._left -= 1
            if sight is not None:
                found[url] = sight
        return found

    def _work(self) -> None:
        while urls := self._next():
            for url in urls:
                in_time = time.monotonic() + self._pace.each_s <= self._until
                self._seen.put((url, _look(url, self._fetcher) if in_time else None))

    def _next(self) -> Sequence[str]:
        try:
            return self._waiting.popleft()
        except IndexError:
            return ()


def _look(url: str, fetcher: Fetcher) -> Sight | None:
    try:
        return _sight(url, fetcher.peek(url))
    except SourceUnreachable as failure:
        if failure.name is NameFault.UNASKED:
            return None
        return Sight(LinkOutcome.NO_NAME if failure.name else LinkOutcome.SILENT)
    except GatherError as failure:
        return Sight(FAILURES.get(type(failure), LinkOutcome.SILENT))


def _sight(url: str, peeked: Peeked) -> Sight:
    if peeked.status in DEAD:
        return Sight(LinkOutcome.DEAD, peeked.status)
    if peeked.status >= 500:
        return Sight(LinkOutcome.BROKEN, peeked.status)
    if not 200 <= peeked.status < 300:
        return Sight(LinkOutcome.REFUSED, peeked.status)
    leads_to = safe_link(_with_fragment(peeked.moved_to, url))
    if leads_to in {"", url}:
        return Sight(LinkOutcome.FINE, peeked.status)
    return Sight(LinkOutcome.MOVED, peeked.status, leads_to)


def _with_fragment(moved_to: str, url: str) -> str:
    """Return the new address at the same place of its page, as a browser goes there."""
    fragment = url.partition("#")[2]
    return f"{moved_to}#{fragment}" if moved_to and fragment and "#" not in moved_to else moved_to
