"""Looks on their way from those who look to the one who writes, a handful at a time."""

import threading
from typing import Final

from feeds.standing import Look

LINGER_S: Final = 0.25  # a look that brought nothing waits this long for others to be written with
FULL: Final = 500  # looks
MOST_READ: Final = 16  # of them with a document: so many are in memory at most


class Tray:
    """Takes in looks from any thread; gives them to one."""

    def __init__(self, expected: int) -> None:
        self._expected = expected
        self._looks: list[Look] = []
        self._read = 0
        self._is_closed = False
        lock = threading.Lock()
        self._enough, self._room = threading.Condition(lock), threading.Condition(lock)

    def put(self, look: Look) -> None:
        """Lay down a look; wait as long as there are many documents still to be written."""
        with self._room:
            self._room.wait_for(lambda: self._read < MOST_READ or self._is_closed)
            self._looks.append(look)
            self._expected -= 1
            self._read += look.parsed is not None
            if self._is_enough():
                self._enough.notify()

    def take(self, linger_s: float = LINGER_S) -> list[Look]:
        """Return what there is: at once when there are documents among it, else after a moment.

        At once also when it is the last, or a lot.
        """
        with self._enough:
            self._enough.wait_for(self._is_enough, linger_s)
            looks, self._looks, self._read = self._looks, [], 0
            self._room.notify_all()
            return looks

    def close(self) -> None:
        """Let nobody wait any more."""
        with self._room:
            self._is_closed = True
            self._room.notify_all()

    def _is_enough(self) -> bool:
        return self._read > 0 or self._expected == 0 or len(self._looks) >= FULL
