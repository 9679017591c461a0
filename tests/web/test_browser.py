"""The editorial way in a real browser, by two people, with a picture of every page.

The pictures are kept in test-output/screenshots/, at 1280 and at 375 wide.
"""

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser

from newsletter.errors import TransportRefused
from newsletter.send.worker import run_worker
from newsletter.settings import Settings
from newsletter.wiring import Services, build_services
from tests.fakes import FakeClock, FakeTransport
from tests.web.browsing import NEEDS_BROWSER, PICTURES, Desk
from tests.web.desk import freeze, make_item
from tests.web.furniture import furnish

pytestmark = [*NEEDS_BROWSER, pytest.mark.usefixtures("server")]


@pytest.fixture
def transport() -> FakeTransport:
    return FakeTransport({"school3@example.org": TransportRefused("5.1.1 unknown", code=550)})


@pytest.fixture
def near(
    settings: Settings, clock: FakeClock, transport: FakeTransport, base: str
) -> Iterator[Services]:
    built = build_services(replace(settings, base_url=base))
    near = replace(built, clock=clock, open_transport=lambda: transport)
    furnish(near)
    yield near
    near.db.close()


def test_two_people_bring_an_edition_to_its_readers(  # noqa: PLR0915 - the whole way, step by step
    browser: Browser, base: str, near: Services, transport: FakeTransport
) -> None:
    anna = Desk(browser.new_context(reduced_motion="reduce").new_page(), base)
    bas = Desk(browser.new_context(reduced_motion="reduce").new_page(), base)

    anna.go("/redactie/selecteren")
    anna.shoot("inloggen")
    anna.page.get_by_label("E-mailadres").fill("anna@example.org")
    anna.page.get_by_label("Wachtwoord").fill("niet goed")
    anna.press("Log in")
    anna.shoot("inloggen-fout")
    anna.sign_in("anna@example.org")
    anna.shoot("vandaag-leeg")

    anna.go("/redactie/edities")
    anna.shoot("edities-leeg")
    anna.press("Begin een nieuwe editie")
    anna.page.wait_for_url("**/redactie/edities/1")
    anna.shoot("editie-concept")

    refused = make_item(near, "Studiedag opleiden in de school")
    anna.go("/redactie/selecteren")
    anna.page.locator(f"#b{refused}").get_by_role("button", name="Weiger").click()
    anna.press("Maak ongedaan")
    anna.page.get_by_text("staat weer in de rij.").wait_for()
    anna.page.locator(f"#b{refused}").get_by_role("button", name="Neem op").click()
    anna.page.get_by_text("staat in editie 1.").wait_for()

    anna.go("/redactie/edities/1")
    anna.page.locator("#subject").fill("Wie doet wat? En drie data voor je agenda")
    anna.page.get_by_text("Titel, datum en moment").click()
    anna.page.get_by_label("Titel").fill("Naast elkaar, of echt met elkaar?")
    anna.press("Bewaar de kop")
    second = Desk(anna.page.context.new_page(), base)
    second.go("/redactie/edities/1")
    anna.page.locator("#subject").fill("Wie doet wat? En twee data voor je agenda")
    anna.press("Bewaar de kop")
    anna.page.locator("#bewaard").get_by_text("Bewaard om").wait_for()
    second.page.locator("#subject").fill("Woorden van wie later bewaart")
    second.press("Bewaar de kop")
    second.page.get_by_role("heading", name="Anna schreef net iets anders boven de mail").wait_for()
    second.shoot("editie-net-gewijzigd")
    second.go("/redactie/edities/99")
    second.shoot("fout-onbekend")
    second.page.close()
    anna.page.locator(".blocks a").nth(1).click()
    anna.page.wait_for_selector("#bewerk")
    anna.shoot("editie-blok")
    anna.page.locator(".block-tools").get_by_role("button", name="school").click()
    anna.page.locator("#bewerk").get_by_role("button", name="Omlaag").click()
    anna.page.locator("#melding").get_by_text("Het blok staat een plaats lager.").wait_for()
    anna.page.get_by_role("link", name="Klaar").click()
    anna.page.get_by_role("link", name="lerarenopleiding", exact=True).click()
    anna.page.get_by_role("link", name="telefoon").click()
    anna.page.get_by_role("link", name="donker").click()
    frame = anna.page.frame_locator("iframe")
    frame.get_by_text("Steunpunt").first.wait_for()
    footer = frame.get_by_text("Lees onze privacyverklaring").bounding_box()
    whole = anna.page.locator("iframe").bounding_box()
    assert footer
    assert whole
    assert footer["y"] + footer["height"] < whole["y"] + whole["height"]  # all of it, unscrolled
    anna.shoot("editie-telefoon-donker")
    anna.page.get_by_label("Bericht aan je eindredacteur").fill("Ik twijfel over de titel.")
    anna.press("Dien in ter beoordeling")
    anna.shoot("editie-ingediend")

    bas.sign_in("bas@example.org")
    bas.shoot("vandaag-eindredacteur")
    bas.page.get_by_role("link", name="Beoordeel").click()
    bas.shoot("editie-beoordelen")
    bas.page.get_by_role("heading", name="Beoordeel editie 1").wait_for()
    bas.press("Keur goed")
    bas.page.wait_for_url("**/verzenden")
    bas.shoot("verzenden")

    anna.go("/redactie/edities/1/verzenden")
    anna.page.get_by_label("Dag").fill("2027-04-22")
    anna.page.get_by_label("Tijd").fill("10:00")
    anna.page.get_by_role("button", name="Plan in").click()
    anna.shoot("verzenden-ingepland")
    anna.go("/redactie")
    anna.shoot("vandaag-ingepland")
    anna.go("/redactie/edities/1/verzenden")
    anna.press("Haal terug")
    anna.press("Verstuur naar 40 abonnees")
    freeze(near)
    anna.page.reload()
    anna.shoot("verzenden-bezig")
    anna.press("Zet op pauze")
    anna.shoot("verzenden-pauze")
    anna.press("Ga verder met verzenden")
    run_worker(near, stop=threading.Event(), until_complete=1)
    # By itself: the page asks again, and tells it to who listens.
    anna.page.get_by_role("heading", name="Editie 1 is verzonden").wait_for()
    assert "Editie 1 is verzonden" in anna.page.locator("#gezegd").inner_text()
    anna.shoot("verzenden-klaar")
    anna.page.get_by_role("link", name="Bekijk het resultaat").click()
    anna.shoot("resultaat")
    assert len(transport.accepted) == 39

    for name in ("bronnen", "abonnees", "edities"):
        anna.go(f"/redactie/{name}")
        anna.shoot(name)
    anna.go("/redactie")
    anna.shoot("vandaag")
    anna.page.emulate_media(color_scheme="dark")
    anna.shoot("vandaag-donker")
    anna.page.emulate_media(color_scheme="light")
    anna.page.set_viewport_size({"width": 375, "height": 900})
    anna.press("Menu")
    anna.page.screenshot(path=PICTURES / "menu-375.png")
    anna.page.get_by_role("button", name="log uit").click()
    anna.page.get_by_text("Je bent uitgelogd.").wait_for()
    expected = ("status of 422", "status of 409")
    assert [one for one in anna.complaints if not any(why in one for why in expected)] == []
    assert bas.complaints == []
