"""A partner's site on this machine, and a desk that may visit it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from starlette.testclient import TestClient

from feeds.fetch import Fetcher
from feeds.model import Source
from feeds.store import get_source, list_sources
from newsletter.values import Role
from newsletter.wiring import Services
from tests import factories
from tests.feeds.documents import calendar, entry, rss, vevent
from tests.feeds.site import Site
from tests.queries import counted
from tests.web.desk import desk
from web.app import create_app

NEWS = rss(*(entry(name, f"Bericht {name}") for name in "abcd"), title="Nieuws van Noord")
COMMENTS = rss(entry("r", "Door Jan"), title="Reacties voor Noord")
EVENTS = calendar(
    vevent("a", "DTSTART:20270601T080000Z", summary="Congres"), head=("X-WR-CALNAME:Agenda Noord",)
)
LINK = '<link rel="alternate" type="{}" href="{}">'
RSS, CALENDAR = "application/rss+xml", "text/calendar"


@dataclass(slots=True)
class Desk:
    """Somebody at the desk, beside a partner's site."""

    client: TestClient
    services: Services
    site: Site

    def make(self, slug: str = "vo-raad", **fields: Any) -> str:
        """Make a source; return its address at the desk."""
        with self.services.db.write() as session:
            factories.make_source(session, slug, **{"name": slug.capitalize(), **fields})
        return f"/redactie/bronnen/{slug}"

    def source(self, slug: str = "vo-raad") -> Source:
        """Return a source as it is stored now."""
        with self.services.db.read() as session:
            return get_source(session, slug)

    def queries(self, path: str) -> int:
        """Return how many statements a page needs."""
        with counted(self.services.db.engine) as statements:
            assert self.client.get(path).status_code == 200
        return len(statements)

    def sources(self) -> list[tuple[str, str, str]]:
        """Return name, kind and address of every source."""
        with self.services.db.read() as session:
            return [(one.name, one.kind, one.url) for one in list_sources(session)]


@contextmanager
def at_desk(services: Services, role: Role = Role.ADMINISTRATOR) -> Iterator[Desk]:
    """Sign somebody in at a desk that may visit the partner's site."""
    with Site() as site:
        fetcher = Fetcher(allow=frozenset({site.host_port}), contact="https://nieuws.example.org")
        near = replace(services, fetcher=fetcher)
        with TestClient(create_app(near), follow_redirects=False) as client:
            desk(client, near, role)
            yield Desk(client, near, site)


def put_front(site: Site, *links: tuple[str, str]) -> str:
    """Let the site's front page name these."""
    head = "".join(LINK.format(*link) for link in links)
    return site.put("/", f"<!doctype html><html><head>{head}", Content_Type="text/html")


def put_all(site: Site) -> str:
    """Let the site have news, comments and an agenda, named by its front page."""
    site.put("/feed/", NEWS)
    site.put("/comments/feed/", COMMENTS)
    site.put("/uit.ics", EVENTS)
    return put_front(site, (RSS, "/comments/feed/"), (RSS, "/feed/"), (CALENDAR, "/uit.ics"))
