"""Every block reaches somebody, and everybody gets something."""

from collections.abc import Iterable, Mapping

from newsletter.approve.checks.reading import name_of, where
from newsletter.cut import Cut
from newsletter.values import BlockContent, EditionContent, Facts, Finding, Level, Rendered


def check_reach(
    content: EditionContent, rendered: Mapping[Cut, Rendered], facts: Facts
) -> Iterable[Finding]:
    """Find blocks for readers whom this edition does not go to, or of whom there are none."""
    for block in content.blocks:
        if block.audience is None and block.segment is None:
            continue
        if because := _because(block, rendered, facts):
            whom = _whom(block, facts)
            yield Finding(
                "reach.nobody",
                Level.ERROR,
                f"Niemand krijgt {name_of(block)}: het is voor {whom}, {because}.",
                where=where(block),
                mend="Kies andere lezers, of haal het blok weg.",
            )


def _whom(block: BlockContent, facts: Facts) -> str:
    if block.segment is None:
        return str(block.audience)
    return f"de doelgroep “{facts.names.get(block.segment, block.segment)}”"


def _because(block: BlockContent, rendered: Mapping[Cut, Rendered], facts: Facts) -> str:
    if block.segment is not None and block.segment not in facts.names:
        return "maar die is er niet meer"
    if not any(block.reaches(cut) for cut in rendered):
        return "maar deze editie gaat daar niet heen"
    if facts.people is None or any(
        number and block.reaches(cut) for cut, number in facts.people.items()
    ):
        return ""
    if block.segment is not None:
        return "maar daarin zit nu niemand die deze editie krijgt"
    return "maar die kant heeft geen lezers"
