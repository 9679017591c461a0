"""One exchange of HTTP/1.1, byte for byte: what servers may answer, and what they should not."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socket import create_server, socket

import httpcore
import pytest

from feeds.http1 import Answer, Target, get, is_sendable

FIVE = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhallo"


class Scripted:
    """A server that gives its pieces of bytes to whoever connects, and then closes or not."""

    def __init__(self, *pieces: bytes, stays: bool = False) -> None:
        self._pieces, self._stays = pieces, stays
        self._listening = create_server(("127.0.0.1", 0))
        self.asked = b""
        self.port: int = self._listening.getsockname()[1]
        self._is_read = threading.Event()
        self._thread = threading.Thread(target=self._serve)

    @contextmanager
    def connected(self) -> Iterator[httpcore.NetworkStream]:
        """Give a stream to this server."""
        self._thread.start()
        stream = httpcore.SyncBackend().connect_tcp("127.0.0.1", self.port, timeout=5)
        try:
            yield stream
        finally:
            self._is_read.set()
            stream.close()
            self._thread.join()
            self._listening.close()

    def piece_was_read(self) -> None:
        self._is_read.set()

    def _serve(self) -> None:
        connection, _ = self._listening.accept()
        with connection:
            self.asked = connection.recv(65536)
            for number, piece in enumerate(self._pieces):
                if number:
                    self._is_read.wait(0.1)  # so that it comes by itself
                connection.sendall(piece)
            if self._stays:
                _drain(connection)


def _drain(connection: socket) -> None:
    while connection.recv(65536):
        pass


def target(port: int) -> Target:
    return Target(b"http", b"127.0.0.1", port, b"/feed/?a=%C3%A9", b"127.0.0.1:%d" % port)


def exchange(server: Scripted, *headers: tuple[bytes, bytes]) -> tuple[Answer, bytes]:
    with server.connected() as stream:
        answer = get(stream, target(server.port), headers, wait_s=5)
        server.piece_was_read()
        return answer, b"".join(answer.chunks())


def test_the_request_says_what_it_must_and_no_more() -> None:
    server = Scripted(FIVE)

    exchange(server, (b"If-None-Match", b'W/"\xe9"'))

    assert server.asked == (
        b'GET /feed/?a=%%C3%%A9 HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nIf-None-Match: W/"\xe9"\r\n\r\n'
        % server.port
    )


@pytest.mark.parametrize(
    ("pieces", "body", "is_over"),
    [
        ((FIVE,), b"hallo", True),
        ((FIVE[:-5], FIVE[-5:]), b"hallo", True),
        ((FIVE[:12], FIVE[12:]), b"hallo", True),
        ((b"HTTP/1.1 200 OK\r\n\r\nhal", b"lo"), b"hallo", False),  # until the end
        ((b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhallo",), b"hallo", False),
        ((b"HTTP/1.1 200\r\nConnection: Close\r\nContent-Length: 0\r\n\r\n",), b"", False),
        (
            (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=1\r\nhal\r\n",
             b"2\r\nlo\r\n0\r\nTrailer: x\r\n\r\n"),
            b"hallo",
            True,
        ),
        ((b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + FIVE,), b"hallo", True),
        ((b"HTTP/1.1 100 Continue\r\n\r\n", FIVE), b"hallo", True),
        ((FIVE + b"and more",), b"hallo", False),  # more than one answer to one request
        ((b"HTTP/1.1 204 No Content\r\n\r\n",), b"", True),
    ],
)  # fmt: skip
def test_a_body_ends_where_it_should(
    pieces: tuple[bytes, ...], body: bytes, *, is_over: bool
) -> None:
    answer, read = exchange(Scripted(*pieces))

    assert (read, answer.is_over) == (body, is_over)


@pytest.mark.parametrize("cut", [None, 5, 20, 40])
def test_a_304_is_a_head_and_nothing_more(cut: int | None) -> None:
    head = b'HTTP/1.1 304 Not Modified\r\nETag:  "\xe9" \r\nContent-Length: 500\r\nX-A:\r\n\r\n'
    pieces = (head,) if cut is None else (head[:cut], head[cut:])

    answer, read = exchange(Scripted(*pieces, stays=True))

    assert (answer.status, read, answer.is_over) == (304, b"", True)
    assert answer.validator("ETag") == '"\xe9"'
    assert [answer.header(name) for name in ("ETag", "Content-Length", "X-A")] == [
        '"\xe9"', "500", ""
    ]  # fmt: skip


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 304 Not Modified\r\nConnection: x, close\r\n\r\n",
        b"HTTP/1.0 304 Not Modified\r\n\r\n",
        b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\nhallo",
    ],
)
def test_a_304_that_ends_the_connection_or_goes_on_is_the_last(head: bytes) -> None:
    answer, read = exchange(Scripted(head))

    assert (answer.status, read, answer.is_over) == (304, b"", False)


@pytest.mark.parametrize(
    "pieces",
    [
        (b"",),
        (b"HTTP/1.1 200 OK\r\nContent-Le",),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhal",),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhal\r\n",),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nno number\r\n",),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhallo",),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhallo",),
        (b"HTTP/1.1 304 Not Modified\r\nno colon\r\n\r\n",),
        (b"HTTP/1.1 304 Not Modified\r\nX Y: 1\r\n\r\n",),
        (b"HTTP/1.1 304 Not Modified\r\nX: a\x00b\r\n\r\n",),
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",),
        (b"SSH-2.0-OpenSSH\r\n",),
        (b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 200_000,),
    ],
)
def test_what_is_no_answer_is_an_error(pieces: tuple[bytes, ...]) -> None:
    with pytest.raises(httpcore.RemoteProtocolError):
        exchange(Scripted(*pieces))


@pytest.mark.parametrize("value", [b'W/"x"', b"a b\tc", b"\xe9", b"x"])
def test_what_http_allows_may_be_sent(value: bytes) -> None:
    assert is_sendable(value)


@pytest.mark.parametrize("value", [b"", b" x", b"x ", b"a\r\nX: y", b"a\nb", b"a\0b", b"x\n"])
def test_what_would_make_a_header_of_its_own_may_not(value: bytes) -> None:
    assert not is_sendable(value)


@pytest.mark.parametrize("count", [1, 16])
def test_some_interim_answers_are_passed_over(count: int) -> None:
    answer, body = exchange(Scripted(b"HTTP/1.1 103 Early Hints\r\n\r\n" * count + FIVE))

    assert (answer.status, body) == (200, b"hallo")


def test_an_answer_that_keeps_being_announced_is_given_up() -> None:
    with pytest.raises(httpcore.RemoteProtocolError, match="keeps saying"):
        exchange(Scripted(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 17 + FIVE))
