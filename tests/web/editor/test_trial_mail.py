"""The page of test mails, and where their links lead."""

import re

import pytest
from starlette.testclient import TestClient

from newsletter.accounts.people import list_users
from newsletter.errors import TransportUnavailable
from newsletter.values import Role
from newsletter.wiring import Services
from tests.fakes import FakeClock, FakeTransport
from tests.web.desk import PASSWORD, advance, approved, begin, edition_path, make_user, post


def ids(page: str) -> dict[str, str]:
    """Return who can be ticked, by address."""
    found = re.findall(r'name="to" value="(\d+)".*?<small>([^<,]+)', page)
    return {address: number for number, address in found}


def test_a_test_goes_to_oneself_unless_colleagues_are_ticked(
    editor: TestClient, near: Services, transport: FakeTransport
) -> None:
    colleague = make_user(near, Role.APPROVER, "Bas", password=PASSWORD)
    edition = begin(editor)
    path = edition_path(edition, "/proefmail")
    page = editor.get(path, params={"kant": "school"}).text
    who = ids(page)

    both = list(who.values())
    sent = post(editor, path, {"to": both, "which": "school"})
    told = editor.get(sent.headers["location"]).text

    assert re.findall(r'name="to" value="(\d+)" checked', page) == [who["editor@example.org"]]
    assert 'value="school" checked' in page
    assert sorted(transport.attempted) == sorted(["editor@example.org", colleague])
    assert "2 proefmails gestuurd aan Bas en Editor." in told
    assert "Je kunt dit uur nog 18 van de 20 proefmails sturen." in told


def test_the_last_look_says_that_it_was_tested(
    editor: TestClient, approver: TestClient, near: Services, clock: FakeClock
) -> None:
    edition = approved(editor, approver, near)
    path = edition_path(edition, "/proefmail")
    me = ids(editor.get(path).text)["editor@example.org"]
    before = editor.get(edition_path(edition, "/verzenden")).text

    advance(editor, near, edition, "/proefmail", to=me, which="alle")
    after = editor.get(edition_path(edition, "/verzenden")).text

    assert "Proefmail gestuurd" not in before
    assert "Proefmail gestuurd, vandaag, 10.00 uur" in after
    assert f'href="{path}"' in after


@pytest.mark.parametrize("to", [[], ["999"], ["vreemd@example.org"]])
def test_nobody_and_no_stranger_gets_one(
    editor: TestClient, near: Services, transport: FakeTransport, to: list[str]
) -> None:
    edition = begin(editor)

    answer = post(editor, edition_path(edition, "/proefmail"), {"to": to, "which": "alle"})

    assert answer.status_code == (404 if to else 422)
    assert transport.attempted == []


def test_a_relay_that_is_away_is_told_in_plain_words(
    editor: TestClient, near: Services, transport: FakeTransport
) -> None:
    transport.fails["editor@example.org"] = TransportUnavailable("4.3.2 not now", code=421)
    edition = begin(editor)
    path = edition_path(edition, "/proefmail")
    me = ids(editor.get(path).text)["editor@example.org"]

    answer = post(editor, path, {"to": [me], "which": "school"})

    assert answer.status_code == 422
    assert "Niet gestuurd aan Editor: de mailserver is niet bereikbaar" in answer.text
    assert 'value="school" checked' in answer.text


def test_more_than_twenty_an_hour_is_refused_with_what_is_left(
    editor: TestClient, near: Services, clock: FakeClock
) -> None:
    edition = begin(editor)
    path = edition_path(edition, "/proefmail")
    me = ids(editor.get(path).text)["editor@example.org"]
    for _ in range(6):
        advance(editor, near, edition, "/proefmail", to=me, which="alle")

    refused = post(editor, path, {"to": [me], "which": "alle"})
    for _ in range(3):
        clock.later(minutes=20)
        assert editor.get(path).status_code == 200  # at work: nobody is signed out
    advance(editor, near, edition, "/proefmail", to=me, which="alle")

    assert refused.status_code == 422
    assert "Dit zijn 3 proefmails. Je kunt er dit uur nog 2 sturen" in refused.text


@pytest.mark.parametrize("what", ["afmelden", "voorkeuren", "peiling"])
def test_the_links_of_a_test_say_so_and_change_nothing(client: TestClient, what: str) -> None:
    page = client.get(f"/proefmail/{what}?antwoord=1")
    pressed = client.post(f"/proefmail/{what}", data={"List-Unsubscribe": "One-Click"})

    assert (page.status_code, pressed.status_code) == (200, 200)
    assert "Dit is een proefmail" in page.text
    assert "Hier verandert niets." in page.text
    assert pressed.text == "Dit is een proefmail. Er verandert niets.\n"
    assert page.headers["cache-control"] == "no-store"


def test_an_unknown_link_of_a_test_is_no_page(client: TestClient) -> None:
    assert client.get("/proefmail/wissen").status_code == 404


def test_who_may_not_see_drafts_or_never_came_in_is_not_asked_and_gets_none(
    editor: TestClient, near: Services, transport: FakeTransport
) -> None:
    make_user(near, Role.READER, "Lena", password=PASSWORD)
    make_user(near, Role.EDITOR, "Genodigd")
    edition = begin(editor)
    path = edition_path(edition, "/proefmail")

    page = editor.get(path).text
    with near.db.read() as session:
        everybody = [str(one.id) for one in list_users(session)]
    sent = post(editor, path, {"to": everybody, "which": "school"})

    assert list(ids(page)) == ["editor@example.org"]
    assert len(everybody) == 3
    assert sent.status_code == 404
    assert transport.attempted == []
