"""Divider: a thin rule with air around it, where the subject changes."""

from typing import Final

from newsletter.compose.blocks.kind import BlockKind, Fields, Frame, View


def view(fields: Fields, frame: Frame) -> View:
    """Return nothing: a rule has no words."""
    return {}


KIND: Final = BlockKind(
    name="divider",
    label="Scheidingslijn",
    purpose="Zet een dunne lijn tussen twee blokken die niets met elkaar te maken hebben.",
    section="",
    blank={},
    editable=(),
    view=view,
    sample={},
)
