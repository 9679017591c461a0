"""Fetching with good manners: conditional, limited in time and size, honest about who we are."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Final, NoReturn, Protocol
from urllib.parse import urljoin, urlsplit

import httpcore
import httpx

from feeds.addresses import Resolve, resolve
from feeds.connect import CheckedTransport, Deadline
from feeds.errors import (
    SourceAnswered,
    SourceGone,
    SourceRefused,
    SourceTooSlow,
    SourceUnreachable,
    TooManyRedirects,
)
from feeds.unpack import unpack
from feeds.values import Fetched

UNUSABLE: Final = (
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpx.InvalidURL,
    httpx.HTTPError,  # httpx itself looks at a Location, also when it does not follow
)
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
        self._headers = {
            "User-Agent": f"steunpunt-newsletter/0.1 (+{contact})",
            "Accept": ACCEPT,
            "Accept-Encoding": "gzip, deflate",
        }

    def within(self, limits: Limits) -> "Fetcher":
        """Return a way to the same places that keeps to these limits."""
        return Fetcher(
            allow=self._allow, contact=self._contact, limits=limits, resolve=self._resolve
        )

    def fetch(self, url: str, *, etag: str = "", last_modified: str = "") -> Fetched:
        """Fetch one address over a connection of its own. Raises one of the GatherError tree."""
        with self.round() as fetch:
            return fetch(url, etag=etag, last_modified=last_modified)

    @contextmanager
    def round(self) -> Iterator[Fetch]:
        """Give a function that fetches like `fetch` and keeps its connections for the block."""
        deadline = Deadline()
        transport = CheckedTransport(
            allow=self._allow, resolve=self._resolve, deadline=deadline, tls=self._tls
        )
        with httpx.Client(
            transport=transport,
            headers=self._headers,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            timeout=httpx.Timeout(self._limits.first_byte_s, connect=self._limits.connect_s),
            trust_env=False,
        ) as client:
            yield _Round(client, deadline, self._limits)

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        # Reading the certificates takes 20 ms and more: once, and only when something is fetched.
        return httpx.create_ssl_context(trust_env=False)


class _Round:
    def __init__(self, client: httpx.Client, deadline: Deadline, limits: Limits) -> None:
        self._client, self._deadline, self._limits = client, deadline, limits

    def __call__(self, url: str, *, etag: str = "", last_modified: str = "") -> Fetched:
        validators = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        # A validator with letters that HTTP does not allow is left out: the answer is whole then.
        headers = {name: value for name, value in validators.items() if value and value.isascii()}
        self._deadline.start(self._limits.whole_s)
        try:
            return self._follow(url, headers)
        except httpcore.TimeoutException as failure:
            raise SourceTooSlow(f"no complete answer in time: {_reason(failure)}") from failure
        except UNUSABLE as failure:
            raise SourceUnreachable(f"no usable answer: {_reason(failure)}") from failure

    def _follow(self, start: str, headers: dict[str, str]) -> Fetched:
        url, moved_to = start, start
        for _ in range(self._limits.hops + 1):
            _judge_address(url)
            with self._client.stream("GET", url, headers=headers) as answer:
                location = answer.headers.get("Location")
                if answer.status_code not in REDIRECTS or not location:
                    return self._read(answer, url, moved_to if moved_to != start else "")
            url = _join(url, location)
            permanent = moved_to and answer.status_code in PERMANENT
            moved_to = url if permanent else ""
        raise TooManyRedirects(f"more than {self._limits.hops} redirects, the last to {_host(url)}")

    def _read(self, answer: httpx.Response, url: str, moved_to: str) -> Fetched:
        header: Callable[[str], str] = lambda name: str(answer.headers.get(name, ""))  # noqa: E731
        conditional = any(name in answer.request.headers for name in CONDITIONS)
        if answer.status_code != 200 and not (answer.status_code == 304 and conditional):
            _refuse_status(answer)
        body = unpack(
            answer.iter_raw() if answer.status_code == 200 else (),
            header("Content-Encoding"),
            size_bytes=self._limits.size_bytes,
            ratio=self._limits.ratio,
        )
        return Fetched(
            status=answer.status_code,
            body=body,
            content_type=header("Content-Type"),
            etag=header("ETag"),
            last_modified=header("Last-Modified"),
            final_url=url,
            moved_to=moved_to,
        )


CONDITIONS: Final = ("If-None-Match", "If-Modified-Since")


def retry_after_s(value: str, *, answered_at: str) -> float | None:
    """Read a Retry-After header (seconds or a date, RFC 9110 §10.2.3); None when it says nothing.

    answered_at: the Date header of the same answer, so that the server's own clock counts.
    """
    if value.strip().isascii() and value.strip().isdigit():
        return float(value.strip())
    try:
        until = _http_date(value)
        return max((until - _http_date(answered_at)).total_seconds(), 0.0)
    except (ValueError, TypeError):
        return None


def _http_date(text: str) -> datetime:
    moment = parsedate_to_datetime(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _refuse_status(answer: httpx.Response) -> NoReturn:
    status = answer.status_code
    wait = retry_after_s(
        answer.headers.get("Retry-After", ""), answered_at=answer.headers.get("Date", "")
    )
    error = SourceGone if status == 410 else SourceAnswered
    hint = " (a check for robots)" if answer.headers.get("cf-mitigated") == "challenge" else ""
    raise error(f"the server answered {status}{hint}", status=status, retry_after_s=wait)


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


def _reason(failure: Exception) -> str:
    return (str(failure) or type(failure).__name__).splitlines()[0]
