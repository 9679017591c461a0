"""Mails in doubt in a real browser: who they are, one sent again, one left, and taken back."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from threading import Event

import pytest
from playwright.sync_api import Browser, expect

from newsletter.errors import TransportRefused, TransportUncertain
from newsletter.send.freeze import begin_due
from newsletter.send.schedule import schedule
from newsletter.send.worker import run_worker
from newsletter.settings import Settings
from newsletter.values import InDoubtPolicy, Role
from newsletter.wiring import Services, build_services
from tests.fakes import FakeClock, FakeTransport
from tests.web.browsing import NEEDS_BROWSER, Desk
from tests.web.desk import approve_offered, freeze, make_user

pytestmark = [*NEEDS_BROWSER, pytest.mark.usefixtures("server")]


@pytest.fixture
def transport() -> FakeTransport:
    doubt = TransportUncertain("lost after the dot")
    reply = "5.1.1 The email account that you tried to reach does not exist anywhere"
    refused = TransportRefused(reply, code=550)
    names = [f"school{number}@example.org" for number in (4, 5, 6)]
    return FakeTransport({"school3@example.org": refused, **dict.fromkeys(names, doubt)})


@pytest.fixture
def near(at_base: Settings, clock: FakeClock, transport: FakeTransport) -> Iterator[Services]:
    built = build_services(at_base)
    yield replace(built, clock=clock, open_transport=lambda: transport)
    built.db.close()


@pytest.fixture
def edition(near: Services) -> int:
    """An edition that Anna made and Bas approved, which holds what is in doubt."""
    return approve_offered(near, policy=InDoubtPolicy.HOLD)


def enter(browser: Browser, near: Services, email: str) -> Desk:
    desk = Desk(browser.new_context(reduced_motion="reduce").new_page(), near.settings.base_url)
    desk.enter(near, email)
    return desk


def press(desk: Desk, name: str, address: str) -> None:
    """Press a button of one person."""
    line = desk.page.get_by_role("row").filter(has_text=address)
    line.get_by_role("button", name=name).click()


def begin(desk: Desk, near: Services, base: str) -> None:
    """Send the edition, and let it begin."""
    desk.go(f"{base}/verzenden")
    desk.shoot("twijfel-vooraf")
    desk.press("Verstuur naar")
    expect(desk.page.get_by_role("heading", name="gaat zo meteen")).to_be_visible()
    freeze(near)
    desk.go(f"{base}/verzenden")
    desk.shoot("twijfel-onderweg")


def see_today(desk: Desk) -> None:
    desk.go("/redactie")
    expect(desk.page.get_by_role("heading", name="Besluit over 3 onzekere mails")).to_be_visible()
    desk.shoot("twijfel-vandaag")


def test_those_in_doubt_are_decided_about_by_name(
    browser: Browser, near: Services, edition: int, transport: FakeTransport
) -> None:
    desk = enter(browser, near, make_user(near, Role.ADMINISTRATOR, "Cees"))
    base = f"/redactie/edities/{edition}"
    begin(desk, near, base)
    run_worker(near, stop=Event(), until_complete=edition)
    transport.fails.clear()
    transport.attempted.clear()
    see_today(desk)
    desk.go(f"{base}/resultaat")
    desk.shoot("twijfel-resultaat")

    desk.page.get_by_role("link", name="Bekijk wie dat zijn").click()
    desk.shoot("twijfel-lijst")
    press(desk, "Laat zo", "school4@example.org")
    expect(desk.page.get_by_text("1 mail blijft zo.")).to_be_visible()
    press(desk, "Stuur opnieuw", "school5@example.org")
    expect(desk.page.get_by_text("1 mail gaat nog een keer.")).to_be_visible()
    desk.shoot("twijfel-besloten")
    press(desk, "Toch niet", "school4@example.org")
    expect(desk.page.get_by_text("1 mail staat weer op onzeker.")).to_be_visible()
    run_worker(near, stop=Event(), until_complete=edition)
    desk.go(f"{base}/ontvangers?stand=mislukt")
    desk.shoot("ontvangers-mislukt")

    assert transport.attempted == ["school5@example.org"]
    assert desk.complaints == []


def test_what_overslept_its_moment_says_so(
    browser: Browser, near: Services, edition: int, clock: FakeClock
) -> None:
    schedule(
        near.db,
        edition,
        at=clock() + timedelta(hours=1),
        terms=near.terms,
        now=clock(),
    )
    clock.later(days=1)
    begin_due(
        near.db,
        settings=near.settings,
        terms=near.terms,
        preflight=near.preflight,
        now=clock(),
    )
    desk = enter(browser, near, "anna@example.org")

    desk.go(f"/redactie/edities/{edition}/verzenden")
    desk.shoot("te-laat-verzenden")
    desk.go("/redactie")
    expect(desk.page.get_by_text("toen draaide het programma niet")).to_be_visible()
    desk.shoot("te-laat-vandaag")
