"""Every page of the desk: open to everybody (WCAG 2.2 AA), light and dark, no wider than a phone.

The pictures of each page on an empty, a usual and a full desk are kept in test-output/screenshots/.
"""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser

from newsletter.accounts.people import user_by_email
from newsletter.accounts.sessions import Step, open_session
from newsletter.settings import Settings
from newsletter.wiring import Services, build_services
from tests.fakes import FakeClock, FakeTransport
from tests.web import every_page
from tests.web.axe import judge, look
from tests.web.browsing import NEEDS_BROWSER, Desk
from tests.web.every_page import Names, addresses
from web.routes import DESK_ROUTES

STATES = {
    "leeg": every_page.begin_empty,
    "gewoon": every_page.begin_usual,
    "vol": every_page.begin_full,
}
SHARES = 4  # of the pages, to be looked at side by side
COLOURS = "['color', 'backgroundColor'].map((one) => getComputedStyle(document.body)[one])"


@pytest.fixture
def near(settings: Settings, clock: FakeClock, base: str) -> Iterator[Services]:
    built = build_services(replace(settings, base_url=base))
    yield (near := replace(built, clock=clock, open_transport=FakeTransport))
    near.db.close()


def test_every_page_is_in_the_list() -> None:
    pages = {one.name for one in DESK_ROUTES if "GET" in one.methods}

    lists = (every_page.PAGES, every_page.HALF_WAY, every_page.NO_PAGES)
    listed = [name for one in lists for name in one]
    assert sorted(listed) == sorted(pages)


@pytest.mark.usefixtures("server")
class TestInABrowser:
    pytestmark = NEEDS_BROWSER

    @pytest.mark.parametrize("share", range(SHARES))
    def test_every_page_is_open_to_everybody(
        self, browser: Browser, base: str, near: Services, share: int
    ) -> None:
        cees, names = _at_desk(browser, base, near, "gewoon")

        paths = list(addresses(names).values())[share::SHARES]
        wrong = [one for path in paths for one in look(cees, path)]

        assert paths
        assert wrong == []
        assert cees.complaints == []

    def test_what_stands_before_the_desk_is_open_to_everybody(
        self, browser: Browser, base: str, near: Services
    ) -> None:
        every_page.begin_usual(near)

        for step, path in every_page.HALF_WAY.values():
            cees = _half_way(browser, base, near, step)
            assert look(cees, path) == []
            assert cees.complaints == []

    def test_an_edition_on_paper_has_the_mail_and_no_buttons(
        self, browser: Browser, base: str, near: Services
    ) -> None:
        cees, names = _at_desk(browser, base, near, "gewoon")

        for name in ("draft", "approved"):
            cees.go(f"/redactie/edities/{names[name]}")
            cees.page.emulate_media(media="print", color_scheme="dark")
            assert cees.page.evaluate(COLOURS) == ["rgb(27, 36, 48)", "rgb(255, 255, 255)"]
            assert cees.page.locator("main").get_by_role("button").count() == 0
            assert cees.page.locator(".frame iframe").is_visible()
            assert cees.page.get_by_role("heading", level=1).is_visible()

    @pytest.mark.pictures
    @pytest.mark.parametrize("state", STATES)
    def test_every_page_has_its_pictures(
        self, browser: Browser, base: str, near: Services, state: str
    ) -> None:
        cees, names = _at_desk(browser, base, near, state)

        for name, path in addresses(names).items():
            cees.go(path)
            cees.shoot(f"{state}/{name}")
            cees.page.emulate_media(color_scheme="dark")
            cees.shoot(f"{state}/{name}-donker")
            assert judge(cees.page, path) == []
            cees.page.emulate_media(color_scheme="light")
        assert cees.complaints == []


def _at_desk(browser: Browser, base: str, near: Services, state: str) -> tuple[Desk, Names]:
    names = STATES[state](near)
    cees = Desk(browser.new_context(reduced_motion="reduce").new_page(), base)
    cees.sign_in(every_page.ADMINISTRATOR)
    return cees, names


def _half_way(browser: Browser, base: str, near: Services, step: Step) -> Desk:
    """Return somebody who gave a password, and whose session is not worth anything yet."""
    with near.db.read() as session:
        bas = user_by_email(session, "bas@example.org").id
    token = open_session(near.db, bas, now=near.clock(), step=step)
    context = browser.new_context(reduced_motion="reduce")
    context.add_cookies([{"name": "session", "value": token, "url": base}])
    return Desk(context.new_page(), base)
