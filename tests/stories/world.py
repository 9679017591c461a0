"""The world around the program: a partner's web site, readers' mailboxes, and the commands.

Everything is real and on loopback: an HTTP server with ETags, an SMTP server, the program's own
commands and pages. A story looks through these doors only, never into the database.
"""

import email
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from starlette.testclient import TestClient

from newsletter.cli import app as cli
from newsletter.wiring import read_services
from tests.newsletter.send.smtp_server import serving
from web.app import create_app


@dataclass
class Mailboxes:
    """Every message that the SMTP server accepted, in order."""

    messages: list[tuple[str, EmailMessage]] = field(default_factory=list)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        assert isinstance(envelope.content, bytes)
        message = email.message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self.messages.extend((recipient, message) for recipient in envelope.rcpt_tos)
        return "250 accepted"

    def take(self) -> dict[str, EmailMessage]:
        """Return what came since the last look, by reader; nobody may have got two."""
        taken, self.messages = self.messages, []
        assert len({recipient for recipient, _ in taken}) == len(taken)
        return dict(taken)


@dataclass
class Partner:
    """A partner's web site: documents by path, and what was asked."""

    address: str
    documents: dict[str, bytes] = field(default_factory=dict)
    statuses: list[int] = field(default_factory=list)


@dataclass
class World:
    """A partner, mailboxes, and the program between them."""

    partner: Partner
    mailboxes: Mailboxes
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def at(self, moment: str) -> None:
        """Set the program's clock."""
        self.monkeypatch.setenv("NEWSLETTER_NOW", moment)

    def run(self, *words: str, status: int = 0) -> str:
        """Run a command, require its exit status, and return what it printed."""
        ended, out, err = self._call(*words)
        assert ended == status, (words, ended, err)
        return err if status else out

    def ask(self, *words: str) -> Any:
        """Run a command with --json and return its document."""
        return json.loads(self.run(*words, "--json"))

    def findings(self, edition: str) -> list[str]:
        """Return the rules that `edition check` found broken; its status says whether any is."""
        ended, out, _ = self._call("edition", "check", edition, "--json")
        report = json.loads(out)
        assert ended == (0 if report["passed"] else 1)
        return [one["rule"] for one in report["findings"]]

    def _call(self, *words: str) -> tuple[int, str, str]:
        self.capsys.readouterr()
        self.monkeypatch.setattr("sys.argv", ["newsletter", *words])
        try:
            cli.main()
            ended = 0
        except SystemExit as end:
            ended = int(end.code or 0)
        printed = self.capsys.readouterr()
        return ended, printed.out, printed.err

    @contextmanager
    def site(self) -> Iterator[TestClient]:
        """Open the web site."""
        services = read_services()
        with TestClient(create_app(services), follow_redirects=False) as client:
            yield client
        services.db.close()


@contextmanager
def open_world(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], database: str
) -> Iterator[World]:
    """Start the servers and point the settings at them; end everything afterwards."""
    mailboxes = Mailboxes()
    with serving(mailboxes) as smtp_port, _partner() as partner:
        monkeypatch.setenv("NEWSLETTER_DATA_DIR", str(folder))
        monkeypatch.setenv("NEWSLETTER_DATABASE_URL", database)
        monkeypatch.setenv("NEWSLETTER_SMTP_URL", f"smtp://127.0.0.1:{smtp_port}?connections=2")
        monkeypatch.setenv("NEWSLETTER_SOURCE_ALLOW", partner.address.removeprefix("http://"))
        yield World(partner, mailboxes, monkeypatch, capsys)


@contextmanager
def _partner() -> Iterator[Partner]:
    partner = Partner("")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = partner.documents.get(self.path)
            etag = f'"{hashlib.sha256(body or b"").hexdigest()[:16]}"'
            status = 404 if body is None else 200
            if body is not None and self.headers.get("If-None-Match") == etag:
                status = 304
            partner.statuses.append(status)
            self.send_response(status)
            self.send_header("ETag", etag)
            self.end_headers()
            if status == 200:
                self.wfile.write(body or b"")

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    partner.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield partner
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
