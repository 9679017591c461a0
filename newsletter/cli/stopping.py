"""Ending a long command well: what is in hand is finished, so that nothing goes out twice."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Final

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def told_to_stop() -> Iterator[Event]:
    """Give an event that Ctrl-C or SIGTERM sets; the second time, the process ends at once.

    Must be used in the main thread. The server that `serve` runs takes both signals for itself and
    passes them on when it has ended; without this the process would end there.
    """
    stop = Event()

    def ask(_number: int, _frame: object) -> None:
        for one in SIGNALS:
            signal.signal(one, signal.SIG_DFL)
        # In a thread: this one may hold the event's lock, in the midst of waiting for it.
        Thread(target=stop.set, name="stop").start()

    before = {one: signal.signal(one, ask) for one in SIGNALS}
    try:
        yield stop
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
