"""Reading documents of strangers in child processes, under limits of time and memory.

A document that is made to burn the processor, eat the memory or crash a library ends a child; that
costs its source one look. Another child reads on, and a new one takes the place.
"""

import json
import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol, Self

from feeds.children import end_child, start_child
from feeds.errors import (
    STUMBLES,
    GatherError,
    MalformedSource,
    ReaderBroken,
    SourceTooHeavy,
    SourceTooLarge,
)
from feeds.values import Parsed
from feeds.wire import (
    NO_MEMORY,
    READ,
    ChannelClosed,
    Request,
    pack_request,
    receive,
    send,
    unpack_parsed,
)

CHILD: Final = "feeds.reading_child"  # by name: its parsers are not for this process
LAST_WORDS: Final = 65536  # bytes: what a pipe holds of what a child said before it ended
END_S: Final = 5.0
RETIRES_AFTER: Final = (
    16 * 1024 * 1024
)  # bytes read: what parsers leave lying about does not add up
REFUSALS: Final = {one.__name__: one for one in (MalformedSource, SourceTooLarge)}


@dataclass(frozen=True, slots=True)
class ReadingLimits:
    """What reading one document may take.

    The largest documents that we fetch, 10 MiB, take at most 240 MiB and 6 s (feed of 1000 long
    entries, JSON feed of 150,000 short ones); a child that has read nothing yet takes 40 MiB.
    children: at least two, so that a document that takes its time does not hold up the others.
    """

    cpu_s: int = 20
    memory_bytes: int = 512 * 1024 * 1024
    whole_s: float = 60.0
    children: int = min(max(os.cpu_count() or 1, 2), 4)


READING: Final = ReadingLimits()


class Read(Protocol):
    """Reads one document."""

    def __call__(
        self, kind: str, document: bytes, *, base_url: str, now: datetime, content_type: str = ""
    ) -> Parsed:
        """Return what the document holds. Raises MalformedSource, SourceTooLarge, SourceTooHeavy.

        kind: a key of `feeds.sources.PARSERS`. content_type: the header of that name, or "".
        """
        ...


class Readers:
    """The children of one round: started when the first document comes, ended with the `with`.

    Safe to share between threads; who asks waits until a child is free.
    """

    def __init__(self, limits: ReadingLimits = READING) -> None:
        self._limits = limits
        self._free = threading.BoundedSemaphore(limits.children)
        self._lock = threading.Lock()
        self._idle: list[_Child] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for child in self._idle:
            child.end()

    @property
    def pids(self) -> tuple[int, ...]:
        """Return the process ids of the children that wait for a document."""
        with self._lock:
            return tuple(child.pid for child in self._idle)

    def read(
        self, kind: str, document: bytes, *, base_url: str, now: datetime, content_type: str = ""
    ) -> Parsed:
        """Return what the document holds, as `Read` says.

        Raises also ReaderBroken when no child can be started: then no document can be read.
        """
        request = pack_request(Request(kind, content_type, base_url, now))
        with self._free:
            try:
                return self._ask(request, document)
            except _NotBegunError:  # it was ended while it had nothing to do
                return self._ask_new(request, document)

    def _ask_new(self, request: bytes, document: bytes) -> Parsed:
        try:
            return self._ask(request, document)
        except _NotBegunError as failure:
            raise ReaderBroken(f"the reader of documents does not start: {failure}") from failure

    def _ask(self, request: bytes, document: bytes) -> Parsed:
        child = self._take()
        try:
            return child.read(request, document)
        finally:
            self._give_back(child)

    def _take(self) -> "_Child":
        with self._lock:
            if self._idle:
                return self._idle.pop()
        return _Child(self._limits)

    def _give_back(self, child: "_Child") -> None:
        if child.is_usable:
            with self._lock:
                self._idle.append(child)
        else:
            child.end()


class _NotBegunError(Exception):
    """The child ended before the document was there."""


class _Child:
    """One child process. is_usable: whether it can read another document."""

    def __init__(self, limits: ReadingLimits) -> None:
        self._limits = limits
        self._bytes_read = 0
        self.is_usable = True
        self._channel, self._process = start_child(
            CHILD, limits.memory_bytes, limits.cpu_s, stderr=subprocess.PIPE
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    def read(self, request: bytes, document: bytes) -> Parsed:
        until = time.monotonic() + self._limits.whole_s
        self.is_usable = False  # until it has answered
        self._bytes_read += len(document)
        self._begin(request, document, until)
        try:
            answer = receive(self._channel, until=until)
        except TimeoutError:
            raise SourceTooHeavy(
                f"reading it took more than {self._limits.whole_s:g} seconds"
            ) from None
        except ChannelClosed:
            raise self._why_it_ended() from None
        return self._understand(answer)

    def end(self) -> None:
        """End the process, whatever it is doing."""
        end_child(self._channel, self._process)

    def _begin(self, request: bytes, document: bytes, until: float) -> None:
        try:
            self._channel.settimeout(self._limits.whole_s)
            send(self._channel, request)
            send(self._channel, document)
            receive(self._channel, until=until)
        except (ChannelClosed, TimeoutError) as failure:
            raise _NotBegunError(f"{failure} {self._last_word()}".strip()) from failure

    def _understand(self, answer: bytes) -> Parsed:
        what, told = answer[:1], answer[1:]
        try:
            understood = unpack_parsed(told) if what == READ else _refusal(told)
        except STUMBLES as failure:
            raise MalformedSource("reading it gave an answer that is none") from failure
        self.is_usable = self._bytes_read < RETIRES_AFTER
        if isinstance(understood, GatherError):
            raise understood
        return understood

    def _why_it_ended(self) -> GatherError:
        word = self._last_word()
        status = self._process.returncode
        if status == -signal.SIGXCPU:
            return SourceTooHeavy(
                f"reading it took more than {self._limits.cpu_s} seconds of computing"
            )
        if status == NO_MEMORY:
            size = self._limits.memory_bytes // 2**20
            return SourceTooHeavy(f"reading it took more than {size} MiB of memory")
        if status < 0:
            return SourceTooHeavy(f"reading it ended the reader: {signal.Signals(-status).name}")
        return MalformedSource(f"it cannot be read: {word or f'status {status}'}")

    def _last_word(self) -> str:
        """Return what kind of exception ended the process, which is over now."""
        try:
            self._process.wait(END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        said = self._process.stderr.read(LAST_WORDS) if self._process.stderr else b""
        lines = said.decode("utf-8", "replace").strip().splitlines() or [""]
        return lines[-1].partition(":")[0]


def _refusal(told: bytes) -> GatherError:
    name, line = json.loads(told)
    return REFUSALS[name](line)
