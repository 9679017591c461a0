"""How the sending stands, for a program that watches it: a few short questions, by index.

At a million rows the longest of them counts one edition that is under way from its index alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.model import Delivery, Edition
from newsletter.send.watching.meter import SLOT_S, TICK, Figure, figures, slot_of
from newsletter.sending_rows import Pulse
from newsletter.values import DeliveryState, EditionStatus
from subscribers.model import WaitingSignUp

UNDER_WAY: Final = (EditionStatus.SENDING, EditionStatus.PAUSED)
DUE: Final = (EditionStatus.SCHEDULED, EditionStatus.SENDING)
LATELY: Final = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Gauges:
    """What is read for one look.

    deliveries:   how many are in each state, by edition under way.
    per_second:   messages that were settled a second in the last half minute, of all editions.
    oldest_due_s: how long ago the oldest edition was due that is not sent yet; 0 without one.
    tick_age_s:   since the clock last asked what is due; None when it never did.
    sign_ups:     how many sign-ups wait for their mail.
    figures:      what all processes count together.
    """

    deliveries: Mapping[int, Mapping[DeliveryState, int]]
    per_second: float
    oldest_due_s: float
    tick_age_s: float | None
    sign_ups: int
    figures: tuple[Figure, ...]


def read_gauges(session: Session, *, now: datetime) -> Gauges:
    """Read how it stands now."""
    found = figures(session)
    ticks = [(now - one.at).total_seconds() for one in found if one.name == TICK]
    under_way = session.scalars(select(Edition.id).where(Edition.status.in_(UNDER_WAY))).all()
    return Gauges(
        deliveries={one: _states(session, one) for one in under_way},
        per_second=_per_second(session, now),
        oldest_due_s=_oldest_due_s(session, now),
        tick_age_s=min(ticks, default=None),
        sign_ups=session.scalar(select(func.count()).select_from(WaitingSignUp)) or 0,
        figures=tuple(found),
    )


def _states(session: Session, edition_id: int) -> dict[DeliveryState, int]:
    counted = session.execute(
        select(Delivery.state, func.count())
        .where(Delivery.edition_id == edition_id)
        .group_by(Delivery.state)
    )
    found = {DeliveryState(state): number for state, number in counted}
    return {one: found.get(one, 0) for one in DeliveryState}


def _per_second(session: Session, now: datetime) -> float:
    first = slot_of(now - LATELY)
    number = session.scalar(select(func.sum(Pulse.number)).where(Pulse.slot >= first)) or 0
    return number / max(now.timestamp() - first * SLOT_S, 1.0)


def _oldest_due_s(session: Session, now: datetime) -> float:
    oldest = session.scalar(
        select(func.min(Edition.due_at)).where(Edition.status.in_(DUE), Edition.due_at <= now)
    )
    return (now - oldest).total_seconds() if oldest else 0.0
