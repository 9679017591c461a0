"""What an edition holds that is not, or no longer, as the edition tells it. Pure.

Approval and sending both look here: an event that was moved or called off since must not go out,
nor a practice example that its reader withdrew.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from feeds.values import ItemStatus
from newsletter.values import BlockContent, EditionContent


class Cause(StrEnum):
    """What happened to an event or a practice example."""

    CANCELLED = "cancelled"
    MOVED = "moved"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Outdated:
    """A block that is not true any more. announced_at: what one about an event says."""

    block: BlockContent
    cause: Cause
    announced_at: datetime | None = None
    starts_at: datetime | None = None


EVENT_BLOCKS = frozenset({"event", "congress"})
AGENDA_SAYS = "agenda_starts_at"
"""The field with what the agenda said of the start when an editor chose another; else not there."""


def find_outdated(content: EditionContent) -> Iterator[Outdated]:
    """Yield the blocks whose event was called off or moved, or whose example was withdrawn."""
    for block in content.blocks:
        there = block.at_source
        if there is not None and there.status == ItemStatus.WITHDRAWN:
            yield Outdated(block, Cause.WITHDRAWN)
            continue
        if there is None or block.kind not in EVENT_BLOCKS:
            continue
        announced_at = _moment(block.fields.get(AGENDA_SAYS) or block.fields.get("starts_at"))
        if there.cancelled:
            yield Outdated(block, Cause.CANCELLED, announced_at, there.starts_at)
        elif announced_at and there.starts_at and announced_at != there.starts_at:
            yield Outdated(block, Cause.MOVED, announced_at, there.starts_at)


def what_happened(outdated: Iterable[Outdated]) -> str:
    """Return the name of it in the history of an edition that was taken back."""
    is_withdrawn = any(one.cause is Cause.WITHDRAWN for one in outdated)
    return "example_withdrawn" if is_withdrawn else "event_changed"


def _moment(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(value or ""))
    except ValueError:
        return None
    return moment if moment.tzinfo else None
