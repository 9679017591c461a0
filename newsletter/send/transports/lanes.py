"""Lanes: so many threads, each with a connection of its own, each with at most one message in hand.

For ways out that block (`ports.Transport`). A lane that cannot reach the relay is closed for the
rest of the run, so that a relay that takes two connections and refuses a third is served by two.
"""

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from queue import Empty, SimpleQueue
from typing import Final

from newsletter.errors import TransportError, TransportUnavailable
from newsletter.ports import Connection, Transport
from newsletter.send.transports.letters import Letter, News, Pool, Pooling, Turn
from newsletter.values import Receipt

# For the lanes that are nearly done: one commit costs some 3 ms, for one message or for all.
LINGER_S: Final = 0.002


def open_pool(transport: Transport) -> Pool:
    """Return the connections of a way out: its own loop, or a thread for each."""
    return transport.pool() if isinstance(transport, Pooling) else Lanes(transport)


class Lanes:
    """A way out with `transport.connections` lanes: a `letters.Pool`.

    A prepared message is OPEN at once, for nothing is said of it before it is let go.
    """

    def __init__(self, transport: Transport) -> None:
        self._lanes = [_Lane(transport, number) for number in range(transport.connections)]
        self._idle = list(self._lanes)
        self._prepared: dict[Letter, None] = {}
        self._done: SimpleQueue[tuple[_Lane, Letter, Future[Receipt]]] = SimpleQueue()
        self._news: list[News] = []
        self._in_hand = 0
        self.outage: TransportUnavailable | None = None

    @property
    def free(self) -> int:
        """How many messages may be prepared now."""
        return len(self._idle) - len(self._prepared)

    @property
    def busy(self) -> int:
        """How many messages are in hand or prepared, or have news that was not collected."""
        return self._in_hand + len(self._prepared)

    @property
    def is_closed(self) -> bool:
        """Whether no lane reaches the relay any more."""
        return not self._idle and not self._in_hand

    def prepare(self, letter: Letter) -> None:
        """Keep a lane for a message."""
        self._prepared[letter] = None
        self._news.append((letter, Turn.OPEN))

    def let_go(self, letter: Letter) -> None:
        """Hand a message over on an idle lane."""
        del self._prepared[letter]
        lane = self._idle.pop()
        self._in_hand += 1
        lane.start(letter).add_done_callback(lambda end: self._done.put((lane, letter, end)))

    def drop(self, letter: Letter) -> None:
        """Let the lane be for another."""
        del self._prepared[letter]

    def withdraw(self) -> None:
        """Give back what is not in hand."""
        self._news = [(letter, Turn.BACK) for letter in self._prepared]
        self._prepared.clear()

    def flush(self) -> None:
        """Do nothing: a lane starts at once."""

    def collect(self, wait_s: float) -> list[News]:
        """Return what happened, waiting so long at most for the first of it.

        What follows at once comes along. Raises what a lane did not expect.
        """
        news, self._news = self._news, []
        now_s = time.monotonic()
        if not news:
            news.extend(self._until(now_s + wait_s, at_most=1))
        news.extend(self._until(time.monotonic() + LINGER_S))
        return news

    def close(self) -> None:
        """Wait for what is in hand, and say goodbye."""
        for lane in self._lanes:
            lane.close()

    def _until(self, end_s: float, at_most: int | None = None) -> Iterator[News]:
        """Yield what is done until that moment of the monotonic clock."""
        while self._in_hand and at_most != 0 and (left_s := end_s - time.monotonic()) > 0:
            try:
                lane, letter, end = self._done.get(timeout=left_s)
            except Empty:
                return
            at_most = None if at_most is None else at_most - 1
            yield letter, self._taken(lane, end)

    def _taken(self, lane: "_Lane", end: Future[Receipt]) -> Receipt | TransportError:
        self._in_hand -= 1
        try:
            result: Receipt | TransportError = end.result()
        except TransportError as failure:
            result = failure
        if isinstance(result, TransportUnavailable):
            self.outage = result
        else:
            self._idle.append(lane)
        return result


class _Lane:
    """One thread and its connection, opened with the first message."""

    def __init__(self, transport: Transport, number: int) -> None:
        self._transport = transport
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"lane-{number}")
        self._connection: Connection | None = None

    def start(self, letter: Letter) -> Future[Receipt]:
        return self._thread.submit(self._run, letter)

    def close(self) -> None:
        self._thread.submit(self._hang_up)
        self._thread.shutdown(wait=True)

    def _run(self, letter: Letter) -> Receipt:
        if self._connection is None:
            self._connection = self._transport.connect()
        return self._connection.deliver(
            sender=letter.sender, recipient=letter.recipient, message=letter.message
        )

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
