"""Hostile text in every field at once: it comes out as text in the mail and in its raw bytes."""

import re
from collections.abc import Iterable
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cache

import pytest

from newsletter.compose.blocks import BLOCKS
from newsletter.compose.escape import clean_line
from newsletter.compose.render import Renderer
from newsletter.cut import Cut
from newsletter.identity import Organisation
from newsletter.send.mail.sample import sample_message
from newsletter.settings import read_settings
from newsletter.values import BlockContent, EditionContent, EditionKind, Rendered, Slot
from tests.fakes import START
from tests.newsletter.compose import samples
from tests.newsletter.compose.samples import BASE
from tests.newsletter.hostile import VECTORS
from tests.newsletter.skeleton import Tag, read

pytestmark = pytest.mark.long

RENDER = Renderer(organisation=Organisation(), base_url=BASE)
MEGABYTE = 1_000_000
NOBODY = Cut(None)  # a reader of neither side
# What an editor's own markup and an address may become; these carry no words of others as a name.
OF_MARKUP = {"a", "strong", "em", "br", "ul", "ol", "li", "p", "h3"}


@pytest.mark.parametrize("vector", VECTORS)
def test_a_hostile_text_in_every_field_is_text_in_every_part_of_the_mail(vector: str) -> None:
    rendered = RENDER(edition_of(vector), NOBODY)
    said = " ".join(clean_line(vector).split())

    page = read(rendered.html)
    assert strange(page.tags) == set()
    ours = re.compile(
        rf"https://|mailto:|{rendered.marker}({'|'.join(Slot)})x(\?antwoord=\d|/waarom)?$|$"
    )
    assert [link for link in page.links if not ours.match(link)] == []
    assert {one for one in page.sources if not one.startswith(f"{BASE}/")} == set()
    assert said in page.text
    assert said in " ".join(rendered.text.split())
    assert rendered.subject == rendered.preheader == said
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", rendered.text)


def test_no_hostile_subject_adds_a_header() -> None:
    plain = parsed(RENDER(samples.newsletter(subject="woord", blocks=()), NOBODY))

    for vector in VECTORS:
        hostile = parsed(RENDER(samples.newsletter(subject=vector, blocks=()), NOBODY))
        assert hostile.keys() == plain.keys(), vector
        assert not hostile.defects, vector
        assert [one.get_content_type() for one in hostile.walk()] == [
            "multipart/alternative", "text/plain", "text/html"
        ], vector  # fmt: skip


@pytest.mark.sweep
def test_ten_megabytes_of_text_are_still_text() -> None:
    sentence, times = "Samen <b>opleiden</b> & leren.", 10 * MEGABYTE // 31
    short, long = (
        samples.newsletter(blocks=(samples.block(1, "text", title="Lang", text=text),))
        for text in (sentence, f"{sentence} " * times)
    )

    page = read(RENDER(long, NOBODY).html)

    assert set(page.tags) == set(read(RENDER(short, NOBODY).html).tags)
    assert page.text.count(sentence) == times


def edition_of(word: str) -> EditionContent:
    """Return an edition with each kind of block, and in all free fields this word."""
    blocks = tuple(
        BlockContent(number, name, None, {**kind.blank, **kind.sample, **free_fields(name, word)})
        for number, (name, kind) in enumerate(BLOCKS.items(), 1)
    )
    return samples.newsletter(subject=word, preheader=word, title=word, blocks=blocks)


def free_fields(name: str, word: str) -> dict[str, str]:
    kind = BLOCKS[name]
    formed = {field.name for field in kind.editable if field.choices} | {"picture"}
    return {
        field: word
        for field, sample in {**kind.blank, **kind.sample}.items()
        if isinstance(sample, str) and field not in formed and not is_moment(field)
    }


def is_moment(field: str) -> bool:
    return field.endswith(("_at", "_on", "_by"))


def strange(tags: Iterable[Tag]) -> set[Tag]:
    """Return the tags that an edition with a harmless word does not have."""
    return {tag for tag in set(tags) - harmless() if not is_of_markup(tag)}


@cache
def harmless() -> frozenset[Tag]:
    return frozenset(read(RENDER(edition_of("woord"), NOBODY).html).tags)


def is_of_markup(tag: Tag) -> bool:
    name, attributes = tag
    return name in OF_MARKUP and set(attributes) <= {"href", "style", "start"}


def parsed(rendered: Rendered) -> EmailMessage:
    settings = read_settings({"NEWSLETTER_BASE_URL": BASE})
    raw = sample_message(rendered, settings, edition_id=14, kind=EditionKind.NEWSLETTER, now=START)
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message
