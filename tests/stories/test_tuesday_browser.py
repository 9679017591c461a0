"""The desk's whole story, by two people in two browsers: from what came in to the result.

It is lived four times: with a mouse, with the keyboard alone, on a phone, and without a script.
"""

import re
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from newsletter.errors import TransportRefused
from newsletter.send.worker import run_worker
from newsletter.settings import Settings
from newsletter.wiring import Services, build_services
from tests.fakes import FakeClock, FakeTransport
from tests.stories.hands import Finger, Hand, Keyboard, Mouse
from tests.web.browsing import NEEDS_BROWSER, PHONE, Desk
from tests.web.desk import PASSWORD, freeze

pytestmark = [*NEEDS_BROWSER, pytest.mark.usefixtures("server")]

NEWS = "Subsidie voor samen onderzoek: tot 1 juli aanvragen"
EVENT = "Masterclass kwaliteitszorg"


@dataclass(frozen=True)
class Way:
    """How two people work: what their browsers are, and their hands."""

    context: Mapping[str, Any]
    hand: Callable[[Page], Hand]
    has_menu: bool = False


WAYS = {
    "mouse": Way({}, lambda _page: Mouse()),
    "keyboard": Way({}, Keyboard),
    "phone": Way(PHONE, lambda _page: Finger(), has_menu=True),
    "without-script": Way({"java_script_enabled": False}, lambda _page: Mouse()),
}


class Person:
    """Somebody at the desk, who works in one way and sees what the page says."""

    def __init__(self, browser: Browser, base: str, way: Way, name: str) -> None:
        context = browser.new_context(**{"reduced_motion": "reduce", **way.context})
        self.desk = Desk(context.new_page(), base)
        self.page = self.desk.page
        self.hand = way.hand(self.page)
        self.has_menu = way.has_menu
        self.has_script = way.context.get("java_script_enabled", True)
        self.email = f"{name}@example.org"
        self.sign_in()

    def sign_in(self) -> None:
        """Come in by the door."""
        self.desk.go("/redactie")
        self.write("E-mailadres", self.email)
        self.write("Wachtwoord", PASSWORD)
        self.press("Log in")
        self.sees("Vandaag")

    def press(self, name: str, within: Locator | None = None) -> None:
        """Press the button of that name."""
        self.hand.press((within or self.page).get_by_role("button", name=starting(name)).first)

    def follow(self, name: str, within: Locator | None = None) -> None:
        """Follow the link of that name."""
        self.hand.press((within or self.page).get_by_role("link", name=starting(name)).first)

    def unfold(self, name: str) -> None:
        """Unfold what is folded."""
        self.hand.press(self.page.locator("summary", has_text=name).first)

    def write(self, label: str, text: str, within: Locator | None = None) -> None:
        """Fill in the field with that label."""
        self.hand.write((within or self.page).get_by_label(label).first, text)

    def choose(self, label: str, option: str) -> None:
        """Choose from the list with that label."""
        self.hand.choose(self.page.get_by_label(label).first, option)

    def to(self, name: str) -> None:
        """Go to a page by the navigation."""
        if self.has_menu:
            self.press("Menu")
        links = self.page.get_by_role("navigation", name="Redactie").get_by_role("link")
        self.hand.press(links.filter(has_text=name).first)

    def sees(self, text: str) -> None:
        """Wait until the page says this somewhere."""
        expect(self.page.locator("body")).to_contain_text(text)

    def sees_heading(self, name: str) -> None:
        """Wait for a page of this name."""
        expect(self.page.get_by_role("heading", level=1, name=name)).to_be_visible()


def starting(name: str) -> re.Pattern[str]:
    """Match what begins so: what it is done to may follow, for who does not see the page."""
    return re.compile(rf"^\s*{re.escape(name)}\b")


@pytest.fixture
def transport() -> FakeTransport:
    return FakeTransport({"school3@example.org": TransportRefused("5.1.1 unknown", code=550)})


@pytest.fixture
def near(at_base: Settings, clock: FakeClock, transport: FakeTransport) -> Iterator[Services]:
    built = build_services(at_base)
    yield replace(built, clock=clock, open_transport=lambda: transport)
    built.db.close()


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_an_edition_from_what_came_in_to_its_result(
    browser: Browser, base: str, near: Services, transport: FakeTransport, way: Way
) -> None:
    anna = Person(browser, base, way, "anna")
    bas = Person(browser, base, way, "bas")

    select(anna)
    compose(anna)
    submit(anna, "Ik twijfel over de titel.")
    return_it(bas, "Schrijf in de titel wie er kan aanvragen.")
    mend(anna)
    submit(anna, "De titel zegt het nu.")
    approve(bas)
    plan(anna)
    send(near)
    see_the_result(anna)

    assert len(transport.accepted) == 39
    assert anna.desk.complaints + bas.desk.complaints == []


def select(anna: Person) -> None:
    """Take a piece of news and an event."""
    anna.to("Selecteren")
    anna.sees_heading("Kies")
    for title in (NEWS, EVENT):
        item = anna.page.locator(".item").filter(has_text=title)
        anna.press("Neem op", item)
        anna.sees(f"‘{title}’")


def compose(anna: Person) -> None:
    """Begin the edition with what was taken, and write above it."""
    anna.to("Edities")
    anna.press("Begin een nieuwe editie")
    anna.sees_heading("Editie 1")
    anna.write("Onderwerp", "Wie kan subsidie aanvragen?")
    anna.press("Bewaar de kop")
    anna.sees("Bewaard")
    expect(anna.page.frame_locator("iframe").get_by_text(NEWS).first).to_be_visible()


def submit(anna: Person, note: str) -> None:
    anna.write("Bericht aan je eindredacteur", note)
    anna.press("Dien in ter beoordeling")
    anna.sees("Ingediend.")


def return_it(bas: Person, because: str) -> None:
    """Say at the news what is wrong with it, and give the edition back."""
    bas.to("Vandaag")
    bas.follow("Beoordeel")
    bas.sees("Ik twijfel over de titel.")
    bas.choose("Waar gaat het over?", "Subsidie")
    bas.write("Je opmerking", "Wie kan er aanvragen?")
    bas.press("Plaats opmerking")
    bas.sees("Opmerking 1")
    bas.write("Of stuur terug, met een reden", because)
    bas.press("Stuur terug")
    bas.sees("Teruggestuurd.")


def mend(anna: Person) -> None:
    """Read why, and write the title anew in its block."""
    anna.to("Vandaag")
    anna.follow("Schrijf verder")
    anna.sees("Schrijf in de titel wie er kan aanvragen.")
    line = anna.page.locator(".blocks > li").filter(has_text="Subsidie")
    anna.hand.press(line.get_by_role("link").first)
    block = anna.page.locator("#bewerk")
    if anna.has_script:  # it opens the block where it stands, and goes to its first field
        expect(block.get_by_label("Titel")).to_be_focused()
    anna.write("Titel", "Subsidie voor samen onderzoek: schoolleiders vragen aan", block)
    anna.press("Bewaar dit blok", block)
    mail = anna.page.frame_locator("iframe")
    expect(mail.get_by_text("schoolleiders vragen aan").first).to_be_visible()
    said = anna.page.locator(".comment").filter(has_text="Wie kan er aanvragen?").first
    anna.press("Klaar", said)
    anna.sees("Afgevinkt door Anna")


def approve(bas: Person) -> None:
    bas.to("Vandaag")
    bas.follow("Beoordeel")
    bas.sees("De titel zegt het nu.")
    bas.press("Keur goed")
    bas.sees("Goedgekeurd.")


def plan(anna: Person) -> None:
    """Plan it for Thursday at ten."""
    anna.to("Vandaag")
    anna.follow("Kijk en verstuur")
    anna.write("Dag", "2027-04-22")
    anna.write("Tijd", "10:00")
    anna.press("Plan in")
    anna.sees("gaat donderdag 22 april om 10.00 uur naar")


def send(near: Services) -> None:
    """Let Thursday come, and the program do its work."""
    assert isinstance(near.clock, FakeClock)
    near.clock.later(days=2)
    freeze(near)
    run_worker(near, stop=threading.Event(), until_complete=1)


def see_the_result(anna: Person) -> None:
    """Come in again, two days later."""
    anna.sign_in()
    anna.follow("hele resultaat")
    anna.sees_heading("Resultaat van editie 1")
    anna.sees("39 van de 40")
