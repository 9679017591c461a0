"""Nothing is lost when the session ends in mid-sentence."""

import html
import re

from httpx import Response
from starlette.testclient import TestClient

from newsletter.values import Role
from newsletter.wiring import Services
from tests.fakes import FakeClock
from tests.web.desk import (
    PASSWORD,
    add_block,
    begin,
    desk,
    edition_path,
    make_user,
    post,
    sign_in,
    token,
)
from web.app import create_app

WORDS = "/redactie/selecteren/1/tekst"
OURS = {"Origin": "http://testserver", "Referer": "http://testserver/redactie/selecteren?q=a"}
TYPED = {"words": "own", "title": "Een nieuwe titel", "summary": "Twee regels\nen <nog> een."}


def write(client: TestClient, csrf: str, headers: dict[str, str] | None = None) -> Response:
    shown = client.get("/redactie/selecteren").text
    seen = re.search(r'name="version" value="(\d+)"', shown)
    fields = {**TYPED, "csrf": csrf, **({"version": seen[1]} if seen else {})}
    answer: Response = client.post(WORDS, data=fields, headers=OURS if headers is None else headers)
    return answer


def sign_in_again(client: TestClient, page: Response) -> Response:
    """Press the button of the page, and sign in at the door that it leads to."""
    way = re.search(r'<a class="button button-primary" href="([^"]+)"', page.text)
    assert way
    door = client.get(html.unescape(way[1]))
    onward = re.search(r'name="naar" value="([^"]*)"', door.text)
    assert onward
    fields = {"email": "rosa@example.org", "password": PASSWORD, "naar": html.unescape(onward[1])}
    answer: Response = client.post("/redactie/inloggen", data=fields)
    return answer


def form_of(page: str, action: str) -> dict[str, str]:
    found = re.search(rf'<form[^>]*action="{re.escape(action)}[^"]*"[^>]*>(.*?)</form>', page, re.S)
    assert found
    pairs = re.findall(r'name="([^"]+)" value="([^"]*)"', found[1])
    return {name: html.unescape(value) for name, value in pairs}


def test_what_was_written_is_there_after_signing_in_again_and_can_be_kept(
    editor: TestClient, near: Services, clock: FakeClock
) -> None:
    make_user(near, Role.EDITOR, "Rosa", password=PASSWORD)
    sign_in(editor, "rosa@example.org")
    shown = editor.get("/redactie/selecteren?bericht=1").text
    fields = form_of(shown, WORDS) | TYPED
    clock.later(minutes=45)

    out = editor.post(WORDS, data=fields, headers=OURS)
    assert out.status_code == 403
    assert "We hebben het voor je vastgehouden" in out.text
    came = sign_in_again(editor, out)

    assert came.headers["location"] == "/redactie/verder?naar=/redactie/selecteren%3Fq%3Da"
    going_on = editor.get(came.headers["location"]).text
    assert "Twee regels\nen &lt;nog&gt; een." in going_on
    again = form_of(going_on, WORDS)
    assert again["summary"] == TYPED["summary"]
    assert again["csrf"] != fields["csrf"]
    assert editor.post(WORDS, data=again).status_code == 303
    assert "Een nieuwe titel" in editor.get("/redactie/selecteren").text
    nothing_left = editor.get("/redactie/verder?naar=/redactie/bronnen")
    assert nothing_left.headers["location"] == "/redactie/bronnen"


def test_it_can_be_thrown_away(editor: TestClient, clock: FakeClock) -> None:
    csrf = token(editor)
    clock.later(minutes=45)
    write(editor, csrf)
    clock.later(minutes=-45)
    shown = editor.get("/redactie/verder").text
    number = re.search(r'name="id" value="(\d+)"', shown)
    assert number

    post(editor, "/redactie/verder/weg", {"id": number[1]})

    assert editor.get("/redactie/verder").status_code == 303


def test_nobody_else_finds_it(editor: TestClient, near: Services, clock: FakeClock) -> None:
    csrf = token(editor)
    clock.later(minutes=45)
    write(editor, csrf)

    with TestClient(create_app(near), follow_redirects=False) as other:
        desk(other, near, Role.APPROVER)

        assert other.get("/redactie/verder").status_code == 303


def test_a_token_of_an_older_session_loses_nothing_either(editor: TestClient) -> None:
    out = write(editor, "van-gisteren")

    assert out.status_code == 403
    assert 'href="/redactie/verder?naar=' in out.text
    assert "Een nieuwe titel" in editor.get("/redactie/verder").text


def test_nothing_is_kept_for_strangers_other_sites_and_scripts(
    editor: TestClient, near: Services, clock: FakeClock
) -> None:
    csrf = token(editor)
    elsewhere = {"Origin": "https://elders.example.org"}
    for headers in (elsewhere, {}, {**OURS, "Sec-Fetch-Dest": "empty"}):
        assert write(editor, "fout", headers).status_code == 403
    clock.later(minutes=45)
    for headers in (elsewhere, {}, {**OURS, "Sec-Fetch-Dest": "empty"}):
        assert write(editor, csrf, headers).status_code == 403
    clock.later(minutes=-45)

    assert editor.get("/redactie/verder").status_code == 303
    with TestClient(create_app(near), follow_redirects=False) as stranger:
        answer = stranger.post(WORDS, data=TYPED, headers=OURS)
    assert "Dit is niet bewaard" in answer.text


def test_passwords_are_never_kept(editor: TestClient, clock: FakeClock) -> None:
    csrf = token(editor)
    clock.later(minutes=45)
    editor.post(
        "/redactie/account/wachtwoord",
        data={"csrf": csrf, "present": "een oud geheim", "password": "a b", "again": "a b"},
        headers=OURS,
    )
    clock.later(minutes=-45)

    assert editor.get("/redactie/verder").status_code == 303


def test_what_was_kept_names_its_edition_and_its_field(
    editor: TestClient, near: Services, clock: FakeClock
) -> None:
    make_user(near, Role.EDITOR, "Rosa", password=PASSWORD)
    sign_in(editor, "rosa@example.org")
    edition = begin(editor)
    block = add_block(editor, near, edition)
    path = edition_path(edition)
    csrf = token(editor)
    clock.later(minutes=45)
    for place, fields in (
        (f"/blokken/{block}", {"title": "Een dag meelopen", "text": "Dat mag gewoon."}),
        ("/kop", {"subject": "Wat er speelt in mei", "version": "3 4"}),
        ("/opmerkingen", {"comment": "Klopt de datum?"}),
        ("/terugsturen", {"because": "De datum klopt niet."}),
    ):
        out = editor.post(f"{path}{place}", data={"csrf": csrf, **fields}, headers=OURS)
    came = sign_in_again(editor, out)

    shown = editor.get(came.headers["location"]).text

    assert re.findall(r'<h2 id="van-\d+">(.*?)</h2>', shown) == [
        "Editie 1, bij het terugsturen",
        "Editie 1, een opmerking",
        "Editie 1, boven de mail",
        "Editie 1, het blok ‘Nieuwsbericht’",
    ]
    assert re.findall(r'<label for="tekst-[^"]*">(.*?)</label>', shown) == [
        "De reden",
        "Je opmerking",
        "Onderwerp",
        "Titel",
        "Tekst",
    ]
