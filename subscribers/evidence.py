"""Rows behind `consent`: somebody's own row, the facts noted about it, and what they chose."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.dialect import insert_new
from storage.text import one_line
from subscribers.addresses import Address
from subscribers.model import Consent, Subscriber
from subscribers.sides import settle, sides_of
from subscribers.themes import give_bits, number_of
from subscribers.values import (
    NEITHER_YES_NOR_NO,
    Audience,
    ConsentKind,
    SubscriberStatus,
    Topic,
    is_slug,
)

BLANK: Final = {
    "name": "",
    "audience": None,
    "audience_said": False,
    "role": "",
    "organisation": "",
    "partnership": "",
    "region": "",
    "wants_newsletter": True,
    "wants_announcements": True,
}

STAYED: Final = "toch blijven"
"""The source of what somebody says who left by mistake a moment ago."""

TYPED: Final = {"name": 200, "role": 80, "organisation": 200, "partnership": 200}
"""The fields that a reader types in a form, with their greatest length."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What a form holds. None leaves a field as it was (not the audience: None is neither side).

    audience_said: the reader chose the audience; otherwise it follows from the organisation.
    """

    audience: Audience | None
    topics: Collection[Topic]
    name: str | None = None
    partnership: str | None = None
    themes: Collection[str] | None = None
    role: str | None = None
    organisation: str | None = None
    audience_said: bool = True


@dataclass(frozen=True, slots=True)
class Asking:
    """A sign-up as a form brought it. source: which form; at: when it was sent in."""

    address: Address
    chosen: Choices
    source: str
    text_shown: str
    text_version: str
    at: datetime


def find_or_add(session: Session, address: Address, *, now: datetime) -> Subscriber:
    """Return the row of this address, new if need be, locked against a second form."""
    new = {
        "email": address.email,
        "email_key": address.key,
        "status": SubscriberStatus.PENDING,
        "since": now,
        "ground": ConsentKind.ASKED,
        "changed_at": now,
        **BLANK,
    }
    insert_new(session, Subscriber.metadata.tables["subscriber"], [new])
    return session.scalars(
        select(Subscriber).where(Subscriber.email_key == address.key).with_for_update()
    ).one()


def make_fact(row: Subscriber, kind: ConsentKind, at: datetime, *, source: str) -> Consent:
    """Return a new piece of evidence, with the topics as they are in the row now."""
    return Consent(
        subscriber_id=row.id, kind=kind, at=at, topics=sorted(wanted_topics(row)), source=source
    )


def is_being_asked(session: Session, subscriber_id: int, *, since: datetime) -> bool:
    """Say whether somebody was asked to confirm after this moment, and did not answer yet.

    Who answered and left meanwhile is asked anew: only the mailbox itself gets so far.
    """
    last = last_fact(session, subscriber_id)
    return last is not None and last.kind == ConsentKind.ASKED and last.at > since


def last_fact(session: Session, subscriber_id: int) -> Consent | None:
    """Return the newest evidence that says yes or no; a change of preferences is neither."""
    return session.scalar(
        select(Consent)
        .where(Consent.subscriber_id == subscriber_id, Consent.kind.not_in(NEITHER_YES_NOR_NO))
        .order_by(Consent.id.desc())
        .limit(1)
    )


def wanted_topics(row: Subscriber) -> frozenset[Topic]:
    """Return what somebody consented to."""
    wanted = {
        Topic.NEWSLETTER: row.wants_newsletter,
        Topic.ANNOUNCEMENTS: row.wants_announcements,
    }
    return frozenset(topic for topic, wants in wanted.items() if wants)


def apply_choices(session: Session, row: Subscriber, chosen: Choices, *, now: datetime) -> bool:
    """Put the choices into the row; return whether anything became different."""
    before = _said(row)
    for name, longest in TYPED.items():
        if (typed := getattr(chosen, name)) is not None:
            setattr(row, name, one_line(typed, maximum=longest))
    settle_side(session, row, chosen.audience, said=chosen.audience_said)
    row.wants_newsletter = Topic.NEWSLETTER in chosen.topics
    row.wants_announcements = Topic.ANNOUNCEMENTS in chosen.topics
    changed = before != _said(row)
    if chosen.themes is not None:
        changed |= _replace_themes(session, row, set(filter(is_slug, chosen.themes)))
    if changed:
        row.changed_at = now
    return changed


def settle_side(session: Session, row: Subscriber, given: Audience | None, *, said: bool) -> None:
    """Put somebody on the side that they chose, or else that their organisation is on."""
    sides = {} if said else sides_of(session, [row.organisation])
    row.audience = settle(given, said=said, organisation=row.organisation, sides=sides)
    row.audience_said = said


def _said(row: Subscriber) -> tuple[object, ...]:
    side = (row.audience, row.audience_said)
    return (*side, wanted_topics(row), *(getattr(row, name) for name in TYPED))


def _replace_themes(session: Session, row: Subscriber, themes: set[str]) -> bool:
    before = row.themes or 0  # nothing yet in a row that is new
    row.themes = number_of(themes, give_bits(session, themes))
    return row.themes != before
