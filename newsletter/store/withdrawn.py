"""Forgetting what readers withdrew, in the editions that carried it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from feeds.model import Item
from feeds.values import ItemStatus
from newsletter import dutch
from newsletter.model import Block, Edition, Variant
from newsletter.store.comments import forget_titles
from newsletter.store.revisions import revisions_about
from newsletter.store.seen import forget_items
from newsletter.values import EditionStatus

OVER = (EditionStatus.SENT, EditionStatus.CANCELLED)


def forget_withdrawn(session: Session) -> int:
    """Empty the blocks of withdrawn items, in every edition; return how many were not empty yet.

    What was stored to be sent goes too, once nothing of it is to be sent any more. Take back first
    what is on its way (`approve.watch`): this breaks the seal. The revisions of editions forget
    it too, so that nobody brings it back, and so does what judges saw.
    """
    _empty_revisions(session)
    query = select(Block).join(Item, Item.id == Block.item_id)
    carrying = list(session.scalars(query.where(Item.status == ItemStatus.WITHDRAWN)))
    if not carrying:
        return 0
    full = [block for block in carrying if block.fields != emptied(block.fields)]
    for block in full:
        block.fields = emptied(block.fields)
    _raise_versions(session, {block.edition_id for block in full})
    over = select(Edition.id).where(
        Edition.id.in_({block.edition_id for block in carrying}), Edition.status.in_(OVER)
    )
    session.execute(delete(Variant).where(Variant.edition_id.in_(over)))
    return len(full)


def emptied(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a block without what they said; its title tells what happened."""
    kept = {name: value if isinstance(value, bool) else "" for name, value in fields.items()}
    return {**kept, "title": dutch.WITHDRAWN_EXAMPLE, "item_id": fields.get("item_id")}


def _empty_revisions(session: Session) -> None:
    withdrawn = set(session.scalars(select(Item.id).where(Item.status == ItemStatus.WITHDRAWN)))
    forget_items(session, withdrawn)
    forget_titles(session, withdrawn)
    for revision in revisions_about(session, withdrawn):
        blocks = [_without_words(one, withdrawn) for one in revision.content["blocks"]]
        if blocks != revision.content["blocks"]:
            revision.content = {**revision.content, "blocks": blocks}
        if revision.about.get("item_id") in withdrawn and revision.about["title"]:
            revision.about = {**revision.about, "title": ""}


def _without_words(block: Mapping[str, Any], withdrawn: set[int]) -> Mapping[str, Any]:
    if block["item_id"] not in withdrawn:
        return block
    return {**block, "fields": emptied(block["fields"])}


def _raise_versions(session: Session, edition_ids: set[int]) -> None:
    """Let a form that still holds the old words be refused."""
    for edition in session.scalars(select(Edition).where(Edition.id.in_(edition_ids))):
        edition.version += 1
