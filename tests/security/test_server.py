"""S52: a server that really runs, and clients that do not behave."""

import select
import socket
from collections.abc import Iterator

import pytest

from tests.security.world import World
from tests.web.browsing import serving
from web.impatient import ImpatientProtocol


@pytest.fixture(scope="module")
def port(standing: World) -> Iterator[int]:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        with serving(standing.services, door):
            yield door.getsockname()[1]


def ask(port: int, raw: bytes, *, wait_s: float = 5.0) -> bytes:
    """Send these bytes, and return all that comes back."""
    with socket.create_connection(("127.0.0.1", port), timeout=wait_s) as line:
        line.sendall(raw)
        line.settimeout(wait_s)
        got = b""
        try:
            while part := line.recv(65536):
                got += part
        except TimeoutError:
            pass
        except ConnectionError:
            pass
        return got


def get(path: str, *headers: str, host: str = "x") -> bytes:
    return "\r\n".join(
        [f"GET {path} HTTP/1.1", f"Host: {host}", "Connection: close", *headers, "", ""]
    ).encode()


@pytest.mark.parametrize(
    "headers",
    [
        ("X-Forwarded-Host: elders.example.org",),
        ("X-Forwarded-Proto: https", "X-Forwarded-Host: elders.example.org"),
        ("Forwarded: host=elders.example.org",),
        ("X-Original-URL: /redactie", "X-Rewrite-URL: /redactie"),
    ],
)
@pytest.mark.parametrize("path", ["/", "/archief.xml", "/agenda.ics", "/aanmelden", "/redactie"])
def test_no_link_of_ours_follows_what_a_client_calls_us(
    port: int, path: str, headers: tuple[str, ...]
) -> None:
    answer = ask(port, get(path, *headers, host="elders.example.org"))

    assert answer.startswith((b"HTTP/1.1 200", b"HTTP/1.1 303"))
    assert b"elders.example.org" not in answer


@pytest.mark.parametrize(
    "raw",
    [
        b"POST /aanmelden HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n"
        b"Transfer-Encoding: chunked\r\n"
        b"Connection: close\r\n\r\n0\r\n\r\nGET /redactie HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /aanmelden HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n"
        b"Content-Length: 5\r\n\r\nabcde",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: a\r\n b: c\r\nTransfer-Encoding: xchunked\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost : x\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 100,
        b"GET / HTTP/1.1\r\n" + b"X: " + b"a" * 200_000 + b"\r\n\r\n",
    ],
)
def test_what_is_no_clear_request_gets_one_answer_at_most(port: int, raw: bytes) -> None:
    answer = ask(port, raw, wait_s=2)

    assert answer.count(b"HTTP/1.1 ") <= 1
    assert not answer.startswith(b"HTTP/1.1 5")
    assert ask(port, get("/healthz")).startswith(b"HTTP/1.1 200"), "others are served"


def test_a_body_without_an_end_is_cut_off(port: int) -> None:
    head = (
        b"POST /aanmelden HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 100000000\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\n\r\n"
    )

    answer = ask(port, head + b"a" * 1_200_000)

    assert answer.startswith(b"HTTP/1.1 413")


def test_hundreds_who_say_nothing_keep_nobody_out(port: int) -> None:
    """A slow client holds a connection, no thread: answering waits for nobody's headers."""
    silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(200)]
    for line in silent:
        line.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")

    answers = [ask(port, get("/healthz")) for _ in range(5)]

    for line in silent:
        line.close()
    assert [one[:15] for one in answers] == [b"HTTP/1.1 200 OK"] * 5


class Hasty(ImpatientProtocol):
    """What the real server does, in a second."""

    patience_s = 1.0


@pytest.fixture(scope="module")
def hasty(standing: World) -> Iterator[int]:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        with serving(standing.services, door, protocol=Hasty):
            yield door.getsockname()[1]


BODY = (
    b"POST /aanmelden HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\n\r\na="
)
SLOW = {
    "says nothing": b"",
    "stops in its first line": b"GET /healthz HT",
    "stops in its head": b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ",
    "stops in its body": BODY,
    "stops in its second request": b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /",
}


def until_closed(line: socket.socket) -> bytes:
    """Return what still comes, up to the end of the connection. Raises TimeoutError."""
    got = b""
    line.settimeout(30)
    try:
        while part := line.recv(65536):
            got += part
    except ConnectionError:
        pass
    return got


@pytest.mark.long
@pytest.mark.parametrize("said", SLOW.values(), ids=SLOW)
def test_two_hundred_who_take_too_long_are_dropped_and_others_are_served(
    hasty: int, said: bytes
) -> None:
    slow = [socket.create_connection(("127.0.0.1", hasty)) for _ in range(200)]
    for line in slow:
        line.sendall(said)

    meanwhile = ask(hasty, get("/healthz"))
    ends = {until_closed(line) for line in slow}
    afterwards = ask(hasty, get("/healthz"))

    for line in slow:
        line.close()
    assert all(one == b"" or (one.startswith(b"HTTP/1.1 200") and b"GET /" in said) for one in ends)
    assert meanwhile.startswith(b"HTTP/1.1 200")
    assert afterwards.startswith(b"HTTP/1.1 200")


@pytest.mark.long
def test_a_body_that_keeps_coming_is_waited_for(hasty: int) -> None:
    """Longer than the patience, but not slower than the slowest that we take."""
    with socket.create_connection(("127.0.0.1", hasty)) as line:
        line.sendall(BODY.replace(b"1000", b"60002"))
        for _ in range(3):
            line.sendall(b"a" * 20_000)
            answered, _, _ = select.select([line], [], [], 1.2)
        answer = line.recv(12)

    assert answered
    assert answer.startswith(b"HTTP/1.1 ")


def test_the_server_tells_nothing_of_itself(port: int) -> None:
    for path in ("/", "/redactie/inloggen", "/er-is-niets", "/static/app.css", "/healthz"):
        head = ask(port, get(path)).partition(b"\r\n\r\n")[0].lower()
        assert b"\r\nserver:" not in head
        assert b"uvicorn" not in head
        assert b"x-powered-by" not in head


def test_what_is_no_request_is_told_nothing_either(port: int) -> None:
    answer = ask(port, b"GET  HTTP\r\n\r\n", wait_s=2)

    assert answer.startswith(b"HTTP/1.1 400")
    assert b"erver:" not in answer
