"""Colofon: what this letter is, where to write, where the others are. Fixed, before the footer.

It has no fields: its words are the organisation's.
"""

from typing import Any, Final

from newsletter.compose.blocks.kind import BlockKind, Fields, Frame, View, Whole
from newsletter.values import EditionKind


def view(fields: Fields, frame: Frame) -> View:
    """Return nothing: the templates have it from the organisation."""
    return {}


def from_whole(whole: Whole) -> dict[str, Any] | None:
    """Return its fields, None for a mailing about one event."""
    return {} if whole.content.kind is EditionKind.NEWSLETTER else None


KIND: Final = BlockKind(
    name="colofon",
    label="Colofon",
    purpose="Zegt wat deze nieuwsbrief is en waar je ons vindt. De tekst staat bij Instellingen.",
    section="",
    blank={},
    editable=(),
    view=view,
    sample={},
    from_whole=from_whole,
    optional=True,
)
