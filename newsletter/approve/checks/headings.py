"""Headings by which a reader can find the way: one first, none empty, no level left out."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from newsletter.approve.checks.reading import Heading, read_mail
from newsletter.cut import Cut
from newsletter.values import EditionContent, Facts, Finding, Level, Rendered


def check_headings(
    content: EditionContent, rendered: Mapping[Cut, Rendered], facts: Facts
) -> Iterable[Finding]:
    """Find empty headings, a mail without a first heading or with two, and levels left out."""
    for variant in rendered.values():
        headings = read_mail(variant.html).headings
        yield from _empty(headings)
        yield from _first(headings)
        yield from _skipped(headings)


def _empty(headings: Sequence[Heading]) -> Iterable[Finding]:
    if any(not heading.words for heading in headings):
        yield Finding(
            "headings.empty",
            Level.ERROR,
            "Er staat een kop zonder woorden in de mail.",
            mend="Geef elk bericht een titel.",
        )


def _first(headings: Sequence[Heading]) -> Iterable[Finding]:
    count = sum(heading.level == 1 for heading in headings)
    if count != 1:
        words = "meer dan één hoofdkop" if count else "geen hoofdkop"
        yield Finding(
            "headings.first",
            Level.ERROR,
            f"De mail heeft {words}. Wie de mail laat voorlezen, weet dan niet waar die begint.",
            mend="Vraag de beheerder om het sjabloon te herstellen.",
        )


def _skipped(headings: Sequence[Heading]) -> Iterable[Finding]:
    for above, below in pairwise(headings):
        if below.level > above.level + 1:
            yield Finding(
                "headings.skipped",
                Level.WARNING,
                f"Boven “{below.words}” ontbreekt een tussenkop.",
                mend="Zet het bericht in een rubriek, of vraag de beheerder naar het sjabloon.",
                quote=below.words,
            )
