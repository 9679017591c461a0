"""Use case: when the event of a block is, until when one can register, and its programme.

An editor may tell another moment than the agenda does. The block then keeps what the agenda said at
that time, so that a change there is still noticed.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from newsletter.compose import bounds, placing
from newsletter.compose.blocks import kind
from newsletter.compose.editing import editing
from newsletter.errors import BlockChanged, UnknownBlock
from newsletter.model import Block, Edition
from newsletter.outdated import AGENDA_SAYS
from storage.session import Database

WRITTEN: Final = ("starts_at", "ends_at", "register_by", "programme")


@dataclass(frozen=True, slots=True)
class Occasion:
    """What editors say of an event. register_by: the last day; programme: as `read_lines` gives."""

    starts_at: datetime
    ends_at: datetime | None
    register_by: date | None
    programme: Sequence[Mapping[str, str]]


def occasion_mark(fields: Mapping[str, Any]) -> str:
    """Return what somebody saw of an event, as a hash."""
    seen = [fields.get(name) or "" for name in WRITTEN]
    return hashlib.sha256(json.dumps(seen).encode("ascii")).hexdigest()


def set_occasion(  # noqa: PLR0913 - the fields of the form
    db: Database,
    edition_id: int,
    block_id: int,
    *,
    seen: str,
    occasion: Occasion,
    now: datetime,
    by: int | None,
) -> None:
    """Change when the event of a congress block is, and what happens there.

    The last moment and the subject of an announcement follow, unless an editor chose them.
    seen: the mark of what was looked at.
    Raises UnknownBlock, BlockChanged, and what `editing` raises.
    """
    with editing(db, edition_id, version=None, now=now, by=by) as (_, edition):
        block = find_occasion(edition, block_id)
        if occasion_mark(block.fields) != seen:
            raise BlockChanged(f"the event of block {block_id} is not what was looked at")
        before, usual = block.fields, bounds.usual_end(edition, now=now)
        block.fields = _told(block, occasion)
        bounds.follow(edition, usual, now=now)
        bounds.follow_head(edition, before, block.fields)


def find_occasion(edition: Edition, block_id: int) -> Block:
    """Return a block about one event, large, of an edition. Raises UnknownBlock for any other."""
    for block in edition.blocks:
        if block.id == block_id and bounds.is_about(block):
            return block
    raise UnknownBlock(f"edition {edition.id} has no event {block_id}")


def _told(block: Block, occasion: Occasion) -> dict[str, Any]:
    fields = dict(block.fields)
    for name, at in (("starts_at", occasion.starts_at), ("ends_at", occasion.ends_at)):
        if moment(fields, name) != at:
            fields[name] = kind.iso(at)
    fields["register_by"] = kind.iso(occasion.register_by)
    fields["programme"] = [placing.cleaned(row) for row in occasion.programme]
    fields.pop(AGENDA_SAYS, None)
    there = block.item.starts_at if block.item else None
    if there is not None and there != occasion.starts_at:
        fields[AGENDA_SAYS] = kind.iso(there)
    return fields


def moment(fields: Mapping[str, Any], name: str) -> datetime | None:
    """Return a moment of an event; None when it says none."""
    try:
        return kind.moment(fields, name)
    except ValueError:
        return None
