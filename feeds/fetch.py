"""Fetching with good manners: conditional, limited in time and size, honest about who we are."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final, NoReturn, Protocol
from urllib.parse import urljoin, urlsplit

import httpcore
import httpx

from feeds.addresses import Resolve, resolve
from feeds.connect import Connections, Deadline, Waits
from feeds.errors import (
    SourceAnswered,
    SourceGone,
    SourceRefused,
    SourceTooSlow,
    SourceUnreachable,
    TooManyRedirects,
)
from feeds.freshness import fresh_s, retry_after_s
from feeds.http1 import Answer, Headers, Target, is_sendable
from feeds.reason import plain_reason
from feeds.unpack import ENCODINGS, unpack
from feeds.values import Fetched, Peeked

UNUSABLE: Final = (httpcore.NetworkError, httpcore.ProtocolError, httpx.InvalidURL)
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
PERMANENT: Final = frozenset({301, 308})
ACCEPT: Final = (
    "application/rss+xml, application/atom+xml, application/feed+json, text/calendar, "
    "application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
)


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how much one exchange may be (S-22, S-23)."""

    connect_s: float = 10.0
    first_byte_s: float = 15.0
    whole_s: float = 30.0
    size_bytes: int = 10 * 1024 * 1024
    ratio: int = 100
    hops: int = 5


class Fetch(Protocol):
    """Fetches one address."""

    def __call__(self, url: str, *, etag: str = "", last_modified: str = "") -> Fetched:
        """Return what the server gave. Raises one of the GatherError tree."""
        ...


class Fetcher:
    """The way to the internet for sources. Safe to share between threads.

    allow:   "host:port" that may be visited although it is private or the port unusual.
    contact: the address by which a site's keeper can find out who we are.
    """

    def __init__(
        self,
        *,
        allow: frozenset[str],
        contact: str,
        limits: Limits | None = None,
        resolve: Resolve = resolve,
    ) -> None:
        self._allow = frozenset(entry.lower() for entry in allow)
        self._contact = contact
        self._resolve = resolve
        self._limits = limits or Limits()
        self._headers = (
            (b"User-Agent", f"steunpunt-newsletter/0.1 (+{contact})".encode()),
            (b"Accept", ACCEPT.encode()),
            (b"Accept-Encoding", ENCODINGS.encode()),
        )

    def within(self, limits: Limits) -> "Fetcher":
        """Return a way to the same places that keeps to these limits."""
        return Fetcher(
            allow=self._allow, contact=self._contact, limits=limits, resolve=self._resolve
        )

    def fetch(self, url: str, *, etag: str = "", last_modified: str = "") -> Fetched:
        """Fetch one address over a connection of its own. Raises one of the GatherError tree."""
        with self.round() as fetch:
            return fetch(url, etag=etag, last_modified=last_modified)

    def peek(self, url: str) -> Peeked:
        """Look where an address leads, without reading what is there. Raises as `fetch` does.

        A status that brings nothing is a value here.
        """
        with self._begin() as begun:
            return begun.peek(url)

    @contextmanager
    def round(self) -> Iterator[Fetch]:
        """Give a function that fetches like `fetch` and keeps its connections for the block."""
        with self._begin() as begun:
            yield begun

    @contextmanager
    def _begin(self) -> Iterator["_Round"]:
        deadline, limits = Deadline(), self._limits
        connections = Connections(
            allow=self._allow,
            resolve=self._resolve,
            deadline=deadline,
            waits=Waits(limits.connect_s, limits.first_byte_s),
            tls=lambda: self._tls,
        )
        try:
            yield _Round(connections, self._headers, deadline, limits)
        finally:
            connections.close()

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        # Reading the certificates takes 20 ms and more: once, and only when something is fetched.
        return httpx.create_ssl_context(trust_env=False)


class _Round:
    def __init__(
        self, connections: Connections, headers: Headers, deadline: Deadline, limits: Limits
    ) -> None:
        self._connections, self._headers = connections, headers
        self._deadline, self._limits = deadline, limits

    def __call__(self, url: str, *, etag: str = "", last_modified: str = "") -> Fetched:
        conditions = _conditions(etag, last_modified)
        with self._exchange(), self._arrived(url, conditions) as (answer, final_url, moved_to):
            if answer.status != 200 and not (answer.status == 304 and conditions):
                _refuse_status(answer)
            return self._read(answer, final_url, moved_to)

    def peek(self, url: str) -> Peeked:
        with self._exchange(), self._arrived(url, []) as (answer, final_url, moved_to):
            return Peeked(answer.status, final_url, moved_to)

    @contextmanager
    def _exchange(self) -> Iterator[None]:
        """Do something within the time of one exchange; what goes wrong is of our own tree."""
        self._deadline.start(self._limits.whole_s)
        try:
            yield
        except httpcore.TimeoutException as failure:
            raise SourceTooSlow(f"no complete answer in time: {plain_reason(failure)}") from failure
        except UNUSABLE as failure:
            raise SourceUnreachable(f"no usable answer: {plain_reason(failure)}") from failure

    @contextmanager
    def _arrived(self, start: str, conditions: Headers) -> Iterator[tuple[Answer, str, str]]:
        """Give the answer at the end of all redirects, its address, and `Fetched.moved_to`."""
        url, moved_to = start, start
        for _ in range(self._limits.hops + 1):
            with self._connections.get(_target(url), [*self._headers, *conditions]) as answer:
                location = answer.header("Location")
                if answer.status not in REDIRECTS or not location:
                    yield answer, url, moved_to if moved_to != start else ""
                    return
            url = _join(url, location)
            permanent = moved_to and answer.status in PERMANENT
            moved_to = url if permanent else ""
        raise TooManyRedirects(f"more than {self._limits.hops} redirects, the last to {_host(url)}")

    def _read(self, answer: Answer, url: str, moved_to: str) -> Fetched:
        return Fetched(
            status=answer.status,
            body=self._body(answer),
            content_type=answer.header("Content-Type"),
            etag=answer.validator("ETag"),
            last_modified=answer.validator("Last-Modified"),
            final_url=url,
            moved_to=moved_to,
            fresh_s=fresh_s(answer.header),
        )

    def _body(self, answer: Answer) -> bytes:
        if answer.status == 304:  # it has none (RFC 9110 §15.4.5)
            return b""
        size, ratio = self._limits.size_bytes, self._limits.ratio
        encoding = answer.header("Content-Encoding")
        return unpack(answer.chunks(), encoding, size_bytes=size, ratio=ratio)


def _conditions(etag: str, last_modified: str) -> Headers:
    validators = ((b"If-None-Match", etag), (b"If-Modified-Since", last_modified))
    try:
        found = [(name, value.encode("latin-1")) for name, value in validators if value]
    except UnicodeEncodeError:
        return []  # these never came from a header: the answer is whole then
    return found if all(is_sendable(value) for _, value in found) else []


def _refuse_status(answer: Answer) -> NoReturn:
    status = answer.status
    wait = retry_after_s(answer.header("Retry-After"), answered_at=answer.header("Date"))
    error = SourceGone if status == 410 else SourceAnswered
    hint = " (a check for robots)" if answer.header("cf-mitigated") == "challenge" else ""
    raise error(f"the server answered {status}{hint}", status=status, retry_after_s=wait)


@lru_cache(maxsize=4096)  # the addresses of a round are those of the round before
def _target(url: str) -> Target:
    """Return where to ask. Raises SourceRefused, httpx.InvalidURL."""
    _judge_address(url)
    parts = httpx.URL(url)
    return Target(parts.raw_scheme, parts.raw_host, parts.port, parts.raw_path, parts.netloc)


def _judge_address(url: str) -> None:
    try:
        parts = urlsplit(url)
        scheme, host, _ = parts.scheme.lower(), parts.hostname, parts.port
    except ValueError as failure:
        raise SourceRefused(f"the address cannot be read: {failure}") from failure
    if scheme not in {"http", "https"} or not host:
        raise SourceRefused(f"only http and https addresses are visited, not {scheme or 'this'}:")
    if parts.username or parts.password:
        raise SourceRefused(f"the address of {host} holds a user name or password")


def _join(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError as failure:
        raise SourceRefused(f"the redirect of {_host(url)} cannot be read: {failure}") from failure


def _host(url: str) -> str:
    return urlsplit(url).hostname or "nowhere"
