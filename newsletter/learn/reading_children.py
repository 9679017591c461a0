"""Reading returned mail in a child process, under limits of time and memory that the kernel holds.

A message that is made to burn the processor or eat the memory ends a child, and is of class none:
a person looks at it. A new child reads the next one. Why so: docs/decisions/0005-children-read.md.
"""

import time
from dataclasses import dataclass
from typing import Final, Protocol, Self

from feeds.children import end_child, start_child
from feeds.wire import ChannelClosed, receive, send
from newsletter.errors import BounceReaderBroken
from newsletter.learn.mailboxes import MESSAGE_MAXIMUM
from newsletter.learn.reading_wire import UNPACK_FAULTS, unpack_report
from newsletter.learn.returned import BounceClass, BounceReport

CHILD: Final = "newsletter.learn.reading_child"  # by name: its parsers are not for this process
UNREADABLE: Final = BounceReport(BounceClass.NONE)


@dataclass(frozen=True, slots=True)
class BounceLimits:
    """What reading one message of at most 1 MiB may take; honest ones take 50 ms and 60 MiB."""

    cpu_s: int = 5
    memory_bytes: int = 512 * 1024 * 1024
    whole_s: float = 20.0


LIMITS: Final = BounceLimits()


class ReadBounce(Protocol):
    """Reads one raw message; what cannot be read is of class none."""

    def __call__(self, raw: bytes) -> BounceReport:
        """Return what the message says."""
        ...


class BounceReader:
    """One child at a time: started for the first message, ended with the `with`."""

    def __init__(self, limits: BounceLimits = LIMITS) -> None:
        self._limits = limits
        self._child: _Child | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def read(self, raw: bytes) -> BounceReport:
        """Return what a message says, as `ReadBounce`. Raises BounceReaderBroken."""
        begun = self._begin(raw[:MESSAGE_MAXIMUM])
        try:
            return unpack_report(begun.answer())
        except (ChannelClosed, TimeoutError, *UNPACK_FAULTS):
            self._end()
            return UNREADABLE

    def _begin(self, raw: bytes) -> "_Child":
        """Hand the message over; a child that was ended meanwhile is replaced, once."""
        for _ in range(2):
            self._child = self._child or _Child(self._limits)
            try:
                self._child.begin(raw)
            except (ChannelClosed, TimeoutError):
                self._end()
            else:
                return self._child
        raise BounceReaderBroken("the process that reads returned mail does not start")

    def _end(self) -> None:
        if self._child is not None:
            self._child.end()
            self._child = None


class _Child:
    def __init__(self, limits: BounceLimits) -> None:
        self._limits = limits
        self._until = 0.0
        self._channel, self._process = start_child(CHILD, limits.memory_bytes, limits.cpu_s)

    def begin(self, raw: bytes) -> None:
        self._until = time.monotonic() + self._limits.whole_s
        self._channel.settimeout(self._limits.whole_s)
        send(self._channel, raw)
        receive(self._channel, until=self._until)

    def answer(self) -> bytes:
        return receive(self._channel, until=self._until)

    def end(self) -> None:
        end_child(self._channel, self._process)
