"""Words that were to be replaced: lorem ipsum, [naam], {{ name }}, XXX."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from newsletter.approve.checks.reading import words_of
from newsletter.cut import Cut
from newsletter.values import EditionContent, Facts, Finding, Level, Rendered

_CERTAIN: Final = re.compile(
    r"lorem\s+ipsum|\{\{|\}\}|\{%"
    r"|\[(?:je |uw |jouw )?(?:voor|achter|school)?"
    r"(?:naam|datum|titel|plaats|tijd|tekst|link|adres|onderwerp)\](?!\()",
    re.IGNORECASE,
)
_LIKELY: Final = re.compile(r"\bTK\b|\bX{3,}\b|\bxxx+\b|\b[Vv]ul in\b|\b(?:TODO|TBD|NTB)\b")


def check_placeholders(
    content: EditionContent, rendered: Mapping[Cut, Rendered], facts: Facts
) -> Iterable[Finding]:
    """Find words that stand in for others; those that may be meant so are a warning."""
    for words in words_of(content):
        for level, pattern in ((Level.ERROR, _CERTAIN), (Level.WARNING, _LIKELY)):
            if found := pattern.search(words.text):
                yield Finding(
                    "placeholders.left",
                    level,
                    f"Hier staat nog een invulplek: “{found.group()}”.",
                    where=words.where,
                    mend="Vul het in of haal het weg.",
                    field=words.field,
                    quote=found.group(),
                )
