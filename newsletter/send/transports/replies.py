"""A relay's replies (RFC 5321 §4.2), read from the bytes as they come."""

import re
from typing import Final, NamedTuple

from newsletter.errors import (
    TransportDeferred,
    TransportError,
    TransportRefused,
    TransportUnavailable,
)

KEPT: Final = 500  # of a server's words, in characters
LINES: Final = 65_536  # bytes of one reply, and of what waits to become one

CLOSING: Final = 421
TOO_MANY: Final = 552  # of RCPT: "too many recipients" in old words, so: later
LINE: Final = re.compile(rb"([0-9]{3}) ([^\r\n]*)\r\n")
WHOLE: Final = re.compile(rb"(?:[0-9]{3} [^\r\n]*\r\n)+")
MARKS: Final = (b" ", b"-", b"")


class Reply(NamedTuple):
    """One reply. lines: its words as they came, without codes."""

    code: int
    lines: tuple[bytes, ...]

    @property
    def words(self) -> str:
        """Its words on one line, as they are kept."""
        return " ".join(b" ".join(self.lines).decode("utf-8", "replace").split())[:KEPT]

    @property
    def is_done(self) -> bool:
        """Whether it says that the command was carried out."""
        return 200 <= self.code < 300

    @property
    def is_for_now(self) -> bool:
        """Whether the same may succeed later."""
        return 400 <= self.code < 500


class Garbled(TransportUnavailable):
    """What came is no SMTP."""


class ReplyReader:
    """Cuts what a relay sends into replies. Memory is bounded by LINES."""

    def __init__(self) -> None:
        self._rest = b""
        self._lines: list[bytes] = []
        self._size = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits to become a reply."""
        return not self._rest and not self._lines

    def feed(self, data: bytes) -> list[Reply]:
        """Return the replies that are complete now, in order. Raises Garbled."""
        if self.is_empty and WHOLE.fullmatch(data):  # as nearly all that a relay says
            return [Reply(int(code), (words,)) for code, words in LINE.findall(data)]
        *lines, self._rest = (self._rest + data).split(b"\n")
        found = []
        for line in lines:
            reply = self._line(line.rstrip(b"\r"))
            if reply is not None:
                found.append(reply)
        if len(self._rest) + self._size > LINES:
            raise Garbled("the relay's answer has no end")
        return found

    def _line(self, line: bytes) -> Reply | None:
        code, mark = line[:3], line[3:4]
        if not code.isdigit() or len(code) != 3 or mark not in MARKS:
            raise Garbled("the relay's answer is no SMTP")
        if mark == b"-":
            self._lines.append(line[4:])
            self._size += len(line)
            return None
        if not self._lines:
            return Reply(int(code), (line[4:],))
        lines, self._lines, self._size = (*self._lines, line[4:]), [], 0
        return Reply(int(code), lines)


def failure(kind: type[TransportError], reply: Reply) -> TransportError:
    """Return the error that this reply means."""
    return kind(reply.words, code=reply.code)


def offers_in(reply: Reply) -> dict[str, str]:
    """Return what a server offers, by keyword, with what it says of each (RFC 5321 §4.1.1.1)."""
    lines = (line.decode("ascii", "replace") for line in reply.lines[1:])
    offered = (line.partition(" ") for line in lines)
    return {keyword.upper(): rest.strip() for keyword, _, rest in offered}


def verdict(reply: Reply) -> type[TransportError]:
    """Return what it means that a message is not taken: for good, or for now."""
    return TransportRefused if reply.code // 100 == 5 else TransportDeferred


def verdict_of_recipient(reply: Reply) -> type[TransportError]:
    """Return what it means that a recipient is not taken."""
    if reply.code == CLOSING:
        return TransportUnavailable
    return TransportDeferred if reply.code == TOO_MANY else verdict(reply)
