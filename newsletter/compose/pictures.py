"""Use cases on the pictures of drafts: what items got, and what editors bring."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from feeds.model import Item
from feeds.pictures import keep_picture
from feeds.values import Picture
from newsletter.compose.blocks import BLOCKS
from newsletter.model import Block, Edition
from newsletter.values import EditionStatus
from storage.session import Database


def drafted_items(db: Database) -> set[int]:
    """Return the ids of the items that stand in a draft."""
    query = select(Block.item_id).join(Edition, Edition.id == Block.edition_id)
    with db.read() as session:
        found = session.scalars(
            query.where(Edition.status == EditionStatus.DRAFT, Block.item_id.is_not(None))
        )
        return {one for one in found if one is not None}


def offer_pictures(db: Database, item_ids: Collection[int]) -> int:
    """Let blocks of drafts know the pictures that these items have now; return how many did.

    Nothing that readers see changes until an editor describes the picture, so a form that is open
    stays good: the version is not raised.
    """
    if not item_ids:
        return 0
    with db.write() as session:
        blocks = session.scalars(
            select(Block)
            .join(Edition, Edition.id == Block.edition_id)
            .where(Block.item_id.in_(item_ids), Edition.status == EditionStatus.DRAFT)
        ).all()
        items = select(Item).where(Item.id.in_(item_ids)).join(Item.image)
        paths = {
            item.id: item.image.path
            for item in session.scalars(items.options(contains_eager(Item.image)))
            if item.image
        }
        waiting = [block for block in blocks if _may_be_offered(block) and block.item_id in paths]
        for block in waiting:
            block.fields = {**block.fields, "offered_image": paths[block.item_id or 0]}
        return len(waiting)


def keep_for_mail(db: Database, picture: Picture, *, now: datetime) -> str:
    """Keep a picture for ever, for it will stand in mails that were sent; return its path."""
    with db.write() as session:
        image = keep_picture(session, picture, now=now)
        image.lasting = True
        return image.path


def _may_be_offered(block: Block) -> bool:
    return "offered_image" in BLOCKS[block.kind].blank and not block.fields.get("offered_image")
