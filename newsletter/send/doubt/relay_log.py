"""What became of messages, as the relay's own log tells it (Postfix).

Asked of messages whose final dot may have been sent without an answer that we know. A line of the
log is believed only where it stands: the program that wrote it, then the queue id, then what it
says; what people can write into a mail or a greeting stands further on.

accepted      a queue id with that Message-ID became active, was handed on, or was removed when done
not accepted  every queue id with it was cut off before its dot, or there is none; and that is all
              there will be: every conversation has ended, as many of them since the message was
              begun as there are messages asked for, in a log that goes back to before that
unknown       anything else: the log does not go back so far, lines of it were dropped, somebody
              still talks to the relay, or a queue id waits

What was put aside as `.1` or `.1.gz` is read where the file does not go back far enough. Who asks
the same again has the place in it kept. What is remembered is bounded by what is asked for.
"""

import gzip
import os
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, Final

OURS: Final = re.compile(rb"<e[0-9]{1,18}\.[a-z2-7]{24}@[^<>\s@]+>")
LINE: Final = re.compile(
    rb"(?P<at>[A-Z][a-z]{2} [ 0-9][0-9] [0-9:]{8}"
    rb"|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(?:\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:?[0-9]{2}))"
    rb" \S+ (?P<program>[\w.-]+(?:/[\w.-]+){0,3})\[(?P<pid>[0-9]{1,10})\]: (?P<said>.*)",
    re.DOTALL,
)
QUEUED: Final = re.compile(rb"(?P<queue>[0-9A-Za-z]{6,24}): (?P<said>.*)", re.DOTALL)
ACTIVE: Final = re.compile(rb"from=<[^>]*>, size=[0-9]+, nrcpt=[0-9]+ \(queue active\)")
HANDED_ON: Final = re.compile(rb"to=<.*, status=(?:sent|deferred|bounced|expired)\b", re.DOTALL)
CUT_OFF: Final = re.compile(rb"(?:lost connection|timeout|too many errors) after (?:DATA|BDAT)\b")
REFUSED: Final = re.compile(rb"(?:milter-)?reject: ")
DROPPED: Final = re.compile(rb"rate-limit|messages (?:lost|suppressed)", re.IGNORECASE)

LONGEST: Final = 4096  # bytes of a line that are looked at
MARGIN: Final = timedelta(hours=1)  # a conversation that has been silent as long is over
MOST_PASSES: Final = 8  # whose place is kept, of those who asked last
MOST_TALKS: Final = 10_000  # at once; Postfix allows a hundred of itself


class Fate(StrEnum):
    """What became of a message at the relay."""

    ACCEPTED = "accepted"
    NOT_ACCEPTED = "not accepted"
    UNKNOWN = "unknown"


class RelayLog:
    """The log of one relay. path: where it writes; a file that is not there tells nothing."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._passes: dict[tuple[frozenset[bytes], datetime], _Pass] = {}

    def look_up(self, message_ids: Collection[str], since: datetime) -> Mapping[str, Fate]:
        """Return what became of each message.

        message_ids: as in the header, with the angle brackets.
        since:       when the first of them was begun, aware; a second that it is within counts.
        """
        asked = (frozenset(one.encode() for one in message_ids), since)
        known = self._passes.pop(asked, None)
        try:
            if known is None or not known.goes_on(self._path):
                known = _Pass(*asked)
            known.read_on(self._path)
        except OSError:
            return dict.fromkeys(message_ids, Fate.UNKNOWN)
        self._passes[asked] = known
        if len(self._passes) > MOST_PASSES:
            del self._passes[next(iter(self._passes))]
        return {one: known.fate(one.encode()) for one in message_ids}


@dataclass(slots=True)
class _Pass:
    """One reading of the log for these messages, that can be gone on with.

    talks:     conversations that go on, by the process that holds them, with their last queue id.
    of_queue:  the message that a queue id is of; waiting: the queue ids of a message that wait.
    begins_at: the moment of the first line that was read.
    """

    wanted: frozenset[bytes]
    since: datetime
    file_id: tuple[int, int] | None = None
    place: int = 0
    begins_at: datetime | None = None
    ended: int = 0
    is_ours: bool = False
    is_whole: bool = True
    talks: dict[bytes, bytes] = field(default_factory=dict)
    of_queue: dict[bytes, bytes] = field(default_factory=dict)
    waiting: dict[bytes, set[bytes]] = field(default_factory=dict)
    accepted: set[bytes] = field(default_factory=set)

    def fate(self, message_id: bytes) -> Fate:
        if message_id in self.accepted:
            return Fate.ACCEPTED
        second = self.since.replace(microsecond=0)
        reaches_back = self.begins_at is not None and self.begins_at <= second
        is_over = not self.talks and self.ended >= len(self.wanted)
        if self.waiting.get(message_id) or not (self.is_ours and self.is_whole):
            return Fate.UNKNOWN
        return Fate.NOT_ACCEPTED if reaches_back and is_over else Fate.UNKNOWN

    def goes_on(self, path: Path) -> bool:
        """Say whether it still is the same file, with more in it. Raises OSError."""
        return _file_id(path) == self.file_id and path.stat().st_size >= self.place

    def read_on(self, path: Path) -> None:
        """Read what was written since the last time. Raises OSError."""
        if self.file_id is None:
            self._begin(path)
        with path.open("rb") as file:
            file.seek(self.place)
            self._read(file)

    def _begin(self, path: Path) -> None:
        """Find where to begin: in an older file when this one does not go back far enough."""
        early = self.since - MARGIN
        self.file_id = _file_id(path)
        with path.open("rb") as file:
            self.place = _find(file, early)
        if self.place == 0:
            for older in _older(path, early):
                with _open(older) as file:
                    self._read(file)
            self.place = 0

    def _read(self, file: BinaryIO) -> None:
        for line, size_bytes in _lines(file):
            self.place += size_bytes
            if (told := LINE.match(line)) is not None:
                self._hear(told)

    def _hear(self, told: re.Match[bytes]) -> None:
        if self.begins_at is None:
            self.begins_at = _moment(told["at"], near=self.since)
        program, said = told["program"], told["said"].rstrip(b"\r\n")
        if not program.startswith(b"postfix"):
            self.is_whole = self.is_whole and not DROPPED.search(said)
            return
        service = program.rpartition(b"/")[2]
        if service == b"master" and said.startswith(b"daemon started"):
            self.talks.clear()
        elif service == b"smtpd":
            self._hear_talk(told, said)
        elif (queued := QUEUED.fullmatch(said)) is not None:
            self._hear_queue(service, queued["queue"], queued["said"])

    def _hear_talk(self, told: re.Match[bytes], said: bytes) -> None:
        pid = told["pid"]
        if said.startswith(b"disconnect from "):
            self.talks.pop(pid, None)
            moment = _moment(told["at"], near=self.since)
            self.ended += moment is not None and moment >= self.since.replace(microsecond=0)
        elif CUT_OFF.match(said):
            self._lose(self.talks.get(pid, b""))
        elif said.startswith(b"connect from "):
            self._talk(pid, b"")
        elif (queued := QUEUED.fullmatch(said)) is not None:
            queue = queued["queue"]
            if queued["said"].startswith(b"client="):
                self.of_queue.pop(queue, None)  # the name was another's before
                self._talk(pid, queue)
            elif REFUSED.match(queued["said"]):
                self._lose(queue)

    def _hear_queue(self, service: bytes, queue: bytes, said: bytes) -> None:
        if service == b"cleanup" and said.startswith(b"message-id="):
            message_id = said.removeprefix(b"message-id=")
            self.is_ours = self.is_ours or OURS.fullmatch(message_id) is not None
            if message_id in self.wanted:
                self.of_queue[queue] = message_id
                self.waiting.setdefault(message_id, set()).add(queue)
        elif queue not in self.of_queue:
            return
        elif service == b"cleanup" and REFUSED.match(said):
            self._lose(queue)
        elif said == b"removed" or ACTIVE.fullmatch(said) or HANDED_ON.match(said):
            self.accepted.add(self.of_queue[queue])

    def _talk(self, pid: bytes, queue: bytes) -> None:
        if len(self.talks) < MOST_TALKS or pid in self.talks:
            self.talks[pid] = queue
        else:
            self.is_whole = False

    def _lose(self, queue: bytes) -> None:
        message_id = self.of_queue.pop(queue, None)
        if message_id is not None:
            self.waiting[message_id].discard(queue)


def _lines(file: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """Yield the lines with their size; of a huge one what it begins with.

    A last one that is still being written waits.
    """
    while line := file.readline(LONGEST):
        size_bytes = len(line)
        rest = line
        while rest and not rest.endswith(b"\n"):
            rest = file.readline(LONGEST)
            size_bytes += len(rest)
        if not rest:
            return
        yield line, size_bytes


def _find(file: BinaryIO, moment: datetime) -> int:
    """Return a place, at the beginning of a line, from which all is that was written since."""
    low, high = 0, file.seek(0, os.SEEK_END)
    while high - low > 1 << 20:
        middle = (low + high) // 2
        file.seek(middle)
        file.readline(LONGEST)
        begin = file.tell()
        at = _first_moment(file, near=moment)
        if at is not None and at < moment:
            low = begin
        else:
            high = middle
    return low


def _older(path: Path, moment: datetime) -> list[Path]:
    """Return the files that were put aside since, the oldest first."""
    found: list[Path] = []
    begin = _begin_of(path, moment)
    for number in range(1, 100):
        name = path.with_name(f"{path.name}.{number}")
        file = name if name.exists() else name.with_name(name.name + ".gz")
        if not file.exists() or (begin is not None and begin <= moment):
            break
        found.append(file)
        begin = _begin_of(file, moment)
    return found[::-1]


def _begin_of(path: Path, near: datetime) -> datetime | None:
    with _open(path) as file:
        return _first_moment(file, near=near)


def _first_moment(file: BinaryIO, *, near: datetime) -> datetime | None:
    for _, (line, _) in zip(range(1000), _lines(file), strict=False):
        if (told := LINE.match(line)) is not None:
            return _moment(told["at"], near=near)
    return None


def _open(path: Path) -> BinaryIO:
    return gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")  # type: ignore[return-value] # reads bytes


def _file_id(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino


def _moment(text: bytes, *, near: datetime) -> datetime | None:
    """Return when a line was written; one without a year is of the year that fits best.

    The old form has the clock of this machine (RFC 3164 §4.1.2), the new one an offset (RFC 5424).
    """
    words = text.decode("ascii")
    try:
        if words[0].isdigit():
            return datetime.fromisoformat(words)
        years = (near.year - 1, near.year, near.year + 1)
        found = [_local(f"{year} {words}") for year in years]
    except ValueError:
        return None
    fitting = [one for one in found if one is not None]
    return min(fitting, key=lambda one: abs(one - near), default=None)


def _local(words: str) -> datetime | None:
    try:
        naive = datetime.strptime(words, "%Y %b %d %H:%M:%S")  # noqa: DTZ007 - of this machine
    except ValueError:  # 29 February in another year
        return None
    return naive.astimezone(UTC)
