"""Looking at links, on real servers: what a reader would find, within the time that we give it."""

import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import pytest

from feeds.errors import NameFault, SourceUnreachable
from feeds.fetch import Fetcher
from feeds.links import Pace, look_at_links
from feeds.values import LinkOutcome, Sight
from tests.feeds.site import Answer, Site

QUICK = Pace(each_s=0.3, whole_s=1.5)


def seen(url: str, fetcher: Fetcher, pace: Pace = QUICK) -> Sight | None:
    return look_at_links([url], fetcher=fetcher, pace=pace).get(url)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, LinkOutcome.FINE),
        (204, LinkOutcome.FINE),
        (404, LinkOutcome.DEAD),
        (410, LinkOutcome.DEAD),
        (403, LinkOutcome.REFUSED),
        (429, LinkOutcome.REFUSED),
        (503, LinkOutcome.BROKEN),
    ],
)
def test_a_status_says_what_a_reader_finds(
    site: Site, fetcher: Fetcher, status: int, outcome: LinkOutcome
) -> None:
    assert seen(site.put("/a", status=status), fetcher) == Sight(outcome, status)


def test_only_a_redirect_for_good_is_told_with_the_place_on_the_page(
    site: Site, fetcher: Fetcher
) -> None:
    new = site.put("/nieuw", "hallo")
    for_good = site.put("/oud", status=301, Location="/tussen")
    site.put("/tussen", status=308, Location="/nieuw")
    for_now = site.put("/nu", status=302, Location="/nieuw")
    to_nothing = site.put("/weg", status=301, Location="/er-niet")

    found = look_at_links([f"{for_good}#deel", for_now, to_nothing], fetcher=fetcher, pace=QUICK)

    assert found == {
        f"{for_good}#deel": Sight(LinkOutcome.MOVED, 200, f"{new}#deel"),
        for_now: Sight(LinkOutcome.FINE, 200),
        to_nothing: Sight(LinkOutcome.DEAD, 404),
    }


def test_a_page_without_an_end_is_not_read(site: Site, fetcher: Fetcher) -> None:
    url = site.put("/groot", b"x" * 100, Content_Length=str(10**12))
    site.pages["/druppel"] = Answer(b"x" * 100, drip_s=0.2)

    found = look_at_links([url, site.url("/druppel")], fetcher=fetcher, pace=QUICK)

    assert {one.outcome for one in found.values()} == {LinkOutcome.FINE}


def test_a_server_that_says_nothing_or_goes_round_does_not_hold_us(
    site: Site, fetcher: Fetcher
) -> None:
    round_and_round = site.put("/rond", status=302, Location="/rond")
    with silent_server() as host_port:
        quiet = Fetcher(allow=frozenset({host_port}), contact="")
        started = time.monotonic()
        slow = seen(f"http://{host_port}/", quiet)
        took_s = time.monotonic() - started
    with closed_port() as nobody:
        silent = seen(f"http://{nobody}/", Fetcher(allow=frozenset({nobody}), contact=""))

    assert slow == Sight(LinkOutcome.SLOW)
    assert took_s < QUICK.whole_s
    assert seen(round_and_round, fetcher) == Sight(LinkOutcome.LOOP)
    assert silent == Sight(LinkOutcome.SILENT)


@pytest.mark.parametrize(
    ("begin", "outcome"),
    [
        (b"HTTP/1.1 200 OK\r\nX-Endless: ", LinkOutcome.SILENT),  # a head without an end
        (b"HTTP/1.1 103 Wait\r\n\r\n" * 50, LinkOutcome.SILENT),
        (b"SSH-2.0-iets anders\r\n", LinkOutcome.SILENT),
        (b"HTTP/1.1 200 OK\r\nX-Slow: ", LinkOutcome.SLOW),
    ],
)
def test_a_head_that_makes_no_sense_or_does_not_end_is_given_up(
    begin: bytes, outcome: LinkOutcome
) -> None:
    with talking_server(begin, then=b"" if outcome is LinkOutcome.SLOW else b"x" * 65536) as there:
        fetcher = Fetcher(allow=frozenset({there}), contact="")

        assert seen(f"http://{there}/", fetcher) == Sight(outcome)


def test_nobody_is_led_into_our_own_network(site: Site) -> None:
    with Site() as within:
        trap = site.put("/val", status=301, Location=within.put("/geheim", "geheim"))
        outside = Fetcher(allow=frozenset({site.host_port}), contact="")

        assert seen(trap, outside) == Sight(LinkOutcome.PRIVATE)
        assert seen(within.url("/geheim"), outside) == Sight(LinkOutcome.PRIVATE)
        assert within.asked == []


def test_a_host_is_asked_one_at_a_time_and_hosts_beside_each_other(site: Site) -> None:
    threads: dict[str, list[int]] = {"een.nl": [], "twee.nl": []}
    both_there = threading.Barrier(2)

    def resolve(host: str, port: int) -> Sequence[str]:
        if not threads[host]:
            both_there.wait(5)  # breaks, and fails the test, when one host waits for the other
        threads[host].append(threading.get_ident())
        return ["127.0.0.1"]

    allow = frozenset(f"{host}:{site.port}" for host in threads)
    fetcher = Fetcher(allow=allow, contact="", resolve=resolve)
    urls = [f"http://{host}:{site.port}/{number}" for host in threads for number in range(4)]

    found = look_at_links(urls, fetcher=fetcher)

    assert len(found) == 8
    assert [(len(one), len(set(one))) for one in threads.values()] == [(4, 1), (4, 1)]


def test_together_they_take_no_longer_than_is_given() -> None:
    pace = Pace(each_s=0.2, whole_s=0.7, at_once=2)
    with silent_server() as host_port:
        fetcher = Fetcher(allow=frozenset({host_port}), contact="")
        started = time.monotonic()
        found = look_at_links(
            [f"http://{host_port}/{number}" for number in range(20)], fetcher=fetcher, pace=pace
        )
        took_s = time.monotonic() - started

    assert took_s < 1.0
    assert 1 <= len(found) <= 4


def test_a_name_server_that_does_not_answer_is_not_waited_for() -> None:
    told = threading.Event()

    def asleep(host: str, port: int) -> Sequence[str]:
        told.wait(10)
        return []

    started = time.monotonic()
    found = look_at_links(
        ["https://een.nl/a"],
        fetcher=Fetcher(allow=frozenset(), contact="", resolve=asleep),
        pace=Pace(each_s=0.1, whole_s=0.3),
    )
    told.set()

    assert found == {}
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (NameFault.UNKNOWN, {"https://een.nl/a": Sight(LinkOutcome.NO_NAME)}),
        (NameFault.UNASKED, {}),
    ],
)
def test_a_name_that_is_not_there_is_told_and_one_that_could_not_be_asked_is_not(
    fault: NameFault, expected: dict[str, Sight]
) -> None:
    def fails(host: str, port: int) -> Sequence[str]:
        raise SourceUnreachable("no address", name=fault)

    fetcher = Fetcher(allow=frozenset(), contact="", resolve=fails)

    assert look_at_links(["https://een.nl/a"], fetcher=fetcher, pace=QUICK) == expected


def test_names_for_examples_are_not_asked() -> None:
    asked: list[str] = []

    def listen(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        raise SourceUnreachable("no address", name=NameFault.UNKNOWN)

    fetcher = Fetcher(allow=frozenset(), contact="", resolve=listen)

    assert look_at_links(["https://nieuws.example.org/a"], fetcher=fetcher, pace=QUICK) == {}
    assert asked == []


@contextmanager
def silent_server() -> Iterator[str]:
    """Take connections, and say nothing on them."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


@contextmanager
def talking_server(begin: bytes, *, then: bytes) -> Iterator[str]:
    """Say something to who comes, and go on with it until they leave."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def talk() -> None:
            with server.accept()[0] as visitor, suppress(OSError):
                visitor.sendall(begin)
                while then:
                    visitor.sendall(then)
                visitor.recv(65536)
                visitor.recv(65536)

        thread = threading.Thread(target=talk)
        thread.start()
        yield f"127.0.0.1:{server.getsockname()[1]}"
        thread.join()


@contextmanager
def closed_port() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    yield f"127.0.0.1:{port}"
