"""Coming to have an account, in a real browser: invited, in, at the people's page, and back in.

`make shots` keeps pictures in test-output/screenshots/, at 1280 and at 375 wide, light and dark.
"""

from pathlib import Path
from typing import Literal

import pyotp
import pytest
from playwright.sync_api import Browser, expect

from newsletter.accounts.sign_in import GUESSED, check_password
from newsletter.values import Role
from newsletter.wiring import Services
from tests.fakes import FakeClock, FakeTransport
from tests.web.browsing import NEEDS_BROWSER, Desk
from tests.web.desk import PASSWORD, fill, links_in, make_user
from tests.web.furniture import prepared
from web.editor.desk import PEOPLE

pytestmark = [*NEEDS_BROWSER, pytest.mark.usefixtures("server")]

OWN = "fiets lamp dinsdag"


@pytest.fixture(scope="module")
def furnished(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A desk with an administrator and an editor."""
    return prepared(migrated, tmp_path_factory.mktemp("people"), make_people, fill)


def make_people(near: Services) -> None:
    make_user(near, Role.ADMINISTRATOR, "Marit", password=PASSWORD)
    make_user(near, Role.EDITOR, "Rosa", password=PASSWORD)
    make_user(near, Role.APPROVER, "Idris")


def person(
    browser: Browser,
    base: str,
    *,
    script: bool = True,
    scheme: Literal["light", "dark"] = "light",
) -> Desk:
    context = browser.new_context(
        reduced_motion="reduce", java_script_enabled=script, color_scheme=scheme
    )
    return Desk(context.new_page(), base)


def invite(marit: Desk, scheme: str) -> None:
    """Invite Noor, after forgetting her name at first."""
    marit.go("/redactie/inloggen")
    marit.shoot(f"sign-in-{scheme}")
    marit.sign_in("marit@example.org")
    marit.go(PEOPLE)
    marit.press("Stuur de uitnodiging")
    expect(marit.page.locator("#name-error")).to_be_visible()
    marit.page.get_by_label("Naam").fill("Noor van Dam")
    marit.page.get_by_label("E-mailadres").fill("noor@example.org")
    marit.page.get_by_label("Lezer van resultaten").check()
    marit.press("Stuur de uitnodiging")
    expect(marit.page.locator(".toast")).to_contain_text("Noor van Dam is verstuurd")
    marit.shoot(f"people-{scheme}")
    marit.page.get_by_role("link", name="Noor van Dam").click()
    marit.shoot(f"person-invited-{scheme}")


def choose(noor: Desk, link: str, scheme: str) -> None:
    """Follow the link of the invitation, and choose a password."""
    noor.go(link)
    for password in ("kort", OWN):
        noor.page.get_by_label("Nieuw wachtwoord").fill(password)
        noor.page.get_by_label("Nog een keer").fill(password)
        noor.press("Bewaar en ga naar binnen")
        if password != OWN:
            expect(noor.page.locator("#password-error")).to_be_visible()
            noor.shoot(f"invitation-{scheme}")


@pytest.mark.parametrize(("scheme", "script"), [("light", True), ("dark", False)])
def test_somebody_is_invited_and_comes_in(
    browser: Browser,
    base: str,
    transport: FakeTransport,
    *,
    scheme: Literal["light", "dark"],
    script: bool,
) -> None:
    marit = person(browser, base, scheme=scheme, script=script)
    noor = person(browser, base, scheme=scheme, script=script)
    invite(marit, scheme)
    choose(noor, links_in(transport.first()[2], "/redactie/uitnodiging/")[0], scheme)
    expect(noor.page.get_by_role("heading", name="Nog geen resultaten")).to_be_visible()
    noor.shoot(f"results-reader-{scheme}")
    noor.go("/redactie/edities")
    expect(noor.page.locator("main")).to_contain_text("Vraag het")
    noor.shoot(f"may-not-{scheme}")
    noor.go("/redactie/account")
    noor.shoot(f"account-{scheme}")

    marit.go(PEOPLE)
    marit.page.get_by_role("link", name="Noor van Dam").click()
    marit.press("Zet dit account uit")
    expect(marit.page.locator(".toast")).to_contain_text("kan niet meer inloggen")
    marit.shoot(f"person-off-{scheme}")
    noor.go("/redactie/account")
    expect(noor.page.get_by_role("heading", name="Log in bij de redactie")).to_be_visible()
    said = [*marit.complaints, *noor.complaints]
    assert all("403" in one or "422" in one for one in said)  # the pages that say no


def test_a_forgotten_password(browser: Browser, base: str, transport: FakeTransport) -> None:
    rosa = person(browser, base)
    rosa.go("/redactie/inloggen")
    rosa.page.get_by_role("link", name="Wachtwoord vergeten").click()
    rosa.shoot("forgotten")
    rosa.page.get_by_label("E-mailadres").fill("rosa@example.org")
    rosa.press("Mail me een link")
    expect(rosa.page.get_by_role("heading", name="Kijk in je mail")).to_be_visible()
    rosa.shoot("forgotten-asked")
    (link,) = links_in(transport.first()[2], "/redactie/wachtwoord/")
    rosa.go(link)
    rosa.shoot("reset")
    rosa.page.get_by_label("Nieuw wachtwoord").fill(OWN)
    rosa.page.get_by_label("Nog een keer").fill(OWN)
    rosa.press("Bewaar het wachtwoord")
    expect(rosa.page.get_by_role("heading", name="Log in bij de redactie")).to_be_visible()
    rosa.page.get_by_label("E-mailadres").fill("rosa@example.org")
    rosa.page.get_by_label("Wachtwoord").fill(OWN)
    rosa.press("Log in")
    expect(rosa.page.get_by_role("link", name="Selecteren")).to_be_visible()


@pytest.mark.parametrize("script", [True, False])
def test_nothing_is_lost_when_the_session_ends_in_mid_sentence(
    browser: Browser, base: str, near: Services, clock: FakeClock, *, script: bool
) -> None:
    rosa = person(browser, base, script=script)
    rosa.enter(near, "rosa@example.org")
    rosa.go("/redactie/voorbeelden/nieuw")
    rosa.page.get_by_label("Titel").fill("Een vast gezicht van het instituut")
    clock.later(minutes=45)
    rosa.page.locator("main form button").last.click()
    expect(rosa.page.locator("main")).to_contain_text("We hebben het voor je vastgehouden")
    rosa.shoot(f"held-{script}")
    rosa.page.get_by_role("link", name="Log in en ga verder").click()
    rosa.page.get_by_label("E-mailadres").fill("rosa@example.org")
    rosa.page.get_by_label("Wachtwoord").fill(PASSWORD)
    rosa.press("Log in")
    expect(rosa.page.get_by_role("heading", name="Je was nog bezig")).to_be_visible()
    rosa.shoot(f"going-on-{script}")
    rosa.press("Bewaar dit alsnog")
    expect(rosa.page.get_by_label("Titel")).to_have_value("Een vast gezicht van het instituut")


def app_shows(secret: str, clock: FakeClock) -> str:
    """Return what the app shows now; the next time it is another code."""
    clock.later(minutes=1)
    return pyotp.TOTP(secret).at(clock())


def give_code(noor: Desk, code: str) -> None:
    noor.page.get_by_label("Code", exact=True).fill(code)
    noor.page.locator("main button.button-primary").first.click()


def sign_in_as_noor(noor: Desk) -> None:
    noor.go("/redactie/inloggen")
    noor.page.get_by_label("E-mailadres").fill("noor@example.org")
    noor.page.get_by_label("Wachtwoord").fill(OWN)
    noor.press("Log in")


def set_up(noor: Desk, clock: FakeClock, scheme: str) -> tuple[str, list[str]]:
    """Set the second step up; return what the app keeps, and the recovery codes."""
    noor.go("/redactie/account")
    noor.page.get_by_role("link", name="Zet tweestapsverificatie aan").click()
    noor.page.get_by_text("Lukt scannen niet?").click()
    secret = noor.page.locator("ol code").inner_text().replace(" ", "")
    noor.page.get_by_label("Je wachtwoord").fill(OWN)
    give_code(noor, "000000")
    expect(noor.page.locator("#code-error")).to_be_visible()
    noor.shoot(f"step-set-up-{scheme}")
    noor.page.get_by_label("Je wachtwoord").fill(OWN)
    give_code(noor, app_shows(secret, clock))
    codes = noor.page.locator(".codes code")
    expect(codes).to_have_count(10)
    recovery = codes.all_inner_texts()
    noor.shoot(f"step-codes-{scheme}")
    noor.page.get_by_role("link", name="Ik heb ze bewaard").click()
    expect(noor.page.locator("main")).to_contain_text("Je hebt nog 10 herstelcodes")
    noor.shoot(f"account-step-{scheme}")
    return secret, recovery


@pytest.mark.parametrize(("scheme", "script"), [("light", True), ("dark", False)])
def test_from_the_second_step_to_a_lost_phone(
    browser: Browser,
    base: str,
    near: Services,
    clock: FakeClock,
    *,
    scheme: Literal["light", "dark"],
    script: bool,
) -> None:
    marit = person(browser, base, scheme=scheme, script=script)
    noor = person(browser, base, scheme=scheme, script=script)
    make_user(near, Role.READER, "Noor", password=OWN)
    marit.enter(near, "marit@example.org")
    noor.enter(near, "noor@example.org")
    secret, recovery = set_up(noor, clock, scheme)

    sign_in_as_noor(noor)
    noor.shoot(f"step-code-{scheme}")
    give_code(noor, "000000")
    expect(noor.page.locator("#code-error")).to_be_visible()
    give_code(noor, app_shows(secret, clock))
    expect(noor.page.get_by_role("link", name="Resultaten", exact=True)).to_be_visible()

    sign_in_as_noor(noor)
    noor.page.get_by_text("Je telefoon niet bij de hand?").click()
    noor.page.get_by_label("Herstelcode").fill(recovery[0])
    noor.shoot(f"step-recovery-{scheme}")
    noor.press("Log in met een herstelcode")
    expect(noor.page.get_by_role("link", name="Resultaten", exact=True)).to_be_visible()
    marit.go(PEOPLE)
    marit.shoot(f"people-step-{scheme}")
    marit.page.get_by_role("link", name="Noor", exact=True).click()
    marit.shoot(f"person-step-{scheme}")
    assert all("422" in one for one in (*marit.complaints, *noor.complaints))


def test_who_is_made_to_wait_comes_in_by_the_mailed_link_with_the_keyboard(
    browser: Browser, base: str, near: Services, clock: FakeClock, transport: FakeTransport
) -> None:
    rosa, key = person(browser, base), near.settings.secret_key
    for _ in range(GUESSED - 1):
        check_password(near.db, "rosa@example.org", "fout", key=key, now=clock())
        clock.later(minutes=16)
    rosa.go("/redactie/inloggen")
    rosa.page.get_by_label("E-mailadres").focus()
    for word in ("rosa@example.org", "Tab", "fout", "Enter"):
        press = rosa.page.keyboard.press if word in {"Tab", "Enter"} else rosa.page.keyboard.type
        press(word)
    expect(rosa.page.get_by_role("alert")).to_contain_text("Wacht 8 minuten")
    rosa.shoot("sign-in-wait")

    (link,) = links_in(transport.first()[2], "/redactie/binnen/")
    rosa.go(link)
    rosa.shoot("unlock")
    rosa.page.get_by_label("Wachtwoord").focus()
    rosa.page.keyboard.type(PASSWORD)
    rosa.page.keyboard.press("Enter")

    expect(rosa.page.get_by_role("link", name="Rosa, redacteur")).to_be_visible()


def test_who_goes_on_writing_is_still_there(
    browser: Browser, base: str, near: Services, clock: FakeClock
) -> None:
    rosa = person(browser, base)
    rosa.enter(near, "rosa@example.org")
    rosa.page.clock.install()
    rosa.go("/redactie/voorbeelden/nieuw")
    title = rosa.page.get_by_label("Titel")
    for sentence in ("Een vast gezicht", "Een vast gezicht van het instituut"):
        clock.later(minutes=20)
        rosa.page.clock.fast_forward("20:00")
        with rosa.page.expect_response("**/redactie/bezig") as heard:
            title.fill(sentence)
        assert heard.value.status == 204
    clock.later(minutes=20)
    rosa.page.locator("main form button").last.click()

    expect(rosa.page.get_by_role("region", name="Zo komt het op de site")).to_be_visible()
    expect(rosa.page.get_by_text("We hebben het voor je vastgehouden")).to_have_count(0)
    assert all("422" in one for one in rosa.complaints)


def test_on_a_phone_one_logs_out_from_the_menu(browser: Browser, base: str, near: Services) -> None:
    marit = person(browser, base)
    marit.enter(near, "marit@example.org")
    marit.go("/redactie")
    marit.page.set_viewport_size({"width": 375, "height": 900})
    marit.press("Menu")
    marit.page.get_by_role("button", name="log uit").click()

    marit.page.get_by_text("Je bent uitgelogd.").wait_for()
    assert marit.complaints == []
