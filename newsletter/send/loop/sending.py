"""What the sending of all editions shares in one worker: its database, its lease, its pace."""

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from threading import Event
from typing import Final, TypeVar

from sqlalchemy.orm import Session

from newsletter.ports import Clock
from newsletter.send import ledger
from newsletter.send.loop import shares
from newsletter.send.loop.shares import Mine
from newsletter.send.loop.tally import Tally
from newsletter.send.outcomes import AFTER_CRASH, SETTLE
from newsletter.send.pace import Pace
from newsletter.send.watching.watch import Watch
from newsletter.settings import Settings
from newsletter.values import DeliveryState
from storage.errors import StorageError
from storage.session import Database
from storage.steady import Runs, Steady
from subscribers.links import Links

T = TypeVar("T")
W = TypeVar("W")

WRITE_TRIES: Final = 20  # of a write that the database did not take, a second apart
DEAD_S: Final = 10.0  # between two looks for workers that died


@dataclass(slots=True)
class Sending:
    """What the sending of all editions shares, and the writes that are about no one of them."""

    db: Database
    mine: Mine
    pace: Pace
    watch: Watch
    links: Links
    settings: Settings
    clock: Clock
    stop: Event
    may_begin: Callable[[], bool]
    _next_look_s: float = field(default=0.0)
    _steady: Steady = field(init=False)
    _renewed_s: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self._steady = Steady(self.db)

    @property
    def patience(self) -> float:
        """What times that something is waited for are multiplied by."""
        return self.settings.smtp.patience

    def write(self, work: Callable[[Session], T]) -> T:
        """Do a write, again after a second when the database did not take it.

        It must be durable before the next message, and running it twice writes the same: giving up
        at once would put every message in hand in doubt. Raises StorageError when it stays away.
        """
        return self._until_taken(self.db.write, work)

    def write_steadily(self, work: Callable[[Runs], T]) -> T:
        """Do a write of statements that stay, as `write`: it runs for every few messages."""
        return self._until_taken(self._steady.write, work)

    def _until_taken(
        self, begin: Callable[[], AbstractContextManager[W]], work: Callable[[W], T]
    ) -> T:
        for _ in range(WRITE_TRIES - 1):
            try:
                with begin() as running:
                    return work(running)
            except StorageError:
                self.stop.wait(1)
        with begin() as running:
            return work(running)

    def take_back(self, workers: Sequence[int], *, are_dead: bool = False) -> int:
        """Put in doubt what these left in hand; return how many messages that were.

        are_dead: they are buried with it, in one transaction: nobody looks for them afterwards.
        """
        now, has_log = self.clock(), self.settings.relay_log is not None  # which tells in seconds
        quiet = (SETTLE if has_log else AFTER_CRASH) * self.patience

        def work(session: Session) -> int:
            if are_dead:
                shares.bury(session, workers, now=now)
            return ledger.take_back(session, workers, settle=quiet, now=now)

        number = self.write(work)
        self.watch.took_back(number)
        return number

    def look_for_dead(self) -> int:
        """Take over from workers that died; return how many messages they had in hand."""
        self._next_look_s = time.monotonic() + DEAD_S * self.patience
        dead = shares.find_dead(self.db, self.mine)
        if not dead:
            return 0
        number = self.take_back(dead, are_dead=True)
        self.watch.took_over(len(dead))
        return number

    def keep_up(self) -> int:
        """Do what is due by the clock while messages go out; return as `look_for_dead` does."""
        now_s = time.monotonic()
        if self.mine.lease is not None and now_s - self._renewed_s >= self.mine.lease.renew_s:
            self._renewed_s = now_s
            self.write(lambda s: shares.renew(s, self.mine))
        return self.look_for_dead() if now_s >= self._next_look_s else 0

    def close(self) -> None:
        """Give back the connection of what was written steadily."""
        self._steady.close()

    def end(self, tally: Tally) -> None:
        """Give back turns that were not used, and write down how it went."""
        now = self.clock()
        if tally.unavailable or tally.states[DeliveryState.SENT]:
            self.watch.reached(is_up=not tally.unavailable)
        self.watch.end(now)
        self.pace.give_back(now)
