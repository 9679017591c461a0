"""One exchange of HTTP/1.1 (RFC 9112): h11, the parser inside httpcore, over a stream of httpcore.

httpcore's own connection takes twice as long as all the rest of a look that brings nothing, and
most looks are that: of a plain 304 there is only a head to read, which is done here.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import h11
import httpcore

Header = tuple[bytes, bytes]
Headers = Sequence[Header]
Origin = tuple[bytes, bytes, int | None]

HEAD_BYTES: Final = 100 * 1024
STEP_BYTES: Final = 64 * 1024
MOST_INTERIM: Final = 16  # answers like 103 before the answer; more only keep us busy
# A name is a token, a value has neither line ends nor NUL, no line goes on in the next (§5).
NOT_MODIFIED: Final = re.compile(
    rb"HTTP/1\.1 304 [^\x00\r\n]*\r\n((?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[^\x00\r\n]*\r\n)*)\r\n"
)
FIELD: Final = re.compile(rb"([^:]+):[ \t]*((?:[^\r]*[^\r \t])?)[ \t]*\r\n")  # in such a head
SENDABLE: Final = re.compile(rb"[^\x00\s](?:[^\x00\r\n]*[^\x00\s])?")


@dataclass(frozen=True)
class Target:
    """Where a request goes, in the bytes of HTTP. name: the host, and its port when unusual."""

    scheme: bytes
    host: bytes
    port: int | None
    path: bytes
    name: bytes

    @cached_property
    def origin(self) -> Origin:
        """What two requests over one connection share."""
        return self.scheme, self.host, self.port


class Answer:
    """An answer of which the head is there."""

    def __init__(
        self, status: int, headers: Iterable[Header], exchange: "_Exchange | None" = None
    ) -> None:
        self.status = status
        self._exchange = exchange
        self._values: dict[str, list[bytes]] = {}
        for name, value in headers:
            self._values.setdefault(name.decode().lower(), []).append(value)

    @property
    def is_over(self) -> bool:
        """Whether it was read to its end, and the connection can be used again."""
        if self._exchange:
            return self._exchange.is_over
        return "close" not in self.header("Connection").lower()

    def header(self, name: str) -> str:
        """Return the text of a header, "" without it; several with ", " (RFC 9110 §5.3)."""
        found = self._values.get(name.lower())
        if not found:
            return ""
        raw = b", ".join(found)
        try:
            return raw.decode()
        except UnicodeDecodeError:
            return raw.decode("latin-1")

    def validator(self, name: str) -> str:
        """Return each byte of a header as one character, so that it can be sent back as it came."""
        found = self._values.get(name.lower())
        return found[0].decode("latin-1") if found else ""

    def chunks(self) -> Iterator[bytes]:
        """Yield the body as it comes in. Raises httpcore's errors, also for one that is cut off."""
        return self._exchange.body() if self._exchange else iter(())


def is_sendable(value: bytes) -> bool:
    """Say whether a header may have that value (RFC 9110 §5.5); bytes beyond ASCII are fine."""
    return SENDABLE.fullmatch(value) is not None


def get(
    stream: httpcore.NetworkStream, target: Target, headers: Headers, *, wait_s: float
) -> Answer:
    """Ask for a target; return the answer as soon as its head is there.

    headers: without Host; of values that `is_sendable`. wait_s: for each step of the network.
    Raises httpcore's errors.
    """
    lines = [(b"Host", target.name), *headers]
    head = b"".join(map(b"%b: %b\r\n".__mod__, lines))
    with suppress(httpcore.WriteError):  # a server may answer before it has read all, and go away
        stream.write(b"GET %b HTTP/1.1\r\n%b\r\n" % (target.path, head), wait_s)
    begun = stream.read(STEP_BYTES, wait_s)
    if not begun:
        raise httpcore.RemoteProtocolError("the server closed the connection and did not answer")
    plain = NOT_MODIFIED.fullmatch(begun)
    if plain:
        return Answer(304, FIELD.findall(plain[1]))
    return _Exchange(stream, wait_s).answer(target, lines, begun)


class _Exchange:
    """The rest of an exchange of which the request was written."""

    def __init__(self, stream: httpcore.NetworkStream, wait_s: float) -> None:
        self._stream, self._wait_s = stream, wait_s
        self._h11 = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEAD_BYTES)
        self._is_closed = False

    def answer(self, target: Target, headers: Headers, begun: bytes) -> Answer:
        try:
            self._h11.send(h11.Request(method=b"GET", target=target.path, headers=list(headers)))
            self._h11.send(h11.EndOfMessage())
            self._h11.receive_data(begun)
        except h11.LocalProtocolError as failure:
            raise httpcore.LocalProtocolError(str(failure)) from failure
        for _ in range(MOST_INTERIM + 1):
            event = self._next()
            if isinstance(event, h11.Response):
                return Answer(event.status_code, event.headers, self)
        raise httpcore.RemoteProtocolError("the server keeps saying that an answer will come")

    @property
    def is_over(self) -> bool:
        ends = {self._h11.our_state, self._h11.their_state}
        return ends == {h11.DONE} and not self._is_closed and not self._h11.trailing_data[0]

    def body(self) -> Iterator[bytes]:
        while not isinstance(event := self._next(), h11.EndOfMessage):
            if isinstance(event, h11.Data):
                yield bytes(event.data)

    def _next(self) -> object:
        try:
            while (event := self._h11.next_event()) is h11.NEED_DATA:
                received = self._stream.read(STEP_BYTES, self._wait_s)
                self._is_closed = not received
                self._h11.receive_data(received)
        except h11.RemoteProtocolError as failure:
            raise httpcore.RemoteProtocolError(str(failure)) from failure
        if event is h11.PAUSED or isinstance(event, h11.ConnectionClosed):
            raise httpcore.RemoteProtocolError("the server wants to speak something else")
        return event
