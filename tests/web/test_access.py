"""The way in and out of pages: what was looked for, what was typed, and what is not there."""

from starlette.testclient import TestClient

from newsletter.values import Role
from newsletter.wiring import Services
from tests.web.desk import (
    desk,
    edition_path,
    fill,
    post,
    token,
)
from web.access import Who
from web.routes import DESK_ROUTES, ROUTES


def test_who_signs_in_comes_back_to_what_was_looked_for(client: TestClient) -> None:
    answer = client.get("/redactie/selecteren?q=toets&soort=news")

    door = answer.headers["location"]
    assert door == "/redactie/inloggen?naar=/redactie/selecteren%3Fq%3Dtoets%26soort%3Dnews"
    shown = client.get(door).text
    assert 'value="/redactie/selecteren?q=toets&amp;soort=news"' in shown


def test_what_was_typed_before_the_session_ended_is_shown_to_take_over(
    client: TestClient, services: Services
) -> None:
    fill(services)
    fields = {"title": "Een titel <b>van ons</b>", "summary": "Twee.\nRegels.", "csrf": "x"}

    out = client.post("/redactie/selecteren/1/tekst", data=fields)
    desk(client, services)
    of_old_session = client.post("/redactie/selecteren/1/tekst", data=fields)

    for answer in (out, of_old_session):
        assert answer.status_code == 403
        assert "Een titel &lt;b&gt;van ons&lt;/b&gt;</textarea>" in answer.text


def test_what_another_site_sends_is_not_shown(client: TestClient) -> None:
    fields = {"title": "Bel dit nummer"}

    answer = client.post(
        "/redactie/selecteren/1/tekst", data=fields, headers={"Origin": "https://elders.example"}
    )

    assert answer.status_code == 403
    assert "Bel dit nummer" not in answer.text


def test_every_route_has_its_own_name_and_says_who_may() -> None:
    names = [route.name for route in ROUTES]

    assert len(set(names)) == len(names)
    assert all(isinstance(route.who, Who) for route in ROUTES)


def test_every_desk_route_asks_for_a_role_except_the_door() -> None:
    public = {route.name for route in DESK_ROUTES if route.who is Who.PUBLIC}

    ways_in = {"sign_in", "unlock", "forgotten", "reset"}
    assert public == {
        *ways_in,
        *(f"{name}_post" for name in ways_in),
        "invitation",
        "accept_invitation",
        "work_account",
        "work_account_back",
    }


def test_an_editor_who_approves_own_work_is_refused(client: TestClient, services: Services) -> None:
    fill(services)
    desk(client, services, Role.APPROVER)
    post(client, "/redactie/edities", {"kind": "newsletter"})
    post(client, edition_path(1, "/indienen"), {"version": 1})

    answer = post(client, edition_path(1, "/goedkeuren"), {"version": 1})

    assert answer.status_code == 403
    assert "Vraag een collega om goed te keuren" in answer.text
    assert f'href="{edition_path(1)}">Open de editie opnieuw' in answer.text


def test_unknown_addresses_and_ids_get_a_calm_page(client: TestClient, services: Services) -> None:
    desk(client, services)

    for path in (
        "/redactie/bestaat-niet",
        edition_path(99),
        edition_path(99, "/verzenden"),
        edition_path(99, "/resultaat"),
        edition_path(99, "/voorbeeld"),
        edition_path(99999999999),
        "/redactie/selecteren/99",
        "/redactie/selecteren?bericht=99",
    ):
        answer = client.get(path)
        assert (path, answer.status_code) == (path, 404)
        assert "<h1>" in answer.text


def test_a_wrong_method_says_which_is_right(client: TestClient, services: Services) -> None:
    desk(client, services)

    answer = client.delete("/redactie")

    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]


def test_a_form_that_is_too_large_is_refused(client: TestClient, services: Services) -> None:
    desk(client, services)

    heavy = client.post("/redactie/edities", data={"csrf": token(client), "kind": "x" * 1_100_000})
    wide = client.post("/redactie/edities", data={f"veld{n}": "1" for n in range(1_001)})

    assert (heavy.status_code, wide.status_code) == (413, 413)
