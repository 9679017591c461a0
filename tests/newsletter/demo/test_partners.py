"""The partners' server answers as a good publisher does: validators, 304, pages for links."""

import re
import socket
import struct
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime

import httpx
import pytest

from feeds.discover import discover
from feeds.fetch import Fetcher
from newsletter.demo.partners import PartnerServer
from tests.fakes import FakeClock

DAY = date(2026, 11, 24)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(datetime(2026, 11, 24, 9, tzinfo=UTC))


@pytest.fixture
def partners(clock: FakeClock) -> Iterator[PartnerServer]:
    with PartnerServer(day=DAY, clock=clock) as server:
        yield server


@pytest.fixture
def client(partners: PartnerServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=partners.url) as client:
        yield client


def test_who_hangs_up_is_no_news(
    partners: PartnerServer, capfd: pytest.CaptureFixture[str]
) -> None:
    with socket.create_connection(("127.0.0.1", partners.port)) as visitor:
        visitor.sendall(b"GET /raad/feed.xml HTTP/1.1\r\nHost: partners\r\n\r\n")
        assert visitor.recv(15).startswith(b"HTTP/1.1 200")
        visitor.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # a reset

    for thread in threading.enumerate():
        if "process_request" in thread.name:
            thread.join(10)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("path", ["/raad/feed.xml", "/rijksdienst/feed.xml", "/agenda/agenda.ics"])
def test_second_look_brings_nothing(client: httpx.Client, path: str) -> None:
    first = client.get(path)

    by_etag = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    by_date = client.get(path, headers={"If-Modified-Since": first.headers["Last-Modified"]})
    other = client.get(path, headers={"If-None-Match": '"other"'})

    assert [one.status_code for one in (first, by_etag, by_date, other)] == [200, 304, 304, 200]
    assert by_etag.content == by_date.content == b""
    assert by_etag.headers["ETag"] == first.headers["ETag"]


def test_documents_stay_the_same_all_day_and_grow_later(
    client: httpx.Client, clock: FakeClock
) -> None:
    first = client.get("/raad/feed.xml")
    clock.later(hours=10)
    same_day = client.get("/raad/feed.xml")
    clock.later(days=1)
    next_day = client.get("/raad/feed.xml", headers={"If-None-Match": first.headers["ETag"]})

    assert same_day.content == first.content
    assert next_day.status_code == 200
    assert len(next_day.content) > len(first.content)
    assert next_day.headers["Last-Modified"] != first.headers["Last-Modified"]


def test_changed_calendar_is_another_document(
    client: httpx.Client, partners: PartnerServer
) -> None:
    first = client.get("/agenda/agenda.ics")
    partners.publish_changes()

    second = client.get("/agenda/agenda.ics", headers={"If-None-Match": first.headers["ETag"]})

    assert second.status_code == 200
    assert "STATUS:CANCELLED" in second.text
    assert max(len(line.encode()) for line in second.text.splitlines()) <= 75


@pytest.mark.long
def test_every_link_leads_to_a_page(client: httpx.Client, partners: PartnerServer) -> None:
    sources = ["/raad/feed.xml", "/rijksdienst/feed.xml", "/kennisinstituut/feed.xml"]
    text = "".join(client.get(path).text for path in sources)
    calendar = client.get("/agenda/agenda.ics").text.replace("\r\n ", "")
    links = set(re.findall(rf"{partners.url}/[a-z0-9/-]+(?![a-z0-9/.-])", text + calendar))

    answers = {link: client.get(link) for link in links}

    assert len(links) > 50
    assert {link for link, answer in answers.items() if answer.status_code != 200} == set()
    assert all("verzonnen" in answer.text for answer in answers.values())


def test_front_page_leads_to_all_and_unknown_paths_do_not_exist(client: httpx.Client) -> None:
    front = client.get("/")
    paths = set(re.findall(r'href="(/[a-z][^"]*)"', front.text))

    assert len(paths) == 12 + 4  # pages, and what can be followed
    assert {client.get(path).status_code for path in paths} == {200}
    assert client.get("/raad/bestaat-niet").status_code == 404
    assert client.head("/").content == b""


@pytest.mark.parametrize(
    ("path", "kinds"), [("/", ["feed", "feed", "feed", "agenda"]), ("/raad", ["feed"])]
)
def test_a_page_names_what_can_be_followed(
    partners: PartnerServer, clock: FakeClock, path: str, kinds: list[str]
) -> None:
    fetcher = Fetcher(allow=frozenset({partners.host_port}), contact="https://nieuws.example.org")

    found = discover(partners.url + path, fetcher=fetcher, now=clock())

    assert [offer.kind for offer in found.proposed()] == kinds
    assert found.complaints == ()
