"""The findings at the desk: where each is, how to mend it, and the way there."""

import re
from dataclasses import replace
from datetime import timedelta

from starlette.testclient import TestClient

from feeds.values import LinkOutcome, Sight
from newsletter.approve.waive import finding_mark
from newsletter.model import Block
from newsletter.store.looks import save_sights
from newsletter.values import Finding, Level
from newsletter.wiring import Services
from tests.web.desk import add_block, advance, begin, block_mark, edition_path, post, step
from web.editor.preflight import Noted, Ways, noted_by_level
from web.forms import moment_value

URL = "https://example.org/een"
BLOCKS = [
    Block(id=7, kind="article", fields={"title": "Een dag meelopen", "url": URL}),
    Block(id=8, kind="event", fields={"title": "Congres", "starts_at": "2027-06-03T09:30+02:00"}),
]
WRITING = Ways(to_block=lambda one: f"/e?blok={one}", to_head="/e", may_edit=True)
READING = Ways(to_block=lambda one: f"/e?blok={one}", to_head="/e", may_edit=False)


def ways_to(finding: Finding) -> list[tuple[str, str]]:
    """Return the place and the address while writing, then while reading."""
    shown = [noted_by_level([finding], BLOCKS, ways)["warning"] for ways in (WRITING, READING)]
    return [(one.place, one.address) for (one,) in shown]


def finding(where: str, field: str = "") -> Finding:
    return Finding("x.y", Level.WARNING, "Dit klopt niet.", where, mend="Pas aan.", field=field)


def test_a_finding_leads_to_its_field_while_the_edition_can_be_changed() -> None:
    article = "Nieuwsbericht “Een dag meelopen”"

    assert ways_to(finding("block 7", "teaser")) == [
        (article, "/e?blok=7#blok-teaser"),
        (article, "/e?blok=7#bewerk"),
    ]
    assert ways_to(finding("subject")) == [("Onderwerp", "/e#subject"), ("Onderwerp", "")]


def test_a_field_without_a_form_leads_to_its_block() -> None:
    congress = ("Bijeenkomst “Congres”", "/e?blok=8#bewerk")

    assert ways_to(finding("block 8", "register_by")) == [congress, congress]


def test_a_link_leads_to_the_block_that_holds_it() -> None:
    article = "Nieuwsbericht “Een dag meelopen”"

    assert ways_to(finding(URL))[0] == (article, "/e?blok=7#blok-url")
    assert ways_to(finding(URL, "link_text"))[0] == (article, "/e?blok=7#blok-link_text")
    assert ways_to(finding("https://example.org/elders"))[0] == ("", "")


def test_a_link_in_a_programme_leads_to_the_page_of_the_programme() -> None:
    programme = [{"time": "9.30", "title": "Opening", "url": URL}]
    block = Block(id=9, kind="congress", fields={"title": "Congres", "programme": programme})
    ways = replace(WRITING, to_occasion=lambda one: f"/e/{one}/bijeenkomst")

    ((one,),) = [noted_by_level([finding(URL)], [block], ways)["warning"]]

    assert one.address == "/e/9/bijeenkomst#programme"
    assert one.place == "Groot evenement “Congres”"


def test_a_link_is_found_as_the_mail_writes_it() -> None:
    block = Block(id=7, kind="article", fields={"title": "T", "url": 'https://een.nl/a"b'})

    found = noted_by_level([finding("https://een.nl/a%22b")], [block], WRITING)["warning"]

    assert [one.address for one in found] == ["/e?blok=7#blok-url"]


def test_what_is_wrong_with_the_sender_leads_an_administrator_to_it() -> None:
    administrator = replace(WRITING, to_sender="/redactie/instellingen/organisatie#sender_address")
    found = finding("settings sender")
    shown = [noted_by_level([found], BLOCKS, one)["warning"] for one in (WRITING, administrator)]

    assert [(one.place, one.address) for (one,) in shown] == [
        ("Afzender", ""),
        ("Afzender", "/redactie/instellingen/organisatie#sender_address"),
    ]


def test_every_level_is_there() -> None:
    found = finding("")

    assert noted_by_level([found], BLOCKS, WRITING) == {
        "error": [],
        "warning": [Noted(found, "", "")],
        "info": [],
    }


def test_the_page_shows_place_and_mend_and_leads_there(editor: TestClient, near: Services) -> None:
    edition = begin(editor)
    head = {"title": "T", "subject": "Drie", "dated_on": "2027-04-22", "planned_at": ""}

    page = step(editor, near, edition, "/kop", preheader="", **head)

    assert "Schrijf in een zin wat erin staat." in page
    assert f'href="{edition_path(edition)}?kant=school&amp;scherm=computer' in page
    assert "#preheader" in page


def test_a_tip_is_let_pass_with_a_reason_and_shown_again(
    editor: TestClient, near: Services
) -> None:
    edition = begin(editor)
    head = {"title": "T", "subject": "Drie", "dated_on": "2027-04-22", "planned_at": ""}
    advance(editor, near, edition, "/kop", preheader="", **head)
    mark = finding_mark(Finding("head.preheader", Level.WARNING, "", "preheader"))
    tip = "Schrijf in een zin wat erin staat."

    silent = post(editor, edition_path(edition, "/bevindingen/laat"), {"mark": mark, "why": " "})
    passed = step(editor, near, edition, "/bevindingen/laat", mark=mark, why="Het is een proef.")
    shown = step(editor, near, edition, "/bevindingen/toon", mark=mark)
    unknown = post(editor, edition_path(edition, "/bevindingen/laat"), {"mark": "x", "why": "Ja."})

    assert (silent.status_code, unknown.status_code) == (422, 409)
    assert "Schrijf erbij waarom het zo mag." in silent.text
    assert "‘Het is een proef.’ Editor, " in passed
    assert tip not in passed
    assert tip in shown
    assert "Toch weer tonen" not in shown


def test_a_link_that_moved_or_follows_readers_is_mended_with_one_button(
    editor: TestClient, near: Services
) -> None:
    edition = begin(editor)
    block = add_block(editor, near, edition)
    old, new = "https://nieuws.steunpunt.nl/oud", "https://nieuws.steunpunt.nl/nieuw"
    follows = f"{old}?utm_source=brief"
    with near.db.write() as session:
        moved = Sight(LinkOutcome.MOVED, 200, new)
        save_sights(session, {old: moved, follows: Sight(LinkOutcome.FINE)}, now=near.clock())
    words = {"kind": "article", "title": "Een bericht", "link_text": "Lees dat"}
    seen = block_mark(near, int(block))
    followed = step(editor, near, edition, f"/blokken/{block}", seen=seen, url=follows, **words)

    found = near.preflight(edition, now=near.clock())
    marks = {one.rule: finding_mark(one) for one in found}
    without = step(editor, near, edition, "/bevindingen/adres", mark=marks["links.tracking"])
    found = near.preflight(edition, now=near.clock())
    marks = {one.rule: finding_mark(one) for one in found}
    mended = step(editor, near, edition, "/bevindingen/adres", mark=marks["links.moved"])

    assert "Haal volgcodes weg" in followed
    assert "Haal volgcodes weg" not in without
    assert "Neem het nieuwe adres over" in without
    assert "Neem het nieuwe adres over" not in mended
    assert f'value="{new}"' in editor.get(f"{edition_path(edition)}?blok={block}").text
    gone = post(editor, edition_path(edition, "/bevindingen/adres"), {"mark": "x"})
    assert gone.status_code == 409


def test_the_date_on_an_edition_is_set_to_the_day_it_goes_out_with_one_button(
    editor: TestClient, near: Services
) -> None:
    edition = begin(editor)
    planned = moment_value(near.clock() + timedelta(days=9))
    head = {"title": "T", "subject": "Drie", "preheader": "Vier", "planned_at": planned}
    told = "De editie draagt de datum donderdag 22 april, maar gaat donderdag 29 april uit."

    otherwise = step(editor, near, edition, "/kop", dated_on="2027-04-22", **head)
    set_right = step(editor, near, edition, "/bevindingen/datum")
    undo = re.search(r'action="([^"]+/ongedaan[^"]*)"', set_right)
    moved = step(
        editor,
        near,
        edition,
        "/kop",
        dated_on="2027-04-29",
        **{**head, "planned_at": moment_value(near.clock() + timedelta(days=10))},
    )
    chosen = step(editor, near, edition, "/kop", dated_on="2027-05-03", **head)

    assert told in otherwise
    assert "Zet de datum goed" in otherwise
    assert "De datum op de editie is nu donderdag 29 april." in set_right
    assert told not in set_right
    assert undo
    assert 'value="2027-04-30"' in moved
    assert "draagt de datum maandag 3 mei, maar gaat donderdag 29 april uit." in chosen


def test_a_date_without_a_moment_is_held_beside_today(editor: TestClient, near: Services) -> None:
    edition = begin(editor)
    head = {"title": "T", "subject": "Drie", "preheader": "Vier", "planned_at": ""}

    ahead = step(editor, near, edition, "/kop", dated_on="2027-05-06", **head)
    today = step(editor, near, edition, "/bevindingen/datum")

    assert "draagt de datum donderdag 6 mei, maar heeft geen moment waarop ze uitgaat." in ahead
    assert "draagt de datum" not in today
