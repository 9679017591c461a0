"""The words in the inbox: a subject and a preheader, and something to read behind them."""

from collections.abc import Iterable, Mapping
from typing import Final

from newsletter.cut import Cut
from newsletter.dutch import audience_word
from newsletter.values import EditionContent, Facts, Finding, Head, Level, Rendered
from subscribers.values import Audience

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
    for side in dict.fromkeys(cut.audience for cut in rendered):
        own = content.heads.get(side, Head()) if side else Head()
        if subject := own.subject.strip():
            yield from _subject(subject, side)
        if preheader := own.preheader.strip():
            yield from _preheader(preheader, side)
    if not any(block.kind in _ITEMS for block in content.blocks):
        yield Finding(
            "head.no-items",
            Level.ERROR,
            "Er staat nog geen bericht in deze editie.",
            mend="Voeg er een toe.",
        )


def _subject(subject: str, side: Audience | None = None) -> Iterable[Finding]:
    name, where = f"Het onderwerp{_whose(side)}", _where("subject", side)
    if not subject:
        yield Finding(
            "head.subject", Level.ERROR, "Het onderwerp is leeg.", "subject", mend="Schrijf er een."
        )
    elif len(subject) > LONGEST_SUBJECT:
        yield Finding(
            "head.subject-long",
            Level.WARNING,
            f"{name} heeft {len(subject)} tekens. Lezers zien er ongeveer zestig.",
            where=where,
            mend="Maak het korter, met het belangrijkste vooraan.",
            quote=subject,
        )
    elif "!!" in subject or (subject.isupper() and len(subject) > 10):
        yield Finding(
            "head.subject-loud",
            Level.WARNING,
            f"{name} schreeuwt. Spamfilters houden niet van hoofdletters en uitroeptekens.",
            where=where,
            mend="Schrijf het als een gewone zin.",
            quote=subject,
        )


def _preheader(preheader: str, side: Audience | None = None) -> Iterable[Finding]:
    name, where = f"Het voorproefje{_whose(side)}", _where("preheader", side)
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
            f"{name} is kort. Er passen 40 tot 110 tekens in het postvak.",
            where=where,
            mend="Vertel er iets meer in.",
        )
    elif len(preheader) > LONGEST_PREHEADER:
        yield Finding(
            "head.preheader-long",
            Level.WARNING,
            f"{name} heeft {len(preheader)} tekens. In het postvak passen er 110: wat daarna komt, "
            "valt weg.",
            where=where,
            mend="Maak het korter, met het belangrijkste vooraan.",
            quote=preheader,
        )


def _whose(side: Audience | None) -> str:
    return f" voor {audience_word(side)}" if side else ""


def _where(name: str, side: Audience | None) -> str:
    return f"{name} {side}" if side else name
