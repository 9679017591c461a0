"""Nobody reads the same thing twice in one edition."""

from collections.abc import Iterable, Mapping
from itertools import combinations

from newsletter.approve.checks.reading import name_of, where
from newsletter.values import BlockContent, EditionContent, Facts, Finding, Level, Rendered
from subscribers.values import Audience


def check_doubles(
    content: EditionContent, rendered: Mapping[Audience | None, Rendered], facts: Facts
) -> Iterable[Finding]:
    """Find two blocks about one item that the same reader gets."""
    for one, other in combinations(content.blocks, 2):
        if _same_item(one, other) and _same_reader(one, other):
            yield Finding(
                "doubles.item",
                Level.WARNING,
                f"{name_of(other)} staat al eerder in de editie, in {name_of(one)}.",
                where=where(other),
                mend="Haal een van de twee weg, of geef elk een eigen kant.",
                quote=name_of(one),
            )


def _same_item(one: BlockContent, other: BlockContent) -> bool:
    return any(
        one.fields.get(name) and one.fields.get(name) == other.fields.get(name)
        for name in ("item_id", "url")
    )


def _same_reader(one: BlockContent, other: BlockContent) -> bool:
    return None in {one.audience, other.audience} or one.audience == other.audience
