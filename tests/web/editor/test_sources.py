"""The sources: what is wrong in Dutch, and looking again at once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from starlette.testclient import TestClient

from feeds.errors import SourceTooSlow
from feeds.values import Fetched
from newsletter.wiring import Services
from tests.web.desk import desk, make_source, post
from web.app import create_app

FEED = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>VO-raad</title>
<item><guid>1</guid><title>Eerste bericht</title><link>https://vo-raad.example.org/1</link></item>
</channel></rss>"""


class OnePage:
    """A web of one page, or of none."""

    def __init__(self, body: bytes | None) -> None:
        self.body = body

    @contextmanager
    def round(self) -> Iterator[Callable[..., Fetched]]:
        yield self.fetch

    def fetch(self, url: str, *, etag: str = "", last_modified: str = "") -> Fetched:
        if self.body is None:
            raise SourceTooSlow("no answer within 30 s")
        return Fetched(200, self.body, "application/rss+xml", final_url=url)


def test_what_is_wrong_is_said_in_dutch_with_when_we_try_again(
    client: TestClient, services: Services
) -> None:
    make_source(services, "VELON", last_error="SourceTooSlow")
    make_source(services, "Lectoraat", last_error="SourceGone")
    make_source(services, "NRO")
    desk(client, services)

    page = client.get("/redactie/bronnen").text

    assert "<h1>Twee bronnen vragen aandacht</h1>" in page
    assert "Het antwoord kwam niet op tijd. We proberen het vandaag om 11.00 uur opnieuw." in page
    assert "Dit adres bestaat niet meer, zegt de site zelf." in page
    assert "SourceTooSlow" not in page
    assert "Twee bronnen vragen aandacht" in client.get("/redactie").text


def test_looking_now_brings_what_is_new(services: Services) -> None:
    slug = make_source(services)
    near = replace(services, fetcher=OnePage(FEED))  # type: ignore[arg-type]  # what gathering asks of it
    with TestClient(create_app(near), follow_redirects=False) as client:
        desk(client, near)
        post(client, f"/redactie/bronnen/{slug}/haal")

        assert "VO-raad: 1 nieuw bericht." in client.get("/redactie/bronnen").text
        assert "Eerste bericht" in client.get("/redactie/selecteren").text


def test_looking_now_says_when_it_does_not_work(services: Services) -> None:
    slug = make_source(services)
    near = replace(services, fetcher=OnePage(None))  # type: ignore[arg-type]  # what gathering asks of it
    with TestClient(create_app(near), follow_redirects=False) as client:
        desk(client, near)
        post(client, f"/redactie/bronnen/{slug}/haal")

        page = client.get("/redactie/bronnen").text
        assert "VO-raad: het ophalen lukte niet." in page
        assert "Het antwoord kwam niet op tijd." in page


def test_a_source_that_does_not_exist_is_not_found(client: TestClient, services: Services) -> None:
    desk(client, services)

    assert post(client, "/redactie/bronnen/weg/haal").status_code == 404
