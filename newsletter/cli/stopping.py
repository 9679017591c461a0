"""Ending a long command well: what is in hand is finished, or given up when that does no harm."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Final

from newsletter.cli.output import say

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
INTERRUPTED: Final = 128 + signal.SIGINT  # what a shell says of it
STDERR: Final = 2
SHOW_CURSOR: Final = "\x1b[?25h"  # a bar of progress hides it


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


@contextmanager
def ended_by_interrupt(sentence: str) -> Iterator[None]:
    """Let Ctrl-C end the process at once with this sentence: for work that a crash does no harm.

    Waiting for the threads would be waiting for the slowest server. To be used in the main thread.
    """

    def end(_number: int, _frame: object) -> None:
        start = f"{SHOW_CURSOR}\n" if os.isatty(STDERR) else ""
        os.write(STDERR, f"{start}newsletter: {sentence}\n".encode())
        os._exit(INTERRUPTED)

    before = signal.signal(signal.SIGINT, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def told_of_interrupt(sentence: str) -> Iterator[None]:
    """Let Ctrl-C say this before it ends the command."""
    try:
        yield
    except KeyboardInterrupt:
        say(f"newsletter: {sentence}")
        raise
