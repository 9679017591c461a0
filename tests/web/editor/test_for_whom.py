"""For whom a block is, at the desk: a side, or a saved segment."""

from starlette.testclient import TestClient

from newsletter.model import Edition
from newsletter.wiring import Services
from subscribers.segments import parse_expression, save_segment
from subscribers.values import Audience
from tests.fakes import START
from tests.web.desk import (
    add_block,
    advance,
    begin,
    edition_path,
    make_subscriber,
    post,
    step,
    version,
)

FIELDS = {"title": "Begin je net?", "teaser": "Kort.", "url": "https://example.org/begin"}


def for_starters(editor: TestClient, near: Services) -> tuple[int, str, str]:
    """Give a block of a new edition to a segment; return the edition, the block and the page."""
    save_segment(
        near.db, "startend", conditions={"role": "starter"}, name="Wie net begint", now=START
    )
    make_subscriber(near, "starter@example.org", Audience.SCHOOL, role="starter")
    edition = begin(editor)
    block = add_block(editor, near, edition)
    advance(editor, near, edition, f"/blokken/{block}", kind="article", **FIELDS)
    page = step(editor, near, edition, f"/blokken/{block}/kant", segment="startend")
    return edition, block, page


def test_a_block_is_given_to_a_segment_and_the_mail_of_its_readers_has_it(
    editor: TestClient, near: Services
) -> None:
    edition, block, page = for_starters(editor, near)

    def mail(cut: str) -> str:
        return str(editor.get(edition_path(edition, f"/voorbeeld?kant={cut}")).text)

    assert '<option value="startend" selected>Wie net begint</option>' in page
    assert '<option value="school"' not in page
    assert page.count('aria-pressed="true"') == 0
    assert '<span class="tag">Wie net begint</span>' in page
    assert "Begin je net?" in mail("school.startend")
    assert "Begin je net?" in mail("overig.startend")
    assert "Begin je net?" not in mail("school")
    assert "Begin je net?" not in mail("lerarenopleiding")

    back = step(editor, near, edition, f"/blokken/{block}/kant", audience="school")

    assert 'value="school" aria-pressed="true"' in back
    assert "Wie net begint</span>" not in back


def test_the_mail_is_looked_at_as_somebody_in_the_segment(
    editor: TestClient, near: Services
) -> None:
    edition, _, _ = for_starters(editor, near)
    path = edition_path(edition)

    outside = editor.get(f"{path}?kant=school").text
    inside = editor.get(f"{path}?kant=school.startend&kleur=donker").text

    assert "niet in Wie net begint" in outside
    assert f"{path}?kant=school.startend&amp;scherm=computer&amp;kleur=licht" in outside
    assert f'src="{path}/voorbeeld?kant=school&amp;' in outside
    assert f'src="{path}/voorbeeld?kant=school.startend&amp;' in inside
    assert f"{path}?kant=school&amp;scherm=computer&amp;kleur=donker" in inside
    assert f"{path}/kop?kant=school.startend&amp;" in inside


def test_the_view_stays_that_of_the_segment_when_a_form_is_sent(
    editor: TestClient, near: Services
) -> None:
    edition, block, _ = for_starters(editor, near)
    view = "?kant=school.startend&scherm=computer&kleur=licht"

    answer = post(
        editor,
        edition_path(edition, f"/blokken/{block}/plaats{view}"),
        {"version": version(near, edition), "to": "up"},
    )

    assert answer.headers["location"].startswith(
        edition_path(edition, "?kant=school.startend&scherm=computer")
    )


def test_an_unknown_segment_and_a_fourth_one_are_refused_with_a_sentence(
    editor: TestClient, near: Services
) -> None:
    edition, _, _ = for_starters(editor, near)
    blocks = [add_block(editor, near, edition) for _ in range(3)]
    for number in range(3):
        save_segment(near.db, f"rol-{number}", conditions={"role": f"rol {number}"}, now=START)

    def give(block: str, segment: str) -> str:
        path = edition_path(edition, f"/blokken/{block}/kant")
        data = {"version": version(near, edition), "segment": segment}
        return post(editor, path, data).text

    assert "Deze doelgroep bestaat niet" in give(blocks[0], "weg")
    assert give(blocks[0], "rol-0") == give(blocks[1], "rol-1") == ""
    assert "hooguit drie doelgroepen" in give(blocks[2], "rol-2")


def test_an_edition_for_readers_who_cannot_be_there_is_written_all_the_same(
    editor: TestClient, near: Services
) -> None:
    nobody = parse_expression("theme = visie and not theme = visie")
    save_segment(near.db, "niemand", conditions=nobody, name="Niemand", now=START)
    edition = begin(editor)
    with near.db.write() as session:
        session.get_one(Edition, edition).segments = ["niemand"]

    page = editor.get(edition_path(edition))
    mail = editor.get(edition_path(edition, "/voorbeeld?kant=school"))
    typed = post(editor, edition_path(edition, "/proef?kant=school"), {"subject": "Voor wie?"})

    assert (page.status_code, mail.status_code, typed.status_code) == (200, 200, 200)
