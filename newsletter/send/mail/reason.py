"""The sentence in the footer that says why this reader gets this mail.

What somebody said when they signed up is told as that; what changed since is told as how it is now.
"""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from newsletter import dutch
from newsletter.values import EditionKind
from subscribers.values import Audience, ConsentKind, Reader

TEMPLATES: Final = Path(__file__).parents[3] / "templates" / "email"
MOST_THEMES: Final = 3  # that are named; of more the sentence says how many there are
NO_THEMES: Final[Mapping[str, str]] = MappingProxyType({})


def reason_for(reader: Reader, kind: EditionKind, themes: Mapping[str, str] = NO_THEMES) -> str:
    """Return why this reader gets an edition of this kind: since when, and what they said.

    themes: what people call each, by slug, in the order in which they are named.
    """
    return _sentence(
        kind,
        dutch.local(reader.since).date(),
        reader.audience,
        role=" ".join(reader.role.split()),
        themes=_theme_words(reader.themes, themes),
        imported=reader.ground is ConsentKind.IMPORTED,
        has_changed=reader.has_changed,
    )


def _theme_words(slugs: tuple[str, ...], labels: Mapping[str, str]) -> str:
    """Return "thema Kwaliteitszorg", or "" for none; one that is no longer there is left out."""
    if not slugs:
        return ""
    named = [label for slug, label in labels.items() if slug in slugs]
    if len(named) > MOST_THEMES:
        more = len(named) - MOST_THEMES + 1
        named = [*named[: MOST_THEMES - 1], f"nog {dutch.count(more)}"]
    if not named:
        return ""
    return f"{'thema' if len(named) == 1 else 'thema’s'} {dutch.join(named)}"


# A list of thousands has few different days, roles and themes; each sentence is written once.
@lru_cache(maxsize=4000)
def _sentence(  # noqa: PLR0913 - facts about the reader, by name
    kind: EditionKind,
    since: date,
    audience: Audience | None,
    *,
    role: str,
    themes: str,
    imported: bool,
    has_changed: bool,
) -> str:
    return _template().render(
        kind=kind.value,
        since=f"{dutch.day_month(since)} {since.year}",
        audience=dutch.audience_word(audience) if audience else "",
        role=role,
        themes=themes,
        imported=imported,
        as_said=not (imported or has_changed),
    )


@lru_cache(maxsize=1)
def _template() -> Template:
    # Plain text: whoever puts it into HTML escapes it there.
    templates = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701
    )
    return templates.get_template("reason.txt")
