"""An SMTP sink for the kill test: what it accepts is on disk before it says 250.

`python -m tests.chaos.sink LEDGER` prints its port and serves until it is ended. Each line of the
ledger is one acceptance: recipient, Message-ID, SHA-256 of the message as it came. What the client
sent before it died is still read and accepted, as a real relay does.
"""

import asyncio
import hashlib
import os
import random
import re
import sys
from dataclasses import dataclass, field
from email.parser import BytesHeaderParser

SLOWEST_ANSWER_S = 0.02
_RECIPIENT = re.compile(rb"RCPT TO:<([^>]*)>", re.IGNORECASE)


@dataclass
class Sink:
    """Serves SMTP and writes acceptances to an open file descriptor."""

    ledger: int
    chance: random.Random = field(default_factory=lambda: random.Random(7))  # noqa: S311 - delays

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hold one conversation."""
        try:
            writer.write(b"220 sink\r\n")
            recipient = b""
            while line := await reader.readline():
                command = line.strip().upper()
                if found := _RECIPIENT.match(line):
                    recipient = found.group(1)
                if command == b"DATA":
                    writer.write(b"354 go on\r\n")
                    await writer.drain()
                    await self._accept(recipient, await _read_message(reader))
                writer.write(b"221 bye\r\n" if command == b"QUIT" else b"250 done\r\n")
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _accept(self, recipient: bytes, message: bytes) -> None:
        message_id = BytesHeaderParser().parsebytes(message)["Message-ID"].encode()
        digest = hashlib.sha256(message).hexdigest().encode()
        os.write(self.ledger, b"\t".join([recipient, message_id, digest]) + b"\n")
        os.fsync(self.ledger)
        await asyncio.sleep(self.chance.uniform(0, SLOWEST_ANSWER_S))


async def _read_message(reader: asyncio.StreamReader) -> bytes:
    lines: list[bytes] = []
    while (line := await reader.readline()) != b".\r\n":
        if not line.endswith(b"\r\n"):
            raise asyncio.IncompleteReadError(line, None)
        lines.append(line)
    return b"".join(lines)


async def main(path: str) -> None:
    """Serve on a free port of this machine."""
    ledger = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    server = await asyncio.start_server(Sink(ledger).serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201 - the parent reads it
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
