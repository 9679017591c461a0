"""Which editions use which segments: those they go to, and those that a block of theirs is for."""

from collections import defaultdict
from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.model import Block, Edition
from newsletter.values import EditionKind, EditionStatus
from storage.session import Database
from subscribers.errors import SegmentInUse
from subscribers.segments import delete_segment, get_segment, used_by


@dataclass(frozen=True, slots=True)
class Use:
    """An edition that uses a segment. in_block: only a block of it is for the segment."""

    edition: Edition
    in_block: bool

    def __str__(self) -> str:
        """Name it as the command line does."""
        return f"{'a block of ' if self.in_block else ''}edition {self.edition.id}"


def editions_by_segment(session: Session) -> Mapping[str, Set[int]]:
    """Return the editions that use each segment, by slug; those thrown away do not count."""
    used: dict[str, set[int]] = defaultdict(set)
    there = Edition.status != EditionStatus.DISCARDED
    for edition_id, slugs in session.execute(select(Edition.id, Edition.segments).where(there)):
        for slug in slugs:
            used[slug].add(edition_id)
    blocks = select(Block.edition_id, Block.segment).join(Edition).where(there)
    for one, block_for in session.execute(blocks.where(Block.segment.is_not(None)).distinct()):
        used[str(block_for)].add(one)
    return used


def uses_of(session: Session, slug: str) -> list[Use]:
    """Return the editions that use a segment, the newest first; those thrown away do not count."""
    ids = editions_by_segment(session).get(slug, ())
    rows = session.scalars(select(Edition).where(Edition.id.in_(ids)).order_by(Edition.id.desc()))
    return [Use(one, in_block=slug not in one.segments) for one in rows]


def announced_events(session: Session) -> set[int]:
    """Return the events of which an announcement went out, or is going out."""
    sent = select(Edition.event_id).where(
        Edition.kind == EditionKind.ANNOUNCEMENT,
        Edition.event_id.is_not(None),
        Edition.started_at.is_not(None),
    )
    return {one for one in session.scalars(sent) if one is not None}


def remove_segment(db: Database, slug: str, *, now: datetime) -> str:
    """Take away a segment that nothing uses; return its name.

    Raises UnknownSegment, and SegmentInUse, which names what uses it; then nothing changed.
    """
    with db.write() as session:
        get_segment(session, slug)
        users = [str(one) for one in uses_of(session, slug)]
        users += [f"segment {one}" for one in used_by(session, slug)]
        if users:
            raise SegmentInUse(slug, users)
        return delete_segment(session, slug, now=now)
