"""Lists of partnerships and organisations at the desk: looked at first, then brought in."""

import re
from html import unescape

import pytest
from httpx import Response
from sqlalchemy import select
from starlette.testclient import TestClient

from newsletter.values import Role
from newsletter.wiring import Services
from subscribers.model import Organisation, Partnership
from subscribers.values import Audience
from tests.web.desk import desk, make_member, make_partnership, post, token

PAGE = "/redactie/opleidingsscholen/inlezen"
LIST = "naam;regio;fase\nDe Meander;Gelderland;erkend\nHunze;Oost;\n<b>;Drenthe;\n"


@pytest.fixture
def admin(client: TestClient, services: Services) -> TestClient:
    return desk(client, services, Role.ADMINISTRATOR)


def upload(admin: TestClient, document: str | bytes, kind: str = "opleidingsscholen") -> Response:
    answer: Response = admin.post(
        PAGE,
        data={"csrf": token(admin), "soort": kind},
        files={"bestand": ("lijst.csv", document, "text/csv")},
    )
    return answer


def confirm(admin: TestClient, page: str, **changed: str) -> Response:
    """Send the form of the page that judged, as a browser would."""
    found = {
        name: unescape(value)
        for name, value in re.findall(r'name="(soort|lijst)" value="([^"]*)"', page)
    }
    return post(admin, f"{PAGE}/bewaar", {**found, **changed})


def names(services: Services) -> list[str]:
    with services.db.read() as session:
        return list(session.scalars(select(Partnership.name).order_by(Partnership.name)))


def test_a_list_is_judged_by_line_and_nothing_changes(
    admin: TestClient, services: Services
) -> None:
    page = upload(admin, LIST).text

    assert "3 regels met opleidingsscholen" in page
    assert "Lees 2 regels in" in page
    assert "<strong>Nieuw:</strong> De Meander; &lt;b&gt;.</p>" in page
    assert "Regel 3" in page
    assert "Dit is geen provincie. Kies er een, zoals Gelderland.</td>" in page
    assert "<b>" not in page.split("<main")[1]
    assert names(services) == []


def test_what_was_judged_comes_in_at_a_second_word(admin: TestClient, services: Services) -> None:
    answer = confirm(admin, upload(admin, LIST).text)

    assert answer.headers["location"] == "/redactie/opleidingsscholen"
    assert names(services) == ["<b>", "De Meander"]
    told = "Ingelezen: 2 nieuw, 0 bijgewerkt, 0 gelijk. 1 regel kon niet."
    assert told in admin.get("/redactie/opleidingsscholen").text
    again = upload(admin, LIST).text
    assert "regels in</button>" not in again
    assert ">Terug</a>" in again


def test_organisations_come_in_for_partnerships_that_are_known(
    admin: TestClient, services: Services
) -> None:
    make_partnership(services, "De Meander")
    text = "naam;kant;opleidingsscholen\nLyceum;school;De Meander\nCollege;school;Nergens\n"

    page = upload(admin, text, "organisaties").text
    answer = confirm(admin, page)

    assert "Deze opleidingsschool bestaat niet." in page
    assert answer.headers["location"] == "/redactie/organisaties"
    with services.db.read() as session:
        assert session.scalars(select(Organisation.name)).all() == ["Lyceum"]


@pytest.mark.parametrize(
    ("document", "kind", "field", "says"),
    [
        ("", "opleidingsscholen", "bestand", "Kies eerst een bestand."),
        (LIST, "", "soort", "Kies wat er in het bestand staat."),
        ("x;y\n1;2\n", "organisaties", "bestand", "Dit kunnen we niet lezen als lijst."),
        (b"\x00\xff" * 400, "organisaties", "bestand", "Dit kunnen we niet lezen als lijst."),
        (b"%PDF-1.7", "organisaties", "bestand", "Dit is een pdf."),
        ("email;naam\na@example.org;A\n", "organisaties", "bestand", "Dit is zo te zien een lijst"),
        ("naam\n" + "x" * 700_000, "organisaties", "bestand", "Dit bestand is te groot"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    admin: TestClient, document: str | bytes, kind: str, field: str, says: str
) -> None:
    answer = upload(admin, document, kind)

    assert answer.status_code == 422
    assert f'id="{field}-error">{says}' in answer.text


@pytest.mark.parametrize("sent", ["geen base64", "AAAA", "é"])
def test_a_form_that_is_not_ours_brings_nothing(
    admin: TestClient, services: Services, sent: str
) -> None:
    answer = post(admin, f"{PAGE}/bewaar", {"soort": "opleidingsscholen", "lijst": sent})

    assert answer.status_code == 422
    assert names(services) == []


def test_the_list_of_organisations_leads_on_to_a_file_of_them(
    admin: TestClient, services: Services
) -> None:
    make_member(services, "Lyceum", Audience.SCHOOL)
    link = f"{PAGE}?soort=organisaties"

    assert f'<a href="{link}">lees een lijst in</a>' in admin.get("/redactie/organisaties").text
    assert 'value="organisaties" checked>' in admin.get(link).text


def test_only_the_administrator_brings_lists_in(client: TestClient, services: Services) -> None:
    editor = desk(client, services)

    assert editor.get(PAGE).status_code == 403
    assert PAGE not in editor.get("/redactie/opleidingsscholen").text
