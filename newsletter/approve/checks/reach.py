"""Every block reaches somebody, and everybody gets something."""

from collections.abc import Iterable, Mapping

from newsletter.approve.checks.reading import name_of, where
from newsletter.values import EditionContent, Facts, Finding, Level, Rendered
from subscribers.values import Audience


def check_reach(
    content: EditionContent, rendered: Mapping[Audience | None, Rendered], facts: Facts
) -> Iterable[Finding]:
    """Find blocks for an audience that this edition does not go to, or that nobody is of."""
    for block in content.blocks:
        if block.audience is None:
            continue
        if because := _because(block.audience, rendered, facts):
            yield Finding(
                "reach.nobody",
                Level.ERROR,
                f"Niemand krijgt {name_of(block)}: het is voor {block.audience}, {because}.",
                where=where(block),
                mend="Kies een andere kant, of haal het blok weg.",
            )


def _because(audience: Audience, rendered: Mapping[Audience | None, Rendered], facts: Facts) -> str:
    if audience not in rendered:
        return "maar deze editie gaat daar niet heen"
    if facts.people is not None and not facts.people.get(audience):
        return "maar die kant heeft geen lezers"
    return ""
