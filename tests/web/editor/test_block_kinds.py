"""Every kind that editors can fill: added, written and seen in the mail."""

from html import unescape

import pytest
from starlette.testclient import TestClient

from newsletter.compose.blocks import BLOCKS
from newsletter.wiring import Services
from tests.web.desk import add_block, begin, edition_path, step

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
        assert one.name == "image_alt" or f'name="{one.name}"' in form
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

    assert "Afbeelding staat niet in de mail" in undecided
    assert "Afbeelding staat niet in de mail" not in decorative
    assert '<option value="ja" selected>' in decorative


def first_words(text: str) -> str:
    return " ".join(text.split()[:4])
