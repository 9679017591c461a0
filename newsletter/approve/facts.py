"""What the checks need from outside of an edition, read before they run."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.model import Edition
from newsletter.store.cuts import names_of, people_by_cut, segments_of_blocks
from newsletter.store.deliveries import topic_of
from newsletter.store.domains import last_look, records_of
from newsletter.store.looks import sights
from newsletter.values import EditionStatus, Facts, House
from subscribers.store import empty_among

TOLD: Final = (
    EditionStatus.SCHEDULED,
    EditionStatus.SENDING,
    EditionStatus.PAUSED,
    EditionStatus.SENT,
)


def read_facts(session: Session, edition: Edition, *, house: House, now: datetime) -> Facts:
    """Return the facts about one edition. Raises UnknownSegment."""
    topic = topic_of(edition)
    return Facts(
        now=now,
        house=house,
        people=people_by_cut(session, edition),
        names=names_of(session, segments_of_blocks(session, edition.id)),
        empty_segments=_names(session, empty_among(session, edition.segments, topic)),
        announced_to=_names(session, _told_before(session, edition)),
        planned_at=edition.due_at or edition.planned_at,
        not_after=edition.not_after,
        links=sights(session, now=now),
        domain=records_of(last_look(session, house.sender_domain, house.bounce_domain)),
    )


def _told_before(session: Session, edition: Edition) -> list[str]:
    """Return its segments to which another edition about the same event went, or will go.

    One that was stopped half-way went to some.
    """
    if edition.event_id is None:
        return []
    stopped = (Edition.status == EditionStatus.CANCELLED) & Edition.started_at.is_not(None)
    others = session.scalars(
        select(Edition.segments).where(
            Edition.event_id == edition.event_id,
            Edition.id != edition.id,
            Edition.status.in_(TOLD) | stopped,
        )
    )
    told = {slug for segments in others for slug in segments}
    return [slug for slug in edition.segments if slug in told]


def _names(session: Session, slugs: Sequence[str]) -> tuple[str, ...]:
    names = names_of(session, slugs)
    return tuple(names.get(slug) or slug for slug in slugs)
