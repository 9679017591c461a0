"""Lanes: so many threads, each with a connection of its own, each with at most one message in hand.

The loop that owns the database gives a lane a job and collects what came of it. A lane that cannot
reach the relay is closed for the rest of the run, so that a relay that takes two connections and
refuses a third is served by two.
"""

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Final

from newsletter.errors import (
    TransportError,
    TransportRefused,
    TransportUnavailable,
    UnsafeHeader,
)
from newsletter.ports import Connection, Transport
from newsletter.send.message import Envelope
from newsletter.send.outcomes import Attempt
from newsletter.values import Personal, Receipt

Result = Receipt | TransportError

# For the lanes that are nearly done: one commit costs some 3 ms, for one message or for all.
LINGER_S: Final = 0.002


@dataclass(frozen=True, slots=True)
class Job:
    """One message to hand over: what to fill in, and the two ends of the SMTP envelope."""

    attempt: Attempt
    envelope: Envelope
    personal: Personal
    sender: str


@dataclass(frozen=True, slots=True)
class Done:
    """What came of one job. domain: of the recipient."""

    attempt: Attempt
    result: Result
    domain: str


class Lanes:
    """A way out with `transport.connections` lanes."""

    def __init__(self, transport: Transport) -> None:
        self._lanes = [_Lane(transport, number) for number in range(transport.connections)]
        self._idle = list(self._lanes)
        self._done: SimpleQueue[tuple[_Lane, Future[Done]]] = SimpleQueue()
        self._busy = 0

    def __enter__(self) -> "Lanes":
        return self

    def __exit__(self, *_: object) -> None:
        for lane in self._lanes:
            lane.close()

    @property
    def idle(self) -> int:
        """How many messages may be begun."""
        return len(self._idle)

    @property
    def busy(self) -> int:
        """How many messages are in hand."""
        return self._busy

    @property
    def are_closed(self) -> bool:
        """Whether no lane reaches the relay any more."""
        return not self._idle and not self._busy

    def start(self, job: Job) -> None:
        """Give a job to an idle lane."""
        lane = self._idle.pop()
        self._busy += 1
        lane.start(job).add_done_callback(lambda future: self._done.put((lane, future)))

    def collect(self, *, wait: bool) -> list[Done]:
        """Return what is done; with `wait`, at least one while any is in hand.

        Those that follow at once come along. Raises what a lane did not expect.
        """
        done = list(self._until(None)) if wait and self._busy else []
        done.extend(self._until(time.monotonic() + LINGER_S))
        return done

    def _until(self, end_s: float | None) -> Iterator[Done]:
        """Yield what is done until that moment of the monotonic clock; without it, one."""
        while self._busy:
            left_s = None if end_s is None else end_s - time.monotonic()
            if left_s is not None and left_s <= 0:
                return
            try:
                lane, future = self._done.get(timeout=left_s)
            except Empty:
                return
            yield self._taken(lane, future)
            if end_s is None:
                return

    def _taken(self, lane: "_Lane", future: Future[Done]) -> Done:
        self._busy -= 1
        done = future.result()
        if not isinstance(done.result, TransportUnavailable):
            self._idle.append(lane)
        return done


class _Lane:
    """One thread and its connection, opened with the first job."""

    def __init__(self, transport: Transport, number: int) -> None:
        self._transport = transport
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"lane-{number}")
        self._connection: Connection | None = None

    def start(self, job: Job) -> Future[Done]:
        return self._thread.submit(self._run, job)

    def close(self) -> None:
        self._thread.submit(self._hang_up)
        self._thread.shutdown(wait=True)

    def _run(self, job: Job) -> Done:
        domain = job.personal.email.rpartition("@")[2].lower()
        return Done(job.attempt, self._result(job), domain)

    def _result(self, job: Job) -> Result:
        try:
            message = job.envelope.fill(job.personal)
            if self._connection is None:
                self._connection = self._transport.connect()
            return self._connection.deliver(
                sender=job.sender, recipient=job.personal.email, message=message
            )
        except UnsafeHeader as wrong:
            return TransportRefused(str(wrong))
        except TransportError as failure:
            return failure

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
