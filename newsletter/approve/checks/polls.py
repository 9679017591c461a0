"""A poll asks one thing, with a choice; one question an edition, or answers get mixed up."""

from collections.abc import Iterable, Mapping

from newsletter.approve.checks.reading import name_of, where
from newsletter.cut import Cut
from newsletter.dutch import count
from newsletter.poll import FEWEST, KIND, MOST, is_whole
from newsletter.values import BlockContent, EditionContent, Facts, Finding, Level, Rendered


def check_polls(
    content: EditionContent, rendered: Mapping[Cut, Rendered], facts: Facts
) -> Iterable[Finding]:
    """Find a question that cannot be answered, and one that comes beside another one."""
    polls = [block for block in content.blocks if block.kind == KIND]
    for place, other in enumerate(polls):
        if not is_whole(other.fields):
            yield _unfinished(other)
        before = polls[:place]
        if any(other.reaches(cut) and one.reaches(cut) for one in before for cut in rendered):
            yield Finding(
                "polls.second",
                Level.ERROR,
                f"{name_of(other)} is een tweede vraag voor dezelfde lezers.",
                where=where(other),
                mend="Haal een van de twee weg, of geef elk een eigen kant.",
                quote=str(other.fields.get("title") or ""),
            )


def _unfinished(block: BlockContent) -> Finding:
    return Finding(
        "polls.unfinished",
        Level.ERROR,
        "Lezers kunnen de peiling niet beantwoorden.",
        where=where(block),
        mend=f"Schrijf een vraag, en {count(FEWEST)} tot {count(MOST)} verschillende antwoorden, "
        "elk op een eigen regel.",
        field="answers",
    )
