"""Readers looked up and changed together in a browser: by hand, and by keyboard with a range."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from feeds.themes import add_default_themes
from newsletter.values import Role
from newsletter.wiring import Services
from subscribers.segments import add_default_segments
from subscribers.values import Audience
from tests.web.browsing import NEEDS_BROWSER, Desk
from tests.web.desk import make_subscriber, make_user
from tests.web.furniture import prepared

pytestmark = [*NEEDS_BROWSER, pytest.mark.usefixtures("server")]


@pytest.fixture(scope="module")
def furnished(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A desk with an administrator and seven readers."""
    return prepared(migrated, tmp_path_factory.mktemp("seven"), make_seven)


def make_seven(near: Services) -> None:
    make_user(near, Role.ADMINISTRATOR, "Cees")
    add_default_themes(near.db)
    add_default_segments(near.db)
    for number in range(6):
        email = f"schoolopleider.{number}@waalkant.example.org"
        make_subscriber(near, email, Audience.SCHOOL, region="Gelderland", role="docent")
    make_subscriber(near, "info@elders.example.org", None)


def test_people_are_found_changed_by_keyboard_and_changed_back(
    browser: Browser, base: str, near: Services
) -> None:
    cees = Desk(browser.new_context().new_page(), base)
    cees.enter(near, "cees@example.org")
    cees.go("/redactie/abonnees")
    cees.page.get_by_role("searchbox").fill("waalkant")
    cees.page.keyboard.press("Enter")
    expect(cees.page.get_by_role("heading", level=1)).to_have_text("6 abonnees gevonden")

    boxes = cees.page.get_by_role("checkbox", name="Kies schoolopleider")
    boxes.nth(1).focus()
    cees.page.keyboard.press("Space")
    boxes.nth(4).focus()
    cees.page.keyboard.press("Shift+Space")
    expect(cees.page.locator("#kies input[name=wie]:checked")).to_have_count(4)
    cees.shoot("abonnees-gekozen")
    cees.press("Wijzig deze 4")
    expect(cees.page.get_by_role("heading", level=1)).to_have_text("Wijzig 4 abonnees")
    cees.page.get_by_label("Rol", exact=True).fill("schoolopleider")
    cees.shoot("abonnees-wijzigen")
    cees.press("Wijzig 4 abonnees")

    expect(cees.page.get_by_role("status")).to_contain_text("4 abonnees gewijzigd.")
    expect(cees.page.get_by_text("schoolopleider", exact=True)).to_have_count(4)
    cees.press("Maak ongedaan")
    expect(cees.page.get_by_role("status")).to_contain_text("Ongedaan gemaakt bij 4 abonnees.")
    expect(cees.page.get_by_text("docent", exact=True)).to_have_count(6)
    assert cees.complaints == []


def test_one_reader_is_opened_and_changed_without_a_script(
    browser: Browser, base: str, near: Services
) -> None:
    cees = Desk(browser.new_context(java_script_enabled=False).new_page(), base)
    cees.enter(near, "cees@example.org")
    cees.go("/redactie/abonnees")
    cees.page.get_by_role("link", name="info@elders.example.org").click()
    cees.page.get_by_role("radio", name="lerarenopleiding").check()
    cees.page.get_by_label("Rol", exact=True).fill("onderzoeker")
    cees.press("Bewaar")

    expect(cees.page.get_by_role("status")).to_contain_text("Bewaard.")
    expect(cees.page.get_by_text("Cees wijzigde kant en rol.")).to_be_visible()
    expect(cees.page.get_by_role("radio", name="lerarenopleiding")).to_be_checked()
