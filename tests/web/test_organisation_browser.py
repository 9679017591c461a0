"""The page of the organisation in a real browser: contrast at once, the mail beside it, no script.

`make shots` keeps pictures in test-output/screenshots/, at 1280 and at 375 wide, light and dark.
"""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, expect

from newsletter.settings import Settings
from newsletter.values import Role
from newsletter.wiring import Services, build_services
from tests.fakes import FakeClock
from tests.web.browsing import NEEDS_BROWSER, Desk
from tests.web.desk import make_user

pytestmark = [*NEEDS_BROWSER, pytest.mark.usefixtures("server")]

PLACE = "/redactie/instellingen/organisatie"
FAINT = "#f0b040"


@pytest.fixture
def near(settings: Settings, clock: FakeClock, base: str) -> Iterator[Services]:
    near = replace(build_services(replace(settings, base_url=base)), clock=clock)
    make_user(near, Role.ADMINISTRATOR, "Marit")
    yield near
    near.db.close()


def opened(browser: Browser, near: Services, *, script: bool = True) -> Desk:
    context = browser.new_context(reduced_motion="reduce", java_script_enabled=script)
    marit = Desk(context.new_page(), near.settings.base_url)
    marit.enter(near, "marit@example.org")
    marit.go(PLACE)
    return marit


def test_contrast_and_mail_follow_what_is_chosen(browser: Browser, near: Services) -> None:
    marit = opened(browser, near)
    row = marit.page.locator('[data-front="on_band"][data-ground="band"]')
    button = marit.page.frame_locator("#proefmail").get_by_text("Stuur je praktijkvoorbeeld in")
    expect(row).to_contain_text("heel goed")
    marit.shoot_both("organisation")

    marit.page.get_by_label("Scholen, links en knoppen", exact=True).fill(FAINT)
    marit.page.get_by_label("Naam van de nieuwsbrief").fill("Samen")

    expect(row).to_contain_text("1,91 : 1")
    expect(row).to_contain_text("niet te lezen")
    expect(marit.page.locator("#gezegd-contrast")).to_have_text(
        "6 paren kleuren zijn te zwak om te lezen."
    )
    frame = marit.page.frame_locator("#proefmail")
    expect(frame.get_by_role("heading", name="Samen", exact=True)).to_be_visible()
    expect(button).to_have_css("color", "rgb(240, 176, 64)")
    assert marit.complaints == []

    marit.page.get_by_role("button", name="Bewaar").click()
    expect(marit.page.locator("#colour_school-error")).to_be_visible()
    marit.shoot_both("organisation-refused")
    marit.press("Neem #")
    expect(row).to_contain_text("5,29 : 1")
    marit.page.get_by_role("button", name="Bewaar").click()
    expect(marit.page.locator(".toast")).to_contain_text("Bewaard.")
    assert near.current().settings.organisation.newsletter_title == "Samen"
    marit.shoot_both("organisation-saved")


def test_the_chooser_and_the_field_say_the_same(browser: Browser, near: Services) -> None:
    marit = opened(browser, near)
    chooser = marit.page.get_by_label("Kies een kleur: Nadruk en data", exact=True)
    written = marit.page.get_by_label("Nadruk en data", exact=True)

    chooser.fill("#224466")
    expect(written).to_have_value("#224466")
    written.fill("#abc")
    expect(chooser).to_have_value("#aabbcc")
    written.fill("geen kleur")

    expect(chooser).to_have_value("#9a4a06")
    assert marit.complaints == []


def test_it_works_without_a_script(browser: Browser, near: Services) -> None:
    marit = opened(browser, near, script=False)

    marit.page.get_by_label("Scholen, links en knoppen", exact=True).fill(FAINT)
    marit.press("Bekijk hoe het wordt")
    refused = marit.page.locator("#colour_school-error")
    expect(refused).to_contain_text("1,62 : 1")
    marit.press("Neem #")
    expect(refused).to_have_count(0)
    marit.page.get_by_role("button", name="Bewaar").click()

    expect(marit.page.locator(".toast")).to_contain_text("Bewaard.")
    assert set(near.current().settings.organisation.colours) == {"school"}
