"""A relay that misbehaves as told, on a free port; it reads SMTP itself, so that it can.

What it takes is what came between DATA and the dot, unstuffed, byte for byte (RFC 5321 §4.5.2).
"""

import asyncio
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum, auto

from tests.newsletter.send.serving import served

END = b"\r\n.\r\n"
LARGEST = 1 << 24


class Way(Enum):
    """What it does instead of answering."""

    HANGS_UP = auto()
    IS_SILENT = auto()


@dataclass(frozen=True)
class Heard:
    """What came. word: "connect", the command in capitals, or "." for a whole message.

    line: as it came; recipient: of the message; number: of messages begun on the connection.
    """

    word: str
    line: bytes = b""
    recipient: str = ""
    number: int = 0


Answer = bytes | Way | tuple[float, bytes]
"""The bytes of a reply; or what is done instead; or the seconds before it, and the reply."""
Manners = Callable[[Heard], Answer]


def well(heard: Heard) -> Answer:
    """Answer as a relay should that offers PIPELINING."""
    return {
        "connect": b"220 relay.example.org ESMTP\r\n",
        "EHLO": b"250-relay.example.org\r\n250-PIPELINING\r\n250 8BITMIME\r\n",
        "DATA": b"354 go on\r\n",
        ".": b"250 2.0.0 queued as 7A\r\n",
        "QUIT": b"221 bye\r\n",
    }.get(heard.word, b"250 2.1.0 OK\r\n")


def slowly(heard: Heard) -> Answer:
    """Answer as a relay should that offers nothing."""
    return b"250 relay.example.org\r\n" if heard.word == "EHLO" else well(heard)


@dataclass
class BadRelay:
    """manners: what it answers; they may be changed while it serves.

    pace_s:   between two bytes of an answer; None for all at once.
    gathers:  whether the answers to commands that came together go out together.
    ends:     what ends a message: a lenient server takes others too.
    accepted: recipient and message of what it said yes to, or took without saying so.
    """

    manners: Manners = well
    pace_s: float | None = None
    gathers: bool = False
    ends: tuple[bytes, ...] = (END,)
    heard: list[Heard] = field(default_factory=list)
    accepted: list[tuple[str, bytes]] = field(default_factory=list)
    conversations: int = 0

    def words(self) -> list[str]:
        """Return the commands in the order in which they came."""
        return [one.word for one in self.heard]

    def recipients(self) -> list[str]:
        """Return to whom it took something, in order.

        A message without a byte is what a client has to send to nobody (RFC 2920 §3.1).
        """
        return [recipient for recipient, message in self.accepted if message]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hold one conversation."""
        self.conversations += 1
        try:
            await _Talk(self, reader, writer).hold()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.close()


@dataclass
class _Talk:
    relay: BadRelay
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    recipient: str = ""
    number: int = 0
    rest: bytes = b""
    held: bytes = b""
    wants_body: bool = False

    async def hold(self) -> None:
        if not await self._answer(Heard("connect")):
            return
        while line := await self._line():
            word = line[:4].strip().upper().decode("ascii", "replace")
            if word == "MAIL":
                self.number, self.recipient = self.number + 1, ""
            if word == "RCPT":
                self.recipient = line.partition(b"<")[2].partition(b">")[0].decode()
            heard = Heard(word, line, self.recipient, self.number)
            if not await self._answer(heard) or word == "QUIT":
                return
            if word == "DATA" and self.wants_body and not await self._take():
                return

    async def _take(self) -> bool:
        message = await self._message()
        heard = Heard(".", message, self.recipient, self.number)
        answer = self.relay.manners(heard)
        said = answer[1] if isinstance(answer, tuple) else answer
        if isinstance(said, Way) or said.startswith(b"2"):
            self.relay.accepted.append((self.recipient, message))
        return await self._answer(heard, answer)

    async def _message(self) -> bytes:
        came = b"\r\n"  # as if the line before had just ended: a message may begin with its dot
        while True:
            found = [(came.find(end), end) for end in self.relay.ends if end in came]
            if found:
                at, end = min(found)
                self.rest = came[at + len(end) :] + self.rest
                return (came[:at] + b"\r\n").replace(b"\r\n..", b"\r\n.")[2:]
            came += self.rest or await self._more()
            self.rest = b""

    async def _line(self) -> bytes:
        while b"\n" not in self.rest:
            if self.held:
                self.writer.write(self.held)
                self.held = b""
            more = await self.reader.read(LARGEST)
            if not more:
                return b""
            self.rest += more
        line, _, self.rest = self.rest.partition(b"\n")
        return line + b"\n"

    async def _more(self) -> bytes:
        if more := await self.reader.read(LARGEST):
            return more
        raise ConnectionResetError

    async def _answer(self, heard: Heard, answer: Answer | None = None) -> bool:
        """Answer, and say whether the conversation goes on."""
        self.relay.heard.append(heard)
        answer = self.relay.manners(heard) if answer is None else answer
        if isinstance(answer, tuple):
            await asyncio.sleep(answer[0])
            answer = answer[1]
        if answer is Way.HANGS_UP:
            self.writer.transport.abort()
            return False
        if answer is Way.IS_SILENT:
            await asyncio.Event().wait()
        assert isinstance(answer, bytes)
        self.wants_body = answer.startswith(b"354")
        await self._say(answer)
        return not answer.startswith(b"421")

    async def _say(self, answer: bytes) -> None:
        if self.relay.gathers and b"\n" in self.rest and not self.wants_body:
            self.held += answer
            return
        answer, self.held = self.held + answer, b""
        if self.relay.pace_s is None:
            self.writer.write(answer)
            return
        for byte in answer:
            self.writer.write(bytes([byte]))
            await self.writer.drain()
            await asyncio.sleep(self.relay.pace_s)


@contextmanager
def misbehaving(relay: BadRelay, tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """Serve on a free port while the body runs; give the port. tls: from the first byte."""
    with served(lambda _: asyncio.start_server(relay.serve, "127.0.0.1", 0, ssl=tls)) as port:
        yield port
