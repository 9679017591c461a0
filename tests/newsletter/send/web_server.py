"""A provider's web server on a free port, with its good and bad days: bytes in, bytes out."""

import json
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

REASONS = {200: "OK", 307: "Temporary Redirect"}


@dataclass(frozen=True)
class Heard:
    """One request as it came. headers: names in lower case."""

    line: str
    headers: Mapping[str, str]
    body: bytes


def answer(status: int, said: object = None, /, **headers: str) -> bytes:
    """Return a whole answer with a JSON object, or with this text."""
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    reason = REASONS.get(status, "Said")
    head = f"HTTP/1.1 {status} {reason}\r\nContent-Length: {len(body)}\r\n{more}\r\n"
    return head.encode() + body


@dataclass
class Web:
    """Answers each request with what `says` gives for it; keeps what it heard.

    Says None: it hangs up. Says b"": it is silent until the other side goes.
    """

    says: Callable[[Heard], bytes | None]
    heard: list[Heard] = field(default_factory=list)
    connections: int = 0


class _Handler(socketserver.StreamRequestHandler):
    server: "_Server"

    def handle(self) -> None:
        web = self.server.web
        web.connections += 1
        while (heard := self._hear()) is not None:
            web.heard.append(heard)
            said = web.says(heard)
            if said == b"":
                self.rfile.read(1)  # until the other side has waited long enough
            if not said:
                return
            try:
                self.wfile.write(said)
            except OSError:
                return

    def _hear(self) -> Heard | None:
        line = self.rfile.readline().decode().strip()
        headers = {}
        while (field_line := self.rfile.readline().decode().strip()) != "":
            name, _, value = field_line.partition(":")
            headers[name.lower()] = value.strip()
        if not line:
            return None
        return Heard(line, headers, self.rfile.read(int(headers.get("content-length", 0))))


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, web: Web, tls: ssl.SSLContext | None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.web, self._tls = web, tls

    def get_request(self) -> tuple[socket.socket, object]:
        plain, address = super().get_request()
        if self._tls is None:
            return plain, address
        return self._tls.wrap_socket(plain, server_side=True), address

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes in the midst of things is what some tests do."""


@contextmanager
def web_serving(web: Web, tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """Serve on a free port while the body runs; give the port."""
    with _Server(web, tls) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()
