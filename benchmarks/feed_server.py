"""A process of its own that serves invented feeds with ETags on loopback."""

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PARAGRAPH = "<p>Scholen en lerarenopleidingen leiden samen leraren op. " * 12


@contextmanager
def serving_feeds(feeds: int, entries: int) -> Iterator[str]:
    """Start the server, give its address, and end it by its process id."""
    command = [sys.executable, "-m", "benchmarks.feed_server", str(feeds), str(entries)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        try:
            yield server.stdout.readline().strip()
        finally:
            server.terminate()


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


def main() -> None:
    """Serve until ended; print the address first."""
    count, entries = int(sys.argv[1]), int(sys.argv[2])
    documents = {f"/{n}.xml": feed(n, entries) for n in range(count)}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            body = documents[self.path]
            etag = f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'
            known = self.headers.get("If-None-Match") == etag
            self.send_response(304 if known else 200)
            self.send_header("ETag", etag)
            self.send_header("Content-Type", "application/rss+xml")
            self.send_header("Content-Length", "0" if known else str(len(body)))
            self.end_headers()
            if not known:
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
