"""Queries about subscribers. They change nothing.

Whether somebody may be mailed is their row's status, and only that. The suppression list guards
addresses without a row, or without one that may be mailed: importing asks it before it adds
anybody, and whatever writes to it takes the status along. So an address on it never becomes
active by somebody else's doing, and a selection of recipients needs no join.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from storage.dialect import in_time
from storage.text import one_line
from subscribers import segments
from subscribers.addresses import normalise
from subscribers.conditions import Clause
from subscribers.errors import InvalidAddress
from subscribers.gathering import of_everybody
from subscribers.model import AddressChange, Consent, Subscriber
from subscribers.selecting import clauses
from subscribers.themes import own_themes, read_bits, themes_in
from subscribers.trees import Conditions
from subscribers.values import Audience, ConsentKind, Reader, SubscriberStatus, Topic

WANTED: Final[Mapping[Topic, InstrumentedAttribute[bool]]] = {
    Topic.NEWSLETTER: Subscriber.wants_newsletter,
    Topic.ANNOUNCEMENTS: Subscriber.wants_announcements,
}
"""Where it stands whether somebody consented to a topic."""


AUDIENCES: Final[Mapping[str | None, Audience | None]] = {None: None} | {
    one.value: one for one in Audience
}
GROUNDS: Final = {one.value: one for one in ConsentKind}


def recipients_select(
    session: Session, segment_conditions: Sequence[Conditions], topic: Topic
) -> Select[int, str | None]:
    """Return the selection of (id, audience) of everybody in any of the segments who gets this.

    They are active and want the topic; somebody in two segments is there once. No order and no
    limit: the caller walks it by key (`.where(Subscriber.id > after).order_by(Subscriber.id)`),
    also inside INSERT ... SELECT. No segments: nobody. Raises UnknownCondition.
    """
    return select(Subscriber.id, Subscriber.audience).where(
        may_get(topic), in_any(session, segment_conditions)
    )


def may_get(topic: Topic) -> Clause:
    """Return the condition that somebody is active and consented to this topic."""
    return and_(_is_active(), WANTED[topic].is_(True))


def in_any(session: Session, segment_conditions: Sequence[Conditions]) -> Clause:
    """Return the condition that somebody is in any of these segments, whatever their status."""
    return or_(false(), *clauses(session, segment_conditions))


def count_segment(session: Session, slug: str) -> int:
    """Return how many people in the segment may be mailed. Raises UnknownSegment."""
    return count_of(session, segments.conditions_of(session, [slug])[0])


def count_of(session: Session, conditions: Conditions) -> int:
    """Return how many people whom these select may be mailed. Raises UnknownCondition."""
    chosen = of_everybody(session, conditions, [SubscriberStatus.ACTIVE])
    counted = select(func.count()).select_from(Subscriber).where(*chosen)
    with in_time(session):
        return session.scalar(counted) or 0


def counts_by_audience(
    session: Session, slugs: Sequence[str], topic: Topic
) -> dict[Audience | None, int]:
    """Return how many would get a mailing to these segments, by audience; empty ones are left out.

    Raises UnknownSegment.
    """
    chosen = segments.conditions_of(session, slugs)
    recipients = recipients_select(session, chosen, topic).subquery()
    sides = select(recipients.c.audience, func.count()).group_by(recipients.c.audience)
    with in_time(session):
        return {AUDIENCES[audience]: count for audience, count in session.execute(sides)}


def empty_among(session: Session, slugs: Sequence[str], topic: Topic) -> list[str]:
    """Return those of these segments in which a mailing reaches nobody. Raises UnknownSegment."""
    if not slugs:
        return []
    chosen = clauses(session, segments.conditions_of(session, slugs))
    reached = [select(Subscriber.id).where(may_get(topic), one).exists() for one in chosen]
    row = session.execute(select(*reached)).one()
    return [slug for slug, is_reached in zip(slugs, row, strict=True) if not is_reached]


def has_subscribers(session: Session) -> bool:
    """Say whether anybody ever signed up or was brought in."""
    return session.scalar(select(Subscriber.id).limit(1)) is not None


READER: Final = (
    Subscriber.id,
    Subscriber.email,
    Subscriber.name,
    Subscriber.audience,
    Subscriber.role,
    Subscriber.since,
    Subscriber.ground,
    Subscriber.themes,
    Subscriber.changed_at > Subscriber.since,
)
"""What a `Reader` is made of, to be selected beside other columns; see `reader_maker`."""


def is_reader(subscriber_id: ColumnElement[Any]) -> Clause:
    """Return the condition of an outer join: nobody where they left, are suppressed or erased."""
    return and_(Subscriber.id == subscriber_id, _is_active())


def reader_maker(session: Session) -> Callable[[Sequence[Any]], Reader | None]:
    """Return what makes a recipient of the values of READER; None of those of nobody."""
    bits = read_bits(session)
    named = cache(lambda number: tuple(themes_in(number, bits)))

    def make(values: Sequence[Any]) -> Reader | None:
        who, email, name, audience, role, since, ground, themes, has_changed = values
        if who is None:
            return None
        return Reader(
            who,
            email,
            name,
            AUDIENCES[audience],
            role,
            since,
            GROUNDS[ground],
            named(themes),
            bool(has_changed),
        )

    return make


def readers(session: Session, ids: Sequence[int]) -> dict[int, Reader]:
    """Return the active ones among these subscribers as recipients, in two queries.

    Who is not there has left, is suppressed or was erased since: no message may go to them.
    """
    reader_of = reader_maker(session)
    rows = session.execute(select(*READER).where(Subscriber.id.in_(ids), _is_active()))
    found = (reader_of(row) for row in rows)
    return {one.id: one for one in found if one is not None}


def get_subscriber(session: Session, email: str) -> Subscriber | None:
    """Return who has this address, in any case of letters; None for nobody, or for no address."""
    try:
        key = normalise(email).key
    except InvalidAddress:
        return None
    return session.scalar(select(Subscriber).where(Subscriber.email_key == key))


def get_by_id(session: Session, subscriber_id: int) -> Subscriber | None:
    """Return the subscriber, or None when there is none, or none any more."""
    return session.get(Subscriber, subscriber_id)


def list_subscribers(
    session: Session, *, after_id: int = 0, limit: int = 50, query: str = "", segment: str = ""
) -> list[Subscriber]:
    """Return a page by id, beginning after `after_id`.

    query:   the beginning of an address, or a piece of a name.
    segment: only who is in it, whatever their status. Raises UnknownSegment.
    """
    wanted = select(Subscriber).where(Subscriber.id > after_id)
    if typed := one_line(query, maximum=254):
        wanted = wanted.where(_matches(typed))
    if segment:
        wanted = wanted.where(in_any(session, segments.conditions_of(session, [segment])))
    return list(session.scalars(wanted.order_by(Subscriber.id).limit(limit)))


def consents_of(session: Session, subscriber_id: int) -> list[Consent]:
    """Return the evidence about one person, oldest first."""
    return list(
        session.scalars(
            select(Consent).where(Consent.subscriber_id == subscriber_id).order_by(Consent.id)
        )
    )


def everything_about(session: Session, email: str) -> Mapping[str, Any] | None:
    """Return all that these tables hold about one person (AVG art. 15 and 20); None for nobody."""
    row = get_subscriber(session, email)
    return everything_of(session, row) if row else None


def everything_of(session: Session, row: Subscriber) -> dict[str, Any]:
    """Return all that these tables hold about the person in this row."""
    columns = [name for name in Subscriber.__table__.columns.keys() if name != "email_key"]  # noqa: SIM118 - a column collection iterates over columns
    facts = consents_of(session, row.id)
    return {
        **{name: getattr(row, name) for name in columns},
        "themes": own_themes(session, row),
        "consents": [_shown(fact) for fact in facts],
        "address_changes": [
            {"email": one.email, "asked_at": one.asked_at} for one in _changes_of(session, row.id)
        ],
    }


def _changes_of(session: Session, subscriber_id: int) -> Sequence[AddressChange]:
    mine = select(AddressChange).where(AddressChange.subscriber_id == subscriber_id)
    return session.scalars(mine.order_by(AddressChange.id)).all()


def _shown(fact: Consent) -> dict[str, Any]:
    names = (
        *("kind", "at", "topics", "ground", "text_shown", "text_version"),
        *("source", "edition_id"),
    )
    return {name: getattr(fact, name) for name in names}


def _is_active() -> Clause:
    return Subscriber.status == SubscriberStatus.ACTIVE


def _matches(query: str) -> Clause:
    return or_(
        Subscriber.email_key.startswith(query.lower(), autoescape=True),
        Subscriber.name.icontains(query, autoescape=True),
    )
