"""Signing in with a work account in a real browser, at a real provider.

`make shots` keeps the pictures in test-output/screenshots/, at 1280 and at 375 wide.
"""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, expect

from newsletter.openid import WORK_RETURN
from newsletter.settings import Settings
from newsletter.values import Role
from newsletter.wiring import Services, build_services
from tests.web.browsing import NEEDS_BROWSER, Desk
from tests.web.desk import PASSWORD, make_user
from tests.web.provider import CLIENT_ID, SECRET, THEIR_PASSWORD, providing

pytestmark = [*NEEDS_BROWSER, pytest.mark.usefixtures("server")]


@pytest.fixture
def near(settings: Settings, base: str) -> Iterator[Services]:
    people = {"rosa": "rosa@example.org"}
    with providing(redirect=base + WORK_RETURN, site=base, people=people) as provider:
        work = replace(
            settings,
            base_url=base,
            oidc_issuer=provider.issuer,
            oidc_client_id=CLIENT_ID,
            oidc_client_secret=SECRET,
            oidc_label="SURFconext",
            oidc_trust_email=True,
        )
        near = build_services(work)
        make_user(near, Role.READER, "Rosa", password=PASSWORD)
        yield near
        near.db.close()


def test_out_to_the_provider_and_back_to_the_page_that_was_asked(
    browser: Browser, base: str
) -> None:
    for script in (True, False):
        context = browser.new_context(java_script_enabled=script)
        go_out_and_back(Desk(context.new_page(), base))


def go_out_and_back(rosa: Desk) -> None:
    rosa.go("/redactie/account")
    rosa.shoot("sign-in-work")
    rosa.page.get_by_role("link", name="Ga verder met je werkaccount (SURFconext)").click()
    rosa.page.locator("input[name=login]").fill("rosa")
    rosa.page.keyboard.press("Enter")
    rosa.page.locator("input[name=password]").fill(THEIR_PASSWORD)
    rosa.page.keyboard.press("Enter")

    expect(rosa.page.get_by_role("heading", name="Mijn account")).to_be_visible()
