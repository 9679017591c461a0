"""Every block reaches somebody, and everybody gets something."""

from collections.abc import Iterable, Mapping

from newsletter.approve.checks.reading import name_of, where
from newsletter.values import EditionContent, Finding, Level, Rendered
from subscribers.values import Audience


def check_reach(
    content: EditionContent, rendered: Mapping[Audience | None, Rendered]
) -> Iterable[Finding]:
    """Find blocks for an audience that this edition does not go to."""
    for block in content.blocks:
        if block.audience is not None and block.audience not in rendered:
            yield Finding(
                "reach.nobody",
                Level.WARNING,
                f"Niemand krijgt {name_of(block)}: het is voor {block.audience}, "
                "maar deze editie gaat daar niet heen.",
                where=where(block),
                mend="Kies een andere kant, of haal het blok weg.",
            )
