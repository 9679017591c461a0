"""Opleidingsscholen on the site and at the desk, in a browser: by keyboard, without a script.

`make shots` keeps pictures in test-output/screenshots/, at 1280 and at 375 wide, light and dark.
"""

import pytest
from playwright.sync_api import Browser, expect

from newsletter.values import Role
from newsletter.wiring import Services
from subscribers.field import Stage
from subscribers.partnerships import slug_of
from subscribers.segments import save_segment
from subscribers.values import Audience
from tests.web.axe import look
from tests.web.browsing import NEEDS_BROWSER, Desk
from tests.web.desk import PASSWORD, make_member, make_partnership, make_user

pytestmark = [*NEEDS_BROWSER, pytest.mark.usefixtures("server")]
INSTITUTE = Audience.TEACHER_EDUCATION


def make_field(services: Services) -> int:
    """Make partnerships over the country; return one of them."""
    for name, region, stage in (
        ("Opleidingsschool Hunzeland", "Drenthe", Stage.ASPIRANT),
        ("Academische Opleidingsschool Amstelkring", "Noord-Holland", Stage.ACADEMIC),
        ("Opleidingsschool Waalkant", "Gelderland", Stage.RECOGNISED),
        ("Samen Opleiden Oost", "Overijssel", Stage.RECOGNISED),
        ("Opleidingsschool De Singels", "Noord-Brabant", Stage.RECOGNISED),
        ("Brabantse Opleidingsschool voor het voortgezet onderwijs", "Noord-Brabant", ""),
    ):
        number = make_partnership(services, name, region=region, stage=stage, agreed=True)
        make_member(services, f"Lyceum bij {name}", Audience.SCHOOL, number)
    make_partnership(services, "Opleidingsschool in stilte", region="Zeeland")
    meander = make_partnership(
        services, "Opleidingsschool De Meander", region="Gelderland", agreed=True
    )
    for name in ("Het Lindecollege", "Scholengemeenschap Waaloever"):
        make_member(services, name, Audience.SCHOOL, meander)
    make_member(services, "Lerarenopleiding Rijnstreek", INSTITUTE, meander, number)
    return meander


def test_the_map_is_walked_by_keyboard_and_leads_to_the_list(
    browser: Browser, base: str, near: Services
) -> None:
    make_field(near)
    reader = Desk(browser.new_context(java_script_enabled=False).new_page(), base)
    reader.go("/")

    reader.page.get_by_role("navigation", name="Hoofdmenu").get_by_role(
        "link", name="Opleidingsscholen"
    ).click()
    drawn = reader.page.get_by_role("navigation", name="Kaart van de provincies")
    expect(drawn.get_by_role("link")).to_have_count(5)
    drawn.get_by_role("link", name="Drenthe: 1 opleidingsschool").focus()
    reader.page.keyboard.press("Tab")
    second = reader.page.locator(":focus")
    expect(second).to_have_attribute("aria-label", "Gelderland: 2 opleidingsscholen")
    reader.page.keyboard.press("Enter")
    expect(reader.page).to_have_url(f"{base}/opleidingsscholen#regio-gelderland")
    expect(reader.page.get_by_role("heading", name="Gelderland")).to_be_in_viewport()

    reader.page.get_by_role("link", name="Opleidingsschool De Meander").click()
    expect(reader.page.get_by_role("heading", level=1)).to_have_text("Opleidingsschool De Meander")
    expect(reader.page.get_by_text("Lerarenopleiding Rijnstreek")).to_be_visible()
    assert reader.complaints == []


def test_the_pages_fit_wide_and_narrow_in_light_and_dark(
    browser: Browser, base: str, near: Services
) -> None:
    number = make_field(near)
    reader = Desk(browser.new_context(reduced_motion="reduce").new_page(), base)
    for path, name in (("", "kaart"), ("/opleidingsschool-de-meander", "opleidingsschool")):
        assert look(reader, f"/opleidingsscholen{path}") == []
        reader.shoot_both(name)

    anna = Desk(browser.new_context(reduced_motion="reduce").new_page(), base)
    anna.enter(near, "anna@example.org")
    for path, name in (
        ("/redactie/opleidingsscholen", "redactie-opleidingsscholen"),
        (f"/redactie/opleidingsscholen/{number}", "redactie-opleidingsschool"),
        ("/redactie/organisaties", "redactie-organisaties"),
        ("/redactie/organisaties/1", "redactie-organisatie"),
    ):
        anna.go(path)
        anna.shoot_both(name)
    assert reader.complaints == anna.complaints == []


def test_the_longest_names_fit_the_smallest_phone(
    browser: Browser, base: str, near: Services
) -> None:
    name = "Meerjarensamenwerkingsovereenkomstwerkplekbegeleiders" * 3
    number = make_partnership(near, name, region="Noord-Brabant", agreed=True)
    member = make_member(near, f"{name} college", Audience.SCHOOL, number)
    anna = Desk(browser.new_context(reduced_motion="reduce").new_page(), base)
    anna.enter(near, "anna@example.org")

    save_segment(near.db, "lang", conditions={"role": name}, name=name, now=near.clock())
    for path in ("opleidingsscholen", "organisaties", "doelgroepen", "abonnees"):
        anna.go(f"/redactie/{path}")
        anna.shoot(f"lange-namen-{path}")

    wrong = [
        one
        for path in (
            "/opleidingsscholen",
            f"/opleidingsscholen/{slug_of(name)}",
            "/redactie/opleidingsscholen",
            f"/redactie/opleidingsscholen/{number}",
            "/redactie/organisaties",
            f"/redactie/organisaties/{member}",
        )
        for one in look(anna, path)
    ]

    assert wrong == []
    assert anna.complaints == []


def test_an_editor_brings_a_partnership_to_the_map(
    browser: Browser, base: str, near: Services
) -> None:
    anna = Desk(browser.new_context(java_script_enabled=False).new_page(), base)
    anna.enter(near, "anna@example.org")
    anna.go("/redactie/abonnees")
    anna.page.get_by_role("link", name="Opleidingsscholen", exact=True).click()
    anna.shoot_both("redactie-opleidingsscholen-leeg")
    anna.page.get_by_role("link", name="Voeg een opleidingsschool toe").click()
    anna.page.get_by_label("Naam", exact=True).fill("Opleidingsschool Waalkant")
    anna.page.get_by_label("Regio", exact=True).select_option("Gelderland")
    anna.page.get_by_label("Fase", exact=True).select_option("erkend")
    anna.page.get_by_label("mag op de site").check()
    anna.press("Voeg toe")
    expect(anna.page.get_by_role("alert")).to_contain_text("namens de opleidingsschool")
    anna.shoot_both("redactie-opleidingsschool-fout")
    anna.page.get_by_label("Wie vond dat goed?").fill("penvoerder")
    anna.press("Voeg toe")
    anna.page.get_by_role("link", name="Voeg een school of lerarenopleiding toe").click()
    anna.page.get_by_label("Naam", exact=True).fill("Lyceum Waalkant")
    anna.page.get_by_label("school", exact=True).check()
    anna.press("Voeg toe")
    expect(anna.page.get_by_role("link", name="Lyceum Waalkant")).to_be_visible()

    anna.page.get_by_role("link", name="op de site").click()
    expect(anna.page.get_by_text("Lyceum Waalkant")).to_be_visible()
    assert [one for one in anna.complaints if "422" not in one] == []


def test_an_administrator_sees_line_by_line_what_a_list_brings(
    browser: Browser, base: str, near: Services
) -> None:
    make_user(near, Role.ADMINISTRATOR, "Cees", password=PASSWORD)
    text = "naam;regio;fase\nDe Meander;Gelderland;erkend\nHunze;Oost;aspirant\n"
    cees = Desk(browser.new_context(java_script_enabled=False).new_page(), base)
    cees.enter(near, "cees@example.org")
    cees.go("/redactie/opleidingsscholen")
    cees.page.get_by_role("link", name="Lees die in").click()
    cees.shoot_both("redactie-lijst-inlezen")
    cees.page.get_by_role("radio").first.check()
    cees.page.get_by_label("Bestand").set_input_files(
        {"name": "lijst.csv", "mimeType": "text/csv", "buffer": text.encode("windows-1252")}
    )
    cees.press("Kijk na")
    expect(cees.page.get_by_role("row", name="Regel 3")).to_contain_text("Oost")
    cees.shoot_both("redactie-lijst-nagekeken")
    cees.press("Lees 1 regel in")
    expect(cees.page.get_by_role("status")).to_contain_text("1 nieuw")
    expect(cees.page.get_by_role("link", name="De Meander")).to_be_visible()
    assert cees.complaints == []
