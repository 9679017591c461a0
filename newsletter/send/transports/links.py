"""One connection to a relay: a socket that never blocks, TLS around it, the dialogue over it."""

import os
import socket
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Final

from newsletter.errors import TransportError, TransportUnavailable
from newsletter.send.transports.dialogue import Dialogue, Step
from newsletter.send.transports.letters import News
from newsletter.settings import SmtpRelay

CHUNK: Final = 65_536
MOST_PARTS: Final = 1000  # of one call; Linux takes 1,024
_NEVER: Final = float("inf")
Address = tuple[socket.AddressFamily, Any]


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds to wait in each phase (RFC 5321 §4.5.3.2). A short last one doubles mail.

    connect: for each address of the relay, and for TLS; block: for the relay to take more of what
             is being sent; message: for all of it, however slowly something comes all the while.
    """

    connect: float = 30
    command: float = 300
    data: float = 120
    block: float = 180
    after_dot: float = 600
    message: float = 900

    def scaled(self, by: float) -> "Timeouts":
        """Return them shorter or longer by a factor."""
        return Timeouts(
            self.connect * by,
            self.command * by,
            self.data * by,
            self.block * by,
            self.after_dot * by,
            self.message * by,
        )


class Link:
    """A connection from its first packet to its last. Raises TransportUnavailable, then it is over.

    `wants_to_write` says what to wait for; `deadline_s`, of the monotonic clock, until when.

    others:     the addresses that may be tried when this one does not answer.
    is_leaving: it ends as soon as nothing is in hand; is_noted: what it offers was written down.
    """

    def __init__(
        self,
        addresses: Sequence[Address],
        relay: SmtpRelay,
        tls: ssl.SSLContext,
        timeouts: Timeouts,
    ) -> None:
        (family, target), *self.others = addresses
        self._relay, self._tls, self._timeouts = relay, tls, timeouts
        self._unsent: list[bytes | memoryview] = []
        self.is_connecting, self._is_shaking = True, False
        self.is_leaving = self.is_noted = False
        self._tls_wants_write = False
        self._ends_s = _NEVER
        self._seen = 0
        self.sent = 0
        self.dialogue = Dialogue(relay)
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        self.socket.settimeout(0)
        # What is behind a body is small: it must not wait for the other side's ACK.
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self.deadline_s = time.monotonic() + timeouts.connect
        try:
            self.socket.connect(target)
        except BlockingIOError:
            pass
        except OSError as failure:
            self.close()
            raise _no_connection(failure) from failure

    @property
    def wants_to_write(self) -> bool:
        """Whether it waits until it can send."""
        return self.is_connecting or self._tls_wants_write or bool(self._unsent)

    def turn(self, *, can_read: bool) -> list[News]:
        """Do what can be done now; return the news of it. Raises TransportUnavailable."""
        try:
            if self.is_connecting and not self._connected():
                return []
            if self._is_shaking and not self._shake_hands():
                return []
            news = self._read() if can_read else self.dialogue.take_news()
            self.flush()
        except OSError as failure:  # a wrong certificate is one too, and ends here
            raise _no_connection(failure) from failure
        return news

    def flush(self) -> None:
        """Send what the dialogue has to say, as far as the relay takes it. Raises OSError."""
        dialogue = self.dialogue
        if dialogue.outgoing and not self.is_connecting:
            self._unsent += dialogue.outgoing
            dialogue.outgoing.clear()
        while self._unsent and not self._is_shaking:
            try:
                count = self._send()
            except (BlockingIOError, ssl.SSLWantWriteError, ssl.SSLWantReadError):
                break
            self.sent += count
            if self.sent == dialogue.queued:
                self._unsent.clear()
            else:
                self._unsent = [memoryview(b"".join(self._unsent))[count:]]
        self._set_deadline()

    def _send(self) -> int:
        """Send what the relay takes of it now; return how many bytes that were."""
        if isinstance(self.socket, ssl.SSLSocket):
            self._unsent = [b"".join(self._unsent)]
            return self.socket.send(self._unsent[0])
        return self.socket.sendmsg(self._unsent[:MOST_PARTS])

    def lost(self, why: TransportError) -> list[News]:
        """Hang up, and return what that means for its messages."""
        self.close()
        return self.dialogue.lost(why, sent=self.sent)

    def close(self) -> None:
        """Hang up."""
        self.socket.close()

    def _connected(self) -> bool:
        """Say whether it is connected by now. Raises OSError."""
        fault = self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if fault:
            raise OSError(fault, os.strerror(fault))
        try:
            self.socket.getpeername()
        except OSError:
            return False
        self.is_connecting = False
        self.dialogue.own_name = _address_literal(self.socket)
        if self._relay.security == "tls":
            self._begin_tls()
        self._set_deadline()
        return True

    def _begin_tls(self) -> None:
        self.socket = self._tls.wrap_socket(
            self.socket, server_hostname=self._relay.host, do_handshake_on_connect=False
        )
        self._is_shaking = True
        self.deadline_s = time.monotonic() + self._timeouts.connect

    def _shake_hands(self) -> bool:
        """Say whether TLS stands by now. Raises OSError."""
        assert isinstance(self.socket, ssl.SSLSocket)  # noqa: S101 - `_begin_tls` made it one
        self._tls_wants_write = False
        try:
            self.socket.do_handshake()
        except ssl.SSLWantReadError:
            return False
        except ssl.SSLWantWriteError:
            self._tls_wants_write = True
            return False
        self._is_shaking = False
        if self.dialogue.wants_tls:
            self.dialogue.secured()
        else:
            self.dialogue.is_secure = True
        return True

    def _read(self) -> list[News]:
        while True:
            try:
                data = self.socket.recv(CHUNK)
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return self.dialogue.take_news()
            if not data:
                raise TransportUnavailable("the relay hung up")
            self.dialogue.receive(data)
            if self.dialogue.wants_tls:
                self._begin_tls()
                self._shake_hands()
                return self.dialogue.take_news()
            # A full TLS record may be in hand while the socket has nothing to say.
            if len(data) < CHUNK and not isinstance(self.socket, ssl.SSLSocket):
                return self.dialogue.take_news()

    def send_body(self) -> None:
        """Let the message that the relay waits for go; its time runs from now."""
        self.dialogue.send_body()
        self._ends_s = time.monotonic() + self._timeouts.message

    def _set_deadline(self) -> None:
        """Count anew from an answer, or from what the relay took; not from each byte that comes."""
        seen = self.dialogue.heard + self.sent
        if seen != self._seen or self.deadline_s == _NEVER:
            self._seen = seen
            self.deadline_s = time.monotonic() + self._patience()
            if self.dialogue.is_in_hand:
                self.deadline_s = min(self.deadline_s, self._ends_s)

    def _patience(self) -> float:
        if self._unsent:
            return self._timeouts.block
        match self.dialogue.awaited:
            case None:
                return _NEVER
            case Step.DOT:
                return self._timeouts.after_dot
            case Step.DATA:
                return self._timeouts.data
            case _:
                return self._timeouts.command


def _no_connection(failure: OSError) -> TransportUnavailable:
    return TransportUnavailable(f"no connection to the relay: {failure}")


def _address_literal(sock: socket.socket) -> str:
    """Return how we call ourselves: our address (RFC 5321 §4.1.3), no internal name."""
    address = ip_address(sock.getsockname()[0].partition("%")[0])
    return f"[IPv6:{address}]" if address.version == 6 else f"[{address}]"
