"""Every page of the desk: open to everybody (WCAG 2.2 AA), light and dark, no wider than a phone.

`make shots` keeps each page of an empty, a usual and a full desk in test-output/screenshots/.
"""

import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from newsletter.accounts.sessions import Step
from newsletter.settings import read_settings
from newsletter.wiring import Services, build_services
from tests.fakes import FakeClock, FakeTransport
from tests.web import every_page
from tests.web.axe import judge, look
from tests.web.browsing import NEEDS_BROWSER, Desk, serving
from tests.web.every_page import Names, addresses
from web.routes import DESK_ROUTES

STATES = {
    "leeg": every_page.begin_empty,
    "gewoon": every_page.begin_usual,
    "vol": every_page.begin_full,
}
SHARES = 4  # of the pages, to be looked at side by side


@dataclass(frozen=True)
class Place:
    """A desk in some state, served at an address."""

    near: Services
    base: str
    names: Names


@contextmanager
def made(state: str, start: Path, folder: Path) -> Iterator[Place]:
    """Serve a desk in that state, from a database in that folder."""
    shutil.copy(start, folder)
    settings = read_settings({"NEWSLETTER_DATA_DIR": str(folder), "NEWSLETTER_UNDO_MINUTES": "0"})
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{door.getsockname()[1]}"
        built = build_services(replace(settings, base_url=base))
        near = replace(built, clock=FakeClock(), open_transport=FakeTransport)
        names = STATES[state](near)
        with serving(near, door):
            yield Place(near, base, names)
        near.db.close()


@pytest.fixture(scope="module")
def usual(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Make the usual desk once, for all who only look at it."""
    with made("gewoon", migrated, tmp_path_factory.mktemp("usual")) as place:
        yield place


def test_every_page_is_in_the_list() -> None:
    pages = {one.name for one in DESK_ROUTES if "GET" in one.methods}

    lists = (every_page.PAGES, every_page.HALF_WAY, every_page.NO_PAGES)
    listed = [name for one in lists for name in one]
    assert sorted(listed) == sorted(pages)


class TestInABrowser:
    pytestmark = NEEDS_BROWSER

    @pytest.mark.parametrize("share", range(SHARES))
    def test_every_page_is_open_to_everybody(
        self, browser: Browser, usual: Place, share: int
    ) -> None:
        cees = _at_desk(browser, usual)

        paths = list(addresses(usual.names).values())[share::SHARES]
        wrong = [one for path in paths for one in look(cees, path)]

        assert paths
        assert wrong == []
        assert cees.complaints == []

    def test_what_stands_before_the_desk_is_open_to_everybody(
        self, browser: Browser, usual: Place
    ) -> None:
        for step, path in every_page.HALF_WAY.values():
            cees = _half_way(browser, usual, step)
            assert look(cees, path) == []
            assert cees.complaints == []

    def test_an_edition_on_paper_has_the_mail_and_no_buttons(
        self, browser: Browser, usual: Place
    ) -> None:
        cees = _at_desk(browser, usual)
        cees.page.emulate_media(media="print", color_scheme="dark")

        for name in ("draft", "approved"):
            cees.go(f"/redactie/edities/{usual.names[name]}")
            body = cees.page.locator("body")
            expect(body).to_have_css("color", "rgb(27, 36, 48)")
            expect(body).to_have_css("background-color", "rgb(255, 255, 255)")
            expect(cees.page.locator("main").get_by_role("button")).to_have_count(0)
            expect(cees.page.locator(".frame iframe")).to_be_visible()
            expect(cees.page.get_by_role("heading", level=1)).to_be_visible()

    @pytest.mark.pictures
    @pytest.mark.parametrize("state", STATES)
    def test_every_page_has_its_pictures(
        self, browser: Browser, migrated: Path, tmp_path: Path, state: str
    ) -> None:
        with made(state, migrated, tmp_path) as place:
            cees = _at_desk(browser, place)
            for name, path in addresses(place.names).items():
                cees.go(path)
                cees.shoot_both(f"{state}/{name}")
                assert judge(cees.page, path) == []
            assert cees.complaints == []
            cees.page.context.close()


def _at_desk(browser: Browser, place: Place) -> Desk:
    cees = Desk(browser.new_context(reduced_motion="reduce").new_page(), place.base)
    cees.enter(place.near, every_page.ADMINISTRATOR)
    return cees


def _half_way(browser: Browser, place: Place, step: Step) -> Desk:
    """Return somebody who gave a password, and whose session is not worth anything yet."""
    desk = Desk(browser.new_context(reduced_motion="reduce").new_page(), place.base)
    desk.enter(place.near, "bas@example.org", step=step)
    return desk
