"""A desk and a site with something of everything, made once; each test gets a copy."""

import hashlib
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlalchemy import select, text
from starlette.testclient import TestClient

from newsletter.accounts.people import user_by_email
from newsletter.accounts.sessions import open_session
from newsletter.model import User
from newsletter.settings import read_settings
from newsletter.values import Role
from newsletter.wiring import Services, build_services, prepare_database
from storage.base import Base
from subscribers.links import Links
from tests.fakes import FakeClock, FakeTransport
from tests.web import every_page
from tests.web.desk import make_user
from web.app import create_app
from web.route import Route
from web.routes import ROUTES

PART = re.compile(r"\{(\w+)(?::\w+)?\}")
PASSING = frozenset({"desk_session", "edition_look"})  # when somebody was here, and looked at what


@dataclass
class World:
    """Services on a copy of the desk, and the parts that addresses are made of."""

    services: Services
    names: Mapping[str, str]
    app: TestClient
    tokens: dict[str, str] = field(default_factory=dict)

    def address(self, route: Route, **parts: str) -> str:
        """Return an address of this route that is there; `parts` in the place of ours.

        A part that nobody told of here is "1".
        """
        known = {**self._parts(route.path), **parts}
        return PART.sub(lambda part: known.get(part[1], "1"), route.path)

    def pages(self) -> Iterator[tuple[str, str]]:
        """Yield the address and the HTML of each page that the client may open."""
        for route in ROUTES:
            if "GET" in route.methods:
                answer = self.app.get(path := self.address(route))
                if "text/html" in answer.headers.get("content-type", ""):
                    yield path, answer.text

    def enter(self, role: Role | None) -> None:
        """Let the client be somebody with this role, or nobody."""
        self.app.cookies.clear()
        if role is not None:
            token = self._token(role)
            self.app.cookies.set("session", token, domain="testserver.local", path="/")

    def csrf(self) -> str:
        """Return the token of whoever the client is."""
        found = re.search(r'name="csrf" value="([^"]+)"', self.app.get("/redactie").text)
        assert found
        return found[1]

    def prints(self) -> dict[str, str]:
        """Return what each table holds, as a hash: to see that nothing changed."""
        tables = [one for one in Base.metadata.tables if one not in PASSING]
        with self.services.db.read() as session:
            return {
                one: hashlib.sha256(
                    repr(session.execute(text(f"select * from {one}")).all()).encode()  # noqa: S608
                ).hexdigest()
                for one in tables
            }

    def _token(self, role: Role) -> str:
        if role not in self.tokens:
            db, now = self.services.db, self.services.clock()
            with db.read() as session:
                user = session.scalar(select(User.id).where(User.role == role).limit(1))
            if user is None:
                email = make_user(self.services, role, f"Rol-{role}")
                with db.read() as session:
                    user = user_by_email(session, email).id
            self.tokens[role] = open_session(db, user, now=now)
        return self.tokens[role]

    def _parts(self, path: str) -> dict[str, str]:
        names, now = self.names, self.services.clock()
        links: Links = self.services.links
        edition = names["sent"] if "/resultaat" in path or path.startswith("/archief") else ""
        parts = {
            "id": edition or names["draft"],
            "edition": edition or names["sent"],
            "block": names["block"],
            "revision": names["revision"],
            "kind": "contents" if "/vast/" in path else "quote",
            "item": names["example"] if "voorbeelden" in path else names["own"],
            "example": names["example"],
            "event": names["event"],
            "slug": names["source"],
            "submission": names["submission"],
            "partnership": names["partnership"] if "redactie" in path else "de-tussendeur",
            "organisation": names["member"],
            "slot": "2027-05-06",
            "name": "0" * 32 + ".jpg",
            "user": "1",
        }
        urls = {
            "/bevestigen": links.confirm_url(1, now=now),
            "/adres-bevestigen": links.move_url(1, now=now),
            "/voorkeuren": links.preferences_url(1, None),
            "/afmelden": links.unsubscribe_url(1, 1),
            "/peiling": links.poll_url(1, int(names["sent"])),
            "/praktijkvoorbeelden/bevestigen": links.confirm_submission_url(1, now=now),
            "/praktijkvoorbeelden/inzending": links.submission_url(int(names["submission"])),
        }
        for begin, url in urls.items():
            if path.startswith(begin):
                parts["token"] = url.rsplit("/", 1)[1]
        return parts


def make_template(folder: Path) -> Mapping[str, str]:
    """Fill a folder with the database and its key; return what stands in it."""
    services = open_services(folder)
    prepare_database(services)
    names = dict(every_page.begin_usual(services))
    with services.db.read() as session:
        names["event"] = str(session.scalar(text("select id from item where kind = 'event'")))
    with services.db.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    services.db.close()
    return names


def open_services(folder: Path) -> Services:
    """Return the services on the database in a folder, the clock standing still."""
    at_once = {"NEWSLETTER_DATA_DIR": str(folder), "NEWSLETTER_UNDO_MINUTES": "0"}
    settings = read_settings(at_once)
    return replace(build_services(settings), clock=FakeClock(), open_transport=FakeTransport)


@contextmanager
def opened(template: Path, names: Mapping[str, str], folder: Path) -> Iterator[World]:
    """Give a world of its own to one test."""
    shutil.copytree(template, folder, dirs_exist_ok=True)
    services = open_services(folder)
    with TestClient(create_app(services), follow_redirects=False) as client:
        yield World(services, names, client)
    services.db.close()
