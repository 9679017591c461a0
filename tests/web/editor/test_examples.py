"""Practice examples by editors: the form, its preview, the photo, off the site and back."""

import re
from typing import Any

import pytest
from httpx import Response
from sqlalchemy import func, select
from starlette.testclient import TestClient

from feeds import examples
from feeds.examples import Example, example_in, get_own
from feeds.model import Image, Item
from feeds.themes import add_default_themes
from feeds.values import ItemStatus
from newsletter.wiring import Services
from tests.factories import judge_item
from tests.fakes import START
from tests.feeds.pictures import picture, with_exif
from tests.queries import counted
from tests.web.desk import desk, post, token

LIST = "/redactie/voorbeelden"
NEW = f"{LIST}/nieuw"
FORM: dict[str, Any] = {
    "title": "Klein beginnen",
    "question": "Waar begin je?",
    "approach": "Met één vak.",
    "result": "Nu doen er vijf mee.",
    "story": "## Hoe het begon\n\nMet **één** vak.",
    "contact": "Coördinator, brug@example.org",
    "partnership": "Opleidingsschool De Brug",
    "links": "https://example.org/kaart.pdf",
    "audience": "school",
    "themes": ["visie"],
}
PHOTO = {"photo": ("foto.jpg", with_exif(), "image/jpeg")}


@pytest.fixture
def editor(client: TestClient, services: Services) -> TestClient:
    add_default_themes(services.db)
    return desk(client, services)


def send(editor: TestClient, path: str, files: Any = None, **fields: Any) -> Response:
    data = {**FORM, "actie": "bewaar", "csrf": token(editor), **fields}
    answer: Response = editor.post(path, data=data, files=files)
    return answer


def written(services: Services, item_id: int = 1) -> Example:
    with services.db.read() as session:
        return example_in(get_own(session, item_id))


def mark_on(page: str) -> str:
    found = re.search(r'name="mark" value="(\w*)"', page)
    assert found is not None
    return found[1]


def count_items(services: Services) -> int:
    with services.db.read() as session:
        return session.scalar(select(func.count()).select_from(Item)) or 0


def test_an_example_is_written_shown_and_changed(editor: TestClient, services: Services) -> None:
    answer = send(editor, NEW, PHOTO, image_alt="Een schoolplein", with_image="yes")

    assert answer.headers["location"] == f"{LIST}/1"
    example = written(services)
    assert (example.title, example.audiences, example.themes) == (
        "Klein beginnen",
        ("school",),
        ("visie",),
    )
    public = editor.get("/praktijkvoorbeelden/1").text
    assert "<h2>Hoe het begon</h2>" in public
    assert 'alt="Een schoolplein"' in public
    assert 'href="mailto:brug@example.org"' in public
    assert 'href="https://example.org/kaart.pdf"' in public
    assert "Waar begin je?" in editor.get("/praktijkvoorbeelden").text
    assert "Klein beginnen" in editor.get(LIST).text

    page = editor.get(f"{LIST}/1").text
    kept = {"mark": mark_on(page), "image": example.image, "with_image": "yes"}
    send(editor, f"{LIST}/1", title="Groot eindigen", image_alt="Een plein", **kept)
    assert (written(services).title, written(services).image) == ("Groot eindigen", example.image)
    assert "Groot eindigen" in editor.get("/praktijkvoorbeelden/1").text


def test_a_preview_keeps_what_was_chosen_and_makes_nothing_public(
    editor: TestClient, services: Services
) -> None:
    shown = send(editor, NEW, PHOTO, image_alt="Een schoolplein", actie="bekijk")

    assert shown.status_code == 200
    assert count_items(services) == 0
    assert "<h4>Hoe het begon</h4>" in shown.text
    digest = re.search(r'name="image" value="(\w{64})"', shown.text)
    assert digest is not None
    image = f"/beeld/{digest[1]}.jpg"
    assert f'src="/redactie{image}"' in shown.text
    assert editor.get(f"/redactie{image}").status_code == 200
    assert editor.get(image).status_code == 404

    chosen = {"image": digest[1], "with_image": "yes", "image_alt": "Een schoolplein"}
    send(editor, NEW, **chosen)
    assert written(services).image == digest[1]
    assert editor.get(image).status_code == 200


@pytest.mark.parametrize(
    ("files", "wrong", "sentence"),
    [
        (None, {"title": ""}, "Geef het voorbeeld een titel."),
        (None, {"links": "ftp://example.org/"}, "geen webadres"),
        (PHOTO, {"image_alt": ""}, "wat er op de foto te zien is"),
        ({"photo": ("x.svg", b"<svg/>", "image/svg+xml")}, {}, "kunnen we niet tonen"),
        ({"photo": ("x.jpg", picture()[:400], "image/jpeg")}, {}, "konden we niet lezen"),
    ],
)
def test_a_mistake_is_named_and_nothing_is_lost(
    editor: TestClient, services: Services, files: Any, wrong: dict[str, str], sentence: str
) -> None:
    answer = send(editor, NEW, files, **wrong)

    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'value="Opleidingsschool De Brug"' in answer.text
    assert count_items(services) == 0


def test_a_picture_can_be_left_out_again(editor: TestClient, services: Services) -> None:
    send(editor, NEW, PHOTO, image_alt="Een schoolplein")
    kept = {"mark": mark_on(editor.get(f"{LIST}/1").text), "image": written(services).image}

    send(editor, f"{LIST}/1", **kept)

    assert written(services).image == ""
    assert "<img" not in editor.get("/praktijkvoorbeelden/1").text.split("<main")[1]


def test_a_made_up_picture_is_no_picture(editor: TestClient, services: Services) -> None:
    send(editor, NEW, image="f" * 64, with_image="yes", image_alt="Iets")

    assert written(services).image == ""


def test_of_two_editors_the_second_keeps_the_text_and_decides(
    editor: TestClient, services: Services
) -> None:
    send(editor, NEW)
    stale = mark_on(editor.get(f"{LIST}/1").text)
    for _ in range(2):  # the button pressed twice
        first = send(editor, f"{LIST}/1", title="Van de eerste", mark=stale)
        assert first.status_code == 303

    answer = send(editor, f"{LIST}/1", title="Van de tweede", mark=stale)

    assert answer.status_code == 422
    assert "Iemand anders wijzigde dit intussen." in answer.text
    assert 'value="Van de tweede"' in answer.text
    assert '<dt>Titel</dt><dd class="as-typed">Van de eerste</dd>' in answer.text
    send(editor, f"{LIST}/1", title="Van de tweede", mark=mark_on(answer.text))
    assert written(services).title == "Van de tweede"


def test_an_example_goes_off_the_site_and_comes_back(
    editor: TestClient, services: Services
) -> None:
    send(editor, NEW)

    post(editor, f"{LIST}/1/weg")
    assert editor.get("/praktijkvoorbeelden/1").status_code == 404
    assert "niet op de site" in editor.get(LIST).text
    post(editor, f"{LIST}/1/terug")
    assert editor.get("/praktijkvoorbeelden/1").status_code == 200


def test_pictures_are_given_with_manners(editor: TestClient, services: Services) -> None:
    send(editor, NEW, PHOTO, image_alt="Een schoolplein")
    digest = written(services).image

    answer = editor.get(f"/beeld/{digest}.jpg")

    with services.db.read() as session:
        assert answer.content == session.scalar(select(Image.content))
    headers = {name: answer.headers[name] for name in ("content-type", "x-content-type-options")}
    assert headers == {"content-type": "image/jpeg", "x-content-type-options": "nosniff"}
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    for name in (f"{digest}.png", f"{digest.upper()}.jpg", f"{digest}", "x.jpg", f"{'0' * 64}.jpg"):
        assert editor.get(f"/beeld/{name}").status_code == 404
        assert editor.get(f"/redactie/beeld/{name}").status_code == 404
    judge_item(services.db, 1, ItemStatus.REFUSED)
    assert editor.get(f"/beeld/{digest}.jpg").status_code == 404
    assert editor.get(f"/redactie/beeld/{digest}.jpg").headers["cache-control"] == "no-store"
    editor.cookies.clear()
    assert editor.get(f"/redactie/beeld/{digest}.jpg").status_code == 303


def test_hostile_words_are_words(editor: TestClient, services: Services) -> None:
    script = "<script>alert(1)</script>"
    hostile = f'{script}" onload="x [k](javascript:alert(1)) {{{{ 7*7 }}}}'
    texts = set(FORM) - {"links", "audience", "themes"}
    send(editor, NEW, **dict.fromkeys(texts, hostile))

    for path in (LIST, f"{LIST}/1", "/praktijkvoorbeelden/1", "/praktijkvoorbeelden"):
        page = editor.get(path).text
        assert script not in page
        assert 'href="javascript' not in page
        assert "7*7" in page


def test_a_list_needs_as_many_queries_for_three_rows_as_for_one(
    editor: TestClient, services: Services
) -> None:
    examples.add_example(services.db, Example("Rij 1"), now=START)
    editor.get(LIST)
    with counted(services.db.engine) as one:
        editor.get(LIST)
    for number in (2, 3):
        examples.add_example(services.db, Example(f"Rij {number}"), now=START)
    with counted(services.db.engine) as three:
        page = editor.get(LIST).text

    assert "Rij 3" in page
    assert len(three) == len(one)
