"""The gallery: every kind of block can be looked at, in both schemes, as mail and as text."""

from html import unescape

import pytest
from starlette.testclient import TestClient

from newsletter.compose.blocks import KINDS
from tests.web.desk import begin, edition_path

GALLERY = "/redactie/blokken"


def test_gallery_shows_every_kind_in_a_frame(editor: TestClient) -> None:
    page = unescape(editor.get(f"{GALLERY}?scherm=telefoon&kleur=donker").text)

    for name, kind in KINDS.items():
        assert kind.label in page
        assert kind.purpose in page
        assert f'src="{GALLERY}/{name}/voorbeeld?kleur=donker"' in page
    assert page.count("frame-phone") == len(KINDS)


@pytest.mark.parametrize("name", KINDS)
def test_kind_has_a_page_with_its_fields_and_its_text(editor: TestClient, name: str) -> None:
    kind = KINDS[name]

    page = unescape(editor.get(f"{GALLERY}/{name}").text)

    assert f"<h1>{kind.label}</h1>" in page
    assert kind.purpose in page
    for field in kind.editable:
        assert f"<strong>{'Foto' if field.picture else field.label}</strong>" in page
        assert field.picture or field.help in page
    assert "<pre" in page


@pytest.mark.parametrize(("scheme", "condition"), [("licht", "not all"), ("donker", "all")])
def test_sample_takes_the_asked_scheme_and_runs_nothing(
    editor: TestClient, scheme: str, condition: str
) -> None:
    answer = editor.get(f"{GALLERY}/quote/voorbeeld?kleur={scheme}")

    assert answer.status_code == 200
    assert f"@media {condition} {{" in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("rest", ["", "/voorbeeld"])
def test_unknown_kind_has_no_page(editor: TestClient, rest: str) -> None:
    assert editor.get(f"{GALLERY}/bestaat-niet{rest}").status_code == 404


def test_gallery_is_found_where_blocks_are_added(editor: TestClient) -> None:
    assert f'href="{GALLERY}"' in editor.get(edition_path(begin(editor))).text


def test_gallery_is_for_the_desk(client: TestClient) -> None:
    for path in (GALLERY, f"{GALLERY}/quote", f"{GALLERY}/quote/voorbeeld"):
        assert client.get(path, follow_redirects=False).status_code == 303
