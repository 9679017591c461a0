"""The blocks in an order of their own for one side, at the desk."""

import re

import pytest
from starlette.testclient import TestClient

from newsletter.store.editions import get_edition
from newsletter.wiring import Services
from tests.web.desk import add_block, advance, begin, edition_path, post, step, submitted


@pytest.fixture
def edition(editor: TestClient, near: Services) -> int:
    """An edition of three items of news, for everybody."""
    made = begin(editor)
    with near.db.write() as session:
        row = get_edition(session, made, with_blocks=True)
        row.blocks.clear()
    for title in ("Bericht een", "Bericht twee", "Bericht drie"):
        block = add_block(editor, near, made)
        advance(
            editor, near, made, f"/blokken/{block}", kind="article", title=title, teaser="Kort."
        )
    return made


def press(editor: TestClient, edition: int, rest: str, **fields: str) -> str:
    answer = post(editor, edition_path(edition, f"/verdeling/{rest}"), fields)
    assert answer.status_code == 303, answer.text
    return str(editor.get(answer.headers["location"]).text)


def button(page: str, side: str, words: str) -> str:
    """Return the block that the button with these words in the list of a side is about."""
    part = page.split(f'id="volgorde-{side}"')[1].split("</details>", maxsplit=1)[0]
    found = re.search(
        rf'value="(\d+)"[^>]*>(?:<svg.*?</svg>)?<span class="only-read">{words}<', part
    )
    assert found, words
    return found[1]


def titles(editor: TestClient, edition: int, side: str) -> list[str]:
    mail = editor.get(edition_path(edition, f"/voorbeeld?kant={side}")).text
    return list(dict.fromkeys(re.findall(r"Bericht (?:een|twee|drie)", mail.split("<body")[1])))


def test_one_side_gets_an_order_of_its_own_and_goes_back(editor: TestClient, edition: int) -> None:
    page = editor.get(edition_path(edition, "/verdeling")).text
    side = "lerarenopleiding"
    last = button(page, side, "Omhoog: Bericht drie")

    page = press(editor, edition, "volgorde", kant=side, up=last)

    assert "Het blok staat een plaats hoger, alleen voor lerarenopleidingen." in page
    assert page.count("<strong>eigen volgorde</strong>") == 1
    common = ["Bericht een", "Bericht twee", "Bericht drie"]
    assert titles(editor, edition, side) == ["Bericht een", "Bericht drie", "Bericht twee"]
    assert titles(editor, edition, "school") == titles(editor, edition, "overig") == common
    seen = editor.get(edition_path(edition, f"?kant={side}")).text
    assert "Eigen volgorde voor lerarenopleidingen." in seen
    listed = seen.split('<ol class="blocks')[1].split("</ol>")[0]
    named = dict.fromkeys(re.findall(r"Bericht (?:een|twee|drie)", listed))
    assert list(named) == titles(editor, edition, side)

    page = press(editor, edition, "gewone-volgorde", kant=side)

    assert "Voor lerarenopleidingen geldt weer de gewone volgorde." in page
    assert titles(editor, edition, side) == common


def test_the_history_tells_the_order_in_titles(editor: TestClient, edition: int) -> None:
    page = editor.get(edition_path(edition, "/verdeling")).text
    press(
        editor,
        edition,
        "volgorde",
        kant="school",
        down=button(page, "school", "Omlaag: Bericht een"),
    )

    versions = editor.get(edition_path(edition, "/versies")).text
    newest = re.search(r'href="([^"]+/versies/\d+)"', versions)
    assert newest
    told = editor.get(newest[1]).text

    assert "De volgorde voor een kant gewijzigd" in versions
    assert "Volgorde voor scholen" in told
    assert re.search(r"Bericht twee\s+Bericht een\s+Bericht drie", told)


@pytest.mark.parametrize(
    "fields", [{}, {"kant": "school"}, {"kant": "overig", "up": "1"}, {"kant": "school", "up": "x"}]
)
def test_what_the_page_does_not_offer_is_refused(
    editor: TestClient, edition: int, fields: dict[str, str]
) -> None:
    answer = post(editor, edition_path(edition, "/verdeling/volgorde"), fields)

    assert answer.status_code == 404


def test_the_order_is_for_looking_once_the_edition_is_submitted(
    editor: TestClient, near: Services
) -> None:
    page = editor.get(edition_path(submitted(editor, near), "/verdeling")).text

    assert "Volgorde per kant" in page
    assert "Omhoog" not in page


def test_in_the_mail_of_that_side_a_block_moves_in_its_order(
    editor: TestClient, near: Services, edition: int
) -> None:
    page = editor.get(edition_path(edition, "/verdeling")).text
    side = "lerarenopleiding"
    last = button(page, side, "Omhoog: Bericht drie")
    press(editor, edition, "volgorde", kant=side, up=last)

    page = step(editor, near, edition, f"/blokken/{last}/plaats?kant={side}", to="up")
    first = titles(editor, edition, side)
    advance(editor, near, edition, f"/blokken/{last}/plaats?kant=school", to="up")

    assert "Het blok is verplaatst, alleen voor lerarenopleidingen." in page
    assert first == ["Bericht drie", "Bericht een", "Bericht twee"]
    assert titles(editor, edition, side) == first
    assert titles(editor, edition, "school") == ["Bericht een", "Bericht drie", "Bericht twee"]

    above = button(
        editor.get(edition_path(edition, "/verdeling")).text, side, "Omhoog: Bericht twee"
    )
    advance(editor, near, edition, f"/blokken/{last}/plaats?kant={side}", above=above)

    assert titles(editor, edition, side) == ["Bericht een", "Bericht twee", "Bericht drie"]
