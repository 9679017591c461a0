"""A process of its own that serves invented feeds with ETags, on twenty addresses of loopback.

Twenty, because partners' feeds do not all come from one host, and we ask one thing at a time of
each. It is as light as it can be: what is measured is who asks.
"""

import asyncio
import hashlib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

HOSTS: Final = 20
FEW: Final = 20  # with so many feeds, there are two documents more that are far too large
PARAGRAPH: Final = "<p>Scholen en lerarenopleidingen leiden samen leraren op. " * 12
HEADERS: Final = (
    "HTTP/1.1 {status}\r\nServer: bron\r\nDate: Thu, 22 Apr 2027 08:00:00 GMT\r\nETag: {etag}\r\n"
    "Content-Type: application/rss+xml; charset=UTF-8\r\nContent-Length: {length}\r\n\r\n"
)


@contextmanager
def serving_feeds(feeds: int, entries: int) -> Iterator[list[str]]:
    """Start the server, give the addresses of the feeds, and end it by its process id.

    Beside `FEW` feeds there are "/many.xml" with 50,000 entries, and "/large.ics" of 20 MB.
    """
    command = [sys.executable, "-m", "benchmarks.feed_server", str(feeds), str(entries)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        try:
            port = int(server.stdout.readline())
            yield [f"http://127.0.0.{1 + n % HOSTS}:{port}/{n}.xml" for n in range(feeds)]
        finally:
            server.terminate()


def allowed(urls: list[str]) -> str:
    """Return the setting that lets the program visit these addresses."""
    port = urls[0].split(":")[2].split("/")[0]
    return ",".join(f"127.0.0.{host}:{port}" for host in range(1, HOSTS + 1))


def feed(number: int, entries: int) -> bytes:
    """Return one RSS document of about 1 KB an entry."""
    items = "".join(
        f"<item><title>Bericht {n} van bron {number}</title>"
        f"<link>https://bron{number}.example.org/bericht/{n}</link>"
        f"<guid>https://bron{number}.example.org/?p={n}</guid>"
        f"<pubDate>Thu, 15 Apr 2027 0{n % 10}:00:00 +0200</pubDate>"
        f"<description><![CDATA[{PARAGRAPH}]]></description></item>"
        for n in range(entries)
    )
    head = f"<title>Bron {number}</title><link>https://bron{number}.example.org/</link>"
    return f'<rss version="2.0"><channel>{head}{items}</channel></rss>'.encode()


def many_entries() -> bytes:
    """Return a feed of 50,000 short entries, 7 MB."""
    items = "".join(
        f"<item><title>Bericht {n}</title><link>https://bron.example.org/{n}</link>"
        f"<guid>{n}</guid><description>Kort bericht.</description></item>"
        for n in range(50_000)
    )
    return f'<rss version="2.0"><channel><title>Veel</title>{items}</channel></rss>'.encode()


def large_calendar() -> bytes:
    """Return a calendar of 20 MB."""
    event = (
        "BEGIN:VEVENT\r\nUID:{n}@example.org\r\nDTSTART:20270501T080000Z\r\n"
        "SUMMARY:Bijeenkomst {n}\r\nDESCRIPTION:" + "Samen opleiden. " * 20 + "\r\nEND:VEVENT\r\n"
    )
    events = "".join(event.format(n=n) for n in range(50_000))
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}END:VCALENDAR\r\n".encode()


def documents(feeds: int, entries: int) -> dict[bytes, tuple[bytes, bytes]]:
    """Return the answers by path: the headers of a 304, and a whole 200."""
    bodies = {f"/{n}.xml": feed(n, entries) for n in range(feeds)}
    if feeds == FEW:
        bodies |= {"/many.xml": many_entries(), "/large.ics": large_calendar()}
    answers = {}
    for path, body in bodies.items():
        etag = f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'
        same = HEADERS.format(status="304 Not Modified", etag=etag, length=0).encode()
        head = HEADERS.format(status="200 OK", etag=etag, length=len(body)).encode()
        answers[path.encode()] = (same, head + body)
    return answers


class Talk(asyncio.Protocol):
    """One connection. A request with a validator is one from before: nothing here ever changes."""

    def __init__(self, answers: dict[bytes, tuple[bytes, bytes]]) -> None:
        self._answers = answers
        self._taken = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer each request that is whole."""
        self._taken += data
        while b"\r\n\r\n" in self._taken:
            request, _, self._taken = self._taken.partition(b"\r\n\r\n")
            same, whole = self._answers[request.split(b" ", 2)[1]]
            self._transport.write(same if b"\nif-none-match:" in request.lower() else whole)


async def serve(answers: dict[bytes, tuple[bytes, bytes]]) -> None:
    """Serve until ended; print the port first."""
    loop = asyncio.get_running_loop()
    first = await loop.create_server(lambda: Talk(answers), "127.0.0.1", 0)
    port = first.sockets[0].getsockname()[1]
    for host in range(2, HOSTS + 1):
        await loop.create_server(lambda: Talk(answers), f"127.0.0.{host}", port)
    print(port, flush=True)
    await first.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(documents(int(sys.argv[1]), int(sys.argv[2]))))
