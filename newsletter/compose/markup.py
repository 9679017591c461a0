"""The little markup that editors may write: paragraphs, **bold**, *italic* and [links](https://...).

Free text may also have lists and headings; those are lines that begin with a sign, nothing nested.
Markdown is read by markdown-it with HTML off; what becomes of it is decided here, tag by tag.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from newsletter.compose.escape import clean, escape

_PARAGRAPHS: Final = re.compile(r"\n[ \t]*\n\s*")
_WEB: Final = re.compile(r"https?://[^\s/?#]+\S*", re.IGNORECASE)
_MAIL: Final = re.compile(r"mailto:[^\s@]+@[^\s@]+", re.IGNORECASE)
_HEADING: Final = re.compile(r"#{1,6}[ \t]+(.*)")
_BULLET: Final = re.compile(r"[-*\u2022][ \t]+(.*)")
_NUMBER: Final = re.compile(r"(\d{1,3})[.)][ \t]+(.*)")
_TAGS: Final = {
    "strong_open": Markup("<strong>"),
    "strong_close": Markup("</strong>"),
    "em_open": Markup("<em>"),
    "em_close": Markup("</em>"),
    "link_close": Markup("</a>"),
    "softbreak": Markup(" "),
    "hardbreak": Markup("<br />"),
}


class Form(StrEnum):
    """What a part of a text is."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    LIST = "list"
    NUMBERED = "numbered"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a text. lines: one, or the points of a list; first: the number of the first one."""

    form: Form
    lines: tuple[str, ...]
    first: int = 1


def is_link(url: str) -> bool:
    """Say whether readers may be led there: the web or a mailbox, nothing that runs."""
    return bool(_WEB.fullmatch(url) or _MAIL.fullmatch(url))


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a text, which blank lines part; [] for an empty one."""
    return [part for part in _PARAGRAPHS.split(clean(text).strip()) if part]


def parts(text: str) -> list[Part]:
    """Return the paragraphs, headings and lists of a text, in order; [] for an empty one.

    A line that begins with a sign begins a part; the lines below it, up to a blank one, belong to
    it. Points of one list may have blank lines between them.
    """
    found: list[tuple[Part, list[str]]] = []
    for paragraph in paragraphs(text):
        for part in _begun(paragraph.split("\n")):
            if found and _goes_on(found[-1][0], part):
                found[-1][1].extend(part.lines)
            else:
                found.append((part, list(part.lines)))
    return [replace(part, lines=tuple(lines)) for part, lines in found]


def _begun(lines: Sequence[str]) -> list[Part]:
    """Return the parts that these lines begin; one without a sign belongs to the part above it."""
    begun: list[tuple[Part, list[str]]] = []
    for part in (_part(line.strip(" \t")) for line in lines):
        is_below = part.form is Form.PARAGRAPH and begun and begun[-1][0].form is not Form.HEADING
        if is_below:
            begun[-1][1].extend(part.lines)
        else:
            begun.append((part, list(part.lines)))
    return [replace(part, lines=("\n".join(lines),)) for part, lines in begun]


def _part(line: str) -> Part:
    if found := _HEADING.fullmatch(line):
        return Part(Form.HEADING, (found[1],))
    if found := _BULLET.fullmatch(line):
        return Part(Form.LIST, (found[1],))
    if found := _NUMBER.fullmatch(line):
        return Part(Form.NUMBERED, (found[2],), first=int(found[1]))
    return Part(Form.PARAGRAPH, (line,))


def _goes_on(before: Part, part: Part) -> bool:
    return before.form is part.form and part.form in {Form.LIST, Form.NUMBERED}


def as_html(paragraph: str) -> Markup:
    """Return one paragraph's markup as escaped inline HTML."""
    return Markup("").join(_html(token) for token in _tokens(paragraph))


def as_text(paragraph: str) -> str:
    """Return one paragraph as plain text: words only, a link's address after its words."""
    parts: list[str] = []
    addresses: list[str] = []
    for token in _tokens(paragraph):
        if token.type == "link_open":
            addresses.append(_href(token))
        elif token.type == "link_close":
            parts.append(f" ({addresses.pop().removeprefix('mailto:')})")
        else:
            parts.append(_text(token))
    return "".join(parts)


def links(text: str) -> list[str]:
    """Return the addresses that a text links to, in order."""
    found = (token for part in paragraphs(text) for token in _tokens(part))
    return [_href(token) for token in found if token.type == "link_open"]


def quoted(text: str) -> str:
    """Return text that comes out of the markup as it went in."""
    return re.sub(r"([\\*_\[\]])", r"\\\1", text)


@cache
def _reader() -> MarkdownIt:
    reader = MarkdownIt("zero", {"html": False}).enable(["emphasis", "link", "escape", "newline"])
    reader.validateLink = is_link  # type: ignore[method-assign]  # the documented way to set it
    return reader


def _tokens(paragraph: str) -> Sequence[Token]:
    # parseInline reads the text as one paragraph: no headings, lists or rules.
    inline: Iterable[Token] = _reader().parseInline(clean(paragraph))
    return [child for token in inline for child in token.children or ()]


def _html(token: Token) -> Markup:
    if token.type == "link_open":
        return Markup('<a href="{}">').format(escape(_href(token)))
    return _TAGS.get(token.type) or escape(token.content)


def _text(token: Token) -> str:
    return {"softbreak": " ", "hardbreak": "\n"}.get(token.type, token.content)


def _href(token: Token) -> str:
    return str(token.attrs.get("href", ""))
