"""Comments at the desk: by whom, where they stand, and that hostile words stay words."""

import re

import pytest
from markupsafe import escape
from starlette.testclient import TestClient

from newsletter.store.comments import comments_of
from newsletter.store.editions import get_edition
from newsletter.values import EditionStatus
from newsletter.wiring import Services
from tests.newsletter.hostile import VECTORS
from tests.queries import counted
from tests.web.desk import add_block, advance, begin, edition_path, post, step, submitted, version

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)> {{7*7}} \"'>"


def first_block(near: Services, edition: int) -> int:
    with near.db.read() as session:
        return get_edition(session, edition, with_blocks=True).blocks[0].id


def say(client: TestClient, edition: int, text: str, *, block: object = "", waar: str = "") -> str:
    path = edition_path(edition, "/opmerkingen") + (f"?waar={waar}" if waar else "")
    answer = post(client, path, {"comment": text, "block": block})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def last(near: Services, edition: int) -> int:
    with near.db.read() as session:
        return comments_of(session, edition)[-1].id


def test_an_approver_asks_and_an_editor_answers_and_is_done(
    editor: TestClient, approver: TestClient, near: Services
) -> None:
    edition = submitted(editor, near)
    block = first_block(near, edition)

    where = say(approver, edition, "Wie bedoel je?", block=block, waar="beoordelen")
    said = last(near, edition)
    assert where == edition_path(edition, f"/beoordelen#o{said}")
    shown = approver.get(edition_path(edition, "/beoordelen")).text
    assert "Wie bedoel je?" in shown
    assert f'<a class="pin" href="#o{said}">' in shown  # numbered at each mail with the block
    assert "Er staat nog" in shown
    assert "Keur goed" in shown

    at_block = editor.get(edition_path(edition, f"?blok={block}")).text
    assert "Wie bedoel je?" in at_block
    advance(editor, near, edition, f"/opmerkingen/{said}/antwoord", answer="De schoolleider.")
    done = step(editor, near, edition, f"/opmerkingen/{said}/klaar?waar=beoordelen")
    assert "De opmerking is afgevinkt." in done
    assert "Afgevinkt door Editor" in done
    assert "De schoolleider." in done
    assert "pin-closed" in done
    undone = step(editor, near, edition, f"/opmerkingen/{said}/open?waar=beoordelen")
    assert "Afgevinkt door" not in undone


def test_an_open_comment_is_named_and_stops_nothing(
    editor: TestClient, approver: TestClient, near: Services
) -> None:
    edition = begin(editor)
    say(editor, edition, "Nog nalezen.")
    say(editor, edition, "En de datum.")
    assert "2 opmerkingen</a> open" in editor.get(edition_path(edition)).text

    offered = step(editor, near, edition, "/indienen")
    assert "Er staan nog 2 opmerkingen open." in offered
    advance(approver, near, edition, "/goedkeuren")

    with near.db.read() as session:
        assert get_edition(session, edition).state is EditionStatus.APPROVED


def test_a_comment_on_a_block_that_went_can_be_read(editor: TestClient, near: Services) -> None:
    edition = begin(editor)
    block = add_block(editor, near, edition)
    say(editor, edition, "Waar komt dit vandaan?", block=block)
    with near.db.read() as session:
        blocks = get_edition(session, edition, with_blocks=True).blocks
        mark = next(one for one in blocks if one.id == int(block))
    page = editor.get(edition_path(edition, f"?blok={block}")).text
    seen = re.search(rf'/blokken/{block}/weg.*?name="seen" value="([^"]+)"', page, re.DOTALL)
    assert seen
    post(editor, edition_path(edition, f"/blokken/{block}/weg"), {"seen": seen[1]})

    for rest in ("", "/beoordelen"):
        shown = editor.get(edition_path(edition, rest)).text
        assert "Waar komt dit vandaan?" in shown
        assert "stond bij:" in shown
    assert mark.kind == "article"


def test_hostile_words_stay_words(editor: TestClient, near: Services) -> None:
    edition = begin(editor)
    block = first_block(near, edition)
    words = [one for one in VECTORS if one.isprintable() and one.strip() == one][:25]
    for word in (HOSTILE, *words):
        say(editor, edition, word, block=block)
    advance(editor, near, edition, f"/opmerkingen/{last(near, edition)}/antwoord", answer=HOSTILE)

    for rest in ("", f"?blok={block}", "/beoordelen"):
        shown = editor.get(edition_path(edition, rest)).text
        for word in (HOSTILE, *words):
            assert str(escape(word)) in shown
        assert HOSTILE not in shown
        assert "<img src=x" not in shown


@pytest.mark.parametrize("waar", ["", "beoordelen"])
def test_nothing_said_is_told_next_to_the_field(
    editor: TestClient, near: Services, waar: str
) -> None:
    edition = begin(editor)
    say(editor, edition, "Klopt dit?")
    said = last(near, edition)
    query = f"?waar={waar}"

    empty = post(editor, edition_path(edition, "/opmerkingen") + query, {"comment": " "})
    long = "woord " * 500
    answered = post(
        editor,
        edition_path(edition, f"/opmerkingen/{said}/antwoord") + query,
        {"answer": long},
    )

    assert empty.status_code == answered.status_code == 422
    assert 'id="opmerking-nieuw-error"' in empty.text
    assert f'id="antwoord-o{said}-error"' in answered.text
    assert long.strip() in answered.text  # what was written is not lost


def test_another_editions_comment_is_not_found(editor: TestClient, near: Services) -> None:
    one, two = begin(editor), begin(editor)
    say(editor, one, "Klopt dit?")

    for rest in ("/klaar", "/open", "/antwoord"):
        path = edition_path(two, f"/opmerkingen/{last(near, one)}{rest}")
        if one != two:
            assert post(editor, path, {"answer": "x"}).status_code == 404
    path = edition_path(one, "/opmerkingen")
    assert post(editor, path, {"comment": "x", "block": "9999"}).status_code == 404
    assert post(editor, path, {"comment": "x", "block": "<b>"}).status_code == 404


def test_many_comments_cost_no_query_each(editor: TestClient, near: Services) -> None:
    edition = begin(editor)

    def asked() -> int:
        with counted(near.db.engine) as statements:
            editor.get(edition_path(edition, "/beoordelen"))
        return len(statements)

    say(editor, edition, "Een.")
    asked()
    few = asked()
    for number in range(5):
        say(editor, edition, f"Nog {number}.")
        advance(editor, near, edition, f"/opmerkingen/{last(near, edition)}/antwoord", answer="Ja.")

    assert asked() == few
    assert version(near, edition) >= 1
