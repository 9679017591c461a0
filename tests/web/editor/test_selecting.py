"""Choosing from what came in: what is listed, found, counted and marked."""

from datetime import timedelta

import pytest
from sqlalchemy import update
from starlette.testclient import TestClient

from feeds.model import Item, Sighting
from feeds.themes import add_default_themes
from feeds.values import ItemKind, ItemStatus
from newsletter.model import Edition
from newsletter.values import EditionStatus
from newsletter.wiring import Services
from tests.web.desk import desk, edition_path, fill, make_draft, make_item, make_source, post

PLACE = "/redactie/selecteren"
DAY = timedelta(days=1)


def change(services: Services, item_id: int, **columns: object) -> None:
    with services.db.write() as session:
        session.execute(update(Item).where(Item.id == item_id).values(**columns))


def row(page: str, item_id: int) -> str:
    """Return the part of the page that is about one item."""
    return page.split(f'id="b{item_id}"')[1].split("</article>", maxsplit=1)[0]


def see_at(services: Services, item_id: int, *source_ids: int) -> None:
    with services.db.write() as session:
        for hours, source_id in enumerate(source_ids):
            seen = services.clock() - DAY + timedelta(hours=hours)
            session.add(
                Sighting(item_id=item_id, source_id=source_id, key=f"{item_id}", first_seen_at=seen)
            )


def test_what_nobody_judged_stands_under_its_section(
    client: TestClient, services: Services
) -> None:
    fill(services)
    desk(client, services)

    page = client.get(PLACE).text

    assert page.index("Nieuws</h2>") < page.index("Nieuwe regels") < page.index("Agenda</h2>")
    assert "Masterclass kwaliteitszorg" in page
    assert "Begin een nieuwe editie" in page


def test_the_old_addresses_lead_on(client: TestClient, services: Services) -> None:
    item = make_item(services, "Laat binnengekomen")
    desk(client, services)

    listed = client.get("/redactie/berichten?soort=news&stand=geweigerd")
    one = client.get(f"/redactie/berichten/{item}")

    assert (listed.status_code, one.status_code) == (301, 301)
    assert listed.headers["location"] == f"{PLACE}?soort=news&stand=geweigerd"
    assert one.headers["location"] == f"{PLACE}?bericht={item}&open={item}"
    assert "Laat binnengekomen" in client.get(one.headers["location"]).text


def test_what_the_draft_carries_stands_on_top_and_is_counted_against_the_maximum(
    client: TestClient, services: Services
) -> None:
    fill(services)
    make_draft(services)
    make_item(services, "Laat binnengekomen")
    desk(client, services)

    page = client.get(PLACE).text

    assert page.index("Nieuwe regels voor samen opleiden") < page.index("Laat binnengekomen")
    assert "<strong>2 van 5</strong> gekozen, 1 nieuw" in page
    assert "<strong>1 van 5</strong> gekozen, 0 nieuw" in page
    assert "Maak de editie met deze 3" in page


def test_more_than_the_maximum_is_told_and_allowed(client: TestClient, services: Services) -> None:
    for number in range(6):
        item = make_item(services, f"Bericht {number}")
        change(services, item, status=ItemStatus.ACCEPTED)
    desk(client, services)

    page = client.get(PLACE).text

    assert "<strong>6 van 5</strong> gekozen" in page
    assert "Eén meer dan het maximum. Durf te focussen" in page


def test_reports_count_with_the_news_as_in_the_mail(client: TestClient, services: Services) -> None:
    for title, kind in (("Bericht", ItemKind.NEWS), ("Verslag", ItemKind.REPORT)):
        change(services, make_item(services, title, kind=kind), status=ItemStatus.ACCEPTED)
    desk(client, services)

    page = client.get(PLACE).text

    assert "<strong>2 van 5</strong> gekozen (verslagen meegeteld)" in page
    assert "<strong>2 van 5</strong> gekozen (nieuws meegeteld)" in page


def test_what_is_new_is_said_in_words_and_marked(client: TestClient, services: Services) -> None:
    fill(services)
    before = make_draft(services)
    with services.db.write() as session:
        session.get_one(Edition, before).status = EditionStatus.SENT
        session.get_one(Edition, before).created_at = services.clock() - DAY
    old = make_item(services, "Stond er al")
    change(services, old, first_seen_at=services.clock() - 3 * DAY)
    new = make_item(services, "Kwam erbij")
    desk(client, services)

    page = client.get(PLACE).text

    assert "<strong>1 nieuw</strong> sinds editie 1 is begonnen (gisteren om 10.00 uur)" in page
    assert 'Selecteren <span class="todo">1<span class="only-read"> (1 nieuw bericht)' in page
    assert ">nieuw</span>" in row(page, new)
    assert ">nieuw</span>" not in row(page, old)


def test_what_an_edition_carries_does_not_stand_in_the_queue(
    client: TestClient, services: Services
) -> None:
    fill(services)
    edition = make_draft(services)
    desk(client, services)
    post(client, edition_path(edition, "/indienen"), {"version": 1})

    assert "Nieuwe regels voor samen opleiden" not in client.get(PLACE).text


def test_a_long_section_has_pages(client: TestClient, services: Services) -> None:
    for number in range(23):
        make_item(services, f"Bericht {number:02}")
    desk(client, services)

    all_kinds = client.get(PLACE).text
    first = client.get(f"{PLACE}?soort=news").text
    second = client.get(f"{PLACE}?soort=news&bladzijde=2").text
    beyond = client.get(f"{PLACE}?soort=news&bladzijde=9").text
    odd = client.get(f"{PLACE}?soort=news&bladzijde=nul")

    assert all_kinds.count("<article") == 6
    assert "Toon alles bij Nieuws (23)" in all_kinds
    assert (first.count("<article"), second.count("<article")) == (20, 3)
    assert "Volgende" in first
    assert "Volgende" not in second
    assert beyond.count("<article") == 3
    assert odd.status_code == 200


def test_search_and_filters_stand_in_the_address_and_in_every_form(
    client: TestClient, services: Services
) -> None:
    add_default_themes(services.db)
    make_source(services, "NRO")
    sought = make_item(services, "Toets & toezicht", audiences=("school",))
    change(services, sought, themes=["visie"], source_id=1)
    make_item(services, "Toets voor iedereen")
    make_item(services, "Iets anders", audiences=("school",))
    desk(client, services)
    query = "soort=news&q=toets+nro&kant=school&thema=visie&bron=nro"

    page = client.get(f"{PLACE}?{query}").text

    assert page.count("<article") == 1
    assert "<strong>1 bericht</strong> gevonden met ‘toets nro’" in page
    assert f'action="{PLACE}/{sought}/weiger?{query.replace("&", "&amp;")}"' in page
    assert 'value="toets nro"' in page
    assert '<input type="hidden" name="soort" value="news">' in page
    for chosen in ("school", "visie", "nro"):
        assert f'<option value="{chosen}" selected>' in page
    assert "Niets gevonden" in client.get(f"{PLACE}?q=fiets").text


@pytest.mark.parametrize(
    ("stand", "columns"),
    [
        ("geparkeerd", {"status": ItemStatus.PARKED}),
        ("geweigerd", {"status": ItemStatus.REFUSED}),
        ("ouder", {"backlog": True}),
    ],
)
def test_each_stand_has_its_filter(
    client: TestClient, services: Services, stand: str, columns: dict[str, object]
) -> None:
    item = make_item(services, "Dit ene")
    change(services, item, **columns)
    desk(client, services)

    assert "Dit ene" not in client.get(PLACE).text
    page = client.get(f"{PLACE}?stand={stand}").text
    assert "Dit ene" in row(page, item)
    assert f'<option value="{stand}" selected>' in page


@pytest.mark.parametrize(
    "query", ["soort=raar", "stand=raar", "kant=raar", "thema=raar", "bron=raar", "bericht=99"]
)
def test_a_filter_that_makes_no_sense_is_no_page(
    client: TestClient, services: Services, query: str
) -> None:
    desk(client, services)

    assert client.get(f"{PLACE}?{query}").status_code == 404


def test_an_event_that_is_over_does_not_wait(client: TestClient, services: Services) -> None:
    make_item(services, "Voorbij", kind=ItemKind.EVENT, starts_at=services.clock() - DAY)
    desk(client, services)

    assert "Voorbij" not in client.get(PLACE).text


def test_marks_are_words(client: TestClient, services: Services) -> None:
    now = services.clock()
    changed, gone, moved, off = (
        make_item(services, title, kind=kind, starts_at=starts_at)
        for title, kind, starts_at in (
            ("Gewijzigd bericht", ItemKind.NEWS, None),
            ("Verdwenen bericht", ItemKind.NEWS, None),
            ("Verzette bijeenkomst", ItemKind.EVENT, now + 9 * DAY),
            ("Afgezegde bijeenkomst", ItemKind.EVENT, now + 9 * DAY),
        )
    )
    change(services, changed, changed_at=now - DAY, before={"title": "Eerste <b>titel</b>"})
    change(services, gone, missing_since=now - 3 * DAY, vanished_at=now - DAY)
    change(services, moved, moved_from=now + 7 * DAY, changed_at=now)
    change(services, off, cancelled=True)
    desk(client, services)

    page = client.get(PLACE).text

    assert "gewijzigd</span></summary>" in row(page, changed)
    assert "<dt>Titel</dt><dd>Eerste &lt;b&gt;titel&lt;/b&gt;</dd>" in row(page, changed)
    assert "niet meer bij de bron sinds 17 april" in row(page, gone)
    assert "verzet van 27 april" in row(page, moved)
    assert "afgezegd</span>" in row(page, off)
    assert "/weiger" in row(page, off)
    for nothing in ("/opnemen", "/parkeer"):
        assert nothing not in row(page, off)


def test_where_it_comes_from_is_one_click_away(client: TestClient, services: Services) -> None:
    for name in ("NRO", "VO-raad", "VELON"):
        make_source(services, name)
    item = make_item(services, "Onderzoeksagenda’s naast elkaar")
    change(services, item, source_id=1, author="De redactie")
    see_at(services, item, 1, 2, 3)
    desk(client, services)

    told = row(client.get(PLACE).text, item)

    assert "ook bij VO-raad en VELON" in told
    assert '<a href="/redactie/bronnen/nro">NRO</a> (eerst gisteren om 10.00 uur)' in told
    assert '<a href="/redactie/bronnen/vo-raad">VO-raad</a> (gisteren om 11.00 uur)' in told
    assert "Geschreven door De redactie, verschenen vandaag om 7.00 uur." in told
    assert '<a href="https://example.org/bericht/' in told


def test_the_words_of_one_item_open_in_the_list(client: TestClient, services: Services) -> None:
    add_default_themes(services.db)
    item = make_item(services, "Rollen- en begrippenlijst", audiences=("school",))
    other = make_item(services, "Ander bericht")
    change(
        services,
        item,
        own_title="Wie doet wat?",
        themes=["visie"],
        because={
            "visie": ["category", "Visie"],
            "kwaliteitszorg": ["text", "begrippenlijst"],
            "school": ["text", "scholen"],
        },
    )
    desk(client, services)

    page = client.get(f"{PLACE}?open={item}").text

    told = row(page, item)
    assert '<textarea class="area area-title"' in told
    assert ">Wie doet wat?</textarea>" in told
    assert "<p><strong>Rollen- en begrippenlijst</strong></p>" in told
    assert 'value="visie" checked>' in told
    assert "Voorstel, want de bron noemt ‘Visie’ als trefwoord." in told
    assert "Voorstel, want ‘begrippenlijst’ staat in de titel." in told
    assert "Voorstel: school, want ‘scholen’ staat in de tekst." in told
    assert told.count('type="checkbox"') == 30
    assert "<textarea" not in row(page, other)


def test_one_item_can_be_looked_at_whatever_its_stand(
    client: TestClient, services: Services
) -> None:
    fill(services)
    edition = make_draft(services)
    with services.db.write() as session:
        session.get_one(Edition, edition).status = EditionStatus.SENT
    withdrawn = make_item(services, "Ingetrokken", kind=ItemKind.PRACTICE)
    change(services, withdrawn, status=ItemStatus.WITHDRAWN)
    desk(client, services)

    sent = client.get(f"{PLACE}?bericht=1").text
    gone = client.get(f"{PLACE}?bericht={withdrawn}").text

    assert (sent.count("<article"), gone.count("<article")) == (1, 1)
    assert f'href="{edition_path(edition)}">Bekijk de editie' in row(sent, 1)
    assert "ingetrokken door de inzender" in row(gone, withdrawn)
    assert "<form" not in row(gone, withdrawn)


def test_the_words_of_one_item_alone_stand_open(client: TestClient, services: Services) -> None:
    item = make_item(services, "Dit ene")
    make_item(services, "Een ander")
    desk(client, services)

    page = client.get(f"{PLACE}?bericht={item}").text

    assert page.count("<article") == 1
    assert f'action="{PLACE}/{item}/tekst?bericht={item}"' in row(page, item)
    assert 'class="opener"' not in page


def test_markup_in_a_title_is_shown_as_text(client: TestClient, services: Services) -> None:
    item = make_item(services, '<script>alert("x")</script>')
    desk(client, services)

    for path in (PLACE, f"{PLACE}?open={item}", f"{PLACE}?q=<script>alert"):
        page = client.get(path).text
        assert "<script>alert" not in page
        assert "&lt;script&gt;" in page


def test_no_picture_of_a_source_is_loaded(client: TestClient, services: Services) -> None:
    item = make_item(services, "Met een plaatje")
    change(services, item, image_url="https://elders.example.org/plaatje.png")
    desk(client, services)

    page = client.get(f"{PLACE}?open={item}").text

    assert "Met een plaatje" in page
    assert "elders.example.org" not in page


def test_the_empty_page_says_what_comes_first(client: TestClient, services: Services) -> None:
    desk(client, services)
    without = client.get(PLACE).text
    make_source(services)

    assert "Nog geen bronnen" in without
    assert "Alles is gekozen of geweigerd" in client.get(PLACE).text
