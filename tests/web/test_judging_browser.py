"""Judging an edition in a real browser: the mails beside each other, at each width and scheme."""

import re

import pytest
from playwright.sync_api import Browser, Locator, Route, expect

from newsletter.wiring import Services
from subscribers.model import Segment
from tests.fakes import FakeClock
from tests.web.browsing import NEEDS_BROWSER, PHONE, WIDE, Desk
from tests.web.desk import offer

pytestmark = [*NEEDS_BROWSER, pytest.mark.usefixtures("server")]


def test_an_approver_judges_returns_and_approves(  # noqa: PLR0915 - one way, step by step
    browser: Browser, base: str, near: Services, clock: FakeClock
) -> None:
    anna = Desk(browser.new_context().new_page(), base)
    anna.enter(near, "anna@example.org")
    anna.go("/redactie/edities")
    anna.press("Begin een nieuwe editie")
    anna.page.get_by_label("Bericht aan je eindredacteur").fill("Ik twijfel over de titel.")
    anna.press("Dien in ter beoordeling")
    expect(anna.page.get_by_text("Ingediend.")).to_be_visible()

    bas = Desk(browser.new_context().new_page(), base)
    bas.enter(near, "bas@example.org")
    bas.go("/redactie")
    bas.page.get_by_role("link", name="Beoordeel").click()
    bas.page.get_by_role("heading", name="Beoordeel editie 1").wait_for()
    frames = bas.page.locator("iframe")
    expect(frames).to_have_count(3)
    bas.settle()
    first, second = frames.nth(0).bounding_box(), frames.nth(1).bounding_box()
    assert first
    assert second
    assert first["y"] == second["y"]  # beside each other
    bas.shoot("beoordelen")
    bas.page.set_viewport_size({"width": 375, "height": 900})
    bas.settle()
    first, second = frames.nth(0).bounding_box(), frames.nth(1).bounding_box()
    assert first
    assert second
    assert first["x"] == second["x"]  # below each other
    bas.page.set_viewport_size({"width": 1280, "height": 900})
    bas.page.get_by_label("Waar gaat het over?").select_option(index=2)
    bas.page.get_by_label("Je opmerking").fill("Is deze titel duidelijk voor wie er niet bij was?")
    bas.press("Plaats opmerking")
    bas.page.get_by_text("Je opmerking staat erbij.").wait_for()
    bas.page.get_by_text("Nieuwe opmerking", exact=True).click()
    bas.page.get_by_label("Je opmerking").fill("Verder mooi.")
    bas.press("Plaats opmerking")
    bas.page.get_by_text("Verder mooi.").wait_for()
    bas.page.locator(".mail-pins a").first.click()  # from the mail to what was said
    expect(bas.page).to_have_url(re.compile("#o1$"))
    bas.shoot("beoordelen-opmerkingen")
    bas.page.get_by_label("Of stuur terug, met een reden").fill("De titel is te lang.")
    bas.press("Stuur terug naar Anna")
    bas.page.get_by_text("Teruggestuurd. De editie is weer een concept.").wait_for()

    clock.later(minutes=20)
    anna.go("/redactie/edities/1")
    anna.page.locator(".blocks li", has=anna.page.locator(".pin")).get_by_role("link").click()
    thread = anna.page.locator("#o1")
    thread.get_by_text("Is deze titel duidelijk").wait_for()
    anna.shoot("editie-opmerkingen")
    thread.get_by_text("Antwoord", exact=False).first.click()
    thread.get_by_label("Je antwoord").fill("Ja, met de foto erbij wel.")
    thread.get_by_role("button", name="Plaats antwoord").click()
    anna.page.get_by_text("Ja, met de foto erbij wel.").wait_for()
    anna.page.locator("#o1").get_by_role("button", name="Klaar").click()
    anna.page.get_by_text("De opmerking is afgevinkt.").wait_for()
    anna.go("/redactie/edities/1")
    anna.page.locator("#subject").fill("Wie doet wat? En drie data")
    anna.press("Bewaar de kop")
    anna.page.locator("#bewaard").get_by_text("Bewaard om").wait_for()
    anna.press("Dien in ter beoordeling")
    expect(anna.page.get_by_text("Ingediend.")).to_be_visible()

    bas.page.emulate_media(color_scheme="dark")
    bas.go("/redactie/edities/1/beoordelen")
    bas.page.get_by_text("Anders dan toen je keek").wait_for()
    bas.page.get_by_role("link", name="donker").click()
    expect(bas.page).to_have_url(re.compile("kleur=donker"))
    bas.page.get_by_role("link", name="telefoon").click()
    expect(bas.page).to_have_url(re.compile("scherm=telefoon"))
    bas.shoot("beoordelen-anders-donker")
    bas.page.keyboard.press("Tab")
    bas.page.get_by_role("button", name="Keur goed").focus()
    bas.page.keyboard.press("Enter")
    bas.page.wait_for_url("**/verzenden")
    bas.go("/redactie/edities/1/beoordelen")
    bas.shoot("beoordelen-goedgekeurd")
    with near.db.write() as session:
        session.get_one(Segment, "school").conditions = {"audience": "school", "region": "Zuid"}
    bas.go("/redactie/edities/1/verzenden")
    bas.page.get_by_text("Het akkoord is vervallen.").wait_for()
    bas.shoot("verzenden-akkoord-vervallen")
    assert (anna.complaints, bas.complaints) == ([], [])


def top_of(place: Locator) -> float:
    box = place.bounding_box()
    assert box
    return box["y"]


def test_what_is_under_the_finger_stays_there_when_the_mails_above_it_come(
    browser: Browser, base: str, near: Services
) -> None:
    offer(near)
    bas = Desk(browser.new_context(**PHONE).new_page(), base)
    bas.enter(near, "bas@example.org")
    on_their_way: list[Route] = []

    def hold(route: Route) -> None:
        on_their_way.append(route)

    bas.page.route("**/voorbeeld?*", hold)
    with bas.page.expect_request("**/voorbeeld?kant=overig*"):
        bas.page.goto(f"{base}/redactie/edities/1/beoordelen", wait_until="domcontentloaded")
    button = bas.page.get_by_role("button", name="Keur goed")
    button.scroll_into_view_if_needed()
    before, above = top_of(button), bas.page.evaluate("scrollY")

    for mail in on_their_way:
        mail.continue_()
    for frame in bas.page.locator(".review-mail iframe").all():
        expect(frame).to_have_attribute("style", re.compile("height"))

    assert bas.page.evaluate("scrollY") > above + 1000
    assert top_of(button) == pytest.approx(before, abs=1)
    button.tap()
    expect(bas.page.locator("body")).to_contain_text("Goedgekeurd.")
    assert bas.complaints == []


def test_on_a_phone_a_bar_leads_to_the_mail_the_decision_and_the_checks(
    browser: Browser, base: str, near: Services
) -> None:
    offer(near)
    bas = Desk(browser.new_context(reduced_motion="reduce").new_page(), base)
    bas.enter(near, "bas@example.org")
    bas.page.set_viewport_size({"width": 375, "height": 812})
    bas.go("/redactie/edities/1/beoordelen")
    bar = bas.page.get_by_role("navigation", name="Op deze bladzijde")

    expect(bar.get_by_role("link")).to_have_text(["Mail", "Jouw oordeel", "Controle"])
    for name, place in (
        ("Jouw oordeel", "#oordeel"),
        ("Controle", "#controle"),
        ("Mail", "#mail-1"),
    ):
        bar.get_by_role("link", name=name).click()
        expect(bas.page.locator(place)).to_be_in_viewport()
        expect(bar).to_be_in_viewport(ratio=1)  # it stays below, wherever one is
        bas.snap(f"balk-{place[1:]}")
    assert bas.page.evaluate(WIDE) == 375
    bas.page.set_viewport_size({"width": 1280, "height": 900})
    expect(bar).to_be_hidden()
