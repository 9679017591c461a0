"""A subject of its own for one side, and an introduction for each side, at the desk."""

import re

from starlette.testclient import TestClient

from newsletter.compose.own_heads import own_heads_mark
from newsletter.store.editions import get_edition
from newsletter.wiring import Services
from tests.web.desk import add_block, advance, begin, edition_path, post, step


def save(editor: TestClient, edition: int, mark: str, **fields: str) -> tuple[int, str]:
    """Save the form; return the status and the page that comes."""
    data = {name.replace("_", "-"): value for name, value in fields.items()}
    answer = post(editor, edition_path(edition, "/kop/kanten"), {**data, "seen": mark})
    where = answer.headers.get("location", "")
    return answer.status_code, editor.get(where).text if where else answer.text


def mark_of(near: Services, edition: int) -> str:
    with near.db.read() as session:
        return own_heads_mark(get_edition(session, edition).heads)


def inbox(editor: TestClient, edition: int, side: str) -> str:
    """Return the subject of the mail of a side."""
    page = editor.get(edition_path(edition, f"/voorbeeld?kant={side}")).text
    found = re.search(r"<title>(.*?)</title>", page, re.S)
    assert found
    return found[1].strip()


def test_each_side_gets_its_own_subject_or_that_of_everybody(
    editor: TestClient, near: Services
) -> None:
    edition = begin(editor)
    common = inbox(editor, edition, "overig")

    status, page = save(
        editor,
        edition,
        mark_of(near, edition),
        subject_school="Voor jullie school",
        preheader_school="",
        subject_lerarenopleiding="",
        preheader_lerarenopleiding="",
    )

    assert status == 303
    assert ">Voor jullie school</textarea>" in page
    assert inbox(editor, edition, "school") == "Voor jullie school"
    assert inbox(editor, edition, "lerarenopleiding") == inbox(editor, edition, "overig") == common
    versions = editor.get(edition_path(edition, "/versies")).text
    newest = re.search(r'href="([^"]+/versies/\d+)"', versions)
    assert newest
    assert "Onderwerp voor scholen" in editor.get(newest[1]).text


def test_words_that_were_overtaken_are_shown_and_not_saved(
    editor: TestClient, near: Services
) -> None:
    edition = begin(editor)
    mark = mark_of(near, edition)
    save(editor, edition, mark, subject_school="Van Anna")

    status, page = save(editor, edition, mark, subject_school="Van Bea")

    assert status == 409
    assert "Onderwerp voor scholen" in page
    assert "Van Bea" in page
    assert inbox(editor, edition, "school") == "Van Anna"


def test_a_finding_about_it_leads_to_its_field(editor: TestClient, near: Services) -> None:
    edition = begin(editor)

    _, page = save(editor, edition, mark_of(near, edition), subject_school="KOM ALLEMAAL!!")

    assert "Het onderwerp voor scholen schreeuwt." in page
    assert re.search(r'href="[^"]*#subject-school"', page)
    assert 'id="subject-school"' in page


def test_an_introduction_is_split_with_one_press(editor: TestClient, near: Services) -> None:
    edition = begin(editor)
    block = add_block(editor, near, edition, kind="intro")
    advance(editor, near, edition, f"/blokken/{block}", kind="intro", text="Beste lezer, welkom.")
    offered = editor.get(edition_path(edition, f"?blok={block}")).text

    page = step(editor, near, edition, f"/blokken/{block}/splits")

    assert "Splits per lezersgroep" in offered
    assert "Nu staat het er twee keer: voor scholen en voor lerarenopleidingen." in page
    assert "Lezers van geen van beide kanten (1) krijgen er geen." in page
    assert "Splits per lezersgroep" not in page
    for side, times in (("school", 1), ("lerarenopleiding", 1), ("overig", 0)):
        mail = editor.get(edition_path(edition, f"/voorbeeld?kant={side}")).text
        assert mail.count("Beste lezer, welkom.") == times


def test_a_block_of_an_item_is_not_offered_to_be_split(editor: TestClient, near: Services) -> None:
    edition = begin(editor)
    with near.db.read() as session:
        blocks = get_edition(session, edition, with_blocks=True).blocks
        of_item = next(one.id for one in blocks if one.item_id)

    assert "Splits per" not in editor.get(edition_path(edition, f"?blok={of_item}")).text
