"""Use cases: the blocks in an order of their own for the readers of one side."""

from collections.abc import Sequence
from datetime import datetime

from newsletter.compose.editing import editing
from newsletter.compose.sections import in_reading_order, moved, put_between
from newsletter.errors import UnknownBlock
from newsletter.model import Edition
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
        blocks, block = _find(edition, block_id, side)
        _keep(edition, side, moved(blocks, block, step))


def place_for_side(  # noqa: PLR0913 - by name; what a move for one side depends on
    db: Database,
    edition_id: int,
    block_id: int,
    *,
    side: Audience,
    above: int | None,
    below: int | None,
    now: datetime,
    by: int | None,
) -> None:
    """Put a block between two others for the readers of one side (`sections.put_between`).

    Raises what `move_for_side` raises.
    """
    with editing(db, edition_id, version=None, now=now, by=by) as (_, edition):
        blocks, block = _find(edition, block_id, side)
        by_id = {one.id: one for one in blocks}
        there = by_id.get(above or 0), by_id.get(below or 0)
        _keep(edition, side, put_between(blocks, block, *there))


def follow_everybody(
    db: Database, edition_id: int, *, side: Audience, now: datetime, by: int | None
) -> None:
    """Let the readers of one side get the blocks in the order of everybody again."""
    with editing(db, edition_id, version=None, now=now, by=by) as (_, edition):
        edition.orders = {key: ids for key, ids in edition.orders.items() if key != side}


def _find(
    edition: Edition, block_id: int, side: Audience
) -> tuple[list[BlockContent], BlockContent]:
    """Return the blocks of a side, and the one with that id."""
    blocks = blocks_of_side(content_of(edition), side)
    block = next((one for one in blocks if one.id == block_id), None)
    if block is None:
        raise UnknownBlock(f"{side} gets no block {block_id} in edition {edition.id}")
    return blocks, block


def _keep(edition: Edition, side: Audience, blocks: Sequence[BlockContent]) -> None:
    """Keep this order for a side, unless it is that of everybody."""
    order = [one.id for one in blocks]
    all_blocks = in_reading_order(content_of(edition).blocks)
    common = [one.id for one in all_blocks if one.id in set(order)]
    others = {key: ids for key, ids in edition.orders.items() if key != side}
    edition.orders = others if order == common else {**others, side.value: order}
