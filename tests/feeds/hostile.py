"""A server where each path misbehaves in its own way, and a canary that nobody should ask.

The paths are those of the misbehaviour that the keepers of feed readers report; each answer is a
function of the request and of how often that path was asked before.
"""

import gzip
import io
import threading
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

import brotli

from tests.feeds.documents import calendar, entry, rss, vevent

HTML: Final = "<!DOCTYPE html><html><head><title>Inloggen</title></head><body>Welkom</body></html>"
START: Final = "DTSTART;TZID=Europe/Amsterdam:20270503T093000"
NEVER: Final = "RRULE:FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30"
BOMB_BYTES: Final = 60 * 1024 * 1024


@dataclass
class Hostile:
    """What was asked: paths in order, how many at once; and the canary's visitors."""

    base: str
    canary: str
    asked: list[str] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    canary_asked: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    stopping: threading.Event = field(default_factory=threading.Event)

    @property
    def host_port(self) -> str:
        return self.base.removeprefix("http://")

    def url(self, path: str) -> str:
        return self.base + path


class Request(BaseHTTPRequestHandler):
    """One request, with short ways to answer it."""

    server_version = "Hostile"
    hostile: Hostile

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        self.hostile.asked.append(path)
        self.hostile.headers.append(dict(self.headers.items()))
        before = self.hostile.counts[path]
        self.hostile.counts[path] += 1
        answer = ANSWERS.get(path) or fixed("", 404)
        try:
            answer(self, before)
        except OSError:
            self.close_connection = True  # the other side had enough

    def give(self, body: str | bytes, *, status: int = 200, **headers: str) -> None:
        raw = body.encode() if isinstance(body, str) else body
        self.begin(status, **{"Content_Length": str(len(raw)), **headers})
        self.wfile.write(raw)

    def begin(self, status: int = 200, **headers: str) -> None:
        self.send_response_only(status)
        self.send_header("Date", headers.pop("Date", self.date_time_string()))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def wait(self, seconds: float = 60.0) -> bool:
        """Wait; say whether the test is over."""
        return self.hostile.stopping.wait(seconds)

    def log_message(self, *_: object) -> None:
        return


Answer = Callable[[Request, int], object]
GOOD: Final = rss(entry("one", "Eerste bericht"), entry("two", "Tweede bericht"))


def fixed(body: str | bytes, status: int = 200, **headers: str) -> Answer:
    return lambda request, _: request.give(body, status=status, **headers)


def redirect(status: int, to: str) -> Answer:
    return lambda request, _: request.give("", status=status, Location=to)


def slow_drip(request: Request, _: int) -> None:
    request.begin(Content_Type="application/rss+xml")
    for byte in GOOD.encode():
        if request.wait(0.3):
            return
        request.wfile.write(bytes([byte]))


def slow_headers(request: Request, _: int) -> None:
    for byte in b"HTTP/1.1 200 OK\r\nX-Slow: 1\r\n":
        if request.wait(0.3):
            return
        request.wfile.write(bytes([byte]))


def endless(request: Request, _: int) -> None:
    request.begin(Content_Type="application/rss+xml")
    request.wfile.write(b"<rss><channel>")
    while not request.hostile.stopping.is_set():
        request.wfile.write(b"<item><title>meer</title></item>" * 2000)


def endless_header(request: Request, _: int) -> None:
    request.wfile.write(b"HTTP/1.1 200 OK\r\n")
    while not request.hostile.stopping.is_set():
        request.wfile.write(b"X-More: " + b"a" * 4000 + b"\r\n")


@cache
def bomb(packing: str) -> bytes:
    """Return what unpacks to much more than it is."""
    body = b"<rss>" + b" " * BOMB_BYTES
    if packing == "br":
        return bytes(brotli.compress(body, quality=1))
    return gzip.compress(body, 1) if packing == "gzip" else zlib.compress(body, 1)


def packed_bomb(packing: str) -> Answer:
    return lambda request, _: request.give(bomb(packing), Content_Encoding=packing)


def gzip_twice(request: Request, _: int) -> None:
    request.give(gzip.compress(gzip.compress(GOOD.encode())), Content_Encoding="gzip, gzip")


def redirect_chain(request: Request, before: int) -> None:
    request.give("", status=302, Location=f"/redirect-chain?{before}")


def changing_etag(request: Request, before: int) -> None:
    request.give(GOOD, ETag=f'"{before}"')


def flaky(request: Request, before: int) -> None:
    request.give(GOOD, status=200 if before % 2 else 503)


def connection_cut(request: Request, _: int) -> None:
    request.begin(Content_Length=str(len(GOOD) * 2))
    request.wfile.write(GOOD.encode())
    request.close_connection = True


def bare(answer: bytes) -> Answer:
    """Write these bytes and close, whatever HTTP says of them."""

    def write(request: Request, _: int) -> None:
        request.wfile.write(answer)
        request.close_connection = True

    return write


def endless_interim(request: Request, _: int) -> None:
    while not request.hostile.stopping.is_set():
        request.wfile.write(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 50)


def to_canary(status: int = 302) -> Answer:
    return lambda request, _: request.give(
        "", status=status, Location=request.hostile.canary + "/from-redirect"
    )


def entity_bomb() -> str:
    levels = [f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 11)]
    doctype = f'<!DOCTYPE rss [<!ENTITY a0 "lol">{"".join(levels)}]>'
    item = "<item><title>&a10;</title><guid>b</guid></item>"
    return f'<?xml version="1.0"?>{doctype}<rss version="2.0"><channel>{item}</channel></rss>'


def external(kind: str) -> Answer:
    def answer(request: Request, _: int) -> None:
        system = f"{request.hostile.canary}/{kind}"
        doctypes = {
            "entity": f'<!DOCTYPE rss [<!ENTITY x SYSTEM "{system}">]>',
            "file": '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
            "dtd": f'<!DOCTYPE rss SYSTEM "{system}">',
            "parameter": f'<!DOCTYPE rss [<!ENTITY % p SYSTEM "{system}"> %p;]>',
        }
        item = "<item><title>&x;</title><guid>e</guid></item>"
        body = f'{doctypes[kind]}<rss version="2.0"><channel>{item}</channel></rss>'
        request.give('<?xml version="1.0"?>' + body)

    return answer


SCRIPT: Final = "&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(2)&gt;"
SCRIPTS: Final = rss(
    entry(
        "s1",
        f"Kop{SCRIPT}",
        description=f"Tekst{SCRIPT}&lt;a href='java&amp;#x09;script:alert(3)'&gt;hier&lt;/a&gt;",
        author=f"Auteur{SCRIPT}",
        category=f"Woord{SCRIPT}",
    ),
    entry("s2", "Koppeling", link="javascript:alert(4)", guid="javascript:alert(5)"),
    entry("s3", "Gegevens", link="data:text/html,&lt;script&gt;alert(6)&lt;/script&gt;"),
    entry("s4", "Naam", link="https://user:secret@partner.example.org/x"),
    title=f"Partner{SCRIPT}",
)


def big_feed() -> bytes:
    out = io.StringIO()
    for number in range(50_000):
        out.write(entry(str(number), f"Bericht {number}", description="Een korte tekst. " * 8))
    return rss(out.getvalue()).encode()


def big_calendar() -> bytes:
    filler = "DESCRIPTION:" + "Een lange tekst. " * 50
    return calendar(*(vevent(f"e{n}", START, filler) for n in range(24_000)))


ANSWERS: Final[dict[str, Answer]] = {
    "/ok.xml": fixed(GOOD, ETag='"v1"'),
    "/slow-drip": slow_drip,
    "/slow-headers": slow_headers,
    "/never-answers": lambda request, _: request.wait(),
    "/endless": endless,
    "/endless-header": endless_header,
    "/gzip-bomb": packed_bomb("gzip"),
    "/deflate-bomb": packed_bomb("deflate"),
    "/br-bomb": packed_bomb("br"),
    "/gzip-twice": gzip_twice,
    "/gzip-cut": fixed(gzip.compress(GOOD.encode())[:-12], Content_Encoding="gzip"),
    "/gzip-and-more": fixed(gzip.compress(GOOD.encode()) + b"rommel", Content_Encoding="gzip"),
    "/packed-as-nothing": fixed(GOOD, Content_Encoding="none"),
    "/not-gzip": fixed(GOOD, Content_Encoding="gzip"),
    "/billion-laughs": fixed(entity_bomb()),
    **{f"/external-{kind}": external(kind) for kind in ("entity", "file", "dtd", "parameter")},
    "/redirect-loop": redirect(302, "/redirect-loop"),
    "/redirect-chain": redirect_chain,
    "/redirect-empty": redirect(301, ""),
    "/redirect-private": to_canary(),
    "/redirect-file": redirect(302, "file:///etc/passwd"),
    "/redirect-metadata": redirect(301, "http://169.254.169.254/latest/meta-data/"),
    "/redirect-mapped": redirect(302, "http://[::ffff:127.0.0.1]/"),
    "/redirect-decimal": redirect(302, "http://2130706433/"),
    "/redirect-hexadecimal": redirect(302, "http://0x7f.1/"),
    "/redirect-nat64": redirect(302, "http://[64:ff9b::7f00:1]/"),
    "/redirect-password": redirect(302, "http://a:b@example.org/"),
    "/redirect-no-host": redirect(302, "http://[::1"),
    "/redirect-gopher": redirect(302, "gopher://127.0.0.1:70/x"),
    "/301-to-html": redirect(301, "/html-instead"),
    "/type-html": fixed(GOOD, Content_Type="text/html"),
    "/type-octets": fixed(GOOD, Content_Type="application/octet-stream"),
    "/type-lies": fixed("%PDF-1.7 en zo verder", Content_Type="application/rss+xml"),
    "/really-png": fixed(b"\x89PNG\r\n\x1a\n" + bytes(500), Content_Type="application/rss+xml"),
    "/charset-lies": fixed(
        rss(entry("c", "Caf\u00e9 \u2013 \u201cproef\u201d")),
        Content_Type="text/xml; charset=iso-8859-1",
    ),
    "/charset-latin": fixed(
        rss(entry("c", "Caf\u00e9")).replace("UTF-8", "ISO-8859-1").encode("latin-1")
    ),
    "/charset-one-bad-byte": fixed(
        rss(entry("c", "Caf\u00e9 \u2013 %")).encode().replace(b"%", b"\xff")
    ),
    "/truncated": fixed(rss(entry("t1"), entry("t2"), entry("t3"))[:-60]),
    "/connection-cut": connection_cut,
    "/bare-ampersand": fixed(rss(entry("a", "Scholen & opleidingen"))),
    "/control-characters": fixed(rss(entry("k", "Met\x0bbesturing\x01"))),
    "/spaces": fixed(" \n" * 500_000 + GOOD.partition("?>")[2]),
    "/utf16-bare": fixed(GOOD.replace("UTF-8", "UTF-16").encode("utf-16-le")),
    "/calendar-instead": fixed(calendar(vevent("c", START))),
    "/not-http": bare(b"220 mail.example.org ESMTP\r\n"),
    "/status-lies": bare(b"HTTP/1.1 099 Nee\r\n\r\n"),
    "/interim-endless": endless_interim,
    "/chunks-wrong": bare(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nabc\r\n0\r\n\r\n"
    ),
    "/chunks-cut": bare(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<rss>\r\n"
    ),
    "/length-short": fixed(GOOD, Content_Length="45"),
    "/length-word": fixed(GOOD, Content_Length="veel"),
    "/204": bare(b"HTTP/1.1 204 No Content\r\n\r\n"),
    "/206": fixed(GOOD[:60], status=206),
    "/304-unasked": bare(b"HTTP/1.1 304 Not Modified\r\n\r\n"),
    "/500": fixed("", status=500),
    "/503-seconds": fixed("", status=503, Retry_After="7200"),
    "/503-date": fixed(
        "", status=503, Date="Tue, 20 Apr 2027 08:00:00 GMT",
        Retry_After="Tue, 20 Apr 2027 11:00:00 GMT",
    ),
    "/503-a-year": fixed("", status=503, Retry_After="31536000"),
    "/503-negative": fixed("", status=503, Retry_After="-5"),
    "/503-nonsense": fixed("", status=503, Retry_After="straks"),
    "/429": fixed("", status=429, Retry_After="3600"),
    "/flaky": flaky,
    "/etag-changing": changing_etag,
    "/html-instead": fixed(HTML, Content_Type="application/rss+xml"),
    "/empty": fixed(""),
    "/403-challenge": fixed(HTML, status=403, cf_mitigated="challenge"),
    "/410": fixed("", status=410),
    "/scripts": fixed(SCRIPTS),
    "/agenda-login.ics": fixed(HTML, Content_Type="text/calendar"),
    "/agenda-secondly.ics": fixed(calendar(vevent("s", START, "RRULE:FREQ=SECONDLY"))),
    "/agenda-never.ics": fixed(
        calendar(vevent("n", START, NEVER), vevent("o", START))
    ),
    "/agenda-truncated.ics": fixed(calendar(vevent("a", START), end="BEGIN:VEVENT\r\nUID:half")),
    "/agenda-bad-one.ics": fixed(
        calendar(vevent("g1", START), vevent("bad", "DTSTART:morgen"), vevent("g2", START))
    ),
}  # fmt: skip


@contextmanager
def serving_hostile() -> Iterator[Hostile]:
    """Serve the misbehaviour and the canary while the block runs."""
    with _server(_Canary) as canary, _server(type("Bound", (Request,), {})) as server:
        hostile = Hostile(_address(server), _address(canary))
        canary.RequestHandlerClass.hostile = hostile  # type: ignore[attr-defined]  # ours
        server.RequestHandlerClass.hostile = hostile  # type: ignore[attr-defined]  # ours
        try:
            yield hostile
        finally:
            hostile.stopping.set()


class _Canary(BaseHTTPRequestHandler):
    hostile: Hostile

    def do_GET(self) -> None:
        self.hostile.canary_asked.append(self.path)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(GOOD.encode())

    def log_message(self, *_: object) -> None:
        return


@contextmanager
def _server(handler: type[BaseHTTPRequestHandler]) -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _address(server: ThreadingHTTPServer) -> str:
    return f"http://127.0.0.1:{server.server_port}"
