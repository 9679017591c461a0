"""Which editions use which segments: those they go to, and those that a block of theirs is for."""

from collections import defaultdict
from collections.abc import Mapping, Set
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.model import Block, Edition
from newsletter.values import EditionStatus
from storage.session import Database
from subscribers.errors import SegmentInUse
from subscribers.segments import delete_segment


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


def remove_segment(db: Database, slug: str, *, now: datetime) -> str:
    """Take away a segment that nothing uses; return its name.

    Raises UnknownSegment, and SegmentInUse; then nothing changed.
    """
    with db.write() as session:
        if editions := editions_by_segment(session).get(slug):
            raise SegmentInUse(slug, [f"{len(editions)} editions"])
        return delete_segment(session, slug, now=now)
