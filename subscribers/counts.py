"""How many people a selection holds, and how many of them get nothing, with the reason."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import and_, func, not_, select, true
from sqlalchemy.orm import Session

from subscribers import segments
from subscribers.model import Segment, Subscriber
from subscribers.store import in_any, may_get
from subscribers.values import SubscriberStatus, Topic


class LeftOut(StrEnum):
    """Why somebody in a segment does not get a mailing to it."""

    UNCONFIRMED = "unconfirmed"
    BROKEN = "broken"  # the address does not work, or its owner complained
    LEFT = "left"
    OTHER_TOPIC = "other_topic"  # wants only the other of the two topics


REASONS: Final[Mapping[SubscriberStatus, LeftOut]] = {
    SubscriberStatus.PENDING: LeftOut.UNCONFIRMED,
    SubscriberStatus.SUPPRESSED: LeftOut.BROKEN,
    SubscriberStatus.UNSUBSCRIBED: LeftOut.LEFT,
    SubscriberStatus.ACTIVE: LeftOut.OTHER_TOPIC,
}


@dataclass(frozen=True, slots=True)
class SegmentCount:
    """The people in one segment who may be mailed. people: all; the others: who want that topic."""

    people: int
    newsletter: int
    announcements: int


def count_segments(session: Session, rows: Sequence[Segment]) -> dict[str, SegmentCount]:
    """Return the counts of these segments by slug, in one query."""
    if not rows:
        return {}
    active = Subscriber.status == SubscriberStatus.ACTIVE
    columns = [
        func.count().filter(and_(active, wants, *segments.where(row.conditions)))
        for row in rows
        for wants in (true(), Subscriber.wants_newsletter, Subscriber.wants_announcements)
    ]
    numbers = session.execute(select(*columns).select_from(Subscriber)).one()
    return {
        row.slug: SegmentCount(*numbers[3 * place : 3 * place + 3])
        for place, row in enumerate(rows)
    }


def count_left_out(session: Session, slugs: Sequence[str], topic: Topic) -> dict[LeftOut, int]:
    """Return how many people in these segments get nothing, by reason. Raises UnknownSegment."""
    chosen = in_any(segments.conditions_of(session, slugs))
    rows = session.execute(
        select(Subscriber.status, func.count())
        .where(chosen, not_(may_get(topic)))
        .group_by(Subscriber.status)
    )
    counted: Counter[LeftOut] = Counter()
    for status, number in rows:
        counted[REASONS[SubscriberStatus(status)]] += number
    return dict(counted)
