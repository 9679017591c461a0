"""The one outbound door: connections to judged addresses, kept for a while, under one deadline.

The address that is connected to was judged; TLS and the Host header keep the name.
"""

import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import httpcore

from feeds.addresses import Resolve, addresses_to_visit
from feeds.http1 import Answer, Headers, Origin, Target, get

KEPT: Final = 32  # connections that wait for the next request of their host, one each
KEPT_S: Final = 10.0
# What a connection does that the server closed while it waited for us: nothing was answered on it.
STALE: Final = (httpcore.NetworkError, httpcore.RemoteProtocolError)
ALPN: Final = ["http/1.1"]


@dataclass(frozen=True, slots=True)
class Waits:
    """How long, in seconds, to wait for a connection, and for each step of an exchange on it."""

    connect_s: float
    step_s: float


@dataclass(frozen=True, slots=True)
class _Kept:
    stream: httpcore.NetworkStream
    until: float


class Deadline(threading.local):
    """When the exchange of this thread must be over, on the monotonic clock."""

    at: float = float("inf")

    def start(self, seconds: float) -> None:
        """Begin an exchange that may take so long."""
        self.at = time.monotonic() + seconds

    def left(self, timeout: float | None, error: type[httpcore.TimeoutException]) -> float:
        """Return how long one step may still wait; raise `error` when the time is up."""
        left = self.at - time.monotonic()
        if left <= 0:
            raise error("the whole exchange took too long")
        return left if timeout is None else min(timeout, left)


class Connections:
    """Connections to judged addresses, kept for the next request. Safe to share between threads.

    tls: asked for at the first https address.
    """

    def __init__(
        self,
        *,
        allow: frozenset[str],
        resolve: Resolve,
        deadline: Deadline,
        waits: Waits,
        tls: Callable[[], ssl.SSLContext],
    ) -> None:
        self._network = _CheckedNetwork(allow, resolve, deadline)
        self._waits, self._tls = waits, tls
        self._lock = threading.Lock()
        self._kept: dict[Origin, _Kept] = {}  # the oldest first

    @contextmanager
    def get(self, target: Target, headers: Headers) -> Iterator[Answer]:
        """Do one exchange; the body is there as long as the `with`. The Host header is ours.

        Raises httpcore's errors and those of `addresses_to_visit`.
        """
        stream, answer = self._ask(target, headers)
        try:
            yield answer
        finally:
            if answer.is_over:
                self._keep(target, stream)
            else:
                stream.close()

    def close(self) -> None:
        """Close every connection that waits."""
        for kept in self._kept.values():
            kept.stream.close()
        self._kept.clear()

    def _ask(self, target: Target, headers: Headers) -> tuple[httpcore.NetworkStream, Answer]:
        used = self._take(target)
        if used:
            try:
                return used, self._get(used, target, headers)
            except STALE:
                pass  # made anew, once
        fresh = self._open(target)
        return fresh, self._get(fresh, target, headers)

    def _get(self, stream: httpcore.NetworkStream, target: Target, headers: Headers) -> Answer:
        try:
            return get(stream, target, headers, wait_s=self._waits.step_s)
        except BaseException:
            stream.close()
            raise

    def _open(self, target: Target) -> httpcore.NetworkStream:
        host, is_safe = target.host.decode("ascii"), target.scheme == b"https"
        port = target.port or (443 if is_safe else 80)
        stream = self._network.connect_tcp(host, port, self._waits.connect_s)
        if not is_safe:
            return stream
        context = self._tls()
        context.set_alpn_protocols(ALPN)
        return stream.start_tls(context, host, self._waits.connect_s)

    def _take(self, target: Target) -> httpcore.NetworkStream | None:
        with self._lock:
            found = self._kept.pop(target.origin, None)
        if found is None:
            return None
        # Something to read on a connection that waits can only be its end.
        if found.until < time.monotonic() or found.stream.get_extra_info("is_readable"):
            found.stream.close()
            return None
        return found.stream

    def _keep(self, target: Target, stream: httpcore.NetworkStream) -> None:
        with self._lock:
            before = self._kept.pop(target.origin, None)
            self._kept[target.origin] = _Kept(stream, time.monotonic() + KEPT_S)
            if len(self._kept) > KEPT:
                before = self._kept.pop(next(iter(self._kept)))
        if before:
            before.stream.close()


class _CheckedNetwork(httpcore.NetworkBackend):
    """Connects to the addresses that were judged, the next when one does not answer."""

    def __init__(self, allow: frozenset[str], resolve: Resolve, deadline: Deadline) -> None:
        self._allow, self._resolve, self._deadline = allow, resolve, deadline
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        found = addresses_to_visit(host, port, allow=self._allow, resolve=self._resolve)
        failure: httpcore.ConnectError | httpcore.ConnectTimeout | None = None
        for address in found:
            wait = self._deadline.left(timeout, httpcore.ConnectTimeout)
            try:
                stream = self._plain.connect_tcp(address, port, timeout=wait)
                return _TimedStream(stream, self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as one:
                failure = one
        raise failure or httpcore.ConnectError(f"{host} has no address")


class _TimedStream(httpcore.NetworkStream):
    """A stream on which no step waits past the deadline, so a drip of bytes ends too."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        wait = self._deadline.left(timeout, httpcore.ConnectTimeout)
        return _TimedStream(
            self._stream.start_tls(ssl_context, server_hostname, wait), self._deadline
        )

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
