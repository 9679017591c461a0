"""Looks that are written together: soon, but not one by one."""

import threading
import time

from feeds.standing import Look, Standing
from feeds.tray import FULL, LINGER_S, MOST_READ, Tray
from feeds.values import Parsed

SOURCE = Standing(1, "a", "A", "feed", "https://a.example.org/", active=True)
QUIET = Look(SOURCE)
READ = Look(SOURCE, parsed=Parsed(()))


def taken_after(tray: Tray) -> tuple[int, float]:
    started = time.monotonic()
    return len(tray.take()), time.monotonic() - started


def test_a_look_with_a_document_is_there_at_once() -> None:
    tray = Tray(9)
    tray.put(QUIET)
    tray.put(READ)

    count, seconds = taken_after(tray)

    assert count == 2
    assert seconds < LINGER_S


def test_looks_that_brought_nothing_wait_for_each_other() -> None:
    tray = Tray(9)
    tray.put(QUIET)

    count, seconds = taken_after(tray)

    assert count == 1
    assert seconds >= LINGER_S * 0.9


def test_the_last_look_is_there_at_once() -> None:
    tray = Tray(2)
    tray.put(QUIET)
    tray.put(QUIET)

    count, seconds = taken_after(tray)

    assert (count, len(tray.take())) == (2, 0)
    assert seconds < LINGER_S


def test_many_looks_are_there_at_once() -> None:
    tray = Tray(FULL + 1)
    for _ in range(FULL):
        tray.put(QUIET)

    assert taken_after(tray)[1] < LINGER_S


def test_documents_do_not_pile_up() -> None:
    tray = Tray(99)
    for _ in range(MOST_READ):
        tray.put(READ)
    waiting = threading.Thread(target=tray.put, args=(READ,))
    waiting.start()

    assert len(tray.take()) == MOST_READ
    waiting.join()
    assert len(tray.take()) == 1


def test_closing_lets_nobody_wait() -> None:
    tray = Tray(99)
    for _ in range(MOST_READ):
        tray.put(READ)
    waiting = threading.Thread(target=tray.put, args=(READ,))
    waiting.start()

    tray.close()
    waiting.join()

    assert len(tray.take()) == MOST_READ + 1
