"""Who gets which block, in a real browser: read and changed by keyboard, at each width, in dark.

`make shots` keeps the pictures in test-output/screenshots/, at 1280 and at 375 wide.
"""

import re

import pytest
from playwright.sync_api import Browser, expect

from newsletter.wiring import Services
from subscribers.segments import save_segment
from subscribers.values import Audience
from tests.fakes import START
from tests.web.browsing import NEEDS_BROWSER, Desk
from tests.web.desk import edition_path, make_draft, make_subscriber

pytestmark = [*NEEDS_BROWSER, pytest.mark.usefixtures("server")]


@pytest.fixture
def edition(near: Services) -> str:
    """The address of a draft, with two segments for its blocks to choose from."""
    for slug, name, conditions in (
        ("startend", "Wie net begint", {"role": "starter"}),
        ("zuid", "Het zuiden van het land", {"region": "Zuid"}),
    ):
        save_segment(near.db, slug, conditions=conditions, name=name, now=START)
    make_subscriber(near, "starter@example.org", Audience.SCHOOL, role="starter")
    return edition_path(make_draft(near))


def test_the_matrix_is_read_and_changed_by_keyboard(
    browser: Browser, near: Services, edition: str
) -> None:
    anna = begun(browser, near, edition)
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
    anna.shoot_both("verdeling")
    assert anna.complaints == []


def test_one_side_gets_a_subject_of_its_own(browser: Browser, near: Services, edition: str) -> None:
    anna = begun(browser, near, edition)
    own = anna.page.get_by_label("Onderwerp voor scholen")

    anna.page.get_by_text("Eigen onderwerp of voorproefje per kant").click()
    own.fill("Subsidie voor jullie school")
    anna.press("Bewaar per kant")

    expect(anna.page.locator("#bewaard")).to_contain_text("Bewaard om")
    expect(own).to_have_value("Subsidie voor jullie school")
    anna.shoot_both("editie-per-kant")
    assert anna.complaints == []


def test_one_side_gets_an_order_of_its_own_by_keyboard(
    browser: Browser, near: Services, edition: str
) -> None:
    anna = begun(browser, near, edition)
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
    anna.shoot_both("volgorde")
    anna.press("Gebruik de gewone volgorde")
    expect(order.locator("summary")).to_contain_text("de gewone volgorde")
    assert anna.complaints == []


def test_a_block_is_given_to_a_segment_in_place_and_its_mail_can_be_looked_at(
    browser: Browser, near: Services, edition: str
) -> None:
    anna = begun(browser, near, edition)
    page = anna.page

    page.locator(".blocks a").first.click()
    page.get_by_label("Voor wie: alleen een doelgroep").select_option(label="Wie net begint")
    anna.press("Kies")
    page.get_by_role("group", name="In de doelgroep Wie net begint").get_by_text("wel").click()

    expect(page.locator("iframe")).to_have_attribute("src", re.compile(r"kant=school\.startend"))
    expect(page.locator(".blocks .tag")).to_have_text("Wie net begint")
    assert anna.complaints == []


def begun(browser: Browser, near: Services, edition: str) -> Desk:
    """Return a desk with the page of a new edition."""
    context = browser.new_context(reduced_motion="reduce")
    anna = Desk(context.new_page(), near.settings.base_url)
    anna.enter(near, "anna@example.org")
    anna.go(edition)
    return anna
