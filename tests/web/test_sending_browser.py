"""Sending in a real browser: the minutes of undo, with a script and without, and the progress."""

import email
import email.policy
import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import update

from newsletter.errors import TransportRefused
from newsletter.model import Delivery, Edition
from newsletter.send.loop.closing import note_outage
from newsletter.send.worker import run_worker
from newsletter.settings import Settings
from newsletter.values import DeliveryState
from newsletter.wiring import Services, build_services
from tests.fakes import FakeClock, FakeTransport
from tests.web.browsing import NEEDS_BROWSER, Desk
from tests.web.desk import approve_offered, freeze

pytestmark = [*NEEDS_BROWSER, pytest.mark.usefixtures("server")]


@pytest.fixture
def transport() -> FakeTransport:
    return FakeTransport({"school3@example.org": TransportRefused("5.1.1 unknown", code=550)})


@pytest.fixture
def near(at_base: Settings, clock: FakeClock, transport: FakeTransport) -> Iterator[Services]:
    built = build_services(replace(at_base, undo_minutes=5))
    yield replace(built, clock=clock, open_transport=lambda: transport)
    built.db.close()


@pytest.fixture
def edition(near: Services) -> int:
    """An edition that Anna made and Bas approved."""
    return approve_offered(near)


def enter(browser: Browser, near: Services, *, script: bool = True) -> Desk:
    """Return Anna at the desk; the time of her browser can be moved on."""
    context = browser.new_context(reduced_motion="reduce", java_script_enabled=script)
    anna = Desk(context.new_page(), near.settings.base_url)
    anna.enter(near, "anna@example.org")
    if script:
        anna.page.clock.install()
    return anna


def send(anna: Desk, edition: int) -> None:
    """Send the edition, and see that it is on its way."""
    anna.go(f"/redactie/edities/{edition}/verzenden")
    anna.press("Verstuur naar 40 abonnees")
    expect(anna.page.get_by_role("button", name="Maak ongedaan")).to_be_visible()


def test_sending_counts_down_and_can_be_undone(
    browser: Browser, near: Services, edition: int, clock: FakeClock
) -> None:
    anna = enter(browser, near)
    path = f"/redactie/edities/{edition}/verzenden"
    anna.go(path)
    anna.shoot("verzenden-klaar-om")

    anna.press("Verstuur naar 40 abonnees")
    timer = anna.page.get_by_role("timer")
    expect(timer).to_have_text(re.compile(r"^4 minuten en \d+ seconden$"))
    anna.shoot("verzenden-aftellen")
    anna.press("Maak ongedaan")
    expect(anna.page.get_by_role("button", name="Verstuur naar 40 abonnees")).to_be_visible()

    send(anna, edition)
    clock.later(minutes=5)
    freeze(near)
    # By itself: the count ends, and the page asks how far it is.
    anna.page.clock.fast_forward("05:00")
    anna.page.clock.fast_forward("00:15")
    expect(anna.page.get_by_role("heading", name="wordt verzonden")).to_be_visible()
    run_worker(near, stop=threading.Event(), until_complete=edition)
    anna.page.clock.fast_forward("00:15")
    expect(anna.page.get_by_role("heading", name="is verzonden")).to_be_visible()
    assert anna.complaints == []


def test_a_colleague_who_undoes_it_is_seen_without_asking(
    browser: Browser, near: Services, edition: int
) -> None:
    anna = enter(browser, near)
    send(anna, edition)
    other = Desk(anna.page.context.new_page(), anna.base)
    other.go(f"/redactie/edities/{edition}/verzenden")
    other.press("Maak ongedaan")
    ready = "Verstuur naar 40 abonnees"
    expect(other.page.get_by_role("button", name=ready)).to_be_visible()

    anna.page.clock.fast_forward("00:15")  # so often it asks
    expect(anna.page.get_by_role("button", name=ready)).to_be_visible()
    assert anna.complaints == []


def test_a_moment_is_told_in_words_while_it_is_chosen(
    browser: Browser, near: Services, edition: int
) -> None:
    anna = enter(browser, near)
    anna.go(f"/redactie/edities/{edition}/verzenden")

    anna.page.get_by_label("Dag").fill("2027-04-24")
    words = anna.page.locator(".moment-words")
    expect(words).to_contain_text("Zaterdag 24 april 2027 om 10.00 uur, over vier dagen.")
    expect(words).to_contain_text("Dat is op een zaterdag.")
    anna.page.get_by_label("Tijd").fill("09:30")
    expect(words).to_contain_text("om 9.30 uur")
    anna.shoot("verzenden-moment")
    anna.page.get_by_role("button", name="Plan in").click()
    expect(anna.page.locator(".moment")).to_contain_text("Dat is op een zaterdag.")
    anna.shoot("verzenden-gevraagd")
    anna.page.get_by_role("button", name="Ja, plan in").click()
    expect(anna.page.get_by_role("heading", level=1)).to_contain_text(
        "gaat zaterdag 24 april om 9.30 uur naar"
    )
    anna.shoot("verzenden-ingepland-zaterdag")
    assert [one for one in anna.complaints if "422" not in one] == []  # the question


def test_undo_without_a_script(
    browser: Browser, near: Services, edition: int, clock: FakeClock
) -> None:
    anna = enter(browser, near, script=False)
    path = f"/redactie/edities/{edition}/verzenden"
    anna.go(path)

    anna.press("Verstuur naar 40 abonnees")
    expect(anna.page.locator("body")).to_contain_text("Tot 10.05 uur kun je het ongedaan maken.")
    expect(anna.page.get_by_role("timer")).to_be_hidden()
    anna.press("Maak ongedaan")
    anna.page.get_by_label("Dag").fill("2027-04-22")
    anna.press("Plan in")
    expect(anna.page.locator("body")).to_contain_text("gaat donderdag 22 april om 10.00 uur naar")
    anna.press("Haal terug")
    anna.press("Verstuur naar 40 abonnees")
    expect(anna.page.get_by_role("button", name="Maak ongedaan")).to_be_visible()
    clock.later(minutes=5)
    freeze(near)
    anna.go(path)
    expect(anna.page.get_by_role("heading", name="wordt verzonden")).to_be_visible()


def test_the_page_tells_what_goes_wrong_and_what_to_do(
    browser: Browser, near: Services, edition: int, clock: FakeClock
) -> None:
    anna = enter(browser, near)
    send(anna, edition)
    clock.later(minutes=5)
    freeze(near)
    anna.page.reload()
    anna.shoot("verzenden-nog-niets-weg")
    refused = {"state": DeliveryState.FAILED, "code": 550}
    changes: tuple[tuple[int, int, dict[str, object]], ...] = (
        (1, 20, {"state": DeliveryState.SENT}),
        (21, 23, {**refused, "reply": "5.1.1 unknown"}),
        (24, 24, {**refused, "reply": "5.7.1 no"}),
        (25, 26, {"state": DeliveryState.DEFERRED, "next_at": clock() + timedelta(minutes=6)}),
        (27, 27, {"state": DeliveryState.IN_DOUBT}),
    )
    with near.db.write() as session:
        for first, last, values in changes:
            chosen = Delivery.id.between(first, last)
            session.execute(update(Delivery).where(chosen).values(values))
        note_outage(session, edition, note="554 5.7.1 not from there", now=clock())
        session.get_one(Edition, edition).retry_at = clock() + timedelta(minutes=2)

    anna.page.clock.fast_forward("00:15")
    expect(anna.page.get_by_text("De mailserver weigert ons.")).to_be_visible()
    expect(anna.page.get_by_text("Adres bestaat niet of is dicht")).to_be_visible()
    anna.shoot_both("verzenden-moeite")
    anna.go(f"/redactie/edities/{edition}/resultaat")
    expect(anna.page.get_by_role("heading", name="Wie de mail niet aannam")).to_be_visible()
    anna.shoot("resultaat-groepen")
    assert anna.complaints == []


def test_the_figures_go_on_under_the_keyboard(
    browser: Browser, near: Services, edition: int, clock: FakeClock
) -> None:
    def refuse(first: int, last: int) -> None:
        refused = {"state": DeliveryState.FAILED, "code": 550, "reply": "5.1.1 unknown"}
        with near.db.write() as session:
            chosen = Delivery.id.between(first, last)
            session.execute(update(Delivery).where(chosen).values(refused))
        anna.page.clock.fast_forward("00:15")

    anna = enter(browser, near)
    send(anna, edition)
    clock.later(minutes=5)
    freeze(near)
    anna.page.reload()
    refuse(1, 1)
    failed = anna.page.locator("#live-cijfers a")
    failed.focus()

    refuse(2, 3)
    expect(failed).to_have_text("3")
    expect(failed).to_be_focused()
    anna.page.keyboard.press("Enter")
    why = anna.page.locator("#live-niet")
    expect(why).to_be_focused()
    refuse(4, 5)
    expect(why.get_by_role("cell", name="5", exact=True)).to_be_visible()
    expect(why).to_be_focused()
    assert anna.complaints == []


def test_a_test_of_the_mail_that_is_looked_at(
    browser: Browser, near: Services, edition: int, transport: FakeTransport
) -> None:
    anna = enter(browser, near)
    anna.go(f"/redactie/edities/{edition}?kant=lerarenopleiding")

    anna.page.get_by_role("link", name="Stuur een proef").click()
    expect(anna.page.get_by_role("radio", name="lerarenopleiding")).to_be_checked()
    expect(anna.page.get_by_role("checkbox", name="Mezelf")).to_be_checked()
    anna.shoot("proefmail")
    anna.press("Stuur de proef")

    expect(anna.page.get_by_text("1 proefmail gestuurd aan Anna.")).to_be_visible()
    assert transport.attempted == ["anna@example.org"]
    message = email.message_from_bytes(transport.first()[2], policy=email.policy.SMTP)
    part = message.get_body(("html",))
    assert part is not None
    mail = browser.new_page(viewport={"width": 700, "height": 900})
    mail.set_content(part.get_content())
    bar = mail.get_by_text("Dit is een proefmail, gestuurd door Anna").bounding_box()
    assert bar is not None
    assert bar["y"] < 60
    Desk(mail, anna.base).snap("proefmail-ontvangen")
    anna.go(f"/redactie/edities/{edition}/verzenden")
    expect(anna.page.get_by_text("Proefmail gestuurd, vandaag")).to_be_visible()
    anna.shoot_both("verzenden")
    assert anna.complaints == []


def test_sending_stops_goes_on_and_says_by_itself_that_it_is_done(
    browser: Browser, near: Services, edition: int, clock: FakeClock
) -> None:
    anna = enter(browser, near)
    send(anna, edition)
    clock.later(minutes=6)
    freeze(near)
    anna.page.reload()
    anna.press("Zet op pauze")
    anna.press("Ga verder met verzenden")
    expect(anna.page.get_by_role("button", name="Zet op pauze")).to_be_visible()

    run_worker(near, stop=threading.Event(), until_complete=edition)
    anna.page.clock.fast_forward("00:15")

    anna.page.get_by_role("heading", name="Editie 1 is verzonden").wait_for()
    expect(anna.page.locator("#gezegd")).to_contain_text("Editie 1 is verzonden")
    assert anna.complaints == []
