"""Events of an edition that are not, or no longer, as the edition announces them. Pure.

Approval and sending both look here: what was moved or called off since must not go out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from newsletter.values import BlockContent, EditionContent


class Cause(StrEnum):
    """What happened to an event."""

    CANCELLED = "cancelled"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Outdated:
    """A block about an event that was called off or moved. announced_at: what the block says."""

    block: BlockContent
    cause: Cause
    announced_at: datetime | None
    starts_at: datetime | None


EVENT_BLOCKS = frozenset({"event", "congress"})


def find_outdated(content: EditionContent) -> Iterator[Outdated]:
    """Yield the blocks whose event was called off or starts at another moment than they say."""
    for block in content.blocks:
        there = block.at_source
        if there is None or block.kind not in EVENT_BLOCKS:
            continue
        announced_at = _moment(block.fields.get("starts_at"))
        if there.cancelled:
            yield Outdated(block, Cause.CANCELLED, announced_at, there.starts_at)
        elif announced_at and there.starts_at and announced_at != there.starts_at:
            yield Outdated(block, Cause.MOVED, announced_at, there.starts_at)


def _moment(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(value or ""))
    except ValueError:
        return None
    return moment if moment.tzinfo else None
