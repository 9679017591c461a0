"""Every kind of block: registered whole, shown in a gallery, deaf to hostile content."""

import re
from functools import cache
from html import unescape
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from newsletter.compose.blocks import BLOCKS, FIXED, KINDS
from newsletter.compose.editions import EDITION_KINDS
from newsletter.compose.escape import clean, escape, readable
from newsletter.compose.render import Renderer
from newsletter.compose.sections import SECTIONS
from newsletter.compose.templates import TEMPLATES
from newsletter.cut import Cut
from newsletter.identity import Organisation
from newsletter.values import BlockContent, EditionKind
from tests.newsletter.compose import samples
from tests.newsletter.compose.samples import BASE

RENDER = Renderer(organisation=Organisation(), base_url=BASE)
SAMPLE = {
    name: BlockContent(1, name, None, {**kind.blank, **kind.sample})
    for name, kind in BLOCKS.items()
}
HOSTILE = [
    "<script>alert(1)</script>",
    '" onmouseover="alert(1)',
    "' onerror='alert(1)",
    "{{7*7}}",
    "{% raw %}",
    "<mj-raw><b>",
    "</mj-text></mj-column>",
    "a & b &amp; c",
    "I <3 school",
    "<!-- x --> ]]> <![CDATA[",
    "éé 👩‍🏫 ﬁ",
    "nul\x00 en \x07bel \x85 \x1b[0m",
    "niet\ufffeteken\uffff",
    "om\u202egekeerd\u2066 \u200f",
    "\\u{ad} \\ \u00ad\u200d\u0301",
    "regel\r\neen\u2028twee",
    "\ud800los",
    "javascript:alert(1)",
    "[x](javascript:alert(1)) **b**",
]
SAYS = {
    "intro": "Samen opleiden gaat vaak over uren",
    "quote": "Ik dacht dat ik de student iets leerde.",
    "divider": "",
}
NEEDS = {"event", "congress", "image"}  # a date or a picture: without it there is nothing to show
# Fields with a form of their own: no free text, and anything else in them is refused.
FORMED = {
    "starts_at",
    "ends_at",
    "register_by",
    "published_on",
    "all_day",
    "lead",
    "programme",
    "audiences",
    "item_id",
    "picture",
    "decorative",
}
ELEMENTS: dict[str, set[str]] = {
    "mjml": {"lang", "dir"},
    "mj-head": set(),
    "mj-title": set(),
    "mj-preview": set(),
    "mj-attributes": set(),
    "mj-all": {"font-family"},
    "mj-class": {
        "name",
        "font-size",
        "line-height",
        "color",
        "background-color",
        "css-class",
        "width",
        "padding",
        "inner-padding",
        "text-align",
        "border",
    },
    "mj-raw": set(),
    "mj-style": set(),
    "mj-body": {"width", "background-color", "css-class"},
    "mj-section": {"css-class", "background-color", "padding"},
    "mj-column": {"width"},
    "mj-spacer": {"height"},
    "mj-text": {"mj-class", "css-class", "padding", "font-size", "line-height", "color"},
    "mj-image": {
        "css-class",
        "padding",
        "src",
        "alt",
        "width",
        "align",
        "border-radius",
    },
    "mj-button": {
        "mj-class",
        "css-class",
        "href",
        "padding",
        "inner-padding",
        "align",
        "font-size",
        "font-weight",
        "line-height",
        "border-radius",
        "background-color",
        "color",
    },
    "meta": {"name", "content"},
    "table": {"role", "width", "cellpadding", "cellspacing", "border"},
    "tr": {"style"},
    "td": {"class", "style", "width", "align"},
    "h1": {"class", "style"},
    "h2": {"id", "style"},
    "h3": {"class", "style"},
    "h4": {"style"},
    "p": {"class", "style"},
    "span": {"class", "style"},
    "strong": {"class", "style"},
    "em": set(),
    "br": set(),
    "ul": {"style"},
    "ol": {"start", "style"},
    "li": {"style"},
    "a": {"href", "style"},
    "img": {"src", "width", "alt", "style"},
}


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_registered_kind_is_whole(kind: Any) -> None:
    assert (BLOCKS if kind.from_whole is None else FIXED)[kind.name] is kind
    assert kind.section in {"", *SECTIONS}
    assert {field.name for field in kind.editable} <= set(kind.blank)
    assert all(field.label for field in kind.editable)
    assert kind.purpose.endswith(".")
    assert set(kind.sample) <= set(kind.blank)
    assert bool(kind.from_item) == bool(kind.item_kinds)
    assert (TEMPLATES / "blocks" / kind.name / "block.mjml").is_file()
    assert (TEMPLATES / "blocks" / kind.name / "block.txt").is_file()


def test_every_block_template_belongs_to_a_kind() -> None:
    assert {path.name for path in (TEMPLATES / "blocks").iterdir()} == set(KINDS)


@pytest.mark.parametrize("kind", EditionKind)
def test_kind_of_edition_is_whole(kind: EditionKind) -> None:
    assert EDITION_KINDS[kind].label
    assert (TEMPLATES / "editions" / f"{kind}.mjml").is_file()
    assert (TEMPLATES / "editions" / f"{kind}.txt").is_file()


@pytest.mark.parametrize("edition_kind", EditionKind)
@pytest.mark.parametrize("name", BLOCKS)
def test_gallery_shows_each_block_in_each_edition(name: str, edition_kind: EditionKind) -> None:
    shown = SAMPLE[name]
    edition = samples.newsletter(kind=edition_kind, blocks=(shown,))
    rendered = RENDER(edition, Cut(shown.audience))

    said = [name for name in ("title", "words", "caption") if name in shown.fields]
    title = str(shown.fields[said[0]]) if said else SAYS[name]
    assert rendered.problems == ()
    assert title in unescape(rendered.html)
    assert title in " ".join(rendered.text.split())


@pytest.mark.parametrize("name", sorted(set(BLOCKS) - NEEDS))
def test_blank_block_can_be_shown(name: str) -> None:
    blank = BlockContent(1, name, None, {})

    assert RENDER(samples.newsletter(blocks=(blank,)), Cut(None)).problems == ()


@pytest.mark.parametrize("edition_kind", EditionKind)
def test_templates_use_what_mjml_and_clients_know(edition_kind: EditionKind) -> None:
    blocks = (*samples.newsletter_blocks(), *SAMPLE.values())
    mjml = RENDER.mjml(samples.newsletter(kind=edition_kind, blocks=blocks), Cut(samples.SCHOOL))

    wrong = [
        (element.tag, name)
        for element in ET.fromstring(mjml).iter()  # noqa: S314 - our own templates
        for name in [*element.keys(), None]
        if element.tag not in ELEMENTS or (name and name not in ELEMENTS[element.tag])
    ]
    assert wrong == []


def test_templates_hold_no_name_address_or_colour() -> None:
    whole = "".join(path.read_text("utf-8") for path in TEMPLATES.rglob("*.*") if path.is_file())

    assert re.findall(r"#[0-9a-fA-F]{6}\b|Steunpunt|[\w.]+@[\w.]+\.\w+|https?://", whole) == []


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("name", BLOCKS)
def test_hostile_text_stays_text_in_every_field(name: str, text: str) -> None:
    for field in _free_fields(name):
        _assert_harmless(name, {field: text})


@settings(max_examples=40, deadline=None)
@given(
    name=st.sampled_from(sorted(BLOCKS)),
    text=st.lists(
        st.one_of(st.text(max_size=12), st.sampled_from(HOSTILE)), min_size=1, max_size=4
    ).map("".join),
)
def test_any_text_stays_text_in_all_fields(name: str, text: str) -> None:
    assume(name != "image" or _words(text))  # a picture without a description is refused
    _assert_harmless(name, dict.fromkeys(_free_fields(name), text))


@settings(max_examples=40, deadline=None)
@given(text=st.one_of(st.text(max_size=30), st.sampled_from(HOSTILE)))
def test_any_text_stays_text_in_the_head(text: str) -> None:
    edition = samples.newsletter(subject=text, preheader=text, title=text)

    rendered = RENDER(edition, Cut(None))

    word = "x" if _words(text) else ""
    plain = samples.newsletter(subject=word, preheader=word, title=word)
    assert _skeleton(rendered.html) == _skeleton(RENDER(plain, Cut(None)).html)
    assert _words(text) in _words(_text(rendered.html))
    assert "\n" not in rendered.subject


@settings(max_examples=200, deadline=None)
@given(text=st.text())
def test_escaping_loses_nothing_but_what_is_no_text(text: str) -> None:
    escaped = escape(text)

    assert escaped.isascii()
    assert not set('"<>\\') & set(escaped)
    assert unescape(escaped) == unescape(readable(escaped)) == clean(text)


def _free_fields(name: str) -> list[str]:
    return [field for field in BLOCKS[name].blank if field not in FORMED]


def _assert_harmless(name: str, fields: dict[str, Any]) -> None:
    for other in ({}, {"lead": False}) if name == "article" else ({},):
        _assert_as_harmless_as_a_word(name, fields, other)


def _assert_as_harmless_as_a_word(name: str, fields: dict[str, Any], other: dict[str, Any]) -> None:
    shown = {**SAMPLE[name].fields, **other}
    hostile = BlockContent(1, name, None, {**shown, **fields})

    rendered = RENDER(samples.newsletter(blocks=(hostile,)), Cut(None))

    extra = set(_skeleton(rendered.html)) - _tags_with_a_word(name, tuple(fields), tuple(other))
    assert extra == set()
    assert rendered.problems == ()
    assert not re.search(r'href="(?!https?:|mailto:|slot)', rendered.html)
    for part in (rendered.html, escape(rendered.text)):
        if "title" in fields:
            assert _words(fields["title"]) in _words(_text(part))
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff\u202e\ud800]", part)


@cache
def _tags_with_a_word(
    name: str, fields: tuple[str, ...], other: tuple[str, ...]
) -> set[tuple[str, tuple[str, ...]]]:
    as_it_is = {**SAMPLE[name].fields, **dict.fromkeys(other, False)}
    with_a_word = {**as_it_is, **dict.fromkeys(fields, "woord")}
    plain = [BlockContent(1, name, None, shown) for shown in (as_it_is, with_a_word)]
    pages = [RENDER(samples.newsletter(blocks=(one,)), Cut(None)).html for one in plain]
    return {*_MARKUP, *(tag for page in pages for tag in _skeleton(page))}


# What editors' own markup may bring in, and an address that becomes a link.
_MARKUP = {
    ("strong", ()),
    ("em", ()),
    ("br", ()),
    ("a", ("href", "style")),
    ("ul", ("style",)),
    ("ol", ("start", "style")),
    ("li", ("style",)),
    ("p", ("style",)),
    ("h3", ("style",)),
}


def _skeleton(html: str) -> list[tuple[str, tuple[str, ...]]]:
    reader = _Skeleton()
    reader.feed(html)
    return reader.tags


def _text(html: str) -> str:
    reader = _Skeleton()
    reader.feed(html)
    return "".join(reader.texts)


def _words(text: str) -> str:
    return " ".join(clean(text).split())


class _Skeleton(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(sorted(name for name, _ in attrs))))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
