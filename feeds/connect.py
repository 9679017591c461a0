"""The one outbound door: httpcore over connections to judged addresses, under one deadline.

httpcore lets its network be replaced; that is the place where the address is still ours to choose
while TLS and the Host header keep the name.
"""

import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import httpcore
import httpx

from feeds.addresses import Resolve, addresses_to_visit

KEPT: Final = 32  # connections that wait for the next request of their host
KEPT_S: Final = 10.0
# What a connection does that the server closed while it waited for us: nothing was answered on it.
STALE: Final = (httpcore.NetworkError, httpcore.RemoteProtocolError)

Origin = tuple[bytes, bytes, int | None]
Headers = Sequence[tuple[bytes, bytes]]


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

    Plain httpcore: httpx's client, and httpcore's own pool, each double the time of a request.
    timeout: "connect", "read" and "write", in seconds. tls: asked for at the first https address.
    """

    def __init__(
        self,
        *,
        allow: frozenset[str],
        resolve: Resolve,
        deadline: Deadline,
        timeout: dict[str, float],
        tls: Callable[[], ssl.SSLContext],
    ) -> None:
        self._network = _CheckedNetwork(allow, resolve, deadline)
        self._extensions = {"timeout": timeout}
        self._tls = tls
        self._lock = threading.Lock()
        self._kept: list[tuple[Origin, httpcore.HTTPConnection]] = []

    @contextmanager
    def get(self, url: httpx.URL, headers: Headers) -> Iterator[httpcore.Response]:
        """Do one exchange; the body is there as long as the `with`.

        Raises httpcore's errors and those of `addresses_to_visit`.
        """
        origin = (url.raw_scheme, url.raw_host, url.port)
        target = httpcore.URL(scheme=origin[0], host=origin[1], port=origin[2], target=url.raw_path)
        request = httpcore.Request(b"GET", target, headers=headers, extensions=self._extensions)
        connection, answer = self._ask(origin, request)
        try:
            yield answer
        finally:
            answer.close()
            self._keep(origin, connection)

    def close(self) -> None:
        """Close every connection that waits."""
        for _, connection in self._kept:
            connection.close()
        self._kept.clear()

    def _ask(
        self, origin: Origin, request: httpcore.Request
    ) -> tuple[httpcore.HTTPConnection, httpcore.Response]:
        used = self._take(origin)
        if used:
            try:
                return used, used.handle_request(request)
            except STALE:
                used.close()
        fresh = self._open(origin)
        return fresh, fresh.handle_request(request)

    def _open(self, origin: Origin) -> httpcore.HTTPConnection:
        scheme, host, port = origin
        return httpcore.HTTPConnection(
            httpcore.URL(scheme=scheme, host=host, port=port, target=b"/").origin,
            ssl_context=self._tls() if scheme == b"https" else None,
            keepalive_expiry=KEPT_S,
            network_backend=self._network,
        )

    def _take(self, origin: Origin) -> httpcore.HTTPConnection | None:
        with self._lock:
            at = next((n for n, (to, _) in enumerate(self._kept) if to == origin), None)
            found = None if at is None else self._kept.pop(at)[1]
        if found and found.has_expired():
            found.close()
            return None
        return found

    def _keep(self, origin: Origin, connection: httpcore.HTTPConnection) -> None:
        if not connection.is_idle():
            connection.close()
            return
        with self._lock:
            self._kept.append((origin, connection))
            oldest = self._kept.pop(0)[1] if len(self._kept) > KEPT else None
        if oldest:
            oldest.close()


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
