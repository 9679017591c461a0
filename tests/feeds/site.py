"""A web site on this machine for tests of gathering: what each path answers, and what was asked."""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self


@dataclass(frozen=True, slots=True)
class Answer:
    """What a path answers. drip_s: seconds between one byte of the body and the next."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    drip_s: float = 0.0


class Site:
    """Serves `pages` while the `with` body runs; an ETag in an answer makes it conditional."""

    def __init__(self) -> None:
        self.pages: dict[str, Answer] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.connections = 0
        self.most_at_once = 0
        self._under_way: set[object] = set()
        self.stopping = threading.Event()
        self._lock = threading.Lock()
        handler = type("Handler", (_Handler,), {"site": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def host_port(self) -> str:
        return f"127.0.0.1:{self._server.server_port}"

    @property
    def at_once(self) -> int:
        """How many answers are under way."""
        return len(self._under_way)

    @property
    def port(self) -> int:
        return self._server.server_port

    def url(self, path: str) -> str:
        return f"http://{self.host_port}{path}"

    def put(self, path: str, body: bytes | str = b"", status: int = 200, **headers: str) -> str:
        """Let a path answer this; return its address. Header names are written with "_" for "-"."""
        raw = body.encode() if isinstance(body, str) else body
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.pages[path] = Answer(raw, status, named)
        return self.url(path)

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]

    def begin(self, who: object, path: str, headers: Iterable[tuple[str, str]]) -> Answer:
        with self._lock:
            self.asked.append((path, dict(headers)))
            self._under_way.add(who)
            self.most_at_once = max(self.most_at_once, len(self._under_way))
        return self.pages.get(path, Answer(status=404))

    def end(self, who: object) -> None:
        """Before the last bytes leave: who has them may ask again before this thread runs on."""
        with self._lock:
            self._under_way.discard(who)


class _Handler(BaseHTTPRequestHandler):
    site: Site
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self.site.connections += 1

    def do_GET(self) -> None:
        answer = self.site.begin(self, self.path, self.headers.items())
        try:
            self._give(answer)
        finally:
            self.site.end(self)

    def _give(self, answer: Answer) -> None:
        etag = answer.headers.get("ETag")
        fresh = etag is not None and self.headers.get("If-None-Match") == etag
        self.send_response(304 if fresh else answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if fresh:
            self.site.end(self)
            self.end_headers()
            return
        if "Content-Length" not in answer.headers:
            self.send_header("Content-Length", str(len(answer.body)))
        if not answer.body:
            self.site.end(self)
        self.end_headers()
        self._write(answer)

    def _write(self, answer: Answer) -> None:
        try:
            if not answer.drip_s:
                self.site.end(self)
                self.wfile.write(answer.body)
                return
            for byte in answer.body:
                if self.site.stopping.wait(answer.drip_s):
                    return
                self.wfile.write(bytes([byte]))
        except OSError:
            self.close_connection = True  # the other side had enough

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
        return
