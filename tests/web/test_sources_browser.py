"""The sources in a real browser: followed, mended and listed, by keyboard, and without a script.

`make shots` keeps pictures in test-output/screenshots/, at 1280 and at 375 wide, light and dark.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from feeds.fetch import Fetcher
from feeds.store import get_source, list_sources
from newsletter.settings import Settings
from newsletter.values import Role
from newsletter.wiring import Services, build_services
from tests.fakes import FakeClock
from tests.feeds.site import Site
from tests.web.browsing import NEEDS_BROWSER, Desk
from tests.web.desk import make_source, make_user
from tests.web.editor.partner import put_all
from tests.web.furniture import furnish

pytestmark = [*NEEDS_BROWSER, pytest.mark.usefixtures("server")]

PLACE = "/redactie/bronnen"
MOST_TABS = 80


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as running:
        put_all(running)
        yield running


@pytest.fixture
def near(settings: Settings, clock: FakeClock, base: str, site: Site) -> Iterator[Services]:
    fetcher = Fetcher(allow=frozenset({site.host_port}), contact=base)
    built = build_services(replace(settings, base_url=base))
    near = replace(built, clock=clock, fetcher=fetcher)
    make_user(near, Role.ADMINISTRATOR, "Marit")
    yield near
    near.db.close()


def signed_in(browser: Browser, near: Services, *, script: bool = True) -> Desk:
    context = browser.new_context(reduced_motion="reduce", java_script_enabled=script)
    marit = Desk(context.new_page(), near.settings.base_url)
    marit.enter(near, "marit@example.org")
    return marit


def names(services: Services) -> list[str]:
    with services.db.read() as session:
        return [source.name for source in list_sources(session)]


def tab_to(page: Page, label: str) -> None:
    """Walk with the tab key to what is called so."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()").startswith(label):
            return
        if page.evaluate("document.activeElement.labels?.[0]?.textContent.trim()") == label:
            return
    raise AssertionError(f"the tab key does not reach {label!r}")


def test_a_source_is_followed_and_turned_off_by_keyboard_alone(
    browser: Browser, near: Services, site: Site
) -> None:
    marit = signed_in(browser, near)
    marit.go(PLACE)
    page = marit.page

    tab_to(page, "Adres van een site, nieuwsoverzicht of agenda")
    page.keyboard.type(site.url("/"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Gevonden op 127.0.0.1")).to_be_visible()
    expect(page.get_by_role("button", name="Volg 2 bronnen")).to_be_visible()
    boxes = page.locator("[name=kies]")
    boxes.nth(1).focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Volg 1 bron", exact=True)).to_be_visible()
    tab_to(page, "Volg 1 bron")
    page.keyboard.press("Enter")

    expect(page.get_by_text("Je volgt nu ‘Nieuws van Noord’.")).to_be_visible()
    tab_to(page, "Zet uit")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nieuws van Noord staat uit.")).to_be_visible()
    assert names(near) == ["Nieuws van Noord"]
    assert marit.complaints == []


def test_a_source_that_is_gone_is_led_to_its_new_address(
    browser: Browser, near: Services, site: Site
) -> None:
    furnish(near)
    slug = make_source(near, "Noord", last_error="SourceGone")
    with near.db.write() as session:
        get_source(session, slug).url = site.url("/weg/")
    marit = signed_in(browser, near)

    marit.go(PLACE)
    marit.shoot_both("bronnen-beheerder")
    row = marit.page.locator(".broken").filter(has_text="Noord")
    row.get_by_role("button", name="Zoek op dezelfde site").click()
    expect(marit.page.get_by_role("heading", name="Dit vonden we")).to_be_visible()
    marit.shoot("bron-gevonden")
    marit.press("Neem het nieuwe adres")
    expect(marit.page.get_by_text("Verhuisd van")).to_be_visible()
    marit.shoot_both("bron")

    with near.db.read() as session:
        assert get_source(session, slug).url == site.url("/feed/")
    assert marit.complaints == []


def test_everything_works_without_a_script(
    browser: Browser, near: Services, site: Site, tmp_path: Path
) -> None:
    marit = signed_in(browser, near, script=False)
    marit.go(PLACE)
    marit.page.get_by_label("Adres van een site").fill(site.url("/"))
    marit.press("Zoek")
    marit.shoot("bronnen-gevonden")
    marit.press("Volg wat je aanvinkt")
    expect(marit.page.get_by_text("Je volgt nu ‘")).to_be_visible()

    marit.page.get_by_role("link", name="Haal een lijst binnen").click()
    marit.shoot("bronnenlijst")
    file = tmp_path / "lijst.opml"
    file.write_text(
        '<opml><body><outline text="Zuid" xmlUrl="https://zuid.example.org/feed"/>'
        '<outline text="Kwaad" xmlUrl="javascript:alert(1)"/></body></opml>',
        encoding="utf-8",
    )
    marit.page.get_by_label("OPML-bestand").set_input_files(file)
    marit.press("Kijk na")
    marit.shoot("bronnenlijst-oordeel")
    marit.press("Volg 1 nieuwe bron")
    expect(marit.page.get_by_text("Je volgt nu 1 bron meer.")).to_be_visible()
    marit.page.get_by_role("link", name="Zuid").click()
    marit.page.get_by_text("Verwijder deze bron").click()
    marit.press("Verwijder ‘Zuid’")

    expect(marit.page.get_by_role("link", name="Zuid")).to_have_count(0)
    assert names(near) == ["Agenda Noord", "Nieuws van Noord"]
