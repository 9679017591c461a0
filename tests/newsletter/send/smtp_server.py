"""A real SMTP server (aiosmtpd) on a free port, with a relay's good and bad days."""

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session


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
    loop = asyncio.new_event_loop()

    def make() -> SMTP:
        return SMTP(handler, loop=loop, hostname="relay.example.org", **options)

    server = loop.run_until_complete(loop.create_server(make, "127.0.0.1", 0, ssl=over_tls))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(server.close)
        asyncio.run_coroutine_threadsafe(_finish(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _finish() -> None:
    """Let conversations that were cut off end, so that nothing is left behind."""
    await asyncio.sleep(0)
    mine = asyncio.current_task()
    others = [task for task in asyncio.all_tasks() if task is not mine]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
