"""The mail catcher: an SMTP server on this machine that accepts everything and sends nothing on."""

import asyncio
from typing import Final, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from newsletter.demo.mailbox import Mailbox

LOOPBACK: Final = "127.0.0.1"
LARGEST_OCTETS: Final = 10 * 1024 * 1024


class Catcher:
    """Takes mail into a mailbox while the `with` body runs. port: 0 for any free one."""

    def __init__(self, mailbox: Mailbox, *, port: int = 0) -> None:
        self.mailbox = mailbox
        self._controller = _Controller(
            _Handler(mailbox),
            hostname=LOOPBACK,
            port=port,
            server_hostname="localhost",  # its own look-up of a name may take seconds
            data_size_limit=LARGEST_OCTETS,
        )

    @property
    def port(self) -> int:
        """The port it listens on, once it does."""
        return int(self._controller.port)

    @property
    def host(self) -> str:
        """The address of this machine that it listens on."""
        return LOOPBACK

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()


class _Controller(Controller):
    """Knocks on the port that it was given when it asked for any."""

    def _trigger_server(self) -> None:
        if isinstance(self.server, asyncio.Server):
            self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]  # the library has none here


class _Handler:
    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Answer 250 once the mail is on disk, for each of its recipients."""
        content = envelope.content or b""
        message = content.encode() if isinstance(content, str) else content
        for recipient in envelope.rcpt_tos:
            await asyncio.to_thread(
                self._mailbox.keep, message, recipient=recipient, sender=envelope.mail_from or ""
            )
        return "250 2.0.0 caught"
