"""Whose turn it is under the pace: who is read, and who was put aside because their domain waits.

Of those put aside only the numbers of their rows are kept, eight bytes each and never more than
MOST; they are read again when their domain may go on. So each row is read twice at the most, and
one slow domain holds up no other.
"""

import heapq
from array import array
from collections.abc import Sequence
from datetime import datetime
from typing import Final, Protocol

from newsletter.limits import host_of
from newsletter.ports import Clock
from newsletter.send.loop.pages import Ready
from newsletter.send.pace import HELD, Pace

MOST: Final = 500_000  # put aside at once: some 4 MB
AT_ONCE: Final = 2_000  # read in one go to find somebody who may begin


class Source(Protocol):
    """Where deliveries come from: `pages.Pages`."""

    def take(self, number: int) -> list[Ready]:
        """Return the next, at most so many."""
        ...

    def give_back(self, ready: Ready) -> None:
        """Let somebody wait for their turn again."""
        ...

    def again(self, ids: Sequence[int]) -> list[Ready]:
        """Return these once more, as far as they still wait."""
        ...


class Turns:
    """The deliveries of one edition that may begin, as the pace lets them."""

    def __init__(self, source: Source, pace: Pace, clock: Clock, *, most: int = MOST) -> None:
        self._source, self._pace, self._clock, self._most = source, pace, clock, most
        self._aside: dict[str, array[int]] = {}
        self._opens: list[tuple[datetime, str]] = []
        self._number = 0
        self._next_at: datetime | None = None

    @property
    def next_at(self) -> datetime | None:
        """When the pace lets somebody begin that waits for it; None: nobody does."""
        return self._next_at

    def take(self, number: int) -> list[Ready]:
        """Return the next deliveries that may begin now, at most so many."""
        limits, now = self._pace.limits, self._clock()
        if not (limits.counts or limits.quiet):
            return self._source.take(number)
        shut = limits.quiet_until(now) or self._pace.opens_for_all(now)
        found = [] if shut else self._opened(number, now)
        if not shut and len(found) < number:
            found += self._read_on(number - len(found), now)
        self._next_at = self._find_next(limits.quiet_until(now), now)
        return found

    def _opened(self, number: int, now: datetime) -> list[Ready]:
        """Return those put aside whose domain may go on."""
        ids: list[int] = []
        while self._opens and self._opens[0][0] <= now and len(ids) < number:
            _, host = heapq.heappop(self._opens)
            own = self._aside[host]
            wanted = min(number - len(ids), len(own))
            granted = len(self._pace.grant([host] * wanted, now).which)
            if granted:
                ids += own[-granted:]
                del own[-granted:]
            if own:
                opens_at = self._pace.opens(host, now) or (now if granted else now + HELD)
                heapq.heappush(self._opens, (opens_at, host))
            else:
                del self._aside[host]
            if self._pace.opens_for_all(now):
                break
        self._number -= len(ids)
        return self._source.again(ids) if ids else []

    def _read_on(self, number: int, now: datetime) -> list[Ready]:
        found: list[Ready] = []
        looked = 0
        while len(found) < number and looked < AT_ONCE and self._number < self._most:
            if self._pace.opens_for_all(now):
                break
            page = self._source.take(number - len(found))
            if not page:
                break
            looked += len(page)
            found += self._ask(page, now)
        return found

    def _ask(self, page: Sequence[Ready], now: datetime) -> list[Ready]:
        """Return who of these may begin; put the others aside, or back when all must wait."""
        known = [one for one in page if one.domain]
        which = set(self._pace.grant([one.domain for one in known], now).which)
        for place, one in enumerate(known):
            if place in which:
                continue
            if self._pace.opens_for_all(now):
                self._source.give_back(one)
            else:
                self._put_aside(one, now)
        return [one for one in page if not one.domain] + [known[place] for place in sorted(which)]

    def _put_aside(self, ready: Ready, now: datetime) -> None:
        host = host_of(ready.domain)
        if host not in self._aside:
            self._aside[host] = array("q")
            opens_at = self._pace.opens(host, now) or now + HELD
            heapq.heappush(self._opens, (opens_at, host))
        self._aside[host].append(ready.delivery_id)
        self._number += 1

    def _find_next(self, quiet: datetime | None, now: datetime) -> datetime | None:
        shut = quiet or self._pace.opens_for_all(now)
        if shut:
            return shut if self._opens or self._has_more() else None
        return self._opens[0][0] if self._opens else None

    def _has_more(self) -> bool:
        """Look whether anybody waits: an edition of which nobody does is complete."""
        page = self._source.take(1)
        for one in page:
            self._source.give_back(one)
        return bool(page)
