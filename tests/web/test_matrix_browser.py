"""Who gets which block, in a real browser: read and changed by keyboard, at each width, in dark.

The pictures are kept in test-output/screenshots/, at 1280 and at 375 wide.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

import pytest
from playwright.sync_api import Browser, expect

from newsletter.settings import Settings
from newsletter.wiring import Services, build_services
from subscribers.segments import save_segment
from subscribers.values import Audience
from tests.fakes import START, FakeClock
from tests.web.browsing import NEEDS_BROWSER, Desk
from tests.web.desk import make_subscriber
from tests.web.furniture import furnish

pytestmark = [*NEEDS_BROWSER, pytest.mark.usefixtures("server")]


@pytest.fixture
def near(settings: Settings, clock: FakeClock, base: str) -> Iterator[Services]:
    near = replace(build_services(replace(settings, base_url=base)), clock=clock)
    furnish(near)
    save_segment(
        near.db, "startend", conditions={"role": "starter"}, name="Wie net begint", now=START
    )
    save_segment(
        near.db, "zuid", conditions={"region": "Zuid"}, name="Het zuiden van het land", now=START
    )
    make_subscriber(near, "starter@example.org", Audience.SCHOOL, role="starter")
    yield near
    near.db.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_matrix_is_read_and_changed_by_keyboard(
    browser: Browser, base: str, scheme: str
) -> None:
    anna = begun(browser, base, scheme)
    page = anna.page

    page.get_by_role("link", name="Wie krijgt welk blok").click()
    choices = page.locator(".matrix select")
    choices.nth(0).focus()
    page.keyboard.press("End")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(choices.nth(1)).to_be_focused()
    choices.nth(1).select_option(label="Het zuiden van het land")
    choices.nth(2).select_option(label="lerarenopleidingen")
    anna.press("Bewaar de verdeling")

    expect(page.get_by_role("status")).to_contain_text("Bewaard.")
    expect(choices.nth(0)).to_have_value("doelgroep.startend")
    expect(choices.nth(1)).to_have_value("doelgroep.zuid")
    expect(page.locator(".matrix .is-wrong")).to_have_count(1)
    anna.shoot(f"verdeling-{scheme}")
    assert anna.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_one_side_gets_a_subject_of_its_own(browser: Browser, base: str, scheme: str) -> None:
    anna = begun(browser, base, scheme)
    own = anna.page.get_by_label("Onderwerp voor scholen")

    anna.page.get_by_text("Eigen onderwerp of voorproefje per kant").click()
    own.fill("Subsidie voor jullie school")
    anna.press("Bewaar per kant")

    expect(own).to_have_value("Subsidie voor jullie school")
    anna.shoot(f"editie-per-kant-{scheme}")
    assert anna.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_one_side_gets_an_order_of_its_own_by_keyboard(
    browser: Browser, base: str, scheme: str
) -> None:
    anna = begun(browser, base, scheme)
    page = anna.page
    page.get_by_role("link", name="Wie krijgt welk blok").click()
    order = page.locator("#volgorde-lerarenopleiding")

    order.locator("summary").focus()
    page.keyboard.press("Enter")
    order.get_by_role("button", name="Omhoog").nth(2).focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("status")).to_contain_text("alleen voor lerarenopleidingen")
    expect(order.locator("summary")).to_contain_text("eigen volgorde")
    expect(order.get_by_role("button", name="Omhoog").nth(1)).to_be_focused()
    page.locator("#volgorde-school summary").click()
    anna.shoot(f"volgorde-{scheme}")
    anna.press("Gebruik de gewone volgorde")
    expect(order.locator("summary")).to_contain_text("de gewone volgorde")
    assert anna.complaints == []


def test_a_block_is_given_to_a_segment_in_place_and_its_mail_can_be_looked_at(
    browser: Browser, base: str
) -> None:
    anna = begun(browser, base, "light")
    page = anna.page

    page.locator(".blocks a").first.click()
    page.get_by_label("Voor wie: alleen een doelgroep").select_option(label="Wie net begint")
    anna.press("Kies")
    page.get_by_role("group", name="In de doelgroep Wie net begint").get_by_text("wel").click()

    expect(page.locator("iframe")).to_have_attribute("src", re.compile(r"kant=school\.startend"))
    expect(page.locator(".blocks .tag")).to_have_text("Wie net begint")
    assert anna.complaints == []


def begun(browser: Browser, base: str, scheme: str) -> Desk:
    """Return a desk with the page of a new edition."""
    colours: Literal["dark", "light"] = "dark" if scheme == "dark" else "light"
    context = browser.new_context(reduced_motion="reduce", color_scheme=colours)
    anna = Desk(context.new_page(), base)
    anna.go("/redactie/edities")
    anna.sign_in("anna@example.org")
    anna.go("/redactie/edities")
    anna.press("Begin een nieuwe editie")
    return anna
