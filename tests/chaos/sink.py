"""An SMTP sink for the kill protocol: what it accepts is on disk before it says 250.

`python -m tests.chaos.sink LEDGER [--slowest SECONDS] [--pipelining]` prints its port and serves
until it is ended. Each line of the ledger is one acceptance: recipient, Message-ID, SHA-256 of the
message, and when. What the client sent before it died is still read and accepted, as a real relay
does.

A line `EVENT COUNT PID` on its standard input kills that process at the COUNTth such event from
then on; see `EVENTS`.
"""

import argparse
import asyncio
import hashlib
import os
import random
import re
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from signal import SIGKILL
from typing import Final

EVENTS: Final = (
    "banner",  # said
    "rcpt",  # heard, not answered
    "354",  # said
    "body",  # its first bytes came
    "dot",  # heard, nothing written down, not answered
    "recorded",  # written down, not answered
    "250",  # said to the dot
    "between",  # heard MAIL after a message
    "quit",  # heard
)
_RECIPIENT = re.compile(rb"RCPT TO:<([^>]*)>", re.IGNORECASE)
_MESSAGE_ID = re.compile(rb"^Message-ID:\s*(<[^>\r\n]*>)", re.IGNORECASE | re.MULTILINE)
_LARGEST = 1 << 26  # bytes of one message
_FIRST = 256  # bytes of a body; every message has more


@dataclass
class Sink:
    """Serves SMTP and writes acceptances to an open file descriptor."""

    ledger: int
    slowest_s: float
    offers: bytes
    chance: random.Random = field(default_factory=lambda: random.Random(7))  # noqa: S311 - delays
    kills: dict[str, list[int]] = field(default_factory=dict)

    async def take_orders(self) -> None:
        """Read whom to kill, and when."""
        orders = asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(orders)
        await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
        while order := await orders.readline():
            event, count, pid = order.decode().split()
            self.kills[event] = [int(count), int(pid)]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hold one conversation."""
        conversation = _Conversation(self, reader, writer)
        try:
            await conversation.hold()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def seen(self, event: str) -> None:
        """Kill who is to be killed now."""
        if event not in self.kills:
            return
        order = self.kills[event]
        order[0] -= 1
        if order[0] <= 0:
            del self.kills[event]
            with suppress(ProcessLookupError):
                os.kill(order[1], SIGKILL)

    def record(self, recipient: bytes, message: bytes) -> None:
        """Write an acceptance down, durably."""
        found = _MESSAGE_ID.search(message)
        told = (
            recipient,
            found[1] if found else b"",
            hashlib.sha256(message).hexdigest().encode(),
            f"{time.time():.6f}".encode(),
        )
        os.write(self.ledger, b"\t".join(told) + b"\n")
        os.fdatasync(self.ledger)


@dataclass
class _Conversation:
    sink: Sink
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    recipient: bytes = b""
    messages: int = 0

    async def hold(self) -> None:
        self._say(b"220 sink.example.org ESMTP")
        self.sink.seen("banner")
        while line := await self.reader.readline():
            command = line[:4].strip().upper()
            if command == b"DATA":
                await self._take()
            elif command == b"EHLO":
                self._say(b"250-sink.example.org", *self.sink.offers.splitlines(), b"250 8BITMIME")
            elif command == b"QUIT":
                self.sink.seen("quit")
                self._say(b"221 bye")
                return
            else:
                self._hear(command, line)
                self._say(b"250 2.1.0 done")

    def _hear(self, command: bytes, line: bytes) -> None:
        if command == b"MAIL" and self.messages:
            self.sink.seen("between")
        if found := _RECIPIENT.match(line):
            self.recipient = found[1]
            self.sink.seen("rcpt")

    async def _take(self) -> None:
        self._say(b"354 go on")
        self.sink.seen("354")
        first = await self.reader.readexactly(_FIRST)
        self.sink.seen("body")
        rest = await self.reader.readuntil(b"\r\n.\r\n")
        self.sink.seen("dot")
        message = (first + rest)[:-3].replace(b"\r\n..", b"\r\n.")
        self.sink.record(self.recipient, message)
        self.messages += 1
        self.sink.seen("recorded")
        await asyncio.sleep(self.sink.chance.uniform(0, self.sink.slowest_s))
        self._say(b"250 2.0.0 taken")
        self.sink.seen("250")

    def _say(self, *lines: bytes) -> None:
        """Answer; to a client that died nothing is said, and what it sent is still read."""
        with suppress(ConnectionError):
            self.writer.write(b"".join(line + b"\r\n" for line in lines))


async def main() -> None:
    """Serve on a free port of this machine."""
    parser = argparse.ArgumentParser()
    parser.add_argument("ledger")
    parser.add_argument("--slowest", type=float, default=0.02)
    parser.add_argument("--pipelining", action="store_true")
    told = parser.parse_args()
    sink = Sink(
        ledger=os.open(told.ledger, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600),
        slowest_s=told.slowest,
        offers=b"250-PIPELINING\n" if told.pipelining else b"",
    )
    server = await asyncio.start_server(sink.serve, "127.0.0.1", 0, limit=_LARGEST)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201 - the parent reads it
    await sink.take_orders()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
