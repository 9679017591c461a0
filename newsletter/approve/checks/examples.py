"""Practice examples that an editor read before the readers do."""

from collections.abc import Iterable, Mapping
from typing import Final

from feeds.values import ItemStatus
from newsletter.approve.checks.reading import name_of, where
from newsletter.cut import Cut
from newsletter.values import EditionContent, Facts, Finding, Level, Rendered

UNREAD: Final = frozenset({ItemStatus.NEW, ItemStatus.PARKED, ItemStatus.REFUSED})


def check_examples(
    content: EditionContent, rendered: Mapping[Cut, Rendered], facts: Facts
) -> Iterable[Finding]:
    """Find practice examples that came from a source and that nobody accepted."""
    for block in content.blocks:
        there = block.at_source
        if block.kind == "practice" and there and there.status in UNREAD:
            yield Finding(
                "examples.unread",
                Level.WARNING,
                f"Het praktijkvoorbeeld {name_of(block)} keurde nog niemand van de redactie goed.",
                where=where(block),
                mend="Lees het na en neem het op bij Selecteren.",
            )
