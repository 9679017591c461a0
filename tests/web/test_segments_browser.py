"""The page of a segment in a browser: the count follows, by keyboard, and without a script.

`make shots` keeps pictures in test-output/screenshots/, at 1280 and at 375 wide, light and dark.
"""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload, expect

from feeds.values import ItemKind
from newsletter.values import Role
from newsletter.wiring import Services
from subscribers.segments import parse_expression, save_segment
from subscribers.values import Audience
from tests.web.browsing import NEEDS_BROWSER, Desk, overtaken
from tests.web.desk import make_item, make_partnership, make_subscriber, make_user
from tests.web.furniture import prepared

pytestmark = [*NEEDS_BROWSER, pytest.mark.usefixtures("server")]
NO = "/redactie/doelgroepen/noord-oost"
WHERE = "audience = school and region in (Noord, Oost) and not role = bestuurder"
ROLES = ("schoolopleider", "werkplekbegeleider", "coördinator", "bestuurder", "directeur")
NAMES = ("De Tussendeur", "Noordrand", "Oostgaard", "Opleidingsschool Waalkant")


@pytest.fixture(scope="module")
def furnished(furnished: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A desk with partnerships, readers of many kinds, and three segments."""
    return prepared(furnished, tmp_path_factory.mktemp("segments"), make_segments)


def make_segments(near: Services) -> None:
    make_user(near, Role.ADMINISTRATOR, "Cees")
    for name in NAMES:
        make_partnership(near, name)
    for number in range(40):
        make_subscriber(
            near,
            f"{ROLES[number % 5]}.{number:02}@example.org".replace("ö", "o"),
            Audience.SCHOOL if number % 4 else Audience.TEACHER_EDUCATION,
            region=("Noord", "Oost", "West")[number % 3],
            role=ROLES[number % 5],
            partnership=NAMES[number % 4],
        )
    begun = near.clock() - timedelta(days=30)
    make_item(near, "Congres van vorige maand", kind=ItemKind.EVENT, starts_at=begun)
    for slug, where, name in (
        ("noord-oost", WHERE, "Scholen in Noord en Oost"),
        ("of", f"{WHERE} or theme = visie and region = West or role = directeur", "Of"),
        ("anders", "not (segment = noord-oost or theme = visie)", "Wie er niet bij hoort"),
    ):
        conditions = parse_expression(where)
        save_segment(near.db, slug, conditions=conditions, name=name, now=near.clock())


def administrator(browser: Browser, near: Services, *, script: bool = True) -> Desk:
    context = browser.new_context(reduced_motion="reduce", java_script_enabled=script)
    cees = Desk(context.new_page(), near.settings.base_url)
    cees.enter(near, "cees@example.org")
    return cees


def test_the_count_follows_what_is_typed(browser: Browser, near: Services) -> None:
    cees = administrator(browser, near)
    cees.go(NO)
    big = cees.page.locator("#telling .big")
    before = big.inner_text()

    cees.press("Nog een waarde voor voorwaarde 2")
    expect(cees.page.locator("#nog-1")).to_be_focused()
    cees.page.locator("#nog-1").fill("West")
    expect(big).not_to_have_text(before)
    expect(cees.page.locator("#telling")).to_contain_text("meer dan bij de bewaarde doelgroep")
    cees.page.get_by_label("Kenmerk 2").select_option("partnership")
    expect(cees.page.get_by_label("Waarde 2")).to_have_attribute("list", "bij-partnership")
    expect(cees.page.get_by_label("Waarde 2")).to_have_value("")
    expect(cees.page.get_by_label("Kenmerk 2")).to_be_focused()
    cees.page.get_by_label("Waarde 2").fill("oostgaard")
    expect(cees.page.locator("#telling")).to_contain_text("minder dan bij de bewaarde doelgroep")
    cees.page.locator("button[value=weg-2]").click()
    expect(cees.page.get_by_label("Kenmerk 3")).to_have_count(0)
    cees.page.get_by_label("Kenmerk 2").select_option("joined since")
    cees.page.get_by_label("Waarde 2").fill("2027-01-01")
    expect(big).not_to_have_text(before)

    assert cees.complaints == []


def test_the_pages_have_their_pictures(browser: Browser, near: Services) -> None:
    cees = administrator(browser, near)
    cees.go("/redactie/doelgroepen")
    cees.shoot_both("doelgroepen")
    cees.go("/redactie/doelgroepen/of")
    cees.shoot_both("doelgroep-of")
    cees.go("/redactie/doelgroepen/anders")
    cees.shoot_both("doelgroep-zin")
    cees.go("/redactie/doelgroepen/nieuw")
    cees.press("Voeg ‘of’ toe")
    cees.press("Bewaar de doelgroep")
    cees.shoot_both("doelgroep-fout")
    cees.go(NO)
    save_segment(near.db, "noord-oost", conditions={"region": "Noord"}, now=near.clock())
    cees.press("Bewaar de doelgroep")
    cees.shoot_both("doelgroep-keuze")
    expect(cees.page.get_by_text("wijzigde deze doelgroep intussen")).to_be_visible()
    cees.press("Bewaar de mijne")
    expect(cees.page.get_by_text("is bewaard.")).to_be_visible()
    cees.page.get_by_label("Adres", exact=True).fill("bestuurder.13@example.org")
    cees.press("Kijk na")
    cees.shoot_both("doelgroep")

    expect(cees.page.get_by_text("Nee, door de laatste voorwaarde.")).to_be_visible()
    complaints = [one for one in cees.complaints if "422" not in one and "409" not in one]
    assert complaints == []


def test_who_came_is_brought_by_a_list(browser: Browser, near: Services) -> None:
    cees = administrator(browser, near)
    cees.go("/redactie/bijeenkomsten")
    cees.shoot_both("bijeenkomsten")
    cees.page.get_by_role("link", name="Congres van vorige maand").click()
    document = "".join(f"{ROLES[0]}.{number:02}@example.org\n" for number in range(50))
    file = FilePayload(name="wie.csv", mimeType="text/csv", buffer=document.encode())
    cees.page.get_by_label("Bestand").set_input_files(file)
    cees.press("Lees in")
    expect(cees.page.get_by_text("8 abonnees herkend")).to_be_visible()
    cees.shoot_both("bijeenkomst")

    assert cees.complaints == []


@pytest.mark.parametrize("script", [True, False])
def test_a_segment_is_made_by_keyboard(browser: Browser, near: Services, *, script: bool) -> None:
    cees = administrator(browser, near, script=script)
    page = cees.page
    cees.go("/redactie/doelgroepen")
    page.get_by_role("link", name="Maak een doelgroep").press("Enter")
    page.get_by_label("Naam").fill("Wie in het westen begeleidt")
    page.get_by_label("Kenmerk 1").select_option("region")
    if not script:
        page.get_by_role("button", name="Tel opnieuw").last.press("Enter")
    page.locator("input[name=waarde-0]").fill("west")
    page.get_by_role("button", name="Voeg een voorwaarde toe").press("Enter")
    page.get_by_label("Kenmerk 2").select_option("role")
    if not script:
        page.get_by_role("button", name="Tel opnieuw").last.press("Enter")
    page.locator("input[name=waarde-1]").fill("Coordinator")
    page.get_by_label("Waarde 2").press("Enter")  # counts, and takes nothing away
    expect(page.get_by_label("Waarde 2")).to_have_value("Coordinator")
    counted = page.locator("#telling .big")
    expect(counted).to_have_text("3")
    page.get_by_role("button", name="Bewaar de doelgroep").press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Wie in het westen begeleidt")
    expect(counted).to_have_text("3")
    page.get_by_role("button", name="Haal deze doelgroep weg").press("Enter")
    page.get_by_role("button", name="Maak ongedaan").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Wie in het westen begeleidt")
    assert cees.complaints == []


def test_who_types_on_while_the_form_changes_loses_nothing(
    browser: Browser, near: Services
) -> None:
    cees = administrator(browser, near)
    cees.go(NO)
    kind, value = cees.page.get_by_label("Kenmerk 2"), cees.page.get_by_label("Waarde 2")
    kind.select_option("partnership")
    expect(value).to_have_attribute("list", "bij-partnership")

    with overtaken(cees.page, "**/redactie/doelgroepen/*", by=lambda: value.fill("2027-01-01")):
        kind.select_option("joined since")

    expect(value).to_have_attribute("type", "date")
    expect(value).to_have_value("2027-01-01")
    expect(value).to_be_focused()
    assert cees.complaints == []
