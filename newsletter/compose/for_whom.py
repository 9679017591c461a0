"""Use cases: who gets which blocks of a draft. Each names the version that the editor saw."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from newsletter.compose.editing import editing
from newsletter.compose.sections import renumber
from newsletter.cut import MOST_SEGMENTS
from newsletter.errors import EditionChanged, TooManySegments, UnknownBlock
from newsletter.model import Block, Edition
from storage.session import Database
from subscribers.segments import conditions_of
from subscribers.values import Audience


@dataclass(frozen=True, slots=True)
class Whom:
    """Who gets a block: one side of the partnership, or one saved segment; neither is everybody.

    Raises ValueError for both.
    """

    audience: Audience | None = None
    segment: str | None = None

    def __post_init__(self) -> None:
        if self.audience is not None and self.segment is not None:
            raise ValueError("a block is for a side or for a segment")


EVERYBODY = Whom()


def whom_of(block: Block) -> Whom:
    """Return who gets a block."""
    return Whom(Audience(block.audience) if block.audience else None, block.segment)


def give_blocks(  # noqa: PLR0913 - by name; a version or what was seen
    db: Database,
    edition_id: int,
    whom: Mapping[int, Whom],
    *,
    version: int | None = None,
    seen: Mapping[int, Whom] | None = None,
    now: datetime,
    by: int | None,
) -> None:
    """Say who gets these blocks, by id; the others stay as they are.

    seen:   who got them when they were looked at, where no version is named: others may have
            changed the edition elsewhere. Raises EditionChanged when one was given to somebody
            else by now.
    Raises: UnknownBlock, UnknownSegment, TooManySegments, and what `editing` raises; then nothing
            changed.
    """
    with editing(db, edition_id, version=version, now=now, by=by) as (session, edition):
        blocks = {one.id: one for one in edition.blocks}
        if unknown := whom.keys() - blocks.keys():
            raise UnknownBlock(f"edition {edition_id} has no block {min(unknown)}")
        new = {one: given for one, given in whom.items() if given != whom_of(blocks[one])}
        if seen is not None and any(seen[one] != whom_of(blocks[one]) for one in new):
            raise EditionChanged(f"a block of edition {edition_id} was given to others meanwhile")
        conditions_of(session, [one.segment for one in new.values() if one.segment])
        for block_id, given in new.items():
            blocks[block_id].audience, blocks[block_id].segment = given.audience, given.segment
        _require_room(edition)


def split_block(
    db: Database,
    edition_id: int,
    block_id: int,
    *,
    version: int | None,
    now: datetime,
    by: int | None,
) -> int:
    """Make of a block for everybody one for schools and, below it, one for teacher education.

    Both say the same until somebody writes in one of them. Returns the id of the second.
    Raises UnknownBlock, also for a block that is not for everybody, and what `editing` raises.
    """
    with editing(db, edition_id, version=version, now=now, by=by) as (session, edition):
        place = next((at for at, one in enumerate(edition.blocks) if one.id == block_id), None)
        if place is None or whom_of(edition.blocks[place]) != EVERYBODY:
            raise UnknownBlock(f"edition {edition_id} has no block {block_id} for everybody")
        first = edition.blocks[place]
        second = Block(
            kind=first.kind,
            item_id=first.item_id,
            fields=dict(first.fields),
            audience=Audience.TEACHER_EDUCATION.value,
        )
        first.audience = Audience.SCHOOL.value
        edition.blocks.insert(place + 1, second)
        renumber(edition.blocks)
        session.flush()
        return second.id


def _require_room(edition: Edition) -> None:
    used = {block.segment for block in edition.blocks} - {None}
    if len(used) > MOST_SEGMENTS:
        raise TooManySegments(f"blocks of edition {edition.id} are for {len(used)} segments")
