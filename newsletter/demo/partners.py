"""The invented partners' web server: feeds, a calendar, and the pages behind their links.

It answers a conditional request with 304 (RFC 9110 §13.1), so that a second look brings nothing.
"""

import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event as Signal
from threading import Thread
from typing import Any, Final, Self
from urllib.parse import urlsplit

from feeds.themes import DEFAULT_THEMES
from feeds.values import AMSTERDAM
from newsletter.demo.partner_site import Document, PartnerSite
from newsletter.ports import Clock

LOOPBACK: Final = "127.0.0.1"


class _Server(ThreadingHTTPServer):
    """Says nothing of who hangs up: connections are kept for a next question and left."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Tell of everything else."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class PartnerServer:
    """Serves the partners' site on this machine while the `with` body runs.

    day:   the demo's day zero; what partners publish is laid out around it.
    port:  0 for any free one.
    clock: entries that are dated later than today are not there yet.
    """

    def __init__(self, *, day: date, clock: Clock, port: int = 0) -> None:
        self._clock = clock
        self._changed = Signal()
        self._server = _Server((LOOPBACK, port), _handler(self._answer))
        labels = {theme.slug: theme.label for theme in DEFAULT_THEMES}
        self.site = PartnerSite(day=day, address=self.url, labels=labels)
        self._thread = Thread(target=self._server.serve_forever, name="partners", daemon=True)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self._server.server_port

    @property
    def host_port(self) -> str:
        """As `NEWSLETTER_SOURCE_ALLOW` wants it."""
        return f"{LOOPBACK}:{self.port}"

    @property
    def url(self) -> str:
        """The address of the site, without a slash at the end."""
        return f"http://{self.host_port}"

    def publish_changes(self) -> None:
        """Bring the calendar's second version out: one event moved, one cancelled."""
        self._changed.set()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _answer(self, path: str) -> Document | None:
        today = self._clock().astimezone(AMSTERDAM).date()
        return self.site.document(path, today=today, changed=self._changed.is_set())


def is_unchanged(document: Document, *, etag: str, since: str) -> bool:
    """Say whether the asker's copy is today's; a validator wins over a date (RFC 9110 §13.2.2)."""
    if etag:
        return document.etag in {one.strip() for one in etag.split(",")}
    moment = _http_date(since)
    return moment is not None and document.modified_at.replace(microsecond=0) <= moment


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _handler(answer: Callable[[str], Document | None]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30

        def do_GET(self) -> None:
            self._respond(body=True)

        def do_HEAD(self) -> None:
            self._respond(body=False)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - named by http.server
            """Say nothing: the terminal belongs to the demo."""

        def _respond(self, *, body: bool) -> None:
            document = answer(urlsplit(self.path).path)
            if document is None:
                self.send_error(HTTPStatus.NOT_FOUND)
                return
            etag = self.headers.get("If-None-Match", "")
            since = self.headers.get("If-Modified-Since", "")
            unchanged = is_unchanged(document, etag=etag, since=since)
            self.send_response(HTTPStatus.NOT_MODIFIED if unchanged else HTTPStatus.OK)
            self.send_header("ETag", document.etag)
            self.send_header("Last-Modified", format_datetime(document.modified_at, usegmt=True))
            if not unchanged:
                self.send_header("Content-Type", document.content_type)
                self.send_header("Content-Length", str(len(document.body)))
            self.end_headers()
            if body and not unchanged:
                self.wfile.write(document.body)

    return Handler
