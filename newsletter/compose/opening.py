"""Use cases on what an edition opens with: one news item, large and with its picture."""

from datetime import datetime
from typing import Final

from newsletter.compose.editing import editing
from newsletter.compose.sections import at_the_front, in_reading_order, renumber
from newsletter.errors import UnknownBlock
from newsletter.model import Block, Edition
from storage.session import Database

OPENS: Final = "article"  # the kind of block that can be large


def make_opening(
    db: Database, edition_id: int, block_id: int, *, version: int, now: datetime, by: int | None
) -> None:
    """Let an edition open with this news item; the one that did, for the same readers, no longer.

    Raises UnknownBlock for a block of another kind, and what `editing` raises.
    """
    with editing(db, edition_id, version=version, now=now, by=by) as (_, edition):
        block = _news(edition, block_id)
        for one in edition.blocks:
            if one.fields.get("lead") and _share_readers(one, block):
                one.fields = {**one.fields, "lead": False}
        block.fields = {**block.fields, "lead": True}
        renumber(at_the_front(edition.blocks, block))


def make_plain(
    db: Database, edition_id: int, block_id: int, *, version: int, now: datetime, by: int | None
) -> None:
    """Let what an edition opens with stand among the news. Raises as `make_opening`."""
    with editing(db, edition_id, version=version, now=now, by=by) as (_, edition):
        block = _news(edition, block_id)
        block.fields = {**block.fields, "lead": False}
        renumber(in_reading_order(edition.blocks))


def _news(edition: Edition, block_id: int) -> Block:
    for block in edition.blocks:
        if block.id == block_id and block.kind == OPENS:
            return block
    raise UnknownBlock(f"edition {edition.id} has no news item {block_id}")


def _share_readers(one: Block, other: Block) -> bool:
    """Say whether somebody may get both: not when each is for a side of its own."""
    return not (one.audience and other.audience) or one.audience == other.audience
