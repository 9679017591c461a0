"""Writing an edition in a real browser: in place, kept by itself, moved by keyboard and by hand.

`make shots` keeps the pictures in test-output/screenshots/, at 1280 and at 375 wide.
"""

import re
from functools import partial

import pytest
from playwright.sync_api import Browser, Dialog, FrameLocator, Locator, Page, Route, expect

from newsletter.compose.draft import rewrite_block
from newsletter.compose.own_heads import own_heads_mark, set_own_heads
from newsletter.model import Block
from newsletter.store.editions import get_edition
from newsletter.store.revisions import list_revisions
from newsletter.values import Head
from newsletter.wiring import Services
from subscribers.values import Audience
from tests.web.browsing import NEEDS_BROWSER, Desk, overtaken
from tests.web.desk import block_mark, make_draft

pytestmark = [*NEEDS_BROWSER, pytest.mark.usefixtures("server")]


@pytest.fixture
def anna(browser: Browser, base: str, near: Services) -> Desk:
    """Anna, who writes in a draft."""
    make_draft(near)
    anna = Desk(browser.new_context(reduced_motion="reduce").new_page(), base)
    anna.enter(near, "anna@example.org")
    anna.go("/redactie/edities/1")
    anna.settle()
    expect(part(anna.page, 1)).to_be_visible()
    return anna


def part(page: Page, place: int) -> Locator:
    """What lies over a block in the mail, counted as in the list."""
    number = page.locator(".blocks > li").nth(place).get_attribute("data-block")
    return page.locator(f'.mail-part[data-block="{number}"]')


def top_in_page(place: Locator) -> float:
    return float(place.evaluate("(one) => one.getBoundingClientRect().top + scrollY"))


def the_mail(page: Page) -> FrameLocator:
    return page.frame_locator("iframe")


def kept(page: Page) -> Locator:
    return page.locator("#bewaard").get_by_text(re.compile(r"^Bewaard om \d\d\.\d\d uur$"))


def fields_of(near: Services, block: int) -> dict[str, object]:
    with near.db.read() as session:
        return dict(session.get_one(Block, block).fields)


def order(near: Services) -> list[int]:
    with near.db.read() as session:
        return [block.id for block in get_edition(session, 1, with_blocks=True).blocks]


def test_a_block_is_written_in_its_place_and_kept_by_itself(anna: Desk, near: Services) -> None:
    page, edited = anna.page, part(anna.page, 1)
    before = top_in_page(edited)

    edited.click()
    title = edited.get_by_label("Titel")
    expect(title).to_be_focused()
    title.fill("Wie doet wat, en wie niet?")
    expect(the_mail(page).get_by_role("heading", name="Wie doet wat, en wie niet?")).to_be_visible()
    expect(kept(page)).to_be_visible()
    assert top_in_page(edited) == pytest.approx(before, abs=1)
    anna.shoot("editie-in-de-mail")

    block = int(edited.get_attribute("data-block") or "")
    assert fields_of(near, block)["title"] == "Wie doet wat, en wie niet?"
    expect(page.locator(".blocks .is-now")).to_contain_text("Wie doet wat, en wie niet?")
    expect(page).to_have_url(re.compile(f"blok={block}"))
    assert anna.complaints == []


def test_bursts_of_typing_are_one_change_to_undo(anna: Desk, near: Services) -> None:
    page, edited = anna.page, part(anna.page, 1)
    edited.click()
    title = edited.get_by_label("Titel")
    for words in ("Een", "Een nieuwe", "Een nieuwe titel"):
        title.fill(words)
        title.press("Control+Enter")
        expect(page.locator(".blocks .is-now")).to_contain_text(words)

    with near.db.read() as session:
        assert [one.what for one in list_revisions(session, 1)] == ["drafted", "written"]


def test_by_keyboard_alone_a_block_is_opened_written_left_and_moved(
    anna: Desk, near: Services
) -> None:
    page, edited, began = anna.page, part(anna.page, 2), order(near)
    edited.get_by_role("button", name="Bewerk").focus()
    page.keyboard.press("Enter")
    expect(edited.get_by_label("Titel")).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type("Met het toetsenbord")
    page.keyboard.press("Escape")

    expect(edited.get_by_role("button", name="Bewerk")).to_be_focused()
    expect(page.locator("#bewerk")).to_have_count(0)
    assert fields_of(near, began[2])["title"] == "Met het toetsenbord"

    page.keyboard.press("Alt+ArrowDown")
    expect(page.locator("#gezegd-hier")).to_contain_text("staat nu op plaats 4 van 11")
    assert order(near)[2:4] == [began[3], began[2]]
    expect(edited.get_by_role("button", name="Bewerk")).to_be_focused()

    page.keyboard.press("ArrowRight")
    expect(edited.get_by_role("button", name="Voor wie")).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator("#gezegd-hier")).to_contain_text("staat nu op plaats 3 van 11")
    expect(edited.get_by_role("button", name="Omhoog")).to_be_focused()


def test_by_keyboard_in_the_list_a_block_is_moved_and_put_back(anna: Desk, near: Services) -> None:
    page, began = anna.page, order(near)
    page.locator(".blocks > li > a").nth(2).focus()
    page.keyboard.press("Alt+ArrowDown")
    expect(page.locator(".blocks > li > a").nth(3)).to_be_focused()
    page.keyboard.press("Control+z")
    expect(page.locator("#melding")).to_contain_text("Ongedaan gemaakt")
    assert order(near) == began
    assert anna.complaints == []


def test_a_block_is_dragged_within_its_section(anna: Desk, near: Services) -> None:
    page, began = anna.page, order(near)
    first, third = part(page, 2), part(page, 3)
    first.hover()
    grip = first.locator(".grip").bounding_box()
    there = third.bounding_box()
    assert grip
    assert there

    page.mouse.move(grip["x"] + 8, grip["y"] + 8)
    page.mouse.down()
    page.mouse.move(grip["x"] + 8, there["y"] + there["height"] / 4 * 3, steps=4)
    expect(page.locator(".drop-line")).to_be_visible()
    page.mouse.up()

    expect(page.locator("#gezegd-hier")).to_contain_text("staat nu op plaats")
    assert order(near).index(began[2]) == 3
    expect(page.locator("#bewerk")).to_have_count(0)


def test_a_section_is_dragged_in_the_list(anna: Desk, near: Services) -> None:
    page, began = anna.page, order(near)
    lines = page.locator(".blocks > li")
    practice, opening = lines.nth(10), lines.nth(0)
    practice.hover()
    grip, there = practice.locator(".grip").bounding_box(), opening.bounding_box()
    assert grip
    assert there

    page.mouse.move(grip["x"] + 8, grip["y"] + 12)
    page.mouse.down()
    page.mouse.move(there["x"], there["y"] + 4, steps=4)
    page.mouse.up()

    expect(page.locator("#gezegd-hier")).to_contain_text("staat nu op plaats 1 van 11")
    assert order(near) == [began[10], *began[:10]]
    page.locator("h1").click()
    page.keyboard.press("Control+z")
    expect(page.locator("#melding")).to_contain_text("Ongedaan gemaakt")
    assert order(near) == began


def test_a_block_is_added_where_somebody_asks_for_it(anna: Desk, near: Services) -> None:
    page = anna.page
    opening = part(page, 0)
    opening.hover()
    opening.get_by_role("button", name="Blok hier").click()
    anna.shoot("editie-blok-hier")
    opening.get_by_role("button", name="Vrije tekst").click()

    edited = page.locator(".mail-part.is-editing")
    expect(edited.get_by_label("Titel")).to_be_focused()
    expect(page.locator(".add-card")).to_have_count(0)
    page.keyboard.type("Een mededeling")
    expect(the_mail(page).get_by_role("heading", name="Een mededeling")).to_be_visible()
    added = order(near)[1]
    expect(kept(page)).to_be_visible()
    page.locator("#bewerk").get_by_role("button", name="Haal weg").click()
    expect(page.locator("#melding")).to_contain_text("Het blok is weg.")
    assert added not in order(near)
    page.locator("#melding").get_by_role("button", name="Maak ongedaan").click()
    expect(edited.get_by_label("Titel")).to_have_value("Een mededeling")
    assert order(near)[1] == added
    assert anna.complaints == []


def test_without_a_connection_the_words_stay_and_are_kept_later(anna: Desk, near: Services) -> None:
    page, edited = anna.page, part(anna.page, 1)
    edited.click()

    page.context.set_offline(True)
    edited.get_by_label("Titel").fill("Getypt in de trein")
    expect(page.locator("#bewaard")).to_contain_text("Niet bewaard: geen verbinding")
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.once("dialog", stay)
    page.evaluate("location.reload()")
    expect(edited.get_by_label("Titel")).to_have_value("Getypt in de trein")
    page.context.set_offline(False)

    expect(kept(page)).to_be_visible()
    assert asked == ["beforeunload"]
    assert fields_of(near, order(near)[1])["title"] == "Getypt in de trein"
    with near.db.read() as session:
        assert [one.what for one in list_revisions(session, 1)] == ["drafted", "written"]


def test_without_a_connection_no_block_opens_and_that_is_said(anna: Desk) -> None:
    page = anna.page
    page.context.set_offline(True)
    part(page, 1).click()
    expect(page.locator("#bewaard")).to_contain_text("Dit lukte nu niet: geen verbinding.")

    page.context.set_offline(False)
    part(page, 1).click()
    expect(part(page, 1).get_by_label("Titel")).to_be_focused()


def test_words_that_arrived_while_the_answer_was_lost_are_nobody_elses(
    anna: Desk, near: Services
) -> None:
    page, edited = anna.page, part(anna.page, 1)
    edited.click()
    lost: list[str] = []

    def lose(route: Route) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch(max_redirects=0).headers["location"])
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route(re.compile(r"/blokken/\d+\?"), lose)
    edited.get_by_label("Titel").fill("Aangekomen")
    expect(page.locator("#bewaard")).to_contain_text("Niet bewaard: geen verbinding")
    edited.get_by_label("Titel").fill("Aangekomen, en verder")

    expect(kept(page)).to_be_visible()
    assert lost
    assert fields_of(near, order(near)[1])["title"] == "Aangekomen, en verder"


def test_words_that_cannot_be_kept_say_so_at_their_field(anna: Desk, near: Services) -> None:
    page, edited = anna.page, part(anna.page, 1)
    edited.click()
    teaser = page.locator("#blok-teaser")
    teaser.fill("x" * 6000)
    expect(edited.get_by_text("Dit is te lang: 6.000 tekens.")).to_be_visible()
    expect(page.locator("#bewaard")).to_contain_text("Niet bewaard: kijk bij het veld")

    teaser.fill("Kort genoeg")
    expect(kept(page)).to_be_visible()
    expect(edited.get_by_text("Dit is te lang")).to_have_count(0)
    assert fields_of(near, order(near)[1])["teaser"] == "Kort genoeg"


def test_who_is_signed_out_keeps_the_words_and_goes_on_after_signing_in(
    anna: Desk, near: Services
) -> None:
    page, edited = anna.page, part(anna.page, 1)
    edited.click()
    page.context.clear_cookies()
    edited.get_by_label("Titel").fill("Na de lunch")
    expect(page.locator("#bewaard")).to_contain_text("Niet bewaard: je bent niet meer ingelogd.")

    with page.context.expect_page() as opened:
        page.locator("#bewaard").get_by_role("link", name="Log in").click()
    door = Desk(opened.value, anna.base)
    door.sign_in("anna@example.org")
    door.page.wait_for_url("**/redactie")
    door.page.close()
    page.bring_to_front()
    edited.get_by_label("Titel").press("Control+Enter")

    expect(kept(page)).to_be_visible()
    assert fields_of(near, order(near)[1])["title"] == "Na de lunch"


def write_as_bas(near: Services, block: int) -> None:
    seen, fields = block_mark(near, block), {"title": "Van een collega"}
    rewrite_block(near.db, 1, block, seen=seen, fields=fields, now=near.clock(), by=2)


def test_two_who_write_in_one_block_choose_where_they_are(anna: Desk, near: Services) -> None:
    page, edited, block = anna.page, part(anna.page, 1), order(near)[1]
    edited.click()
    with overtaken(page, "**/blokken/*", by=partial(write_as_bas, near, block)):
        edited.get_by_label("Titel").fill("Van Anna")

    expect(page.get_by_role("heading", name="Bas schreef net iets anders")).to_be_focused()
    expect(page.locator("#bewaard")).to_contain_text("Bas schreef net iets anders in dit blok")
    assert fields_of(near, block)["title"] == "Van een collega"
    anna.shoot("editie-botsing")
    edited.get_by_label("Wat jij schreef").fill("Van ons beiden")
    edited.get_by_role("button", name="Bewaar mijn tekst").click()

    expect(edited.locator("#blok-title")).to_have_value("Van ons beiden")
    expect(the_mail(page).get_by_role("heading", name="Van ons beiden")).to_be_visible()
    assert fields_of(near, block)["title"] == "Van ons beiden"


def test_what_a_colleague_writes_shows_by_itself(anna: Desk, near: Services) -> None:
    page, block = anna.page, order(near)[1]
    page.clock.install()
    page.reload()
    edited = part(page, 1)
    edited.click()
    expect(edited.get_by_label("Titel")).to_be_focused()
    write_as_bas(near, block)
    page.clock.fast_forward("00:10")  # so often it asks

    expect(edited.get_by_label("Titel")).to_have_value("Van een collega")
    expect(edited.get_by_label("Titel")).to_be_focused()
    expect(page.locator(".blocks .is-now")).to_contain_text("Van een collega")
    expect(the_mail(page).get_by_role("heading", name="Van een collega")).to_be_visible()
    edited.get_by_label("Titel").fill("Van ons beiden")
    expect(kept(page)).to_be_visible()
    assert fields_of(near, block)["title"] == "Van ons beiden"
    assert anna.complaints == []


def test_a_tip_leads_to_its_block_in_the_mail(anna: Desk) -> None:
    page, practice = anna.page, part(anna.page, 10)
    page.locator("#besluit").get_by_role("link", name="Ga erheen").first.click()

    expect(practice.locator("#bewerk")).to_be_visible()
    expect(page.locator(".blocks .is-now")).to_contain_text("De beginner leert de begeleider iets")


def test_two_who_write_for_one_side_lose_no_word(anna: Desk, near: Services) -> None:
    page = anna.page
    page.get_by_text("Eigen onderwerp of voorproefje per kant").click()
    seen, heads = own_heads_mark({}), {Audience.SCHOOL: Head("Van Bas", "")}
    by_bas = partial(set_own_heads, near.db, 1, heads, seen=seen, now=near.clock(), by=2)
    with overtaken(page, "**/kop/kanten?*", by=by_bas):
        page.get_by_label("Onderwerp voor scholen").fill("Van Anna")

    expect(page.get_by_role("heading", name="Iemand anders bewaarde net iets")).to_be_focused()
    expect(page.get_by_label("Onderwerp voor scholen")).to_have_value("Van Anna")
    page.get_by_role("link", name="Open de editie opnieuw").click()
    expect(page.get_by_label("Onderwerp voor scholen")).to_have_value("Van Bas")


def test_what_is_done_to_a_block_waits_until_its_words_are_kept(anna: Desk, near: Services) -> None:
    page, edited, block = anna.page, part(anna.page, 1), order(near)[1]
    edited.click()
    edited.get_by_label("Titel").fill("Snel, en dan indienen")
    page.get_by_label("Bericht aan je eindredacteur").fill("Kijk naar de titel.")
    page.get_by_role("button", name="Dien in ter beoordeling").first.click()

    expect(page.get_by_text("Een eindredacteur bekijkt deze editie.")).to_be_visible()
    expect(page.get_by_text("Kijk naar de titel.").first).to_be_visible()
    assert fields_of(near, block)["title"] == "Snel, en dan indienen"


def test_the_head_is_kept_by_itself_too(anna: Desk) -> None:
    page = anna.page
    page.locator("#subject").fill("Vier data voor je agenda")
    page.get_by_text("Titel, datum en moment").click()
    page.locator("#title").fill("Naast elkaar")

    expect(page.get_by_role("heading", name="Naast elkaar", exact=True)).to_be_visible()
    expect(kept(page)).to_be_visible()
    page.reload()
    expect(page.locator("#subject")).to_have_value("Vier data voor je agenda")


def test_without_a_script_the_form_stands_at_its_block_in_the_list(
    browser: Browser, base: str, near: Services
) -> None:
    anna = Desk(browser.new_context(java_script_enabled=False).new_page(), base)
    page = anna.page
    make_draft(near)
    anna.enter(near, "anna@example.org")
    anna.go("/redactie/edities/1")

    page.locator(".blocks > li > a").nth(1).click()
    form = page.locator(".blocks > li").nth(1).locator("#bewerk")
    form.get_by_label("Titel").fill("Zonder script")
    form.get_by_role("button", name="Bewaar dit blok").click()
    expect(page.locator(".blocks > li > a").nth(1)).to_contain_text("Zonder script")

    assert fields_of(near, order(near)[1])["title"] == "Zonder script"
    form.get_by_role("button", name="Omhoog").click()
    expect(page.locator(".blocks > li").nth(0).locator("#bewerk")).to_be_visible()


def write_free_text(page: Page, words: str) -> Locator:
    """Put in a block of free text after the introduction, and write these words."""
    opening = part(page, 0)
    opening.hover()
    opening.get_by_role("button", name="Blok hier").click()
    opening.get_by_role("button", name="Vrije tekst").click()
    text = page.locator("#blok-text")
    expect(page.locator("#blok-title")).to_be_focused()
    text.fill(words)
    return text


def test_buttons_put_the_signs_of_markup_and_take_them_away(anna: Desk) -> None:
    page = anna.page
    text = write_free_text(page, "Samen opleiden")
    bar = page.get_by_role("group", name="Opmaak van de tekst")

    text.evaluate("(field) => field.setSelectionRange(0, 5)")
    bar.get_by_role("button", name="Vet").press("Enter")
    expect(text).to_have_value("**Samen** opleiden")
    expect(the_mail(page).locator("strong", has_text="Samen").first).to_be_visible()
    text.press("Control+b")
    expect(text).to_have_value("Samen opleiden")
    text.press("Control+i")
    expect(text).to_have_value("*Samen* opleiden")
    text.press("Control+z")
    expect(text).to_have_value("Samen opleiden")
    text.press("End")
    text.press("Control+k")
    expect(text).to_have_value("Samen opleiden[woorden van de link](https://)")
    page.keyboard.type("https://example.org")
    expect(the_mail(page).get_by_role("link", name="woorden van de link")).to_be_visible()
    assert anna.complaints == []


def test_buttons_make_lists_and_headings_of_lines(anna: Desk) -> None:
    page = anna.page
    text = write_free_text(page, "Dit regel je nu\n\nEen penvoerder\nDe plaatsen")
    bar = page.get_by_role("group", name="Opmaak van de tekst")

    text.press("Control+Home")
    bar.get_by_role("button", name="Kop").click()
    text.press("Control+End")
    text.press("Shift+ArrowUp")
    bar.get_by_role("button", name="Lijst").click()

    expect(text).to_have_value("## Dit regel je nu\n\n- Een penvoerder\n- De plaatsen")
    expect(the_mail(page).get_by_role("heading", name="Dit regel je nu")).to_be_visible()
    expect(the_mail(page).get_by_role("listitem").filter(has_text="De plaatsen")).to_be_visible()
    anna.shoot("editie-opmaak")
    bar.get_by_role("button", name="Lijst").click()
    expect(text).to_have_value("## Dit regel je nu\n\nEen penvoerder\nDe plaatsen")


def test_hostile_words_are_words_in_the_mail_that_follows(anna: Desk) -> None:
    page = anna.page
    hostile = "<img src=x onerror=alert(1)>\n\n[x](javascript:alert(1)) <script>alert(1)</script>"
    write_free_text(page, hostile)

    expect(the_mail(page).get_by_text("<script>alert(1)</script>")).to_be_visible()
    expect(the_mail(page).locator("img[src=x], body script, a[href^=javascript]")).to_have_count(0)
    assert anna.complaints == []


def test_the_mail_is_shown_whole_as_on_a_phone_and_in_the_dark(anna: Desk) -> None:
    for name, told in (("lerarenopleiding", "kant"), ("telefoon", "scherm"), ("donker", "kleur")):
        anna.page.get_by_role("link", name=name, exact=True).click()
        expect(anna.page).to_have_url(re.compile(f"{told}={name}"))
    anna.settle()

    the_mail(anna.page).get_by_text("Steunpunt").first.wait_for()
    footer = the_mail(anna.page).get_by_text("Lees onze privacyverklaring").bounding_box()
    whole = anna.page.locator("iframe").bounding_box()
    assert footer
    assert whole
    assert footer["y"] + footer["height"] < whole["y"] + whole["height"]  # all of it, unscrolled
    assert anna.complaints == []
