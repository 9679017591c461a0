"""A block that was taken out, kept in the note of that event until somebody wants it back."""

import json
from collections.abc import Sequence
from typing import Final

from newsletter.errors import UnknownBlock
from newsletter.model import Block, EditionEvent

KEPT: Final = ("position", "kind", "audience", "item_id", "fields")


def write(block: Block) -> str:
    """Return what `read` needs to make the block again."""
    return json.dumps({name: getattr(block, name) for name in KEPT}, ensure_ascii=False)


def read(events: Sequence[EditionEvent], event_id: int) -> Block:
    """Return the block that this event took out, as a new row at its old position.

    events: all that happened to the edition. Raises UnknownBlock for an event that took nothing
    out, or whose block was put back.
    """
    event = next((one for one in events if one.id == event_id and one.what == "dropped"), None)
    is_back = any(one.what == "put_back" and one.note == str(event_id) for one in events)
    if event is None or is_back:
        raise UnknownBlock(f"event {event_id} has no block to put back")
    return Block(**json.loads(event.note))
