"""A small edition to see the organisation's name, colours, font and logo in."""

from datetime import date
from typing import Any

from newsletter.compose.blocks import BLOCKS
from newsletter.values import BlockContent, EditionContent, EditionKind
from subscribers.values import Audience


def sample_edition(on: date, audience: Audience) -> EditionContent:
    """Return an edition with an opening, a story for this side and a meeting."""
    return EditionContent(
        id=0,
        kind=EditionKind.NEWSLETTER,
        number=12,
        title="Editie 12",
        subject="Zo ziet een mail eruit",
        preheader="Een voorbeeld met jullie naam, kleuren, letters en logo.",
        dated_on=on,
        blocks=(
            _block(
                1,
                "intro",
                text="Dit is een voorbeeld. Zo staan een [link](https://example.org), "
                "een **belangrijk woord** en gewone tekst op het papier.",
            ),
            _block(
                2,
                "article",
                audience,
                title="Een bericht voor deze lezers",
                teaser="Boven een bericht staat voor wie het is, in de kleur van die kant.",
                url="https://example.org/bericht",
                source="Voorbeeldraad",
                published_on=on.isoformat(),
            ),
            _block(
                3,
                "event",
                title="Een bijeenkomst in de agenda",
                type="Themabijeenkomst",
                starts_at=f"{on.isoformat()}T12:00:00+00:00",
                ends_at=f"{on.isoformat()}T14:00:00+00:00",
                location="Utrecht",
                url="https://example.org/bijeenkomst",
            ),
        ),
    )


def _block(
    number: int, kind: str, audience: Audience | None = None, /, **told: Any
) -> BlockContent:
    return BlockContent(number, kind, audience, {**BLOCKS[kind].blank, **told})
