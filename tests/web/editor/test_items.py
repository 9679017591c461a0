"""What editors do to one item: taking, parking, refusing, rewriting, and undoing it."""

import re
from datetime import UTC, datetime
from html import unescape

import pytest
from httpx import Response
from starlette.testclient import TestClient

from feeds.model import Item
from feeds.themes import add_default_themes
from feeds.values import ItemKind, ItemStatus
from newsletter.compose import draft
from newsletter.compose.marks import block_mark
from newsletter.store.editions import get_edition
from newsletter.wiring import Services
from tests.web.desk import desk, fill, make_draft, make_item, post, seen
from tests.web.editor.test_selecting import PLACE, change, row

OLD = datetime(2020, 1, 1, tzinfo=UTC)
UNDO = re.compile(r'<form method="post" action="([^"]+)">[^\n]*Maak ongedaan')


def act(
    client: TestClient, item: int, what: str, query: str = "", **fields: object
) -> tuple[str, str]:
    """Press a button of an item; return where that leads and what the page says then."""
    if what == "tekst":
        fields = {"seen": seen(client, f"{PLACE}?open={item}"), **fields}
    answer = post(client, f"{PLACE}/{item}/{what}{query}", fields)
    return follow(client, answer)


def follow(client: TestClient, answer: Response) -> tuple[str, str]:
    assert answer.status_code == 303, answer.text
    return answer.headers["location"], client.get(answer.headers["location"]).text


def undo(client: TestClient, page: str) -> tuple[str, str]:
    found = UNDO.search(page)
    assert found, "there is nothing to undo"
    return follow(client, post(client, unescape(found[1])))


def status(services: Services, item: int) -> str:
    with services.db.read() as session:
        return session.get_one(Item, item).status


def own_words(services: Services, item: int) -> tuple[str, str, list[str], list[str]]:
    with services.db.read() as session:
        found = session.get_one(Item, item)
        return found.own_title, found.own_summary, found.themes, found.audiences


def test_an_item_goes_into_the_draft_and_out_again(client: TestClient, services: Services) -> None:
    fill(services)
    make_draft(services)
    item = make_item(services, "Laat binnengekomen")
    desk(client, services)

    _, taken = act(client, item, "opnemen")
    _, left = act(client, item, "terug")

    assert "‘Laat binnengekomen’ staat in editie 1." in taken
    assert "item-in" in taken.split(f'id="b{item}"')[0].rsplit("<article", 1)[1]
    assert "<strong>3 van 5</strong> gekozen" in taken
    assert "‘Laat binnengekomen’ staat weer in de rij." in left
    assert f"/{item}/opnemen" in row(left, item)
    assert status(services, item) == ItemStatus.NEW


def test_without_a_draft_it_is_chosen_for_the_next(client: TestClient, services: Services) -> None:
    fill(services)
    item = make_item(services, "Laat binnengekomen")
    desk(client, services)

    _, taken = act(client, item, "opnemen")

    assert "‘Laat binnengekomen’ is gekozen voor de volgende editie." in taken
    assert "<strong>1 van 5</strong> gekozen" in taken
    assert status(services, item) == ItemStatus.ACCEPTED


@pytest.mark.parametrize(
    ("what", "told"), [("parkeer", "is geparkeerd"), ("weiger", "is geweigerd")]
)
def test_what_is_put_aside_can_be_undone_from_the_message(
    client: TestClient, services: Services, what: str, told: str
) -> None:
    item = make_item(services, "Studiedag opleiden in de school")
    desk(client, services)

    _, after = act(client, item, what)
    _, back = undo(client, after)

    assert f"‘Studiedag opleiden in de school’ {told}." in after
    assert f'id="b{item}"' not in after
    assert f"/{item}/{what}" in row(back, item)


@pytest.mark.parametrize("before", [ItemStatus.PARKED, ItemStatus.REFUSED])
@pytest.mark.parametrize("drafts", [0, 1])
def test_undoing_gives_back_what_it_was_before(
    client: TestClient, services: Services, before: ItemStatus, drafts: int
) -> None:
    fill(services)
    for _ in range(drafts):
        make_draft(services)
    item = make_item(services, "Was opzijgezet")
    change(services, item, status=before)
    desk(client, services)

    _, taken = act(client, item, "opnemen")
    assert status(services, item) == ItemStatus.ACCEPTED
    _, back = undo(client, taken)
    assert (status(services, item), f'id="b{item}"' in back) == (before, False)
    undo(client, back)
    assert status(services, item) == ItemStatus.ACCEPTED


def test_undoing_puts_a_block_back_where_it_stood(client: TestClient, services: Services) -> None:
    fill(services)
    make_draft(services)
    desk(client, services)
    order = re.compile(r'class="item item-in[^"]*" id="(b\d+)"')
    before = order.findall(client.get(PLACE).text)

    _, left = act(client, int(before[0].removeprefix("b")), "terug")
    _, back = undo(client, left)

    assert order.findall(left) == before[1:]
    assert order.findall(back) == before


def test_a_form_leads_back_to_what_was_looked_at(client: TestClient, services: Services) -> None:
    item, other = make_item(services, "Eerste bericht"), make_item(services, "Tweede bericht")
    desk(client, services)
    query = "?soort=news&q=bericht"

    where, page = act(client, item, "weiger", query, na=other)
    back, _ = undo(client, page)
    odd, _ = act(client, item, "weiger", query, na="//elders.example.org")

    assert where == f"{PLACE}{query}#b{other}"
    assert back == f"{PLACE}{query}#b{item}"
    assert odd == f"{PLACE}{query}#b{item}"


def test_what_was_called_off_or_withdrawn_cannot_be_taken(
    client: TestClient, services: Services
) -> None:
    starts_at = services.clock()
    off = make_item(services, "Afgezegd", kind=ItemKind.EVENT, starts_at=starts_at)
    gone = make_item(services, "Ingetrokken", kind=ItemKind.PRACTICE)
    change(services, off, cancelled=True)
    change(services, gone, status=ItemStatus.WITHDRAWN)
    desk(client, services)

    answers = [
        post(client, f"{PLACE}/{off}/opnemen"),
        post(client, f"{PLACE}/{gone}/opnemen"),
        post(client, f"{PLACE}/{gone}/terug"),
        post(client, f"{PLACE}/{gone}/tekst", {"title": "Toch"}),
    ]

    assert [one.status_code for one in answers] == [409] * 4
    assert "Dit kan bij dit bericht niet" in answers[0].text
    assert f'href="{PLACE}">Open Selecteren opnieuw' in answers[0].text
    assert (status(services, off), status(services, gone)) == ("new", "withdrawn")


def test_an_item_or_stand_that_does_not_exist_is_no_page(
    client: TestClient, services: Services
) -> None:
    item = make_item(services, "Er is er maar een")
    desk(client, services)

    for path in ("99/weiger", "99/opnemen", "99/tekst", f"{item}/terug?naar=withdrawn"):
        assert (path, post(client, f"{PLACE}/{path}").status_code) == (path, 404)
    assert status(services, item) == ItemStatus.NEW


def test_own_words_themes_and_side_are_kept(client: TestClient, services: Services) -> None:
    add_default_themes(services.db)
    item = make_item(services, "Publicatie rollen- en begrippenlijst beschikbaar")
    desk(client, services)
    words = {"title": "Wie doet\nwat?", "summary": "Kort.", "audience": "school"}

    where, page = act(
        client, item, "tekst", "?q=rollen", **words, themes=["visie", "kwaliteitszorg"]
    )

    assert where == f"{PLACE}?q=rollen#b{item}"
    assert "Bewaard." in page
    assert "Wie doet wat?" in row(page, item)
    assert own_words(services, item) == (
        "Wie doet wat?",
        "Kort.",
        ["visie", "kwaliteitszorg"],
        ["school"],
    )


def test_the_sources_words_come_back_by_the_button(client: TestClient, services: Services) -> None:
    item = make_item(services, "Zoals de bron het zei")
    change(services, item, own_title="Van ons", own_summary="Ook van ons")
    desk(client, services)

    act(client, item, "tekst", title="Half", summary="getypt", words="source")

    assert own_words(services, item) == ("", "", [], [])


def test_other_words_can_be_undone(client: TestClient, services: Services) -> None:
    add_default_themes(services.db)
    item = make_item(services, "Zoals de bron het zei", audiences=("lerarenopleiding",))
    change(services, item, own_title="Van ons & jou", own_summary="Ook\nvan ons", themes=["visie"])
    desk(client, services)
    before = own_words(services, item)

    _, after = act(client, item, "tekst", "?soort=news", words="source", audience="school")
    where, back = undo(client, after)
    restored = own_words(services, item)
    undo(client, back)

    assert (where, restored) == (f"{PLACE}?soort=news#b{item}", before)
    assert own_words(services, item) == ("", "", [], ["school"])


def test_very_long_words_are_replaced_without_an_undo(
    client: TestClient, services: Services
) -> None:
    item = make_item(services, "Zoals de bron het zei")
    change(services, item, own_summary="é" * 1000)
    desk(client, services)

    _, after = act(client, item, "tekst", title="Kort", summary="Kort")

    assert "Bewaard." in after
    assert not UNDO.search(after)


def test_for_both_sides_stays_said_as_it_was(client: TestClient, services: Services) -> None:
    sides = ("school", "lerarenopleiding")
    item = make_item(services, "Voor beide", audiences=sides)
    desk(client, services)

    act(client, item, "tekst", title="Nog steeds", audience="")

    assert own_words(services, item)[3] == list(sides)


def test_words_that_are_too_long_come_back_with_a_sentence(
    client: TestClient, services: Services
) -> None:
    add_default_themes(services.db)
    item = make_item(services, "Kort")
    desk(client, services)
    fields = {
        "title": "lang " * 100,
        "summary": "Getypt",
        "themes": ["visie"],
        "audience": "school",
    }

    answer = post(client, f"{PLACE}/{item}/tekst?soort=news", fields)

    told = row(answer.text, item)
    assert answer.status_code == 422
    assert "Dit is te lang: 499 tekens. Maak er hoogstens 300 van." in told
    assert f"{fields['title']}".strip() in told
    assert ">Getypt</textarea>" in told
    assert 'value="visie" checked>' in told
    assert 'value="school" checked>' in told
    assert own_words(services, item) == ("", "", [], [])


def test_who_saves_second_sees_both_texts_and_loses_nothing(
    client: TestClient, services: Services
) -> None:
    add_default_themes(services.db)
    item = make_item(services, "Zoals de bron het zei")
    desk(client, services)
    opened = seen(client, f"{PLACE}?open={item}")
    act(client, item, "tekst", title="Van Anna", summary="Anna schreef dit.", themes=["visie"])
    fields = {"title": "Van Bas", "summary": "Bas schreef dit.", "audience": "school"}

    answer = post(client, f"{PLACE}/{item}/tekst?soort=news", {**fields, "seen": opened})

    told = row(answer.text, item)
    assert answer.status_code == 409
    assert "Dit is intussen gewijzigd door een collega of door de bron." in told
    assert ">Van Bas</textarea>" in told
    assert ">Bas schreef dit.</textarea>" in told
    assert 'value="school" checked>' in told
    assert "Zoals het er nu staat" in told
    assert "<p><strong>Van Anna</strong></p>" in told
    assert "Anna schreef dit." in told
    assert own_words(services, item)[0] == "Van Anna"

    mark = re.search(r'name="seen" value="([^"]+)"', told)
    assert mark
    again = post(client, f"{PLACE}/{item}/tekst?soort=news", {**fields, "seen": mark[1]})
    assert again.headers["location"] == f"{PLACE}?soort=news#b{item}"
    assert own_words(services, item) == ("Van Bas", "Bas schreef dit.", [], ["school"])


def test_the_button_pressed_twice_saves_once(client: TestClient, services: Services) -> None:
    item = make_item(services, "Zoals de bron het zei")
    desk(client, services)
    fields = {"title": "Van Anna", "summary": "", "seen": seen(client, f"{PLACE}?open={item}")}

    for _ in range(2):
        answer = post(client, f"{PLACE}/{item}/tekst", fields)
        assert answer.status_code == 303
    assert own_words(services, item)[0] == "Van Anna"


def test_what_was_changed_again_is_not_undone(client: TestClient, services: Services) -> None:
    item = make_item(services, "Zoals de bron het zei")
    desk(client, services)
    _, first = act(client, item, "tekst", title="Van Anna")
    act(client, item, "tekst", title="Van Bas")

    _, page = undo(client, first)

    assert "Ongedaan maken kan niet meer" in page
    assert own_words(services, item)[0] == "Van Bas"


@pytest.mark.parametrize("columns", [{"status": ItemStatus.REFUSED}, {"first_seen_at": OLD}])
def test_what_was_typed_about_an_item_that_left_the_page_is_not_lost(
    client: TestClient, services: Services, columns: dict[str, object]
) -> None:
    item = make_item(services, "Wordt ingehaald")
    desk(client, services)
    opened = seen(client, f"{PLACE}?open={item}")
    for number in range(7):
        make_item(services, f"Nieuwer {number}")
    change(services, item, published_at=None, **columns)
    fields = {"title": "lang " * 100, "summary": "Getypt", "seen": opened}

    answer = post(client, f"{PLACE}/{item}/tekst", fields)

    assert answer.status_code == 422
    assert ">Getypt</textarea>" in row(answer.text, item)


def test_the_draft_says_the_same_unless_somebody_wrote_in_it(
    client: TestClient, services: Services
) -> None:
    fill(services)
    edition = make_draft(services)
    desk(client, services)

    _, same = act(client, 1, "tekst", title="Wie doet wat?", summary="Kort.")
    mail = client.get(f"/redactie/edities/{edition}/voorbeeld?kant=overig").text
    with services.db.read() as session:
        block = get_edition(session, edition, with_blocks=True).blocks[1]
    draft.rewrite_block(
        services.db,
        edition,
        block.id,
        seen=block_mark(block),
        fields={"title": "In het concept bedacht"},
        now=services.clock(),
        by=None,
    )
    _, other = act(client, block.item_id or 0, "tekst", title="Nog anders", summary="Kort.")
    mail_later = client.get(f"/redactie/edities/{edition}/voorbeeld?kant=overig").text

    assert "Bewaard, ook in editie 1." in same
    assert "Wie doet wat?" in mail
    assert "staat een tekst die daar is geschreven; die blijft staan." in other
    assert "In het concept bedacht" in mail_later
