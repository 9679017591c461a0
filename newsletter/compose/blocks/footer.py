"""Footer: why this reader gets the mail, and how to change or end that. Fixed, last.

reason, preferences, unsubscribe: the places for a reader's own values
"""

from typing import Any, Final

from newsletter.compose.blocks.kind import BlockKind, Fields, Frame, View, Whole
from newsletter.values import Slot


def view(fields: Fields, frame: Frame) -> View:
    """Return the places as they are."""
    return {name.value: fields[name.value] for name in SHOWN}


def from_whole(whole: Whole) -> dict[str, Any]:
    """Return the places of this mail."""
    return {name.value: whole.slots[name.value] for name in SHOWN}


SHOWN: Final = (Slot.REASON, Slot.PREFERENCES, Slot.UNSUBSCRIBE)
KIND: Final = BlockKind(
    name="footer",
    label="Voettekst",
    purpose="Zegt waarom iemand de mail krijgt en hoe die zich afmeldt. Kan niet weg.",
    section="",
    blank={name.value: "" for name in SHOWN},
    editable=(),
    view=view,
    sample={
        "reason": "Je krijgt deze nieuwsbrief omdat je je op 3 februari hebt aangemeld.",
        "preferences": "https://nieuwsbrief.example.org/voorkeuren/voorbeeld",
        "unsubscribe": "https://nieuwsbrief.example.org/afmelden/voorbeeld",
    },
    from_whole=from_whole,
)
