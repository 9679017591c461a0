"""Handing messages to a relay by SMTP (RFC 5321): connections that last, one recipient a message.

What an answer means depends on where in the dialogue it comes:

before RCPT    connect, EHLO, STARTTLS, AUTH, MAIL: the relay refuses us, no reader is to blame
RCPT, DATA     4yz and 552 later (RFC 5321 §4.5.3.1.10), 5yz never, for this person; lost: later,
               because a message that makes a relay hang up must not hold up everybody else
after the dot  2yz done, 4yz later, 5yz never; no answer: it may have arrived (RFC 1047)

An address with letters outside ASCII before its @ goes only to a server that offers SMTPUTF8
(RFC 6531); elsewhere it is refused for good, before anything is said about it.

421 before the dot means that the server hangs up (RFC 5321 §3.8), which blames no reader either.
"""

import smtplib
import socket
import ssl
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Final

from newsletter.errors import (
    TransportDeferred,
    TransportError,
    TransportRefused,
    TransportUnavailable,
    TransportUncertain,
)
from newsletter.send.transports.offers import Offers
from newsletter.settings import SmtpRelay
from newsletter.values import Receipt

REPLY_LENGTH: Final = 500  # of a server's words, what we keep
CLOSING: Final = 421
TOO_MANY: Final = 552  # of RCPT: "too many recipients" in old words, so: later

UTF8: Final = " SMTPUTF8 BODY=8BITMIME"  # of MAIL FROM: RFC 6531 §3.4, RFC 6152
NEEDS_UTF8: Final = "5.6.7 the address needs SMTPUTF8, which this relay does not offer"

Reply = tuple[int, bytes]


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds to wait in each phase (RFC 5321 §4.5.3.2). A short last one doubles mail."""

    connect: float = 30
    command: float = 300
    data: float = 180
    after_dot: float = 600


@dataclass(frozen=True, slots=True)
class SmtpTransport:
    """The way out to one relay. offers: where is noted what it says that it can do."""

    relay: SmtpRelay
    timeouts: Timeouts = Timeouts()
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    offers: Offers = field(default_factory=Offers)

    @property
    def connections(self) -> int:
        """How many connections may be open at once."""
        return self.relay.connections

    def connect(self) -> "SmtpConnection":
        """Open one connection. Raises TransportUnavailable."""
        connection = SmtpConnection(self)
        connection.open()
        return connection


class SmtpConnection:
    """One connection; it is opened again when the server hung up between two messages."""

    def __init__(self, transport: SmtpTransport) -> None:
        self._transport = transport
        self._smtp: smtplib.SMTP | None = None

    def open(self) -> None:
        """Connect, greet, secure and sign in. Raises TransportUnavailable; then it is closed."""
        try:
            self._smtp = _open(self._transport)
        except smtplib.SMTPResponseException as refusal:
            raise _error(TransportUnavailable, refusal.smtp_code, refusal.smtp_error) from None
        except (OSError, smtplib.SMTPException) as failure:
            # ssl.SSLError is an OSError: a wrong certificate ends here, never in clear text.
            raise TransportUnavailable(f"no connection to the relay: {failure}") from failure
        self._transport.offers.letters = _takes_letters(self._smtp)

    def deliver(self, *, sender: str, recipient: str, message: bytes) -> Receipt:
        """Hand one message over; see ports.Connection."""
        smtp = self._begin(sender, "" if recipient.isascii() else UTF8)
        self._name_recipient(smtp, recipient)
        self._send(smtp, message)
        return self._finish(smtp)

    def close(self) -> None:
        """Say goodbye; never raises."""
        smtp, self._smtp = self._smtp, None
        if smtp is None:
            return
        try:
            if smtp.sock is not None:
                smtp.sock.settimeout(self._transport.timeouts.connect)
            smtp.quit()
        except (OSError, smtplib.SMTPException):
            smtp.close()

    def _begin(self, sender: str, options: str) -> smtplib.SMTP:
        """Say MAIL FROM; on a connection that went stale, once more on a fresh one."""
        was_open = self._smtp is not None
        try:
            return self._mail_from(sender, options)
        except TransportUnavailable:
            if not was_open or self._smtp is not None:
                raise
        return self._mail_from(sender, options)

    def _mail_from(self, sender: str, options: str) -> smtplib.SMTP:
        if self._smtp is None:
            self.open()
        smtp = self._smtp
        if smtp is None:
            raise TransportUnavailable("the connection is closed")
        if options and not _takes_letters(smtp):
            raise TransportRefused(NEEDS_UTF8, code=553)
        code, words = self._say(smtp, f"MAIL FROM:<{sender}>{options}")
        if code // 100 == 2:
            return smtp
        if code != CLOSING:
            self._reset(smtp)
        raise _error(TransportUnavailable, code, words)

    def _name_recipient(self, smtp: smtplib.SMTP, recipient: str) -> None:
        code, words = self._say(smtp, f"RCPT TO:<{recipient}>", lost=TransportDeferred)
        if code // 100 == 2:
            return
        if code == CLOSING:
            raise _error(TransportUnavailable, code, words)
        self._reset(smtp)
        if code // 100 == 4 or code == TOO_MANY:
            raise _error(TransportDeferred, code, words)
        raise _error(TransportRefused, code, words)

    def _send(self, smtp: smtplib.SMTP, message: bytes) -> None:
        """Say DATA and send all but the dot: nothing of it is accepted yet."""
        code, words = self._say(smtp, "DATA", lost=TransportDeferred)
        if code == CLOSING:
            raise _error(TransportUnavailable, code, words)
        if code != 354:
            self._reset(smtp)
            raise _error(_verdict(code), code, words)
        body = _dots_doubled(message)
        try:
            _wait(smtp, self._transport.timeouts.data)
            smtp.send(body if body.endswith(b"\r\n") else body + b"\r\n")
        except (OSError, smtplib.SMTPException) as failure:
            self._drop()
            raise TransportDeferred(f"lost before the dot: {failure}") from failure

    def _finish(self, smtp: smtplib.SMTP) -> Receipt:
        """Send the dot and read the answer: from here on, silence means: it may have arrived."""
        try:
            _wait(smtp, self._transport.timeouts.after_dot)
            smtp.send(b".\r\n")
            code, words = smtp.getreply()
        except (OSError, smtplib.SMTPException) as failure:
            self._drop()
            raise TransportUncertain(f"no answer to the dot: {failure}") from failure
        if code == CLOSING:
            self._drop()
        if code // 100 != 2:
            raise _error(_verdict(code), code, words)
        return Receipt(code, _text(words))

    def _say(
        self,
        smtp: smtplib.SMTP,
        command: str,
        *,
        lost: type[TransportError] = TransportUnavailable,
    ) -> Reply:
        """Say one command before the dot and return the answer; raise `lost` when none comes."""
        try:
            _wait(smtp, self._transport.timeouts.command)
            reply = smtp.docmd(command)
        except (OSError, smtplib.SMTPException) as failure:
            self._drop()
            raise lost(f"the connection was lost: {failure}") from failure
        if reply[0] == CLOSING:
            self._drop()
        return reply

    def _reset(self, smtp: smtplib.SMTP) -> None:
        """Leave nothing of a refused message behind; a server that refuses even that is left."""
        try:
            code, _ = smtp.rset()
        except (OSError, smtplib.SMTPException):
            code = 0
        if code // 100 != 2:
            self._drop()

    def _drop(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            smtp.close()


def _open(transport: SmtpTransport) -> smtplib.SMTP:
    smtp = _connect(transport)
    try:
        _greet(smtp, transport)
    except (OSError, smtplib.SMTPException):
        smtp.close()
        raise
    return smtp


def _connect(transport: SmtpTransport) -> smtplib.SMTP:
    relay, wait = transport.relay, transport.timeouts.connect
    # A name for EHLO is given only so that smtplib looks none up; the right one follows below.
    if relay.security == "tls":
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(
            local_hostname="localhost", timeout=wait, context=transport.tls
        )
    else:
        smtp = smtplib.SMTP(local_hostname="localhost", timeout=wait)
    smtp._host = relay.host  # type: ignore[attr-defined]  # noqa: SLF001 - the name TLS checks
    try:
        code, words = smtp.connect(relay.host, relay.port)
    except (OSError, smtplib.SMTPException):
        smtp.close()
        raise
    if code != 220:
        smtp.close()
        raise smtplib.SMTPConnectError(code, words)
    return smtp


def _greet(smtp: smtplib.SMTP, transport: SmtpTransport) -> None:
    relay = transport.relay
    smtp.command_encoding = "utf-8"  # of all but an address that needs it, the same as ASCII
    _wait(smtp, transport.timeouts.command)
    if smtp.sock is not None:
        # The dot is a small packet of its own: without this it waits for the other side's ACK.
        smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        smtp.sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        smtp.local_hostname = _address_literal(smtp.sock)
    smtp.ehlo_or_helo_if_needed()
    if relay.security == "starttls":
        code, words = smtp.starttls(context=transport.tls)
        if code != 220:
            raise smtplib.SMTPResponseException(code, words)
        smtp.ehlo_or_helo_if_needed()
    if relay.user:
        smtp.login(relay.user, relay.password)


def _takes_letters(smtp: smtplib.SMTP) -> bool:
    return smtp.has_extn("smtputf8") and smtp.has_extn("8bitmime")


def _address_literal(sock: socket.socket) -> str:
    """Return how we call ourselves: our address (RFC 5321 §4.1.3), no internal name."""
    address = ip_address(sock.getsockname()[0].partition("%")[0])
    return f"[IPv6:{address}]" if address.version == 6 else f"[{address}]"


def _dots_doubled(message: bytes) -> bytes:
    """Return the message with a dot before each dot that begins a line (RFC 5321 §4.5.2)."""
    # As smtplib's own expression does it, without trying each of some 40,000 places.
    doubled = message.replace(b"\n.", b"\n..")
    return b"." + doubled if message.startswith(b".") else doubled


def _wait(smtp: smtplib.SMTP, seconds: float) -> None:
    if smtp.sock is None:
        raise smtplib.SMTPServerDisconnected("the connection is closed")
    if smtp.sock.gettimeout() != seconds:  # setting it costs a system call and the other threads
        smtp.sock.settimeout(seconds)


def _verdict(code: int) -> type[TransportError]:
    return TransportRefused if code // 100 == 5 else TransportDeferred


def _error(kind: type[TransportError], code: int, words: bytes | str) -> TransportError:
    return kind(_text(words), code=code)


def _text(words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return " ".join(text.split())[:REPLY_LENGTH]
