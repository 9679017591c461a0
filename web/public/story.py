"""The story of a practice example: Markdown by editors, with the few elements a page needs."""

from functools import cache
from typing import Final

from markdown_it import MarkdownIt
from markupsafe import Markup

from newsletter.compose.escape import clean
from newsletter.compose.markup import is_link

RULES: Final = (
    *("heading", "list", "blockquote", "lheading", "hr"),
    *("emphasis", "link", "escape", "newline", "entity", "autolink"),
)
HIGHEST: Final = 2  # the page's own title is the only h1


def story_html(text: str, *, highest: int = HIGHEST) -> Markup:
    """Return headings, paragraphs, lists and links; HTML in the text is shown as text.

    highest: the level of the highest heading in it, below the title that stands above it.
    """
    tokens = _reader().parse(clean(text))
    top = min((int(one.tag[1]) for one in tokens if one.type == "heading_open"), default=highest)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(6, int(token.tag[1]) - top + highest)}"
    html: str = _reader().renderer.render(tokens, _reader().options, {})
    return Markup(html)  # noqa: S704 - markdown-it escapes every text, and HTML is off


@cache
def _reader() -> MarkdownIt:
    reader = MarkdownIt("zero", {"html": False}).enable(list(RULES))
    reader.validateLink = is_link  # type: ignore[method-assign]  # the documented way to set it
    return reader
