"""Announcing an event and mending a link in a real browser, by keyboard where that is a way.

`make shots` keeps the pictures in test-output/screenshots/, at 1280 and at 375 wide.
"""

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from feeds.values import ItemKind, LinkOutcome, Sight
from newsletter.compose.draft import draft_newsletter
from newsletter.model import Block
from newsletter.store.looks import save_sights
from newsletter.wiring import Services
from tests.web.browsing import NEEDS_BROWSER, Desk
from tests.web.desk import make_item

pytestmark = [*NEEDS_BROWSER, pytest.mark.usefixtures("server")]

OLD, NEW = "https://nieuws.steunpunt.nl/oud", "https://nieuws.steunpunt.nl/nieuw"


def signed_in(browser: Browser, base: str, near: Services) -> Desk:
    anna = Desk(browser.new_context(reduced_motion="reduce").new_page(), base)
    anna.enter(near, "anna@example.org")
    return anna


def test_an_event_is_announced_where_it_is_chosen_and_its_programme_written(
    browser: Browser, base: str, near: Services
) -> None:
    begins = near.clock() + timedelta(days=30)
    event = make_item(near, "Congres Samen sterker", kind=ItemKind.EVENT, starts_at=begins)
    anna = signed_in(browser, base, near)
    page = anna.page

    anna.go(f"/redactie/selecteren?open={event}")
    page.get_by_label("Kondig aan bij").select_option("lerarenopleiding")
    anna.press("Maak een aankondiging")
    expect(page.get_by_role("heading", level=1)).to_have_text("Congres Samen sterker")
    anna.shoot("aankondiging-grenzen")
    page.get_by_role("link", name="Wijzig dag, tijden en programma").first.click()
    programme = page.get_by_role("textbox", name="Programma")
    programme.fill("9.30 | Inloop\n10.00 |")
    anna.press("Bewaar")
    expect(programme).to_have_attribute("aria-invalid", "true")
    anna.shoot("aankondiging-programma-fout")
    programme.fill("9.30 | Inloop\n10.00 | Opening | de voorzitter")
    anna.press("Bewaar")

    expect(page.frame_locator("iframe").first.get_by_text("Onder leiding van")).to_be_visible()
    assert [one for one in anna.complaints if "422" not in one] == []  # the form that was refused


def test_a_link_that_moved_is_mended_by_keyboard(
    browser: Browser, base: str, near: Services
) -> None:
    edition = draft_newsletter(near.db, now=near.clock(), author_id=None)
    with near.db.write() as session:
        article = select(Block).where(Block.edition_id == edition, Block.kind == "article")
        block = session.scalars(article).first()
        assert block is not None
        block.fields = {**block.fields, "url": OLD}
        save_sights(session, {OLD: Sight(LinkOutcome.MOVED, 200, NEW)}, now=near.clock())
    anna = signed_in(browser, base, near)
    page = anna.page

    anna.go(f"/redactie/edities/{edition}")
    mend = page.get_by_role("button", name="Neem het nieuwe adres over")
    anna.shoot("controle-link-verhuisd")
    mend.focus()
    page.keyboard.press("Enter")

    expect(page.get_by_text("Het nieuwe adres staat erin.")).to_be_visible()
    expect(mend).to_have_count(0)
    assert anna.complaints == []
