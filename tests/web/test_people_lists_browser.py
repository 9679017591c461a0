"""A list with readers comes in through a browser: with a script, and without one by keyboard."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from newsletter.settings import Settings
from newsletter.values import Role
from newsletter.wiring import Services, build_services
from tests.fakes import FakeClock, FakeTransport
from tests.web.browsing import NEEDS_BROWSER, Desk
from tests.web.desk import make_user

pytestmark = [*NEEDS_BROWSER, pytest.mark.usefixtures("server")]

IN = "/redactie/abonnees/inlezen"


@pytest.fixture
def near(settings: Settings, clock: FakeClock, base: str) -> Iterator[Services]:
    built = build_services(replace(settings, base_url=base))
    near = replace(built, clock=clock, open_transport=FakeTransport)
    make_user(near, Role.ADMINISTRATOR, "Cees")
    yield near
    near.db.close()


def write(folder: Path, people: int) -> Path:
    path = folder / "leden.csv"
    lines = "".join(f"Zoë {n};zoe{n}@example.org;{'x' * 70}\n" for n in range(people))
    path.write_bytes(f"Naam;Contact;Regio\n{lines}Jan;geen adres;\n".encode("windows-1252"))
    return path


def begin(desk: Desk, path: Path) -> None:
    desk.go(IN)
    desk.page.get_by_label("CSV of Excel-werkmap").set_input_files(path)
    desk.press("Bekijk de kolommen")


def test_a_list_comes_in_step_by_step(
    browser: Browser, base: str, near: Services, tmp_path: Path
) -> None:
    cees = Desk(browser.new_context().new_page(), base)
    cees.enter(near, "cees@example.org")

    begin(cees, write(tmp_path, 3))
    expect(cees.page.get_by_role("cell", name="Zoë 0")).to_be_visible()
    expect(cees.page.get_by_label("E-mailadres")).to_have_value("1")
    cees.shoot("lijst-kolommen")
    cees.page.get_by_label("Waarom mogen deze mensen mail krijgen?").fill("lid sinds 2027")
    cees.press("Kijk na wat er verandert")
    cees.shoot("lijst-nagekeken")
    cees.press("Lees 3 mensen in")

    expect(cees.page.get_by_role("heading", level=1)).to_have_text("De lijst is ingelezen")
    expect(cees.page.get_by_text("Er staat een spatie in het e-mailadres")).to_be_visible()
    cees.shoot("lijst-ingelezen")
    assert cees.complaints == []


def test_a_long_list_tells_by_itself_that_it_is_done(
    browser: Browser, base: str, near: Services, tmp_path: Path
) -> None:
    cees = Desk(browser.new_context().new_page(), base)
    cees.enter(near, "cees@example.org")

    begin(cees, write(tmp_path, 5_300))
    cees.page.get_by_label("Waarom mogen deze mensen mail krijgen?").fill("lid")
    cees.press("Kijk na wat er verandert")

    expect(cees.page.get_by_role("heading", level=1)).to_have_text(
        "Dit verandert er", timeout=60_000
    )
    assert cees.complaints == []


def test_it_works_without_a_script_and_by_keyboard(
    browser: Browser, base: str, near: Services, tmp_path: Path
) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    cees = Desk(page, base)
    cees.enter(near, "cees@example.org")

    begin(cees, write(tmp_path, 3))
    page.get_by_label("Waarom mogen deze mensen mail krijgen?").fill("lid")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Dit verandert er")
    page.get_by_role("button", name="Lees 3 mensen in").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("De lijst is ingelezen")
