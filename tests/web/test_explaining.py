"""What somebody sees when something is refused: why, where to go, and what they wrote."""

import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from newsletter.values import Role
from newsletter.wiring import Services
from tests.web.desk import desk, fill, post
from web.typed import OURS, SECRET

TEMPLATES = Path(__file__).parents[2] / "templates" / "web"
PASSWORD = "een hele geheime zin"


@pytest.mark.parametrize(
    "path",
    [
        "/redactie/wachtwoord/gebruikt",
        "/redactie/uitnodiging/gebruikt",
        "/redactie/binnen/gebruikt",
        "/redactie/account/wachtwoord",
    ],
)
def test_a_password_is_never_shown_again(client: TestClient, services: Services, path: str) -> None:
    editor = desk(client, services)
    given = {"password": PASSWORD, "again": PASSWORD, "present": PASSWORD, "csrf": "een ander"}

    answer = editor.post(path, data=given, headers={"Origin": "http://testserver"})

    assert answer.status_code >= 400
    assert "geheime" not in answer.text


def test_no_field_of_a_way_in_is_shown_again() -> None:
    found = set()
    for path in TEMPLATES.rglob("*.html"):
        for line in path.read_text("utf-8").splitlines():
            if re.search(r'type="password"|one-time-code', line):
                found |= set(re.findall(r'name="([a-z]+)"', line))
                found |= set(re.findall(r'field\("([a-z]+)"[^)]*(?:password|one-time)', line))

    assert found - {"csrf"} <= SECRET | OURS
    assert {"password", "again", "present", "code"} <= found


def test_what_our_own_page_put_in_a_form_nobody_wrote(
    client: TestClient, services: Services
) -> None:
    fill(services)
    editor = desk(client, services)

    answer = editor.post(
        "/redactie/selecteren/1/tekst",
        data={"csrf": "x", "seen": "approved 2026-11-27", "title": "Mijn eigen titel"},
    )

    assert "Mijn eigen titel" in answer.text
    assert "approved 2026-11-27" not in answer.text


def test_who_may_not_open_a_page_is_led_elsewhere(client: TestClient, services: Services) -> None:
    editor = desk(client, services)

    answer = editor.get("/redactie/mensen")

    assert answer.status_code == 403
    assert '<a class="button" href="/redactie">Naar Vandaag</a>' in answer.text


@pytest.mark.parametrize(
    ("path", "title", "way"),
    [
        ("/redactie/abonnees/99", "Deze abonnee is er niet", "/redactie/abonnees"),
        (
            "/redactie/abonnees/inlezen/99",
            "Deze bladzijde bestaat niet",
            "/redactie/abonnees/inlezen",
        ),
        ("/redactie/doelgroepen/weg", "Deze doelgroep bestaat niet", "/redactie/doelgroepen"),
        (
            "/redactie/opleidingsscholen/99",
            "Deze opleidingsschool bestaat niet",
            "/redactie/opleidingsscholen",
        ),
        ("/redactie/organisaties/99", "Deze organisatie bestaat niet", "/redactie/organisaties"),
        ("/redactie/bestaat-niet", "Deze bladzijde bestaat niet", "/redactie"),
    ],
)
def test_what_is_not_there_leads_to_the_list_where_it_would_be(
    client: TestClient, services: Services, path: str, title: str, way: str
) -> None:
    answer = desk(client, services, Role.ADMINISTRATOR).get(path)

    assert answer.status_code == 404
    assert f"<h1>{title}</h1>" in answer.text
    assert f'<a class="button" href="{way}">' in answer.text


def test_an_error_at_the_desk_keeps_the_way_around(client: TestClient, services: Services) -> None:
    assert "desknav" not in client.get("/redactie/bestaat-niet").text
    editor = desk(client, services)

    for answer, status in (
        (editor.get("/redactie/bestaat-niet"), 404),
        (editor.get("/redactie/edities/99"), 404),
        (post(editor, "/redactie/bronnen/geen/aan"), 403),
    ):
        assert answer.status_code == status
        assert '<a href="/redactie/edities"' in answer.text


def test_a_slash_too_many_leads_to_the_page(client: TestClient, services: Services) -> None:
    administrator = desk(client, services, Role.ADMINISTRATOR)

    for asked, page in (
        ("/redactie/", "/redactie"),
        ("/redactie/edities/", "/redactie/edities"),
        ("/redactie/kalender/?maand=2027-05", "/redactie/kalender?maand=2027-05"),
        ("/archief/", "/archief"),
    ):
        answer = administrator.get(asked)
        assert (answer.status_code, answer.headers["location"]) == (308, page)
    for path in ("//elders.example/", "/bestaat-niet/", "/redactie/edities/x/y/"):
        assert administrator.get(f"http://testserver{path}").status_code == 404
    assert administrator.post("/redactie/edities/").status_code == 404
