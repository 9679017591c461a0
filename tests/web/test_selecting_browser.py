"""Thirty items chosen in a real browser: by keyboard alone, by touch, and without a script.

`make shots` keeps the pictures in test-output/screenshots/, at 1280 and at 375 wide.
"""

import re
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from feeds.model import Item
from feeds.values import ItemKind, ItemStatus
from newsletter.store.editions import get_edition
from newsletter.wiring import Services
from tests.fakes import START, FakeClock
from tests.web.browsing import NEEDS_BROWSER, WIDE, Desk
from tests.web.desk import PASSWORD, make_draft, make_item
from tests.web.furniture import prepared

pytestmark = [*NEEDS_BROWSER, pytest.mark.usefixtures("server")]

PLACE = "/redactie/selecteren"
TITLE = ".rewrite [name=title]"
TOLD = {"a": "staat in editie 1.", "p": "is geparkeerd.", "x": "is geweigerd."}
LATER = timedelta(hours=5)
KINDS = (ItemKind.NEWS,) * 20 + (ItemKind.EVENT,) * 6 + (ItemKind.PUBLICATION,) * 4


@pytest.fixture(scope="module")
def furnished(furnished: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A desk where a newsletter was begun, and thirty items came in after that."""
    return prepared(furnished, tmp_path_factory.mktemp("thirty"), make_thirty)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(START + LATER)


def make_thirty(near: Services) -> None:
    """Begin a newsletter, and let thirty items come in hours after it."""
    make_draft(near)
    refuse_the_rest(near)
    later = replace(near, clock=FakeClock(START + LATER))
    for number, kind in enumerate(KINDS, start=1):
        day = later.clock() + timedelta(days=number) if kind is ItemKind.EVENT else None
        make_item(later, f"Bericht {number:02} over samen opleiden", kind=kind, starts_at=day)


def refuse_the_rest(services: Services) -> None:
    """Judge what the draft left, so that thirty items wait and no others."""
    with services.db.write() as session:
        for item in session.scalars(select(Item)):
            item.status = ItemStatus.REFUSED


def judged(services: Services) -> Counter[str]:
    """Return how many of the thirty stand where."""
    with services.db.read() as session:
        query = select(Item.status).where(Item.title.startswith("Bericht "))
        return Counter(session.scalars(query))


def titles_in_draft(services: Services) -> list[str]:
    with services.db.read() as session:
        edition = get_edition(session, 1, with_blocks=True)
        return [str(block.fields.get("title", "")) for block in edition.blocks]


def enter(browser: Browser, near: Services, **context: object) -> Desk:
    made = browser.new_context(reduced_motion="reduce", **context)  # type: ignore[arg-type]  # by name
    anna = Desk(made.new_page(), near.settings.base_url)
    anna.enter(near, "anna@example.org")
    anna.go(PLACE)
    return anna


def at_hand(page: Page) -> str:
    return page.locator(".item.is-current h3 a").inner_text()


def has_at_hand(page: Page, title: str | re.Pattern[str]) -> None:
    expect(page.locator(".item.is-current h3 a")).to_have_text(title)


def says(page: Page, text: str) -> None:
    expect(page.locator("#melding")).to_contain_text(text)


def press(page: Page, key: str) -> str:
    """Press a key on the item at hand; return what it is called."""
    title = at_hand(page)
    page.keyboard.press(key)
    return title


def decide(page: Page, key: str) -> str:
    """Press a key on the item at hand and see that it was done; return what it is called."""
    title = press(page, key)
    says(page, f"‘{title}’ {TOLD[key]}")
    return title


def test_thirty_items_by_keyboard_alone(  # noqa: PLR0915 - the whole way, step by step
    browser: Browser, near: Services
) -> None:
    anna = enter(browser, near)
    page = anna.page
    keys = page.keyboard
    anna.shoot("selecteren")

    keys.press("j")
    expect(page.locator(".item.is-current [data-key=a] kbd")).to_be_visible()
    first = at_hand(page)
    keys.press("j")
    keys.press("k")
    has_at_hand(page, first)

    keys.press("e")
    expect(page.get_by_label("Titel")).to_be_focused()
    keys.press("Control+a")
    keys.type("Wie doet wat? aan tafel")  # its letters are keys elsewhere
    anna.shoot("selecteren-herschrijf")
    keys.press("Control+Enter")
    says(page, "Bewaard.")
    expect(page.locator(".item.is-current h3 a")).to_have_text("Wie doet wat? aan tafel")
    expect(page.locator(".rewrite")).to_have_count(0)

    taken = decide(page, "a")
    anna.shoot("selecteren-gekozen")
    refused = decide(page, "x")
    assert at_hand(page) != refused
    keys.press("z")
    says(page, f"‘{refused}’ staat weer in de rij.")
    has_at_hand(page, refused)

    for key in "pxxax":  # faster than the answers come
        last = press(page, key)
    says(page, f"‘{last}’ is geweigerd.")
    for key in "xpxxxxaxxxpxxxxaxxxxpxxx":
        decide(page, key)
    anna.shoot("selecteren-klaar")

    assert judged(near) == {"accepted": 4, "parked": 4, "refused": 22}
    assert taken in titles_in_draft(near)
    assert len(titles_in_draft(near)) == 15
    anna.go(f"{PLACE}?stand=geparkeerd")
    anna.shoot("selecteren-geparkeerd")
    assert anna.complaints == []


def test_what_is_being_written_survives_other_decisions(browser: Browser, near: Services) -> None:
    page = enter(browser, near).page
    keys = page.keyboard
    keys.press("j")
    keys.press("e")
    expect(page.get_by_label("Titel")).to_be_focused()
    keys.type(" en nog iets")
    keys.press("Escape")
    keys.press("j")

    refused = press(page, "x")
    says(page, f"‘{refused}’ is geweigerd.")

    expect(page.get_by_label("Titel")).to_have_value(re.compile(" en nog iets$"))
    keys.press("k")
    keys.press("e")  # closing keeps what was written
    says(page, "Bewaard.")
    has_at_hand(page, re.compile(" en nog iets$"))


def test_keys_work_outside_fields_only_and_can_be_switched_off(
    browser: Browser, near: Services
) -> None:
    page = enter(browser, near).page
    page.keyboard.press("j")
    page.get_by_label("Zoek in berichten").focus()
    page.keyboard.type("xaz")
    expect(page.get_by_label("Zoek in berichten")).to_have_value("xaz")

    page.locator(".item.is-current").focus()
    page.get_by_role("button", name="Zet deze toetsen uit").click()
    page.locator(".item.is-current").focus()
    page.keyboard.press("x")
    page.reload()
    page.keyboard.press("j")
    expect(page.locator(".item.is-current")).to_have_count(0)
    assert judged(near)["refused"] == 0

    page.get_by_role("button", name="Zet deze toetsen aan").click()
    page.keyboard.press("j")
    refused = press(page, "x")
    says(page, f"‘{refused}’ is geweigerd.")


def test_without_a_connection_nothing_changes_and_that_is_said(
    browser: Browser, near: Services
) -> None:
    anna = enter(browser, near)
    anna.page.keyboard.press("j")
    title = at_hand(anna.page)

    anna.page.context.set_offline(True)
    anna.page.keyboard.press("x")
    says(anna.page, "Het lukte nu niet.")
    anna.page.context.set_offline(False)

    assert judged(near)["refused"] == 0
    anna.page.keyboard.press("k")
    assert press(anna.page, "x") == title
    says(anna.page, f"‘{title}’ is geweigerd.")


def test_who_saves_second_reads_both_texts_and_decides(browser: Browser, near: Services) -> None:
    first, second = enter(browser, near).page, enter(browser, near).page
    for page, words in ((first, "Van de eerste"), (second, "Van de tweede")):
        page.keyboard.press("j")
        page.keyboard.press("e")
        page.locator(TITLE).fill(words)
    first.keyboard.press("Control+Enter")
    says(first, "Bewaard.")

    second.keyboard.press("Control+Enter")

    notice = second.locator(".rewrite .notice")
    expect(notice).to_be_focused()
    expect(notice).to_contain_text("Jouw tekst is nog niet bewaard.")
    expect(second.locator(".rewrite-from")).to_contain_text("Van de eerste")
    expect(second.locator(TITLE)).to_have_value("Van de tweede")
    second.get_by_role("button", name="Bewaar mijn tekst").click()
    says(second, "Bewaard.")
    has_at_hand(second, "Van de tweede")


def test_a_session_that_ends_in_the_middle_costs_no_words(browser: Browser, near: Services) -> None:
    page = enter(browser, near).page
    page.keyboard.press("j")
    page.keyboard.press("e")
    page.locator(TITLE).fill("Nog niet bewaard")
    page.context.clear_cookies()

    page.keyboard.press("Control+Enter")
    says(page, "Je bent niet meer ingelogd.")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Log in").click()
    again = Desk(opened.value, near.settings.base_url)
    again.page.get_by_label("E-mailadres").fill("anna@example.org")
    again.page.get_by_label("Wachtwoord").fill(PASSWORD)
    again.press("Log in")
    again.page.wait_for_url("**/redactie")
    page.locator(TITLE).focus()
    page.keyboard.press("Control+Enter")

    says(page, "Bewaard.")
    has_at_hand(page, "Nog niet bewaard")


def test_a_double_click_decides_once_and_can_be_undone(browser: Browser, near: Services) -> None:
    page = enter(browser, near).page
    first = page.locator(".item:not(.item-in)").first

    first.get_by_role("button", name="Weiger").dblclick()
    says(page, "is geweigerd.")
    page.get_by_role("button", name="Maak ongedaan").click()
    says(page, "staat weer in de rij.")

    assert judged(near) == {"new": 30}


def test_by_touch_on_a_phone(browser: Browser, near: Services) -> None:
    phone = {"width": 375, "height": 740}
    anna = enter(browser, near, has_touch=True, is_mobile=True, viewport=phone)
    page = anna.page
    items = page.locator(".item:not(.item-in)")

    for name, told in (("Neem op", "staat in"), ("Parkeer", "geparkeerd"), ("Weiger", "geweigerd")):
        button = items.first.get_by_role("button", name=name)
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= 44
        button.tap()
        says(page, told)
    anna.snap("selecteren-telefoon-375")
    page.get_by_role("button", name="Maak ongedaan").tap()
    says(page, "staat weer in de rij.")

    items.first.get_by_role("link", name="Herschrijf").tap()
    page.get_by_label("Titel").fill("Getikt op een telefoon")
    page.get_by_text("Lerarenopleiding", exact=True).tap()
    anna.snap("selecteren-telefoon-herschrijf-375")
    page.get_by_role("button", name="Bewaar de tekst").tap()
    says(page, "Bewaard.")

    expect(items.first.locator("h3 a")).to_have_text("Getikt op een telefoon")
    expect(items.first.locator(".audience-teacher")).to_be_visible()
    assert page.evaluate(WIDE) <= 375
    assert judged(near) == {"accepted": 1, "parked": 1, "new": 28}
    assert anna.complaints == []


def test_everything_works_without_a_script(browser: Browser, near: Services) -> None:
    anna = enter(browser, near, java_script_enabled=False)
    page = anna.page
    items = page.locator(".item:not(.item-in)")
    second = items.nth(1).locator("h3 a").inner_text()

    items.first.get_by_role("button", name="Weiger").click()
    says(page, "is geweigerd.")
    number = items.filter(has_text=second).get_attribute("id") or "nergens"
    expect(page).to_have_url(re.compile(rf"#{number}$"))
    anna.press("Maak ongedaan")
    says(page, "staat weer in de rij.")
    items.first.get_by_role("button", name="Neem op").click()
    says(page, "staat in editie 1.")
    items.first.get_by_role("button", name="Parkeer").click()
    says(page, "is geparkeerd.")
    items.first.locator("h3 a").click()
    page.get_by_label("Titel").fill("Zonder script geschreven")
    anna.press("Bewaar de tekst")

    written = page.get_by_role("link", name="Zonder script geschreven", exact=True)
    expect(written).to_be_visible()
    assert judged(near) == {"accepted": 1, "parked": 1, "new": 28}
    page.get_by_label("Zoek in berichten").fill("zonder script")
    anna.press("Zoek")
    expect(page.locator(".item")).to_have_count(1)


def test_something_of_ones_own_is_added_without_a_script(browser: Browser, near: Services) -> None:
    anna = enter(browser, near, java_script_enabled=False)
    page = anna.page

    page.get_by_role("link", name="Voeg zelf iets toe").click()
    anna.press("Voeg toe")
    expect(page.get_by_text("Geef het een titel.").first).to_be_visible()
    anna.shoot("zelf-toevoegen-fout")
    page.get_by_label("Titel").fill("Zelf gehoord")
    anna.press("Voeg toe")
    told = page.get_by_text("‘Zelf gehoord’ is toegevoegd en staat in editie 1.")
    expect(told).to_be_visible()
