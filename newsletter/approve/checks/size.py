"""A mail that Gmail does not cut off."""

from collections.abc import Iterable, Mapping
from typing import Final

from newsletter.approve.checks.reading import name_of, where
from newsletter.cut import Cut
from newsletter.values import BlockContent, EditionContent, Facts, Finding, Level, Rendered

CLIPPED_FROM_BYTES: Final = 102_400  # Gmail cuts off here, with the unsubscribe link in what is cut
CLOSE_FROM_BYTES: Final = 92_160


def check_size(
    content: EditionContent, rendered: Mapping[Cut, Rendered], facts: Facts
) -> Iterable[Finding]:
    """Find mails that are too large, or nearly so, and what was shortened to prevent that."""
    largest = max((len(variant.html.encode()) for variant in rendered.values()), default=0)
    if largest > CLIPPED_FROM_BYTES:
        yield Finding(
            "size.clipped",
            Level.ERROR,
            "De mail is groter dan 100 kB. Gmail kapt hem af, met de link om je af te melden "
            "erbij.",
            mend="Laat berichten weg of kort ze in.",
        )
    elif largest > CLOSE_FROM_BYTES:
        yield Finding(
            "size.close",
            Level.WARNING,
            f"De mail is {largest // 1024} kB. Gmail kapt hem af boven 100 kB.",
            mend="Laat een bericht weg of kort het in.",
        )
    shortened = {block_id for variant in rendered.values() for block_id in variant.shortened}
    yield from (_shortened(block) for block in content.blocks if block.id in shortened)


def _shortened(block: BlockContent) -> Finding:
    return Finding(
        "size.shortened",
        Level.INFO,
        f"Van {name_of(block)} staat alleen de titel met de link in de mail: anders kapt Gmail "
        "hem af.",
        where=where(block),
        mend="Laat een ander bericht weg als de hele tekst erin moet.",
    )
