"""Which themes and audience an item seems to have, and why: editors can change it. Pure.

A reason is kept with each, as `[kind, word]`: "source" (set for all that it gives), "category" (the
source's own word) or "text" (a word in title or summary).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from feeds.values import ParsedItem
from feeds.words import AUDIENCES

ThemeWords = Mapping[str, str]
"""From a word of a category, in lower case, to the slug of the theme it means."""

SOURCE: Final = "source"
CATEGORY: Final = "category"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What was proposed. because: from each theme and audience to why."""

    themes: tuple[str, ...]
    audiences: tuple[str, ...]
    because: Mapping[str, list[str]]


def propose(
    item: ParsedItem, *, themes: Iterable[str], audiences: Iterable[str], words: ThemeWords
) -> Proposal:
    """Return the themes and audiences of an item.

    themes, audiences: what the source gives to all its items; audiences only where the item names
    none itself.
    """
    found: dict[str, list[str]] = {slug: [SOURCE, ""] for slug in themes}
    for category in (*item.themes, *item.categories):
        if slug := words.get(category.casefold()):
            found.setdefault(slug, [CATEGORY, category])
    sides = _audiences(item) or {one: [SOURCE, ""] for one in audiences}
    return Proposal(tuple(found), tuple(sides), {**found, **sides})


def _audiences(item: ParsedItem) -> dict[str, list[str]]:
    said = {AUDIENCES.get(word.casefold()): word for word in item.categories}
    return {one: [CATEGORY, said.get(one, one)] for one in item.audiences}
