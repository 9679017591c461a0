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
ROLES: Final = frozenset(term(side, one) for side, terms in AUDIENCE_TERMS.items() for one in terms)


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
    terms = _terms(frozenset(words.items()))
    in_title, in_summary = list(terms.spot(item.title)), list(terms.spot(item.summary))
    for slug, word in _themes_in_text(in_title, in_summary):
        found.setdefault(slug, [TEXT, word])
    given = {one: [SOURCE, ""] for one in audiences}
    sides = _audiences(item) or given or _side_in_title(in_title, in_summary)
    return Proposal(tuple(found), tuple(sides), {**found, **sides})


def _audiences(item: ParsedItem) -> dict[str, list[str]]:
    said = {AUDIENCES.get(word.casefold()): word for word in item.categories}
    return {one: [CATEGORY, said.get(one, one)] for one in item.audiences}


@lru_cache(maxsize=4)
def _terms(words: frozenset[tuple[str, str]]) -> Terms:
    """Return the terms of the themes that there are and of the sides.

    A theme's label of several words is a term too.
    """
    slugs = {slug for _, slug in words}
    shipped = [
        term(slug, one) for slug, terms in THEME_TERMS.items() if slug in slugs for one in terms
    ]
    labels = [term(slug, label) for label, slug in sorted(words) if " " in label]
    return Terms([*shipped, *labels, *ROLES])


def _themes_in_text(
    in_title: Iterable[Spotted], in_summary: Iterable[Spotted]
) -> list[tuple[str, str]]:
    """Return at most three themes, the one with the most said about it first, each with a word."""
    telling = [one for one in in_summary if not one.term.says_little]
    scores: dict[str, int] = {}
    said: dict[str, str] = {}
    for spotted, weight in ((in_title, IN_TITLE), (telling, IN_SUMMARY)):
        for slug, word in _once(one for one in spotted if one.term not in ROLES):
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


def _side_in_title(
    in_title: Iterable[Spotted], in_summary: Iterable[Spotted]
) -> dict[str, list[str]]:
    """Return the side whose roles the title names, when the other side's are named nowhere.

    An audience narrows who gets the item, so one word in a summary is not enough.
    """
    named: dict[str, str] = {}
    for one in in_title:
        if one.term in ROLES:
            named.setdefault(one.term.of, one.word)
    everywhere = {*named, *(one.term.of for one in in_summary if one.term.of in AUDIENCE_TERMS)}
    return {side: [TEXT, word] for side, word in named.items()} if len(everywhere) == 1 else {}
