"""The words in the inbox: a subject and a preheader, and something to read behind them."""

from collections.abc import Iterable, Mapping
from typing import Final

from newsletter.cut import Cut
from newsletter.values import EditionContent, Facts, Finding, Level, Rendered

LONGEST_SUBJECT: Final = 150
SHORTEST_PREHEADER: Final = 40
LONGEST_PREHEADER: Final = 110
_ITEMS: Final = frozenset({"article", "event", "practice", "publication", "congress", "report"})


def check_head(
    content: EditionContent, rendered: Mapping[Cut, Rendered], facts: Facts
) -> Iterable[Finding]:
    """Find an empty or loud subject, a preheader that does not fit, an edition without items."""
    yield from _subject(content.subject.strip())
    yield from _preheader(content.preheader.strip())
    if not any(block.kind in _ITEMS for block in content.blocks):
        yield Finding(
            "head.no-items",
            Level.ERROR,
            "Er staat nog geen bericht in deze editie.",
            mend="Voeg er een toe.",
        )


def _subject(subject: str) -> Iterable[Finding]:
    if not subject:
        yield Finding(
            "head.subject", Level.ERROR, "Het onderwerp is leeg.", "subject", mend="Schrijf er een."
        )
    elif len(subject) > LONGEST_SUBJECT:
        yield Finding(
            "head.subject-long",
            Level.WARNING,
            f"Het onderwerp heeft {len(subject)} tekens. Lezers zien er ongeveer zestig.",
            where="subject",
            mend="Maak het korter, met het belangrijkste vooraan.",
            quote=subject,
        )
    elif "!!" in subject or (subject.isupper() and len(subject) > 10):
        yield Finding(
            "head.subject-loud",
            Level.WARNING,
            "Het onderwerp schreeuwt. Spamfilters houden niet van hoofdletters en uitroeptekens.",
            where="subject",
            mend="Schrijf het als een gewone zin.",
            quote=subject,
        )


def _preheader(preheader: str) -> Iterable[Finding]:
    if not preheader:
        yield Finding(
            "head.preheader",
            Level.WARNING,
            "Het voorproefje is leeg. Lezers zien het in hun postvak naast het onderwerp.",
            where="preheader",
            mend="Schrijf in een zin wat erin staat.",
        )
    elif len(preheader) < SHORTEST_PREHEADER:
        yield Finding(
            "head.preheader-short",
            Level.INFO,
            "Het voorproefje is kort. Er passen 40 tot 110 tekens in het postvak.",
            where="preheader",
            mend="Vertel er iets meer in.",
        )
    elif len(preheader) > LONGEST_PREHEADER:
        yield Finding(
            "head.preheader-long",
            Level.WARNING,
            f"Het voorproefje heeft {len(preheader)} tekens. In het postvak passen er 110: wat "
            "daarna komt, valt weg.",
            where="preheader",
            mend="Maak het korter, met het belangrijkste vooraan.",
            quote=preheader,
        )
