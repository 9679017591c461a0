"""How fast an edition goes, in a real browser: by itself with a script, by reloading without."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import update

from newsletter.accounts.people import user_by_email
from newsletter.approve import review
from newsletter.limits import Limit, WarmUp
from newsletter.model import Delivery
from newsletter.send.pace import Pace
from newsletter.send.schedule import send_now
from newsletter.send.watching.meter import Meter
from newsletter.settings import Settings
from newsletter.values import DeliveryState
from newsletter.wiring import Services, build_services
from tests.fakes import START, FakeClock, FakeTransport
from tests.web.browsing import NEEDS_BROWSER, Desk
from tests.web.desk import freeze, offer

pytestmark = [*NEEDS_BROWSER, pytest.mark.usefixtures("server")]
HOST = "gmail.com"


@pytest.fixture
def near(at_base: Settings, clock: FakeClock) -> Iterator[Services]:
    slow = replace(
        at_base,
        pace=(Limit(2, 1),),
        pace_domains={HOST: (Limit(1, 1),)},
        warm_up=WarmUp(START.date() - timedelta(days=1)),
    )
    built = build_services(slow)
    yield replace(built, clock=clock, open_transport=FakeTransport)
    built.db.close()


@pytest.fixture
def edition(near: Services) -> int:
    """An edition that is on its way to forty."""
    edition = offer(near)
    now = near.clock()
    with near.db.read() as session:
        bas = user_by_email(session, "bas@example.org").id
    review.approve(
        near.db, edition, by=bas, terms=near.terms, house=near.house, four_eyes=True, now=now
    )
    send_now(near.db, edition, terms=near.terms, now=now)
    freeze(near)
    return edition


def go_on(near: Services, edition: int, first: int, last: int) -> None:
    """Let these be sent, in five seconds, as far as the pace lets them."""
    meter, clock = Meter(near.db, now=near.clock()), near.clock
    with near.db.write() as session:
        chosen = Delivery.id.between(first, last)
        session.execute(update(Delivery).where(chosen).values(state=DeliveryState.SENT))
    meter.add(edition, {"sent 2xx": last - first + 1}, now=clock())
    meter.write(clock())
    Pace(near.db, near.settings.limits).grant([HOST, HOST, "school.example.org"], clock())


def test_pace_is_told_with_its_reasons(
    browser: Browser, near: Services, edition: int, clock: FakeClock
) -> None:
    context = browser.new_context(reduced_motion="reduce")
    anna = Desk(context.new_page(), near.settings.base_url)
    anna.enter(near, "anna@example.org")
    anna.page.clock.install()
    anna.go(f"/redactie/edities/{edition}/verzenden")

    clock.later(seconds=5)
    go_on(near, edition, 1, 8)
    anna.page.clock.fast_forward("00:15")

    body = anna.page.locator("body")
    expect(anna.page.get_by_role("heading", name="8 van de 40")).to_be_visible()
    expect(body).to_contain_text("Nog ongeveer 20 seconden.")
    expect(body).to_contain_text("Het gaat niet sneller dan 2 mails per seconde")
    expect(body).to_contain_text("dit is dag 2 van 10. Vandaag gaan er hoogstens 400 mails uit")
    anna.shoot_both("verzenden-tempo")
    assert anna.complaints == []


def test_pace_is_told_without_a_script(
    browser: Browser, near: Services, edition: int, clock: FakeClock
) -> None:
    context = browser.new_context(reduced_motion="reduce", java_script_enabled=False)
    anna = Desk(context.new_page(), near.settings.base_url)
    anna.enter(near, "anna@example.org")
    clock.later(seconds=5)
    go_on(near, edition, 1, 8)

    anna.go(f"/redactie/edities/{edition}/verzenden")

    expect(anna.page.get_by_role("heading", name="8 van de 40")).to_be_visible()
    expect(anna.page.locator("body")).to_contain_text("Het gaat niet sneller dan 2 mails")
