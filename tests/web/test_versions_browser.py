"""The history of an edition in a real browser: undo by keyboard, and a version put back.

`make shots` keeps the pictures in test-output/screenshots/, at 1280 and at 375 wide.
"""

import pytest
from playwright.sync_api import Browser, expect

from newsletter.wiring import Services
from tests.fakes import FakeClock
from tests.web.browsing import NEEDS_BROWSER, Desk, overtaken
from tests.web.desk import make_draft

pytestmark = [*NEEDS_BROWSER, pytest.mark.usefixtures("server")]


def test_undo_by_keyboard_and_a_version_put_back(  # noqa: PLR0915 - the whole way, step by step
    browser: Browser, base: str, near: Services, clock: FakeClock
) -> None:
    anna = Desk(browser.new_context(reduced_motion="reduce").new_page(), base)
    make_draft(near)
    anna.enter(near, "anna@example.org")
    anna.go("/redactie/edities/1")
    page = anna.page
    subject = page.locator("#subject")
    began = subject.input_value()

    clock.later(minutes=5)
    subject.fill("Wie doet wat? En drie data voor je agenda")
    anna.press("Bewaar de kop")
    expect(page.locator("#bewaard")).to_contain_text("Bewaard om")
    clock.later(minutes=5)
    page.locator(".blocks a").nth(1).click()
    page.locator("#blok-title").fill("Aanbevelingen aan het bestuur: begin klein")
    page.locator("#blok-teaser").fill("Waar het over gaat, in twee zinnen. Dit is de tweede.")
    anna.press("Bewaar dit blok")
    page.locator("#bewerk").get_by_role("button", name="Haal weg").click()
    expect(page.locator("#melding")).to_contain_text("Het blok is weg.")
    anna.shoot("editie-ongedaan")

    page.locator("h1").click()
    page.keyboard.press("Control+z")
    expect(page.locator("#blok-title")).to_have_value("Aanbevelingen aan het bestuur: begin klein")
    expect(page.locator("#melding")).to_contain_text("Ongedaan gemaakt")
    page.locator("h1").click()
    page.keyboard.press("Control+Shift+Z")
    expect(page.locator("#melding")).to_contain_text("Opnieuw gedaan")
    page.locator("h1").click()
    page.keyboard.press("Control+z")
    expect(page.locator("#melding")).to_contain_text("Ongedaan gemaakt")
    # In a field the key is of the field; what was typed may have been kept in between.
    page.locator("#blok-title").press_sequentially("x")
    page.locator("#blok-title").press("Control+z")
    expect(page.locator("#blok-title")).to_have_value("Aanbevelingen aan het bestuur: begin klein")

    page.get_by_role("link", name="Versies").click()
    anna.shoot("versies")
    page.get_by_role("row", name="Begonnen").get_by_role("link").click()
    page.get_by_role("link", name="Wat er verandert als je terugzet").click()
    anna.shoot("versie")
    anna.press("Zet deze versie terug")
    expect(page.locator("#subject")).to_have_value(began)
    anna.press("Dien in ter beoordeling")
    expect(page.get_by_text("Ingediend.")).to_be_visible()
    page.get_by_role("link", name="Versies").click()
    page.get_by_role("row", name="De kop gewijzigd").get_by_role("link").click()
    expect(page.get_by_text("trek de editie dan eerst in")).to_be_visible()
    anna.shoot("versie-kop")
    assert anna.complaints == []


def test_two_people_in_one_block_choose_between_their_texts_without_a_script(
    browser: Browser, base: str, near: Services
) -> None:
    people = ("anna@example.org", "bas@example.org")
    anna, bas = (
        Desk(browser.new_context(java_script_enabled=False).new_page(), base) for _ in people
    )
    make_draft(near)
    for desk, email in zip((anna, bas), people, strict=True):
        desk.enter(near, email)
        desk.go("/redactie/edities/1")
        desk.page.locator(".blocks > li > a").nth(1).click()
        expect(desk.page.locator("#bewerk")).to_be_visible()
    bas.page.locator("#blok-title").fill("Begin klein, zegt de commissie")
    bas.page.locator("#blok-teaser").fill("De commissie raadt aan om met één school te beginnen.")
    bas.press("Bewaar dit blok")
    expect(bas.page.locator(".blocks > li > a").nth(1)).to_contain_text("Begin klein")

    anna.page.locator("#blok-title").fill("Aanbevelingen aan het bestuur")
    anna.press("Bewaar dit blok")
    heading = anna.page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Bas schreef net iets anders in dit blok")
    anna.shoot("botsing")
    anna.page.get_by_label("Wat jij schreef").first.fill("Aanbevelingen: begin klein")
    anna.press("Bewaar mijn tekst")

    expect(anna.page.locator("#blok-title")).to_have_value("Aanbevelingen: begin klein")
    assert [one for one in anna.complaints if "409" not in one] == []


def test_two_tabs_above_the_mail_choose_between_their_texts(
    browser: Browser, base: str, near: Services
) -> None:
    anna = Desk(browser.new_context(reduced_motion="reduce").new_page(), base)
    make_draft(near)
    anna.enter(near, "anna@example.org")
    anna.go("/redactie/edities/1")
    second = Desk(anna.page.context.new_page(), base)
    second.go("/redactie/edities/1")

    def first() -> None:
        anna.page.locator("#subject").fill("Wie doet wat? En twee data voor je agenda")
        anna.press("Bewaar de kop")
        expect(anna.page.locator("#bewaard")).to_contain_text("Bewaard om")

    with overtaken(second.page, "**/kop?*", by=first):
        second.page.locator("#subject").fill("Woorden van wie later bewaart")
        second.press("Bewaar de kop")

    second.page.get_by_role("heading", name="Anna schreef net iets anders boven de mail").wait_for()
    expect(second.page.locator("main")).to_contain_text("En twee data voor je agenda")
    expect(second.page.get_by_label("Wat jij schreef").first).to_have_value(
        "Woorden van wie later bewaart"
    )
