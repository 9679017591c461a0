"""The front page: the last edition's opening, the form, the next dates, examples and themes."""

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from starlette.responses import Response

from feeds import shown
from feeds.model import Theme
from feeds.themes import list_themes
from newsletter.store import published
from newsletter.store.editions import content_of
from web.pages import Call, page
from web.public.consent_texts import FRONT
from web.public.events import read_events, today
from web.public.examples import read_example
from web.public.reading import read_edition
from web.public.signup import new_stamp
from web.public.signup_form import consent_text

DATES: Final = 4
EXAMPLES: Final = 3


def show_front(call: Call) -> Response:
    """Show what a visitor comes for, and how to get it by mail."""
    with call.services.db.read() as session:
        edition = published.latest_published(session)
        upcoming = shown.events_from(session, today(call.now))
        examples = shown.practice_examples(session, limit=EXAMPLES)
        example_count = shown.count_practice_examples(session)
        themes = list_themes(session)
    settings = call.services.settings
    events = [one for one in read_events(upcoming) if not one.cancelled]
    return page(
        call,
        "public/front.html",
        issue=read_edition(content_of(edition), settings) if edition else None,
        events=events[:DATES],
        examples=[read_example(item) for item in examples],
        example_count=example_count,
        themes=by_group(themes),
        theme_count=len(themes),
        consent_text=consent_text(call, FRONT),
        stamp=new_stamp(call),
    )


def by_group(themes: Sequence[Theme]) -> list[tuple[str, list[str]]]:
    """Return the labels of themes, in their order, under the name of their group."""
    groups = groupby(themes, key=lambda theme: theme.group)
    return [(group, [theme.label for theme in members]) for group, members in groups]
