"""Today, the calendar and the rhythm in a real browser: on one screen, on a phone, without script.

`make shots` keeps the pictures in test-output/screenshots/, at 1280 and at 375 wide.
"""

import re
from datetime import date, time

import pytest
from playwright.sync_api import Browser, ViewportSize, expect

from newsletter.compose.by_rhythm import draft_slot
from newsletter.planning import save_rhythm
from newsletter.rhythm import Rhythm
from newsletter.store.planning import read_kept
from newsletter.wiring import Services
from tests.web.browsing import NEEDS_BROWSER, Desk

pytestmark = [*NEEDS_BROWSER, pytest.mark.usefixtures("server")]

SCREEN: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 375, "height": 800}
END = "(one) => one.getBoundingClientRect().bottom + window.scrollY"


def person(browser: Browser, base: str, near: Services, email: str, *, script: bool = True) -> Desk:
    context = browser.new_context(reduced_motion="reduce", java_script_enabled=script)
    desk = Desk(context.new_page(), base)
    desk.enter(near, email)
    return desk


def by_rhythm(near: Services) -> Rhythm:
    rhythm = Rhythm(3, time(10), date(2027, 4, 22))
    save_rhythm(near.db, rhythm, version=0, now=near.clock(), by=None)
    return rhythm


def test_today_fits_on_one_screen_and_on_a_phone(
    browser: Browser, base: str, near: Services
) -> None:
    by_rhythm(near)
    draft_slot(near.db, date(2027, 4, 22), now=near.clock(), author_id=1, maximum=5)
    anna = person(browser, base, near, "anna@example.org")
    anna.page.set_viewport_size(SCREEN)

    anna.go("/redactie")

    expect(anna.page.locator("h1")).to_have_text(
        "Vandaag vóór 17.00 uur moet editie 1 zijn ingediend"
    )
    sections = anna.page.locator("main section").all()
    assert len(sections) == 5
    assert max(one.evaluate(END) for one in sections) <= SCREEN["height"]
    anna.shoot("vandaag-ritme")
    assert anna.complaints == []


def test_the_calendar_is_a_list_of_days_on_a_phone(
    browser: Browser, base: str, near: Services
) -> None:
    by_rhythm(near)
    anna = person(browser, base, near, "anna@example.org")
    anna.go("/redactie/kalender?maand=2027-05&toon=edities")
    days = anna.page.locator(".month td").filter(visible=True)
    expect(days).to_have_count(42)

    anna.page.set_viewport_size(PHONE)

    expect(days).to_have_count(6)
    weekdays = [
        one.locator("time").evaluate("(day) => getComputedStyle(day, '::before').content")
        for one in days.all()
    ]
    assert [one.locator("time").get_attribute("datetime") for one in days.all()] == [
        "2027-05-05", "2027-05-06", "2027-05-16", "2027-05-17", "2027-05-20", "2027-06-03",
    ]  # fmt: skip
    assert weekdays[0].replace('"', "").strip() == "woensdag"
    anna.shoot("kalender-ritme")
    assert anna.complaints == []


def test_a_rhythm_is_set_without_script(browser: Browser, base: str, near: Services) -> None:
    bas = person(browser, base, near, "bas@example.org", script=False)

    bas.go("/redactie/kalender")
    bas.page.get_by_role("link", name="Kies een ritme").last.click()
    bas.page.get_by_label("Hoe vaak").select_option("elke week")
    bas.page.get_by_label("Vanaf").fill("2027-05-13")
    bas.page.get_by_label("Schoolvakanties").fill("Meivakantie 24-4-2027 t/m 9-5-2027\nPinksteren")
    bas.press("Toon de momenten")
    expect(bas.page.get_by_text("Regel 2: hier staat geen datum.")).to_be_visible()
    bas.page.get_by_label("Schoolvakanties").fill("Meivakantie 24-4-2027 t/m 9-5-2027")
    bas.press("Toon de momenten")
    expect(bas.page.get_by_role("heading", name="Donderdag 13 mei, 10.00 uur")).to_be_visible()
    expect(bas.page).not_to_have_url(re.compile("csrf"))
    with near.db.read() as session:
        assert read_kept(session).version == 0
    bas.press("Bewaar het ritme")
    expect(bas.page.locator(".pagehead-over")).to_contain_text("Elke donderdag om 10.00 uur")
    bas.shoot("ritme")
    assert bas.complaints == []


def test_a_plan_is_moved_and_moved_back_without_script(
    browser: Browser, base: str, near: Services
) -> None:
    rhythm = Rhythm(3, time(10), date(2027, 5, 13), weeks=1)
    save_rhythm(near.db, rhythm, version=0, now=near.clock(), by=None)
    bas = person(browser, base, near, "bas@example.org", script=False)

    bas.go("/redactie/kalender?maand=2027-05")
    bas.page.locator("a.slot-planned").first.click()
    bas.shoot("geplande-editie")
    bas.press("Een werkdag later: vrijdag 14 mei")
    moved = bas.page.locator('td:has(time[datetime="2027-05-14"]) .slot-planned')
    expect(moved).to_have_count(1)
    bas.press("Maak ongedaan")
    expect(moved).to_have_count(0)
    back = bas.page.locator('td:has(time[datetime="2027-05-13"]) .slot-planned')
    expect(back).to_have_count(1)
    assert bas.complaints == []


def test_the_calendar_is_walked_by_keyboard_only(
    browser: Browser, base: str, near: Services
) -> None:
    by_rhythm(near)
    anna = person(browser, base, near, "anna@example.org")
    anna.go("/redactie/kalender?maand=2027-05&toon=edities")
    keyboard = anna.page.keyboard

    def focused() -> str:
        return str(anna.page.evaluate("document.activeElement.innerText.replace(/\\s+/g, ' ')"))

    def tab_to(words: str) -> None:
        for _ in range(60):
            keyboard.press("Tab")
            if words in focused():
                return
        raise AssertionError(f"Tab never reaches {words!r}")

    tab_to("Editie gepland")
    keyboard.press("Enter")
    expect(anna.page.locator("h1")).to_have_text("Gepland op woensdag 5 mei")
    tab_to("Sla deze editie over")
    keyboard.press("Enter")
    expect(anna.page.locator(".slot-off")).to_have_count(1)
    tab_to("Maak ongedaan")
    keyboard.press("Enter")
    expect(anna.page.locator(".slot-off")).to_have_count(0)
    assert anna.complaints == []
