"""Many people changed at once at the desk: told by number, done, and taken back."""

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from newsletter.values import Role
from newsletter.wiring import Services
from subscribers.model import Subscriber
from subscribers.values import Audience
from tests.web.desk import desk, make_subscriber, post
from web.app import create_app

LIST = "/redactie/abonnees"
MANY = LIST + "/wijzigen"


@pytest.fixture
def cees(services: Services) -> Iterator[TestClient]:
    for name, region in (("jan", "Oost"), ("mia", "West"), ("piet", "Oost")):
        make_subscriber(services, f"{name}@example.org", Audience.SCHOOL, region=region)
    with TestClient(create_app(services), follow_redirects=False) as client:
        yield desk(client, services, Role.ADMINISTRATOR)


def roles(services: Services) -> dict[str, str]:
    with services.db.read() as session:
        rows = session.scalars(select(Subscriber).order_by(Subscriber.id))
        return {row.email.partition("@")[0]: row.role for row in rows}


def test_who_is_ticked_is_told_changed_and_changed_back(
    cees: TestClient, services: Services
) -> None:
    asked = cees.get(f"{MANY}?van=gekozen&wie=1&wie=2").text
    assert "<h1>Wijzig 2 abonnees</h1>" in asked
    assert "mia@example.org, jan@example.org" in asked

    done = post(cees, MANY, {"wie": ["1", "2"], "aantal": "2", "role": "docent"})
    page = cees.get(done.headers["location"]).text

    assert roles(services) == {"jan": "docent", "mia": "docent", "piet": ""}
    assert "2 abonnees gewijzigd." in page
    (undo,) = re.findall(rf'action="({MANY}/\d+/terug)"', page)
    later = cees.get(LIST).text
    assert "Administrator wijzigde 2 abonnees (rol: docent)" in later
    assert f'action="{undo}"' in later
    undone = post(cees, undo)
    assert "Ongedaan gemaakt bij 2 abonnees." in cees.get(undone.headers["location"]).text
    assert set(roles(services).values()) == {""}
    assert post(cees, undo).status_code == 404


def test_the_list_stays_narrowed_when_a_change_is_taken_back(cees: TestClient) -> None:
    given = {"wie": ["1", "2"], "aantal": "2", "role": "docent", "q": "example"}

    page = cees.get(post(cees, MANY, given).headers["location"]).text
    found = re.search(rf'action="({MANY}/\d+/terug\?q=example)"', page)

    assert found is not None
    assert post(cees, found[1]).headers["location"] == f"{LIST}?q=example"


def test_everybody_who_fits_a_filter_is_changed(cees: TestClient, services: Services) -> None:
    listed = cees.get(f"{LIST}?regio=oost").text
    assert "Wijzig alle 2" in listed
    assert "regio: oost: " in cees.get(f"{MANY}?regio=oost&van=alle").text

    done = post(cees, MANY, {"regio": "oost", "aantal": "2", "role": "docent"})

    assert done.headers["location"] == f"{LIST}?regio=oost"
    assert roles(services) == {"jan": "docent", "mia": "", "piet": "docent"}


def test_a_number_that_is_not_so_any_more_is_told_first(
    cees: TestClient, services: Services
) -> None:
    answer = post(cees, MANY, {"regio": "oost", "aantal": "5", "role": "docent"})

    assert answer.status_code == 422
    assert "Het zijn er nu 2 abonnees, en niet meer 5." in answer.text
    assert 'name="aantal" value="2"' in answer.text
    assert 'value="docent"' in answer.text
    assert set(roles(services).values()) == {""}


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, "Kies ten minste één ding om te wijzigen."),
        ({"role": "x", "leeg": "role"}, "Vul iets in, of maak het leeg. Niet allebei."),
        ({"region": "x" * 81}, "Dit is te lang: 81 tekens."),
    ],
)
def test_what_is_wrong_stands_with_the_field(
    cees: TestClient, fields: dict[str, str], told: str
) -> None:
    answer = post(cees, MANY, {"wie": "1", "aantal": "1", **fields})

    assert answer.status_code == 422
    assert told in answer.text


def test_nobody_ticked_leads_back_and_nothing_new_says_so(cees: TestClient) -> None:
    answer = cees.get(f"{MANY}?van=gekozen")
    assert answer.headers["location"] == LIST
    assert "Kruis eerst aan wie je wilt wijzigen." in cees.get(LIST).text

    same = post(cees, MANY, {"wie": "1", "aantal": "1", "region": "Oost"})

    assert "Er is niets gewijzigd." in cees.get(same.headers["location"]).text


@pytest.mark.parametrize(
    "fields",
    [
        {"wie": "x"},
        {"wie": ["1", "99999999999"]},
        {"audience": "x", "wie": "1"},
        {"add_theme": "nergens", "wie": "1"},
    ],
)
def test_what_no_form_of_ours_sends_changes_nothing(
    cees: TestClient, services: Services, fields: dict[str, object]
) -> None:
    answer = post(cees, MANY, {"aantal": "1", "role": "docent", **fields})

    assert answer.status_code == 404
    assert set(roles(services).values()) == {""}
