"""Answering a poll in a browser: by keyboard, and as narrow as a small phone."""

import pytest
from playwright.sync_api import Browser, expect

from newsletter.model import Delivery
from newsletter.values import DeliveryState
from newsletter.wiring import Services
from tests import factories
from tests.web.browsing import NEEDS_BROWSER, WIDE, Desk
from tests.web.public.content import add_edition

pytestmark = [*NEEDS_BROWSER, pytest.mark.usefixtures("server")]

FIELDS = {
    "title": "Waar heb je het meest aan?",
    "text": "Dan weten we wat we organiseren.",
    "answers": "Een werkbezoek\nEen themabijeenkomst\nKennis over kwaliteitszorg",
}


@pytest.fixture
def poll(near: Services) -> str:
    """The page of a reader who got an edition with a poll."""
    edition_id = add_edition(near, 77, "Een vraag", blocks=(("poll", None, FIELDS),))
    with near.db.write() as session:
        reader = factories.make_subscriber(session, "lezer@example.org")
        state = DeliveryState.SENT
        session.add(Delivery(edition_id=edition_id, subscriber_id=reader.id, state=state))
        return near.links.poll_url(reader.id, edition_id)


def test_reader_answers_by_keyboard_on_a_narrow_screen(
    browser: Browser, base: str, poll: str
) -> None:
    desk = Desk(browser.new_page(viewport={"width": 320, "height": 640}), base)
    desk.go(f"{poll.removeprefix(base)}?antwoord=2")
    expect(desk.page.get_by_label("Een themabijeenkomst")).to_be_checked()
    assert desk.page.evaluate(WIDE) <= 320
    desk.shoot("peiling")
    desk.page.set_viewport_size({"width": 320, "height": 640})

    desk.page.get_by_label("Een themabijeenkomst").focus()
    desk.page.keyboard.press("ArrowDown")
    desk.page.keyboard.press("Tab")
    expect(desk.page.get_by_role("button", name="Verstuur mijn antwoord")).to_be_focused()
    desk.page.keyboard.press("Enter")

    expect(desk.page.get_by_role("heading", level=1)).to_have_text("Bedankt voor je antwoord")
    expect(desk.page.get_by_text("Je koos: Kennis over kwaliteitszorg")).to_be_visible()
    assert desk.page.evaluate(WIDE) <= 320
    desk.shoot("peiling-bedankt")
    assert desk.complaints == []
