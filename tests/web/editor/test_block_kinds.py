"""Every kind that editors can fill: added, written and seen in the mail."""

import re
from datetime import timedelta
from html import unescape

import pytest
from httpx import Response
from starlette.testclient import TestClient

from feeds.pictures import erase_unused
from newsletter.compose.blocks import BLOCKS
from newsletter.wiring import Services
from tests.feeds.pictures import picture
from tests.web.desk import (
    add_block,
    advance,
    begin,
    block_mark,
    edition_path,
    post,
    step,
    token,
    version,
)

FILLED = sorted(name for name, kind in BLOCKS.items() if "starts_at" not in kind.blank)


@pytest.mark.parametrize("name", FILLED)
def test_kind_is_added_written_and_seen_in_the_mail(
    editor: TestClient, near: Services, name: str
) -> None:
    kind = BLOCKS[name]
    edition = begin(editor)

    block = add_block(editor, near, edition, name)
    written = {one.name: kind.sample.get(one.name, "") for one in kind.editable}
    form = unescape(step(editor, near, edition, f"/blokken/{block}", kind=name, **written))
    mail = unescape(editor.get(edition_path(edition, "/voorbeeld?kant=school")).text)

    assert kind.purpose in form
    for one in kind.editable:
        if not one.of_picture:
            assert f'name="{one.name}"' in form
            assert one.help in form
    for field in ("title", "text", "caption"):
        assert first_words(str(written.get(field, ""))) in mail


def test_picture_that_nobody_described_stays_out_and_stops_the_edition(
    editor: TestClient, near: Services
) -> None:
    edition = begin(editor)
    block = add_block(editor, near, edition, "image")
    fields = {**BLOCKS["image"].sample, "alt": ""}

    undecided = step(editor, near, edition, f"/blokken/{block}", kind="image", **fields)
    decorative = step(
        editor, near, edition, f"/blokken/{block}", kind="image", **fields, decorative="ja"
    )

    assert "is niet beschreven wat erop te zien is" in undecided
    assert "is niet beschreven wat erop te zien is" not in decorative
    assert '<option value="ja" selected>' in decorative


def test_chosen_picture_is_kept_for_ever_and_stands_in_the_mail(
    editor: TestClient, near: Services
) -> None:
    edition = begin(editor)
    block = add_block(editor, near, edition, "image")
    fields = {"kind": "image", "alt": "Een klas", "seen": block_mark(near, int(block))}

    saved = send_file(editor, edition, block, fields, picture())
    form = editor.get(saved.headers["location"]).text
    path = re.findall(r'name="picture" type="text" value="(/beeld/[^"]+)"', form)[0]
    mail = editor.get(edition_path(edition, "/voorbeeld?kant=school")).text
    with near.db.write() as session:
        erase_unused(session, before=near.clock() + timedelta(days=30))
    shown = editor.get(path)

    assert f'src="{near.settings.base_url}{path}"' in mail
    assert 'alt="Een klas"' in mail
    assert f'<img class="photo photo-small" src="{path}"' in form
    assert 'class="only-read">:</span></span><br>Een klas</a>' in form
    assert shown.status_code == 200
    assert shown.headers["Content-Type"].startswith("image/")


def test_file_that_is_no_picture_is_refused_and_no_word_is_lost(
    editor: TestClient, near: Services
) -> None:
    edition = begin(editor)
    block = add_block(editor, near, edition, "image")
    fields = {"kind": "image", "alt": "Een klas", "seen": block_mark(near, int(block))}

    refused = send_file(editor, edition, block, fields, b"<svg onload=alert(1)>")

    assert refused.status_code == 422
    assert "Dit bestand kunnen we niet tonen." in refused.text
    assert "Een klas</textarea>" in refused.text


def send_file(
    editor: TestClient, edition: int, block: str, fields: dict[str, str], document: bytes
) -> Response:
    """Save a block with a file beside its fields, as a browser does."""
    answer: Response = editor.post(
        edition_path(edition, f"/blokken/{block}"),
        data={**fields, "csrf": token(editor)},
        files={"picture_file": ("klas.jpg", document, "image/jpeg")},
    )
    return answer


def first_words(text: str) -> str:
    return " ".join(text.split()[:4])


def test_fixed_block_is_left_out_and_put_back(editor: TestClient, near: Services) -> None:
    edition = begin(editor)

    out = step(editor, near, edition, "/vast/colofon/weg")
    mail_without = editor.get(edition_path(edition, "/voorbeeld")).text
    told = editor.get(edition_path(edition, "/versies")).text
    back = step(editor, near, edition, "/vast/colofon/terug")
    mail_with = editor.get(edition_path(edition, "/voorbeeld")).text

    assert "Colofon (weggelaten)" in out
    assert ">Colofon</h2>" not in mail_without
    assert "kop gewijzigd" in told
    assert "(weggelaten)" not in back
    assert ">Colofon</h2>" in mail_with


@pytest.mark.parametrize("name", ["footer", "masthead", "intro"])
def test_what_cannot_be_left_out_has_no_address(
    editor: TestClient, near: Services, name: str
) -> None:
    edition = begin(editor)
    form = {"version": version(near, edition)}

    assert post(editor, edition_path(edition, f"/vast/{name}/weg"), form).status_code == 404


def test_news_item_becomes_the_opening_and_tells_of_its_picture(
    editor: TestClient, near: Services
) -> None:
    edition = begin(editor)
    block = add_block(editor, near, edition)
    fields = {
        "title": "Een eigen bericht",
        "image": "/static/mail/twee-huizen.png",
        "image_alt": "Twee huizen.",
        "caption": "Onze tekening.",
    }
    written = step(editor, near, edition, f"/blokken/{block}", kind="article", **fields)
    news = editor.get(edition_path(edition, "/voorbeeld")).text
    opened = step(editor, near, edition, f"/blokken/{block}/opening")
    opening = editor.get(edition_path(edition, "/voorbeeld")).text
    advance(editor, near, edition, f"/blokken/{block}/gewoon")

    assert "Maak dit de opening" in written
    assert "Zet bij het nieuws" in opened
    assert "Onze tekening." not in news
    assert "Onze tekening." in opening
    assert "Onze tekening." not in editor.get(edition_path(edition, "/voorbeeld")).text
