"""What was said of an edition stays in sight: why it came back, and what is still open."""

from starlette.testclient import TestClient

from newsletter.wiring import Services
from tests.web.desk import advance, approved, begin, edition_path, post


def test_the_reason_of_a_return_stands_there_when_it_is_judged_again(
    editor: TestClient, approver: TestClient, near: Services
) -> None:
    edition = begin(editor)
    advance(editor, near, edition, "/indienen")
    first = approver.get(edition_path(edition, "/beoordelen")).text
    advance(approver, near, edition, "/terugsturen", because="De <b> datum klopt niet.")
    draft = approver.get(edition_path(edition, "/beoordelen")).text
    advance(editor, near, edition, "/indienen")

    again = approver.get(edition_path(edition, "/beoordelen")).text

    assert "Eerder teruggestuurd" not in first
    assert "Eerder teruggestuurd" not in draft
    assert "Eerder teruggestuurd" in again
    assert "De &lt;b&gt; datum klopt niet." in again
    assert "Eerder teruggestuurd door Approver, vandaag" in again


def test_open_comments_are_counted_in_the_list_and_before_it_is_sent(
    editor: TestClient, approver: TestClient, near: Services
) -> None:
    edition = approved(editor, approver, near)
    before = editor.get("/redactie/edities").text
    for text in ("Klopt dit?", "En dit?"):
        post(approver, edition_path(edition, "/opmerkingen"), {"comment": text, "block": ""})

    listed = editor.get("/redactie/edities").text
    last = editor.get(edition_path(edition, "/verzenden")).text

    assert "#opmerkingen" not in before
    assert f'href="{edition_path(edition)}#opmerkingen">2 opmerkingen open</a>' in listed
    assert f'<a href="{edition_path(edition)}#opmerkingen">2 opmerkingen</a> open.' in last


def test_an_editor_finds_the_results_in_the_menu(editor: TestClient) -> None:
    menu = editor.get("/redactie").text.split('aria-label="Redactie"')[1].split("</nav>")[0]

    assert '<a href="/redactie/resultaten">Resultaten</a>' in menu
    assert 'aria-current="page">Resultaten</a>' in editor.get("/redactie/resultaten").text
