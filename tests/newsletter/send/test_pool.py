"""Connections that serve together, against a relay that says what a test lets it say."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import pytest

from newsletter.errors import TransportDeferred, TransportUncertain
from newsletter.send.transports.letters import Letter, News, Turn
from newsletter.send.transports.smtp import SmtpPool, SmtpTransport
from newsletter.settings import SmtpRelay
from newsletter.values import Receipt

HELLO = b"220 relay\r\n250-relay\r\n250 PIPELINING\r\n"
NAMED = b"250 sender\r\n250 recipient\r\n354 go on\r\n"
MESSAGE = b"Subject: t\r\n\r\nregel\r\n"


class Scripted:
    """Says its words to each connection in turn, waiting before each for so much to come in."""

    def __init__(self, *scripts: list[tuple[bytes, bytes]]) -> None:
        self.heard: list[bytes] = []
        self._scripts = scripts
        self._server = socket.create_server(("127.0.0.1", 0))
        self._thread = Thread(target=self._serve)
        self._thread.start()

    @property
    def port(self) -> int:
        port: int = self._server.getsockname()[1]
        return port

    def close(self) -> None:
        self._thread.join(20)
        self._server.close()

    def _serve(self) -> None:
        self._server.settimeout(10)
        for script in self._scripts:
            link, _ = self._server.accept()
            with link:
                link.settimeout(10)
                self.heard.append(_play(link, script))


def _play(link: socket.socket, script: list[tuple[bytes, bytes]]) -> bytes:
    heard = b""
    for wanted, words in script:
        start = len(heard)
        while wanted not in heard[start:]:
            if not (more := link.recv(65536)):
                return heard
            heard += more
        link.sendall(words)
    return heard


@contextmanager
def pool_for(*scripts: list[tuple[bytes, bytes]], seats: int = 1) -> Iterator[SmtpPool]:
    relay = Scripted(*scripts)
    pool = SmtpPool(SmtpTransport(SmtpRelay("127.0.0.1", relay.port, "none")), seats)
    try:
        yield pool
    finally:
        pool.close()
        relay.close()


def collect(pool: SmtpPool, number: int) -> list[News]:
    news: list[News] = []
    for _ in range(100):
        news += pool.collect(0.1)
        if len(news) >= number:
            return news
    raise AssertionError(news)


def letter(name: str) -> Letter:
    return Letter("post@example.org", f"{name}@example.org", (MESSAGE,))


def test_the_next_is_named_behind_the_body_and_its_own_body_waits() -> None:
    ended = b"250 first\r\n" + NAMED
    first, second = letter("a"), letter("b")

    with pool_for([(b"", HELLO), (b"DATA", NAMED), (b"DATA", ended), (b"\r\n.\r\n", b"")]) as pool:
        pool.prepare(first)
        opened = collect(pool, 1)
        pool.let_go(first)
        pool.prepare(second)
        then = collect(pool, 2)
        pool.drop(second)

    assert opened == [(first, Turn.OPEN)]
    assert then == [(first, Receipt(250, "first")), (second, Turn.OPEN)]


def test_a_relay_that_asks_for_a_body_and_hangs_up_is_not_sent_it() -> None:
    first = letter("a")

    with pool_for([(b"", HELLO), (b"DATA", NAMED)]) as pool:
        pool.prepare(first)
        told = [word for _, word in collect(pool, 1)]
        if told == [Turn.OPEN]:  # it hung up a moment later
            pool.let_go(first)
            ((_, word),) = collect(pool, 1)
            assert isinstance(word, TransportDeferred | TransportUncertain)
        else:
            assert told == [Turn.BACK]


def test_what_a_relay_was_told_behind_a_body_is_given_back_when_it_hangs_up() -> None:
    first, second = letter("a"), letter("b")

    with pool_for([(b"", HELLO), (b"DATA", NAMED), (b"DATA", b"250 first\r\n")]) as pool:
        pool.prepare(first)
        collect(pool, 1)
        pool.let_go(first)
        pool.prepare(second)
        told = collect(pool, 2)

    assert told == [(first, Receipt(250, "first")), (second, Turn.BACK)]


def test_silence_after_the_dot_is_no_failure_and_touches_nobody_else() -> None:
    first, second = letter("a"), letter("b")

    with pool_for([(b"", HELLO), (b"DATA", NAMED), (b"DATA", b"")]) as pool:
        pool.prepare(first)
        collect(pool, 1)
        pool.let_go(first)
        pool.prepare(second)
        told = dict(collect(pool, 2))

    assert isinstance(told[first], TransportUncertain)
    assert told[second] is Turn.BACK


@pytest.mark.parametrize("step", [1, 5, 100_000])
def test_replies_may_come_in_any_pieces(step: int) -> None:
    first = letter("a")
    words = HELLO + NAMED
    pieces = [(b"", words[at : at + step]) for at in range(0, len(words), step)]

    with pool_for([*pieces, (b"\r\n.\r\n", b"250 2.0.0 done\r\n")]) as pool:
        pool.prepare(first)
        opened = collect(pool, 1)
        pool.let_go(first)
        told = collect(pool, 1)

    assert (opened, told) == ([(first, Turn.OPEN)], [(first, Receipt(250, "2.0.0 done"))])


def test_what_is_prepared_is_given_back_and_no_body_leaves() -> None:
    first = letter("a")

    with pool_for([(b"", HELLO), (b"DATA", NAMED), (b"\r\n.\r\n", b"250 done\r\n")]) as pool:
        pool.prepare(first)
        collect(pool, 1)
        pool.withdraw()
        told = collect(pool, 1)

        assert (told, pool.busy, pool.free) == ([(first, Turn.BACK)], 0, 1)
