"""The blocks of an edition against its readers: looked at, and chosen."""

import re

import pytest
from starlette.testclient import TestClient

from newsletter.store.editions import get_edition
from newsletter.wiring import Services
from subscribers.model import Segment
from subscribers.segments import save_segment
from subscribers.values import Audience
from tests.fakes import START
from tests.queries import counted
from tests.web.desk import (
    add_block,
    advance,
    begin,
    edition_path,
    make_subscriber,
    post,
    submitted,
)


def rows(page: str) -> dict[str, list[str]]:
    """Return the words in the cells of each block, by its title."""
    body = page.split("<tbody>")[1].split("</tbody>", maxsplit=1)[0]
    found = {}
    for row in body.split("<tr")[1:]:
        title = re.search(r"#bewerk\">(.*?)</a>", row)
        assert title
        cells = re.findall(r"<td[^>]*>(.*?)</td>", row, re.S)
        found[title[1]] = [" ".join(re.sub(r"<[^>]+>", " ", one).split()) for one in cells[:-1]]
    return found


def was(editor: TestClient, edition: int) -> dict[str, str]:
    """Return what the form carries of what it showed."""
    page = editor.get(edition_path(edition, "/verdeling")).text
    return dict(re.findall(r'name="(was-\d+)" value="([^"]*)"', page))


@pytest.fixture
def edition(editor: TestClient, near: Services) -> int:
    """Four blocks: for everybody, for schools, for who begins, and for nobody any more."""
    for slug, name in (("startend", "Wie net begint"), ("weg", "Weg")):
        save_segment(near.db, slug, conditions={"role": slug}, name=name, now=START)
    make_subscriber(near, "starter@example.org", Audience.SCHOOL, role="startend")
    made = begin(editor)
    with near.db.write() as session:
        row = get_edition(session, made, with_blocks=True)
        row.blocks.clear()
    given = {
        "Voor iedereen": {},
        "Voor scholen": {"audience": "school"},
        "Voor starters": {"segment": "startend"},
        "Voor niemand": {"segment": "weg"},
    }
    for title, whom in given.items():
        block = add_block(editor, near, made)
        advance(editor, near, made, f"/blokken/{block}", kind="article", title=title)
        if whom:
            advance(editor, near, made, f"/blokken/{block}/kant", **whom)
    with near.db.write() as session:
        session.delete(session.get_one(Segment, "weg"))
    return made


def test_it_says_in_words_who_gets_each_block_and_how_many_they_are(
    editor: TestClient, edition: int
) -> None:
    page = editor.get(edition_path(edition, "/verdeling")).text

    head = page.split("<thead>")[1].split("</thead>")[0]
    words = " ".join(re.sub(r"<[^>]+>", " ", head).split())
    assert words == (
        "Blok school 4 lezers lerarenopleiding 1 lezer overig 1 lezer "
        "Wie net begint 1 lezer Lezers Voor wie"
    )
    lead = " ".join(re.sub(r"<[^>]+>", "", page.split('class="lead">')[1].split("</p>")[0]).split())
    assert lead.startswith(
        "Deze editie gaat naar 6 lezers: 4 school, 1 lerarenopleiding, 1 overig. "
        "In ‘Wie net begint’ zit er 1."
    )
    assert rows(page) == {
        "Voor iedereen": ["ja", "ja", "ja", "ja", "6"],
        "Voor scholen": ["ja", "nee", "nee", "deels, 1", "4"],
        "Voor starters": ["deels, 1", "nu niemand", "nu niemand", "ja", "1"],
        "Voor niemand": ["nee", "nee", "nee", "nee", "0"],
    }


def test_what_is_wrong_stands_with_the_block(editor: TestClient, edition: int) -> None:
    page = editor.get(edition_path(edition, "/verdeling")).text

    assert page.count("matrix-wrong") == 1
    assert "Niemand krijgt “Voor niemand”: het is voor de doelgroep “weg”" in page
    assert '<option value="doelgroep.weg" selected>weg (weg)</option>' in page
    assert "voor wie niets in de editie staat" not in page


def test_readers_without_any_block_are_named(editor: TestClient, near: Services) -> None:
    edition = begin(editor)
    with near.db.write() as session:
        for block in get_edition(session, edition, with_blocks=True).blocks:
            block.audience = "school"

    page = editor.get(edition_path(edition, "/verdeling")).text

    assert "niets in de editie staat: lerarenopleiding en overig." in page


def test_the_choice_is_changed_for_several_blocks_at_once(
    editor: TestClient, near: Services, edition: int
) -> None:
    with near.db.read() as session:
        ids = [one.id for one in get_edition(session, edition, with_blocks=True).blocks]
    values = ["doelgroep.startend", "lerarenopleiding", "", "school"]
    chosen = {f"voor-{one}": value for one, value in zip(ids, values, strict=True)}

    answer = post(editor, edition_path(edition, "/verdeling"), {**was(editor, edition), **chosen})

    assert answer.headers["location"] == edition_path(edition, "/verdeling")
    assert rows(editor.get(answer.headers["location"]).text) == {
        "Voor iedereen": ["deels, 1", "nu niemand", "nu niemand", "ja", "1"],
        "Voor scholen": ["nee", "ja", "nee", "nu niemand", "1"],
        "Voor starters": ["ja", "ja", "ja", "ja", "6"],
        "Voor niemand": ["ja", "nee", "nee", "deels, 1", "4"],
    }


def test_who_saves_second_overwrites_nothing(
    editor: TestClient, near: Services, edition: int
) -> None:
    with near.db.read() as session:
        first = get_edition(session, edition, with_blocks=True).blocks[0].id
    seen = was(editor, edition)

    def give(whom: str) -> int:
        data = {**seen, f"voor-{first}": whom}
        return post(editor, edition_path(edition, "/verdeling"), data).status_code

    advance(editor, near, edition, f"/blokken/{first}/plaats", to="down")
    assert give("school") == 303
    assert give("school") == 303
    assert give("lerarenopleiding") == 409


def test_a_choice_that_the_page_does_not_offer_is_refused(
    editor: TestClient, near: Services, edition: int
) -> None:
    with near.db.read() as session:
        first = get_edition(session, edition, with_blocks=True).blocks[0].id
    for data in ({f"voor-{first}": "iedereen"}, {f"voor-{first + 99}": "school"}):
        answer = post(editor, edition_path(edition, "/verdeling"), {**was(editor, edition), **data})
        assert answer.status_code == 404


def test_it_is_for_looking_once_the_edition_is_submitted(
    editor: TestClient, near: Services
) -> None:
    edition = submitted(editor, near)

    page = editor.get(edition_path(edition, "/verdeling")).text

    assert "<select" not in page
    assert "Bewaar de verdeling" not in page
    assert "Wijzigen kan zolang de editie een concept is." in page


def test_it_asks_as_much_of_the_database_for_many_blocks_as_for_few(
    editor: TestClient, near: Services, edition: int
) -> None:
    path = edition_path(edition, "/verdeling")
    with counted(near.db.engine) as few:
        editor.get(path)
    for _ in range(4):
        add_block(editor, near, edition)
    with counted(near.db.engine) as many:
        editor.get(path)

    assert len(many) == len(few)


def test_the_page_of_the_edition_leads_to_it(editor: TestClient, edition: int) -> None:
    path = edition_path(edition)

    assert f'href="{path}/verdeling"' in editor.get(path).text
