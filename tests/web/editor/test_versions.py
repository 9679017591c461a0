"""The history of an edition at the desk: undo, redo, the versions, and one put back."""

import re
from html import unescape

import pytest
from starlette.testclient import TestClient

from newsletter.model import Edition
from newsletter.store.revisions import list_revisions
from newsletter.values import EditionStatus
from newsletter.wiring import Services
from tests.queries import counted
from tests.web.desk import (
    add_block,
    advance,
    approved,
    begin,
    edition_path,
    post,
    step,
    version,
)

HEAD = {"title": "Editie 1", "preheader": "", "dated_on": "2027-04-22"}


def button(page: str, word: str) -> str:
    """Return the address of a button on the edition's page; "" when it is off."""
    found = re.search(
        rf'action="([^"]+)" class="act">(?:<input[^>]+>)*<button([^>]*)>.*?{word}', page
    )
    assert found, f"no button {word}"
    return "" if "disabled" in found[2].split() else unescape(found[1])


def press(editor: TestClient, edition: int, word: str, view: str = "") -> str:
    """Press undo or redo on the edition's page; return what the next page says."""
    answer = post(editor, button(editor.get(edition_path(edition, view)).text, word))
    assert answer.status_code == 303
    return str(editor.get(answer.headers["location"]).text)


def revision(near: Services, edition: int, place: int) -> int:
    """Return the id of a version: 0 is the first."""
    with near.db.read() as session:
        return list_revisions(session, edition)[place].id


def shown(page: str) -> str:
    """Return the words of a page, as one who hears it gets them."""
    main = page.split("<main", 1)[1].split("</main>", maxsplit=1)[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def test_what_was_changed_is_undone_and_done_again_in_the_same_view(
    editor: TestClient, near: Services
) -> None:
    edition = begin(editor)
    fresh = editor.get(edition_path(edition)).text
    advance(editor, near, edition, "/kop", **HEAD, subject="Eerst dit")
    advance(editor, near, edition, "/kop", **HEAD, subject="Dan dat")

    undone = press(editor, edition, "Ongedaan maken", "?kant=lerarenopleiding")
    again = press(editor, edition, "Opnieuw")

    assert (button(fresh, "Ongedaan maken"), button(fresh, "Opnieuw")) == ("", "")
    assert "Ongedaan gemaakt: de kop gewijzigd." in undone
    assert ">Dan dat</textarea>" not in undone
    assert "kant=lerarenopleiding" in button(undone, "Opnieuw")
    assert "Opnieuw gedaan: de kop gewijzigd." in again
    assert ">Dan dat</textarea>" in again
    assert button(again, "Opnieuw") == ""


def test_undo_does_not_touch_what_a_colleague_did_since(editor: TestClient, near: Services) -> None:
    edition = begin(editor)
    advance(editor, near, edition, "/kop", **HEAD, subject="Van Anna")
    undo = button(editor.get(edition_path(edition)).text, "Ongedaan maken")
    add_block(editor, near, edition)

    late = post(editor, undo)

    assert late.status_code == 409
    assert ">Van Anna</textarea>" in editor.get(edition_path(edition)).text


def test_the_undo_of_an_added_block_leads_to_the_edition(
    editor: TestClient, near: Services
) -> None:
    edition = begin(editor)
    block = add_block(editor, near, edition)

    undone = press(editor, edition, "Ongedaan maken")
    again = press(editor, edition, "Opnieuw")

    assert f"/blokken/{block}" not in undone
    assert f"/blokken/{block}/weg" in again


def test_the_versions_say_who_did_what_and_which_was_approved(
    editor: TestClient, approver: TestClient, near: Services
) -> None:
    edition = begin(editor)
    advance(editor, near, edition, "/kop", **HEAD, subject="Anders")
    advance(editor, near, edition, "/indienen")
    advance(approver, near, edition, "/goedkeuren")

    page = shown(editor.get(edition_path(edition, "/versies")).text)

    rows = page.split("Stand", 1)[1]
    assert re.search(r"De kop gewijzigd Editor nu ingediend goedgekeurd", rows)
    assert re.search(r"Begonnen Editor –", rows)
    assert edition_path(edition, "/versies") in editor.get(edition_path(edition)).text


def test_a_version_shows_its_words_that_came_and_went(editor: TestClient, near: Services) -> None:
    edition = begin(editor)
    block = add_block(editor, near, edition)
    here, fields = f"/blokken/{block}", {"kind": "article", "title": "Een kort bericht"}
    advance(editor, near, edition, here, **fields)
    advance(editor, near, edition, here + "/kant", audience="school")
    advance(editor, near, edition, here, **{**fields, "title": "Een lang bericht & <b>meer</b>"})

    def page(place: int, rest: str = "") -> str:
        path = edition_path(edition, f"/versies/{revision(near, edition, place)}{rest}")
        return str(editor.get(path).text)

    last = page(-1)
    assert re.search(r"<del>.*?kort.*?</del><ins>.*?lang.*?</ins>", last)
    assert "Een (weg: kort ) (erbij: lang ) bericht (erbij: & <b>meer</b> )" in shown(last)
    assert "Voor wie (weg: iedereen ) (erbij: scholen )" in shown(page(3))
    assert "toegevoegd" in shown(page(1))
    assert "Van eerder is er niets om mee te vergelijken." in shown(page(0))
    assert "‘Een lang bericht & <b>meer</b>’ weggehaald" in shown(page(0, "?met=nu"))


def test_a_version_is_put_back_and_that_is_undone(editor: TestClient, near: Services) -> None:
    edition = begin(editor)
    advance(editor, near, edition, "/kop", **HEAD, subject="Eerst dit")
    add_block(editor, near, edition)
    advance(editor, near, edition, "/kop", **HEAD, subject="Dan dat")

    then = f"/versies/{revision(near, edition, 1)}"
    asked = editor.get(edition_path(edition, then)).text
    back = step(editor, near, edition, then + "/terug")
    undone = press(editor, edition, "Ongedaan maken")

    assert "Zet deze versie terug" in asked
    assert "akkoord" not in asked
    assert "De versie is teruggezet." in back
    assert ">Eerst dit</textarea>" in back
    assert ">Dan dat</textarea>" in undone


def test_a_version_put_back_overwrites_nothing_that_was_saved_since(
    editor: TestClient, near: Services
) -> None:
    edition = begin(editor)
    advance(editor, near, edition, "/kop", **HEAD, subject="Eerst dit")
    seen = version(near, edition)
    advance(editor, near, edition, "/kop", **HEAD, subject="Van een collega")

    path = edition_path(edition, f"/versies/{revision(near, edition, 0)}/terug")
    late = post(editor, path, {"version": seen})

    assert late.status_code == 409
    assert ">Van een collega</textarea>" in editor.get(edition_path(edition)).text


def test_a_version_is_put_back_once_the_edition_is_taken_back(
    editor: TestClient, approver: TestClient, near: Services
) -> None:
    edition = begin(editor)
    advance(editor, near, edition, "/kop", **HEAD, subject="Anders")
    advance(editor, near, edition, "/indienen")
    first = f"/versies/{revision(near, edition, 0)}"

    in_review = editor.get(edition_path(edition, first)).text
    advance(approver, near, edition, "/goedkeuren")
    warned = editor.get(edition_path(edition, first)).text
    path = edition_path(edition, first + "/terug")
    refused = post(editor, path, {"version": version(near, edition)})
    advance(editor, near, edition, "/intrekken")
    advance(editor, near, edition, first + "/terug")

    assert "Zet deze versie terug" not in in_review + warned
    assert "Wil je deze versie terugzetten, trek de editie dan eerst in." in warned
    assert refused.status_code == 409
    assert "Trek de editie eerst in" in refused.text
    with near.db.read() as session:
        assert session.get_one(Edition, edition).state is EditionStatus.DRAFT


def test_no_version_is_put_back_once_mail_goes_out(
    editor: TestClient, approver: TestClient, near: Services
) -> None:
    edition = approved(editor, approver, near)
    advance(editor, near, edition, "/verstuur")
    with near.db.write() as session:
        session.get_one(Edition, edition).status = EditionStatus.SENDING
    add = f"/versies/{revision(near, edition, 0)}"

    assert "Zet deze versie terug" not in editor.get(edition_path(edition, add)).text
    path = edition_path(edition, add + "/terug")
    assert post(editor, path, {"version": version(near, edition)}).status_code == 409


def test_nothing_to_undo_and_no_such_version_are_said(editor: TestClient, near: Services) -> None:
    edition, other = begin(editor), begin(editor)
    seen = version(near, edition)

    undo = post(editor, edition_path(edition, f"/ongedaan?versie={seen}"))
    redo = post(editor, edition_path(edition, f"/opnieuw?versie={seen}"))

    foreign = revision(near, other, 0) if other != edition else 999
    pages = [editor.get(edition_path(edition, f"/versies/{one}")) for one in (foreign, "x", 999)]
    assert [one.status_code for one in (undo, redo, *pages)] == [404] * 5


@pytest.mark.long
def test_many_versions_stand_on_pages_and_cost_no_query_each(
    editor: TestClient, near: Services
) -> None:
    edition = begin(editor)
    path = edition_path(edition, "/versies")
    with counted(near.db.engine) as first:
        editor.get(path)
    for side in ["school", ""] * 25:
        advance(editor, near, edition, "/blokken/1/kant", audience=side)
    with counted(near.db.engine) as many:
        page = editor.get(path).text

    earlier = re.search(r'href="([^"]+voor=\d+)"', page)
    assert earlier
    rest = editor.get(earlier[1]).text
    assert len(many) == len(first)
    assert page.count('scope="row"') == 50
    assert "Begonnen" in rest
    assert "Begonnen" not in page
