"""The registry of kinds of edition: a new kind is two templates and one line below."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from newsletter.values import EditionKind

# The shipped segments; together they are everybody (`subscribers.segments.DEFAULT_SEGMENTS`).
EVERYBODY: Final = ("school", "lerarenopleiding", "overig")


@dataclass(frozen=True, slots=True)
class EditionKindEntry:
    """One kind of edition. label: Dutch, for the desk; segments: whom a new draft is for."""

    name: EditionKind
    label: str
    segments: tuple[str, ...]


EDITION_KINDS: Final[Mapping[str, EditionKindEntry]] = {
    entry.name.value: entry
    for entry in (
        EditionKindEntry(EditionKind.NEWSLETTER, "Nieuwsbrief", EVERYBODY),
        EditionKindEntry(EditionKind.ANNOUNCEMENT, "Aankondiging", ()),
    )
}
