"""Hostile text in every field: words on the public page, at the desk and in its preview."""

import re

from starlette.testclient import TestClient

from newsletter.compose.blocks import BLOCKS
from newsletter.values import EditionStatus
from newsletter.wiring import Services
from subscribers.segments import add_default_segments
from tests.newsletter.hostile import VECTORS
from tests.newsletter.skeleton import Skeleton, read
from tests.newsletter.test_hostile import free_fields
from tests.web.desk import desk, edition_path
from tests.web.public.content import Blocks, add_edition

# What no door lets in, because no database takes it, is left to the mail's own test.
STORABLE = tuple(vector for vector in VECTORS if not re.search("[\x00\ud800]", vector))
LEADS_ON = re.compile(r"(?:https?://|mailto:|[/?#]|$)")
OURS = re.compile(r"(?:http://testserver|http://127\.0\.0\.1:\d+)?/")
NONCE = re.compile(r' nonce="[\w-]+"')
RUNS = {"script", "iframe", "object", "embed", "base", "meta", "link", "style", "form", "svg"}


def test_the_page_of_an_edition_shows_hostile_words_as_words(
    client: TestClient, services: Services
) -> None:
    plain, hostile = (
        page(client, f"/archief/{add_edition(services, number, word, blocks=blocks)}")
        for number, word, blocks in ((1, "woord", filled(plain=True)), (2, VECTORS[0], filled()))
    )

    assert_harmless(hostile, plain)
    assert "<script onerror=alert(1)>" in hostile.text
    assert "{{7*7}}" in hostile.text


def test_the_desk_and_its_preview_show_hostile_words_as_words(
    client: TestClient, services: Services
) -> None:
    add_default_segments(services.db)
    editor = desk(client, services)
    plain, hostile = (
        add_edition(services, number, word, blocks=blocks, status=EditionStatus.DRAFT)
        for number, word, blocks in ((1, "woord", filled(plain=True)), (2, VECTORS[0], filled()))
    )

    for tail in ("", "/voorbeeld", "/voorbeeld?kant=school", "/versies"):
        shown = page(editor, edition_path(hostile, tail))
        assert_harmless(shown, page(editor, edition_path(plain, tail)))
    assert "<script onerror=alert(1)>" in shown.text or tail == "/versies"


def filled(*, plain: bool = False) -> Blocks:
    """Return a block for each vector, of all kinds in turn; or as many with a harmless word."""
    names = [name for name in BLOCKS if free_fields(name, "")]
    return tuple(
        (name, None, {**BLOCKS[name].blank, **BLOCKS[name].sample, **free_fields(name, word)})
        for number, vector in enumerate(STORABLE)
        for name in [names[number % len(names)]]
        for word in ["woord" if plain else vector]
    )


def page(client: TestClient, path: str) -> Skeleton:
    answer = client.get(path)
    assert answer.status_code == 200
    return read(NONCE.sub("", answer.text))


def assert_harmless(hostile: Skeleton, plain: Skeleton) -> None:
    names = {name for _, attributes in plain.tags for name in attributes}
    assert {name for _, attributes in hostile.tags for name in attributes} <= names | {"start"}
    assert {tag for tag in hostile.tags if tag[0] in RUNS} <= set(plain.tags)
    for name in ("script", "iframe", "base", "meta"):
        assert count(hostile, name) == count(plain, name)
    assert [link for link in hostile.links if not LEADS_ON.match(link)] == []
    assert [one for one in hostile.sources if not OURS.match(one)] == []


def count(shown: Skeleton, name: str) -> int:
    return sum(tag == name for tag, _ in shown.tags)
