"""Use cases: the blocks in an order of their own for the readers of one side."""

from datetime import datetime

from newsletter.compose.editing import editing
from newsletter.compose.sections import in_reading_order, moved
from newsletter.errors import UnknownBlock
from newsletter.store.editions import content_of
from newsletter.values import BlockContent, EditionContent
from storage.session import Database
from subscribers.values import Audience


def blocks_of_side(content: EditionContent, side: Audience) -> list[BlockContent]:
    """Return the blocks that a reader of that side can get, in the order in which they meet them.

    Those for a saved segment are among them.
    """
    found = [one for one in content.ordered(side) if one.audience in {None, side}]
    return in_reading_order(found)


def move_for_side(  # noqa: PLR0913 - by name; what a move for one side depends on
    db: Database,
    edition_id: int,
    block_id: int,
    *,
    side: Audience,
    step: int,
    now: datetime,
    by: int | None,
) -> None:
    """Move a block one place up (-1) or down (+1) for the readers of one side only.

    From the first move on they have an order of their own; one that comes out as that of everybody
    is none. Raises UnknownBlock for one that they do not get, and what `editing` raises.
    """
    with editing(db, edition_id, version=None, now=now, by=by) as (_, edition):
        content = content_of(edition)
        blocks = blocks_of_side(content, side)
        block = next((one for one in blocks if one.id == block_id), None)
        if block is None:
            raise UnknownBlock(f"{side} gets no block {block_id} in edition {edition_id}")
        order = [one.id for one in moved(blocks, block, step)]
        common = [one.id for one in in_reading_order(content.blocks) if one in blocks]
        others = {key: ids for key, ids in edition.orders.items() if key != side}
        edition.orders = others if order == common else {**others, side.value: order}


def follow_everybody(
    db: Database, edition_id: int, *, side: Audience, now: datetime, by: int | None
) -> None:
    """Let the readers of one side get the blocks in the order of everybody again."""
    with editing(db, edition_id, version=None, now=now, by=by) as (_, edition):
        edition.orders = {key: ids for key, ids in edition.orders.items() if key != side}
