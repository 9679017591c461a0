"""Letters that can be read on their ground, in light and in dark (WCAG 2.2, 1.4.3)."""

from collections.abc import Iterable, Mapping
from typing import Final

from newsletter.cut import Cut
from newsletter.values import Contrast, EditionContent, Facts, Finding, Level, Rendered

NEEDED: Final = 4.5
UNREADABLE: Final = 3.0  # below it even large letters fail
DARK: Final = "_dark"


def check_contrast(
    content: EditionContent, rendered: Mapping[Cut, Rendered], facts: Facts
) -> Iterable[Finding]:
    """Find pairs of the organisation's colours that are too close to each other."""
    for pair in facts.house.contrasts:
        if pair.ratio < NEEDED:
            yield _finding(pair)


def _finding(pair: Contrast) -> Finding:
    scheme = "donkere" if pair.front.endswith(DARK) else "lichte"
    front, ground = pair.front.removesuffix(DARK), pair.ground.removesuffix(DARK)
    return Finding(
        "contrast.letters",
        Level.ERROR if pair.ratio < UNREADABLE else Level.WARNING,
        f"In het {scheme} uiterlijk zijn letters in de kleur “{front}” op “{ground}” moeilijk te "
        f"lezen: het contrast is {_told(pair.ratio)}, nodig is {_told(NEEDED)}.",
        mend="Vraag de beheerder om een andere kleur te kiezen.",
        quote=f"{pair.front} op {pair.ground}",
    )


def _told(ratio: float) -> str:
    return f"{int(ratio * 10) / 10:.1f}".replace(".", ",")
