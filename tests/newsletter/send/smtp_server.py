"""A real SMTP server (aiosmtpd) on a free port, with a relay's good and bad days."""

import asyncio
import ssl
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.newsletter.send.serving import served


@dataclass
class Relay:
    """Answers by what the recipient's local part begins with; keeps what it accepted.

    mail:  the answer to MAIL FROM, for all.
    heard: every command that matters, in order.
    """

    mail: str = "250 OK"
    accepted: list[Envelope] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.heard.append(f"MAIL {address}")
        envelope.mail_from = address
        return self.mail

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.heard.append(f"RCPT {address}")
        kind, _, code = address.partition("@")[0].partition(".")
        if kind == "vanish":
            _hang_up(server)
        if kind == "rcpt":
            return f"{code} {code[0]}.1.1 so it is"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        kind, _, code = envelope.rcpt_tos[0].partition("@")[0].partition(".")
        self.heard.append("DATA")
        if kind == "silent":
            _hang_up(server)
        if kind == "mute":
            await asyncio.Event().wait()
        if kind == "dot":
            return f"{code} {code[0]}.0.0 so it is"
        self.accepted.append(envelope)
        return "250 2.0.0 queued as 7A"


def _hang_up(server: SMTP) -> None:
    assert isinstance(server.transport, asyncio.Transport)
    server.transport.abort()


@contextmanager
def serving(
    handler: object, *, over_tls: ssl.SSLContext | None = None, **options: Any
) -> Iterator[int]:
    """Serve on a free port while the body runs; give the port.

    over_tls: for a port where TLS comes first (SMTPS); options: of aiosmtpd's SMTP.
    """

    def start(loop: asyncio.AbstractEventLoop) -> Coroutine[Any, Any, asyncio.Server]:
        def make() -> SMTP:
            return SMTP(handler, loop=loop, hostname="relay.example.org", **options)

        return loop.create_server(make, "127.0.0.1", 0, ssl=over_tls)

    with served(start) as port:
        yield port
