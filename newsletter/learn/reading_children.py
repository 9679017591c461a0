"""Reading returned mail in a child process, under limits of time and memory that the kernel holds.

A message that is made to burn the processor or eat the memory ends a child, and is of class none:
a person looks at it. A new child reads the next one. Why so: docs/decisions/0005-children-read.md.
"""

import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol, Self

from feeds.wire import ChannelClosed, receive, send
from newsletter.errors import BounceReaderBroken
from newsletter.learn.mailboxes import MESSAGE_MAXIMUM
from newsletter.learn.reading_wire import UNPACK_FAULTS, unpack_report
from newsletter.learn.returned import BounceClass, BounceReport

ROOT: Final = Path(__file__).parents[2]
CHILD: Final = "newsletter.learn.reading_child"  # by name: its parsers are not for this process
NOTHING: Final[Mapping[str, str]] = {}
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
        self._channel, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own program, by its full path
                [
                    *(sys.executable, "-E", "-s", "-m", CHILD),
                    *(str(limits.memory_bytes), str(limits.cpu_s)),
                ],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd=ROOT,  # it must be of the same version as we are
                env=NOTHING,  # no secret of ours is any business of a stranger's mail
                process_group=0,  # Ctrl-C is for us
            )

    def begin(self, raw: bytes) -> None:
        self._until = time.monotonic() + self._limits.whole_s
        self._channel.settimeout(self._limits.whole_s)
        send(self._channel, raw)
        receive(self._channel, until=self._until)

    def answer(self) -> bytes:
        return receive(self._channel, until=self._until)

    def end(self) -> None:
        self._channel.close()
        self._process.kill()
        self._process.wait()
