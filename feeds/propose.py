"""Which themes and audience an item seems to have, and why: editors can change it. Pure.

A reason is kept with each, as `[kind, word]`: "source" (set for all that it gives), "category" (the
source's own word) or "text" (a word in title or summary).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from feeds.spot import Spotted, Term, Terms, term
from feeds.theme_terms import AUDIENCE_TERMS, THEME_TERMS
from feeds.values import ParsedItem
from feeds.words import AUDIENCES

ThemeWords = Mapping[str, str]
"""From a word of a category, in lower case, to the slug of the theme it means."""

SOURCE: Final = "source"
CATEGORY: Final = "category"
TEXT: Final = "text"
MOST_FROM_TEXT: Final = 3
IN_TITLE: Final = 3  # a title says in ten words what a text is about
IN_SUMMARY: Final = 1
ROLES: Final = Terms(term(side, one) for side, terms in AUDIENCE_TERMS.items() for one in terms)


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
    for slug, word in _themes_in_text(item, _theme_terms(frozenset(words.items()))):
        found.setdefault(slug, [TEXT, word])
    sides = _audiences(item) or {one: [SOURCE, ""] for one in audiences} or _side_in_title(item)
    return Proposal(tuple(found), tuple(sides), {**found, **sides})


def _audiences(item: ParsedItem) -> dict[str, list[str]]:
    said = {AUDIENCES.get(word.casefold()): word for word in item.categories}
    return {one: [CATEGORY, said.get(one, one)] for one in item.audiences}


@lru_cache(maxsize=4)
def _theme_terms(words: frozenset[tuple[str, str]]) -> Terms:
    """Return the terms of the themes that there are; a label of several words is one too."""
    slugs = {slug for _, slug in words}
    shipped = [
        term(slug, one) for slug, terms in THEME_TERMS.items() if slug in slugs for one in terms
    ]
    labels = [term(slug, label) for label, slug in sorted(words) if " " in label]
    return Terms([*shipped, *labels])


def _themes_in_text(item: ParsedItem, terms: Terms) -> list[tuple[str, str]]:
    """Return at most three themes, the one with the most said about it first, each with a word."""
    in_title = list(terms.spot(item.title))
    in_summary = [one for one in terms.spot(item.summary) if not one.term.says_little]
    scores: dict[str, int] = {}
    said: dict[str, str] = {}
    for spotted, weight in ((in_title, IN_TITLE), (in_summary, IN_SUMMARY)):
        for slug, word in _once(spotted):
            scores[slug] = scores.get(slug, 0) + weight
            said.setdefault(slug, word)
    # What stands first in the text goes first among equals: `scores` keeps that order.
    best = sorted(scores, key=lambda slug: -scores[slug])[:MOST_FROM_TEXT]
    return [(slug, said[slug]) for slug in best]


def _once(spotted: Iterable[Spotted]) -> list[tuple[str, str]]:
    """Return each term's theme and word; a term that is repeated counts once."""
    by_term: dict[Term, str] = {}
    for one in spotted:
        by_term.setdefault(one.term, one.word)
    return [(known.of, word) for known, word in by_term.items()]


def _side_in_title(item: ParsedItem) -> dict[str, list[str]]:
    """Return the side whose roles the title names, when the other side's are named nowhere.

    An audience narrows who gets the item, so one word in a summary is not enough.
    """
    named = {one.term.of: one.word for one in reversed(list(ROLES.spot(item.title)))}
    everywhere = {*named, *(one.term.of for one in ROLES.spot(item.summary))}
    return {side: [TEXT, word] for side, word in named.items()} if len(everywhere) == 1 else {}
