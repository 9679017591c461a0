"""Practice examples: the list, and one as a page."""

from typing import Final

from starlette.responses import Response

from feeds import shown
from feeds.themes import list_themes
from feeds.values import ItemKind
from web.pages import Call, page
from web.public.events import theme_labels
from web.public.examples import read_example
from web.public.paging import read_pages

PAGE_SIZE: Final = 100  # mails point at a place in this list: nearly always it is one page
OTHERS: Final = 3


def show_examples(call: Call) -> Response:
    """Show the examples, newest first."""
    with call.services.db.read() as session:
        count = shown.count_practice_examples(session)
        pages = read_pages(call.query, path="/praktijkvoorbeelden", count=count, size=PAGE_SIZE)
        items = shown.practice_examples(session, limit=PAGE_SIZE, offset=pages.offset)
    examples = [read_example(item) for item in items]
    return page(call, "public/practice_list.html", examples=examples, pages=pages)


def show_example(call: Call) -> Response:
    """Show one example, and a few others."""
    with call.services.db.read() as session:
        item = shown.get_shown(session, call.number("example"), ItemKind.PRACTICE)
        newest = shown.practice_examples(session, limit=OTHERS + 1)
        themes = {theme.slug: theme.label for theme in list_themes(session)}
    others = [read_example(other) for other in newest if other.id != item.id]
    return page(
        call,
        "public/practice.html",
        example=read_example(item, item.image),
        themes=theme_labels(item.themes, themes),
        others=others[:OTHERS],
    )
