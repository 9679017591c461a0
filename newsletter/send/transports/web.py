"""Handing messages to a provider by HTTP: what each end of a request means, whoever it is.

What an answer means depends on how far it came:

no connection, a certificate that is wrong      the relay refuses us, no reader is to blame
the request did not go out whole                later: nobody can have accepted half of it
it went out, and the connection was lost, the   it may have been accepted
time was up, or 5xx: providers are known to
send what they answered 500 to
2xx with the provider's name for the message    accepted
2xx without it                                  it may have been accepted: not the provider spoke
408, 425, 429, 503, or 5xx with Retry-After     later
3xx, 401 to 405, 407, 415                       the relay refuses us: no redirect is followed
any other 4xx                                   never, for this person

What a provider says in words of its own comes first: see `Api.fault`. The codes are those that SMTP
has for the same: 250, 451 later, 550 the address, 554 the message.
"""

import json
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any, Final, Protocol

import httpx

from newsletter.errors import (
    TransportDeferred,
    TransportError,
    TransportRefused,
    TransportUnavailable,
    TransportUncertain,
)
from newsletter.send.transports.offers import Offers
from newsletter.values import Receipt

REPLY_LENGTH: Final = 500  # of a provider's words, what we keep
LARGEST_BYTES: Final = 65_536  # of an answer; theirs have a few hundred
LONGEST_PAUSE_S: Final = 86_400
IDLE_S: Final = 4  # shorter than servers wait: one that hangs up meanwhile leaves us in doubt
NEEDS_ASCII: Final = "5.6.7 the address has letters that this provider does not take"
NOTHING_SENT: Final = (
    *(httpx.ConnectError, httpx.ConnectTimeout),
    *(httpx.LocalProtocolError, httpx.UnsupportedProtocol),
)
LATER: Final = frozenset({408, 425, 429, 503})
OUR_FAULT: Final = frozenset({401, 402, 403, 404, 405, 407, 415})


@cache
def _trusting_the_web() -> ssl.SSLContext:
    """Return what judges certificates: made once, for it takes 30 ms."""
    return httpx.create_ssl_context(trust_env=False)


@dataclass(frozen=True, slots=True)
class Request:
    """One message as a provider wants it. sent: the headers and the body, as httpx names them."""

    path: str
    sent: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. headers: names in lower case; said: the JSON object, {} for anything else."""

    status: int
    headers: Mapping[str, str]
    said: Mapping[str, Any]

    def text(self, name: str) -> str:
        """Return a text of the object in one line; "" when it has none of that name."""
        value = self.said.get(name)
        return " ".join(value.split())[:REPLY_LENGTH] if isinstance(value, str) else ""


def objects(answer: Answer, name: str) -> list[dict[str, Any]]:
    """Return the objects in a list of an answer; [] when it has no such list."""
    found = answer.said.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


class Api(Protocol):
    """How one provider takes a message, and how it says what became of it."""

    def request(self, *, sender: str, recipient: str, message: bytes) -> Request:
        """Return what to ask of it for one message."""
        ...

    def identity(self, answer: Answer) -> str:
        """Return its own name for the message that it accepted; "" when it says none."""
        ...

    def words(self, answer: Answer) -> str:
        """Return what it said about a message that it did not accept, in one line."""
        ...

    def fault(self, answer: Answer) -> "Fault | None":
        """Return what that means where the provider tells more than the status does."""
        ...


@dataclass(frozen=True, slots=True)
class Fault:
    """What kind of failure an answer is, and the code that SMTP has for it."""

    kind: type[TransportError]
    code: int | None = None


OURS: Final = Fault(TransportUnavailable)
POSTPONED: Final = Fault(TransportDeferred, 451)
NO_ADDRESS: Final = Fault(TransportRefused, 550)
NO_MESSAGE: Final = Fault(TransportRefused, 554)
IN_DOUBT: Final = Fault(TransportUncertain)


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds to wait for a connection, for a part of a request, and for an answer."""

    connect: float = 30
    write: float = 60
    answer: float = 120


@dataclass(frozen=True, slots=True)
class WebTransport:
    """The way out to one provider. offers: where is noted what it takes."""

    api: Api
    base_url: str
    connections: int
    waits: Waits = Waits()
    offers: Offers = field(default_factory=Offers)

    def connect(self) -> "WebConnection":
        """Return a connection; it is opened with the first message."""
        self.offers.letters = False
        return WebConnection(self)


class WebConnection:
    """One connection, kept open between messages."""

    def __init__(self, transport: WebTransport) -> None:
        self._api = transport.api
        self._exchange = Exchange(transport.base_url, transport.waits)

    def deliver(self, *, sender: str, recipient: str, message: bytes) -> Receipt:
        """Hand one message over; see ports.Connection."""
        if not recipient.isascii():
            raise TransportRefused(NEEDS_ASCII, code=553)
        asked = self._api.request(sender=sender, recipient=recipient, message=message)
        answer = self._exchange.ask("POST", asked)
        if 200 <= answer.status < 300 and (identity := self._api.identity(answer)):
            return Receipt(250, f"HTTP {answer.status} accepted as {identity}"[:REPLY_LENGTH])
        raise _error(self._api.fault(answer) or _by_status(answer), answer, self._api)

    def close(self) -> None:
        """Let go of the connection; never raises."""
        self._exchange.close()


class Exchange:
    """Requests and answers over one connection, which is opened with the first."""

    def __init__(self, base_url: str, waits: Waits) -> None:
        self._waits = waits
        self._http = httpx.Client(
            base_url=base_url,
            timeout=httpx.Timeout(waits.answer, connect=waits.connect, write=waits.write),
            limits=httpx.Limits(
                max_connections=1, max_keepalive_connections=1, keepalive_expiry=IDLE_S
            ),
            headers={"Accept": "application/json", "Accept-Encoding": "identity"},
            verify=_trusting_the_web(),
            trust_env=False,
        )

    def ask(self, method: str, asked: Request) -> Answer:
        """Send a request and return its answer.

        Raises TransportUnavailable, TransportDeferred, TransportUncertain: what getting none means.
        """
        try:
            with self._http.stream(method, asked.path, **asked.sent) as answer:
                headers = {name.lower(): value for name, value in answer.headers.items()}
                return Answer(answer.status_code, headers, self._object_in(answer))
        except NOTHING_SENT as failure:
            raise TransportUnavailable(f"no connection to the provider: {failure}") from failure
        except httpx.WriteTimeout as failure:
            raise TransportDeferred("lost before the end of the request") from failure
        except httpx.HTTPError as failure:
            name = type(failure).__name__
            raise TransportUncertain(f"no answer to the request: {name}") from failure

    def close(self) -> None:
        """Let go of the connection; never raises."""
        self._http.close()

    def _object_in(self, answer: httpx.Response) -> dict[str, Any]:
        """Return the JSON object of an answer; {} when it is none, too large, slow or cut off."""
        until, body = time.monotonic() + self._waits.answer, b""
        try:
            for part in answer.iter_raw():
                body += part
                if len(body) > LARGEST_BYTES or time.monotonic() > until:
                    return {}
            found = json.loads(body)
        except (httpx.HTTPError, ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}


def _by_status(answer: Answer) -> Fault:
    status = answer.status
    if status in LATER or (status >= 500 and "retry-after" in answer.headers):
        return POSTPONED
    if status < 300 or status >= 500:
        return IN_DOUBT
    return OURS if status < 400 or status in OUR_FAULT else NO_MESSAGE


def _error(fault: Fault, answer: Answer, api: Api) -> TransportError:
    reply = f"HTTP {answer.status} {api.words(answer)}".strip()[:REPLY_LENGTH]
    if fault.kind is TransportDeferred:
        return TransportDeferred(reply, code=fault.code, pause_s=_pause_s(answer))
    return fault.kind(reply, code=fault.code)


def _pause_s(answer: Answer) -> float:
    """Return for how long the provider asks to be left alone (RFC 9110 §10.2.3); 0 if it does not.

    A moment is taken by the provider's own clock, which stands in Date.
    """
    told = answer.headers.get("retry-after", "")
    if told.isascii() and told.isdigit():
        return float(min(int(told[:9]), LONGEST_PAUSE_S))
    until, now = _moment(told), _moment(answer.headers.get("date", ""))
    if until is None or now is None:
        return 0
    return min(max((until - now).total_seconds(), 0), LONGEST_PAUSE_S)


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
