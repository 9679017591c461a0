"""What came in: taking, leaving, refusing, and undoing it."""

from datetime import timedelta

from starlette.testclient import TestClient

from feeds.values import ItemKind
from newsletter.wiring import Services
from tests.web.desk import (
    desk,
    edition_path,
    fill,
    make_draft,
    make_item,
    make_source,
    post,
    version,
)


def take(client: TestClient, services: Services, item: int, edition: int) -> None:
    fields = {"edition": edition, "version": version(services, edition)}
    answer = post(client, f"/redactie/berichten/{item}/opnemen", fields)
    assert answer.status_code == 303


def test_what_nobody_judged_stands_under_its_section(
    client: TestClient, services: Services
) -> None:
    fill(services)
    desk(client, services)

    page = client.get("/redactie/berichten").text

    assert page.index("Nieuws</h2>") < page.index("Nieuwe regels") < page.index("Agenda</h2>")
    assert "Masterclass kwaliteitszorg" in page
    assert "Begin een nieuwe editie" in page


def test_an_item_goes_into_the_draft_and_out_again(client: TestClient, services: Services) -> None:
    fill(services)
    edition = make_draft(services)
    item = make_item(services, "Laat binnengekomen")
    desk(client, services)

    take(client, services, item, edition)
    taken = client.get("/redactie/berichten").text
    block = taken.split(f"/redactie/berichten/{item}/toch-niet")[1].split('name="block" value="')[1]
    fields = {
        "edition": edition,
        "version": version(services, edition),
        "block": block.split('"')[0],
    }
    post(client, f"/redactie/berichten/{item}/toch-niet", fields)

    assert f"/redactie/berichten/{item}/opnemen" not in taken
    assert "Laat binnengekomen" in taken
    assert f"/redactie/berichten/{item}/opnemen" in client.get("/redactie/berichten").text


def test_a_refusal_can_be_undone_from_the_message(client: TestClient, services: Services) -> None:
    fill(services)
    item = make_item(services, "Studiedag opleiden in de school")
    desk(client, services)

    post(client, f"/redactie/berichten/{item}/weiger")
    after = client.get("/redactie/berichten").text
    refused = client.get("/redactie/berichten?stand=geweigerd").text
    post(client, f"/redactie/berichten/{item}/terug")

    assert "‘Studiedag opleiden in de school’ is geweigerd." in after
    assert f'action="/redactie/berichten/{item}/terug"' in after
    assert f"/redactie/berichten/{item}/weiger" not in after
    assert "Studiedag opleiden in de school" in refused
    assert f"/redactie/berichten/{item}/weiger" in client.get("/redactie/berichten").text


def test_what_an_edition_carries_does_not_stand_in_the_queue(
    client: TestClient, services: Services
) -> None:
    fill(services)
    edition = make_draft(services)
    desk(client, services)
    post(client, edition_path(edition, "/indienen"), {"version": 1})

    page = client.get("/redactie/berichten").text

    assert "Nieuwe regels voor samen opleiden" not in page


def test_a_long_section_has_pages(client: TestClient, services: Services) -> None:
    for number in range(23):
        make_item(services, f"Bericht {number:02}")
    desk(client, services)

    all_kinds = client.get("/redactie/berichten").text
    first = client.get("/redactie/berichten?soort=news").text
    second = client.get("/redactie/berichten?soort=news&bladzijde=2").text
    odd = client.get("/redactie/berichten?soort=news&bladzijde=nul")

    assert all_kinds.count("<article") == 6
    assert "Toon alles bij Nieuws" in all_kinds
    assert (first.count("<article"), second.count("<article")) == (20, 3)
    assert "Volgende" in first
    assert "Volgende" not in second
    assert odd.status_code == 200


def test_an_event_that_is_over_does_not_wait(client: TestClient, services: Services) -> None:
    make_item(
        services,
        "Voorbij",
        kind=ItemKind.EVENT,
        starts_at=services.clock() - timedelta(days=1),
    )
    desk(client, services)

    assert "Voorbij" not in client.get("/redactie/berichten").text


def test_our_own_words_stand_before_those_of_the_source(
    client: TestClient, services: Services
) -> None:
    item = make_item(services, "Publicatie rollen- en begrippenlijst beschikbaar")
    desk(client, services)

    answer = post(client, f"/redactie/berichten/{item}", {"title": "Wie doet wat?", "summary": ""})

    page = client.get(answer.headers["location"]).text
    assert "<h1>Wie doet wat?</h1>" in page
    assert "Publicatie rollen- en begrippenlijst beschikbaar" in page


def test_markup_in_a_title_is_shown_as_text(client: TestClient, services: Services) -> None:
    item = make_item(services, '<script>alert("x")</script>')
    desk(client, services)

    for path in ("/redactie/berichten", f"/redactie/berichten/{item}"):
        page = client.get(path).text
        assert "<script>alert" not in page
        assert "&lt;script&gt;" in page


def test_the_empty_page_says_what_comes_first(client: TestClient, services: Services) -> None:
    desk(client, services)
    without = client.get("/redactie/berichten").text
    make_source(services)

    assert "Nog geen bronnen" in without
    assert "Alles is gekozen of geweigerd" in client.get("/redactie/berichten").text
