"""How many people a selection holds, and how many of them get nothing, with the reason."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import func, not_, select
from sqlalchemy.orm import Session

from storage.dialect import in_time, told_row_by_row
from subscribers import segments
from subscribers.gathering import of_everybody
from subscribers.model import Segment, Subscriber
from subscribers.selecting import clauses
from subscribers.store import WANTED, in_any, may_get
from subscribers.trees import Conditions
from subscribers.values import Audience, SubscriberStatus, Topic


class LeftOut(StrEnum):
    """Why somebody in a segment does not get a mailing to it."""

    UNCONFIRMED = "unconfirmed"
    BROKEN = "broken"  # the address does not work, or its owner complained
    LEFT = "left"
    PAUSED = "paused"  # wants no mail until a day that they chose
    OTHER_TOPIC = "other_topic"  # wants only the other of the two topics


REASONS: Final[Mapping[SubscriberStatus, LeftOut]] = {
    SubscriberStatus.PENDING: LeftOut.UNCONFIRMED,
    SubscriberStatus.SUPPRESSED: LeftOut.BROKEN,
    SubscriberStatus.UNSUBSCRIBED: LeftOut.LEFT,
    SubscriberStatus.PAUSED: LeftOut.PAUSED,
    SubscriberStatus.ACTIVE: LeftOut.OTHER_TOPIC,
}


REACH: Final = (  # as they stand in ix_subscriber_reach, so that groups come in its order
    *(Subscriber.status, Subscriber.audience),
    *(Subscriber.wants_newsletter, Subscriber.wants_announcements),
)


@dataclass(frozen=True, slots=True)
class SegmentCount:
    """The people in one segment who may be mailed. people: all; the others: who want that topic."""

    people: int
    newsletter: int
    announcements: int


@dataclass(frozen=True, slots=True)
class ListCount:
    """The whole list. by_status: of everybody, every status is there; segments: by slug."""

    by_status: Mapping[SubscriberStatus, int]
    segments: Mapping[str, SegmentCount]


@dataclass(frozen=True, slots=True)
class Reach:
    """Who in some segments gets a mailing to them, by audience, and who does not, by reason.

    Where there is nobody, nothing stands.
    """

    people: Mapping[Audience | None, int]
    left_out: Mapping[LeftOut, int]


@dataclass(frozen=True, slots=True)
class Selection:
    """The people whom some conditions select. people: who may be mailed; without_mail: the rest."""

    people: int
    without_mail: int


def count_list(session: Session, rows: Sequence[Segment]) -> ListCount:
    """Return the counts of everybody by status, and of these segments, in one walk.

    Grouped by what people want, and added up here: a third of the time of a count for each.
    """
    slugs = [row.slug for row in rows]
    chosen = clauses(session, segments.conditions_of(session, slugs))
    inside = [func.count().filter(one) for one in chosen]
    by_status = dict.fromkeys(SubscriberStatus, 0)
    people, newsletter, announcements = (Counter[str]() for _ in range(3))
    groups = select(*REACH, func.count(), *inside).group_by(*REACH)
    with in_time(session):
        found = session.execute(groups).all()
    for status, _, wants_newsletter, wants_announcements, everybody, *numbers in found:
        by_status[SubscriberStatus(status)] += everybody
        if status == SubscriberStatus.ACTIVE:
            mine = dict(zip(slugs, numbers, strict=True))
            people.update(mine)
            newsletter.update(mine if wants_newsletter else {})
            announcements.update(mine if wants_announcements else {})
    return ListCount(
        by_status,
        {slug: SegmentCount(people[slug], newsletter[slug], announcements[slug]) for slug in slugs},
    )


def count_reach(session: Session, slugs: Sequence[str], topic: Topic) -> Reach:
    """Return what `counts_by_audience` and `count_left_out` do, in one walk along an index.

    Grouped by what the columns say, and told apart here: of 200,000 readers in 30 ms, of a saved
    segment in 40; the two beside each other take from 45 to 300.
    Raises UnknownSegment.
    """
    chosen = in_any(session, segments.conditions_of(session, slugs))
    groups = select(*REACH, func.count()).where(told_row_by_row(session, chosen)).group_by(*REACH)
    with in_time(session):
        rows = session.execute(groups).all()
    wants = WANTED[topic].key
    people: Counter[Audience | None] = Counter()
    left_out: Counter[LeftOut] = Counter()
    for row in rows:
        number = row[-1]
        if row.status == SubscriberStatus.ACTIVE and getattr(row, wants):
            people[Audience(row.audience) if row.audience else None] += number
        else:
            left_out[REASONS[SubscriberStatus(row.status)]] += number
    return Reach(dict(people), dict(left_out))


def count_selection(session: Session, conditions: Conditions) -> Selection:
    """Return how many people these conditions select. Raises UnknownCondition.

    They name no other segment (`segments.whole`).
    """
    chosen = of_everybody(session, conditions, tuple(SubscriberStatus))
    groups = select(Subscriber.status, func.count()).where(*chosen).group_by(Subscriber.status)
    with in_time(session):
        by_status: dict[str, int] = {row[0]: row[1] for row in session.execute(groups)}
    people = by_status.pop(SubscriberStatus.ACTIVE, 0)
    return Selection(people, sum(by_status.values()))


def count_left_out(session: Session, slugs: Sequence[str], topic: Topic) -> dict[LeftOut, int]:
    """Return how many people in these segments get nothing, by reason. Raises UnknownSegment."""
    chosen = in_any(session, segments.conditions_of(session, slugs))
    rows = session.execute(
        select(Subscriber.status, func.count())
        .where(chosen, not_(may_get(topic)))
        .group_by(Subscriber.status)
    )
    counted: Counter[LeftOut] = Counter()
    for status, number in rows:
        counted[REASONS[SubscriberStatus(status)]] += number
    return dict(counted)
