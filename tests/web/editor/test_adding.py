"""An item of the editors' own, from the form to the draft."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from feeds.model import Item
from feeds.themes import add_default_themes
from feeds.values import ItemKind, ItemStatus
from newsletter.wiring import Services
from tests.web.desk import desk, fill, make_draft, make_item, make_source, post, seen
from tests.web.editor.test_selecting import PLACE, change, row

FORM = f"{PLACE}/nieuw"
EVENT = {"kind": "event", "title": "Regiobijeenkomst", "starts_on": "2027-06-11"}


def stored(services: Services, title: str) -> Item:
    with services.db.read() as session:
        return session.scalars(select(Item).where(Item.title == title)).one()


def is_there(services: Services, title: str) -> bool:
    with services.db.read() as session:
        return session.scalar(select(Item.id).where(Item.title == title)) is not None


def test_news_goes_into_the_draft_when_that_is_ticked(
    client: TestClient, services: Services
) -> None:
    fill(services)
    make_draft(services)
    add_default_themes(services.db)
    desk(client, services)
    fields = {
        "kind": "news",
        "title": "Zelf\ngehoord",
        "summary": "Twee zinnen.",
        "url": "https://example.org/zelf",
        "audience": "school",
        "themes": ["visie"],
        "take": "yes",
    }

    assert "Zet het meteen in editie 1" in client.get(FORM).text
    answer = post(client, FORM, fields)
    page = client.get(answer.headers["location"]).text

    item = stored(services, "Zelf gehoord")
    assert answer.headers["location"] == f"{PLACE}#b{item.id}"
    assert "‘Zelf gehoord’ is toegevoegd en staat in editie 1." in page
    assert "Toch niet" in row(page, item.id)
    assert (item.kind, item.url, item.themes, item.audiences, item.source_id) == (
        ItemKind.NEWS,
        "https://example.org/zelf",
        ["visie"],
        ["school"],
        None,
    )
    assert item.link_key != ""


@pytest.mark.parametrize(
    ("take", "status", "told"),
    [
        ("yes", ItemStatus.ACCEPTED, "is toegevoegd en gekozen voor de volgende editie."),
        ("", ItemStatus.NEW, "is toegevoegd en staat in de rij."),
    ],
)
def test_without_a_draft_it_waits(
    client: TestClient, services: Services, take: str, status: ItemStatus, told: str
) -> None:
    desk(client, services)

    answer = post(client, FORM, {"kind": "publication", "title": "Factsheet", "take": take})

    assert told in client.get(answer.headers["location"]).text
    assert stored(services, "Factsheet").status == status


@pytest.mark.parametrize(
    ("fields", "starts_at", "ends_at"),
    [
        ({"starts": "13:30", "ends": "16:00"}, (11, 11, 30), (11, 14, 0)),
        ({"starts": "13:30"}, (11, 11, 30), None),
        ({}, (10, 22, 0), (11, 22, 0)),
        ({"ends_on": "2027-06-12"}, (10, 22, 0), (12, 22, 0)),
        (
            {"starts": "13:30", "ends": "12:00", "ends_on": "2027-06-12"},
            (11, 11, 30),
            (12, 10, 0),
        ),
    ],
)
def test_an_event_is_when_the_form_says(
    client: TestClient,
    services: Services,
    fields: dict[str, str],
    starts_at: tuple[int, int, int],
    ends_at: tuple[int, int, int] | None,
) -> None:
    desk(client, services)

    answer = post(client, FORM, {**EVENT, "location": "Nijmegen", **fields})

    item = stored(services, "Regiobijeenkomst")
    assert answer.status_code == 303
    assert item.starts_at == datetime(2027, 6, *starts_at, tzinfo=UTC)
    assert item.ends_at == (datetime(2027, 6, *ends_at, tzinfo=UTC) if ends_at else None)
    assert (item.all_day, item.location) == ("starts" not in fields, "Nijmegen")


@pytest.mark.parametrize(
    ("fields", "name", "sentence"),
    [
        ({"kind": "news", "title": " "}, "title", "Geef het een titel."),
        (
            {"kind": "news", "title": "T", "url": "javascript:alert(1)"},
            "url",
            "Dit is geen webadres. Begin met https://.",
        ),
        ({**EVENT, "starts_on": ""}, "starts_on", "Vul een datum in, zoals 28-05-2027."),
        ({**EVENT, "starts": "25:00"}, "starts", "Vul een tijd in, zoals 13.30."),
        ({**EVENT, "ends": "16:00"}, "starts", "Vul ook in hoe laat het begint."),
        (
            {**EVENT, "starts": "16:00", "ends": "13:00"},
            "ends",
            "Het einde ligt voor het begin.",
        ),
        ({**EVENT, "ends_on": "2027-06-10"}, "ends_on", "Het einde ligt voor het begin."),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(
    client: TestClient, services: Services, fields: dict[str, str], name: str, sentence: str
) -> None:
    desk(client, services)

    answer = post(client, FORM, {"summary": "Wat ik al schreef", "take": "yes", **fields})

    assert answer.status_code == 422
    assert f'<span class="error" id="{name}-error">{sentence}</span>' in answer.text
    assert f'<a href="#{name}">{sentence}</a>' in answer.text
    assert "Wat ik al schreef" in answer.text
    assert not is_there(services, fields["title"])


def test_what_we_added_can_be_changed_and_the_draft_with_it(
    client: TestClient, services: Services
) -> None:
    fill(services)
    edition = make_draft(services)
    desk(client, services)
    post(client, FORM, {**EVENT, "starts": "13:30", "ends": "16:00", "take": "yes"})
    item = stored(services, "Regiobijeenkomst")
    form = f"{PLACE}/{item.id}/wijzig"

    shown = client.get(form).text
    wrong = post(client, form, {"title": "", "starts_on": "2027-06-11"})
    changed = {"title": "Regiodag", "starts_on": "2027-06-18", "location": "Ede"}
    changed["seen"] = seen(client, form)
    answer = post(client, form, changed)

    for value in ("Regiobijeenkomst", "2027-06-11", "13:30", "16:00"):
        assert f'value="{value}"' in shown
    assert (wrong.status_code, answer.status_code) == (422, 303)
    assert "Geef het een titel." in wrong.text
    assert "Bewaard, ook in editie 1." in client.get(answer.headers["location"]).text
    assert (stored(services, "Regiodag").all_day, is_there(services, "Regiobijeenkomst")) == (
        True,
        False,
    )
    late = post(client, form, {**changed, "title": "Regioavond"})
    assert late.status_code == 409
    assert "Zoals het er nu staat" in late.text
    assert 'value="Regioavond"' in late.text
    assert "<strong>Regiodag</strong>" in late.text
    assert is_there(services, "Regiodag")
    mail = client.get(f"/redactie/edities/{edition}/voorbeeld?kant=overig").text
    assert "Regiodag" in mail
    assert "Regiobijeenkomst" not in mail


def test_what_a_source_gave_is_not_changed_but_rewritten(
    client: TestClient, services: Services
) -> None:
    make_source(services)
    item = make_item(services, "Van een bron")
    example = make_item(services, "Praktijkvoorbeeld", kind=ItemKind.PRACTICE)
    change(services, item, source_id=1)
    desk(client, services)

    for item_id in (item, example, 99):
        assert client.get(f"{PLACE}/{item_id}/wijzig").status_code == 404
        assert post(client, f"{PLACE}/{item_id}/wijzig", {"title": "Anders"}).status_code == 404


def test_a_form_that_is_not_ours_is_no_page(client: TestClient, services: Services) -> None:
    desk(client, services)

    for fields in (
        {"kind": "practice", "title": "Voorbeeld"},
        {"kind": "news", "title": "Bericht", "themes": "bestaat-niet"},
    ):
        assert post(client, FORM, fields).status_code == 404
        assert not is_there(services, fields["title"])
