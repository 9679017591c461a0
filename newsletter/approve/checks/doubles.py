"""Nobody reads the same thing twice in one edition."""

from collections.abc import Iterable, Mapping

from feeds.identity import canonical_link, names_no_page
from newsletter.approve.checks.reading import name_of, where
from newsletter.cut import Cut
from newsletter.outdated import EVENT_BLOCKS
from newsletter.values import BlockContent, EditionContent, Facts, Finding, Level, Rendered


def check_doubles(
    content: EditionContent, rendered: Mapping[Cut, Rendered], facts: Facts
) -> Iterable[Finding]:
    """Find two blocks about one item that the same reader gets."""
    for place, other in enumerate(content.blocks):
        before = content.blocks[:place]
        one = next((b for b in before if _same_item(b, other) and _meet(b, other, rendered)), None)
        if one is not None:
            yield Finding(
                "doubles.item",
                Level.WARNING,
                f"{name_of(other)} staat al eerder in de editie, in {name_of(one)}.",
                where=where(other),
                mend="Haal een van de twee weg, of geef elk een eigen kant.",
                quote=name_of(one),
            )


def _same_item(one: BlockContent, other: BlockContent) -> bool:
    """Say whether two blocks are about one item, or lead to one page that is about one thing.

    Events share the page where people sign up, and a front page is about everything.
    """
    if one.fields.get("item_id") and one.fields.get("item_id") == other.fields.get("item_id"):
        return True
    links = [str(block.fields.get("url") or "") for block in (one, other)]
    is_event = not EVENT_BLOCKS.isdisjoint({one.kind, other.kind})
    return (
        not is_event and not names_no_page(links[0]) and len(set(map(canonical_link, links))) == 1
    )


def _meet(one: BlockContent, other: BlockContent, cuts: Iterable[Cut]) -> bool:
    """Say whether a reader can get both."""
    return any(one.reaches(cut) and other.reaches(cut) for cut in cuts)
