"""Queries on what was seen at the addresses in editions."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, cast

from sqlalchemy import Table, delete, select
from sqlalchemy.orm import Session

from feeds.values import LinkOutcome, Sight
from newsletter.model import LinkLook
from storage.dialect import insert_new

TABLE: Final = cast("Table", LinkLook.__table__)  # SQLAlchemy types it as FromClause
HOLDS: Final = timedelta(hours=24)  # what was seen longer ago says nothing any more
KEPT: Final = timedelta(days=7)


def looks_since(session: Session, since: datetime) -> list[LinkLook]:
    """Return the looks from that moment on."""
    return list(session.scalars(select(LinkLook).where(LinkLook.at >= since)))


def sights(session: Session, *, now: datetime) -> dict[str, Sight]:
    """Return what was seen within a day, by address."""
    return {look.url: sight_of(look) for look in looks_since(session, now - HOLDS)}


def sight_of(look: LinkLook) -> Sight:
    """Return what a look saw."""
    return Sight(LinkOutcome(look.outcome), look.code, look.leads_to)


def save_sights(session: Session, seen: Mapping[str, Sight], *, now: datetime) -> None:
    """Write down what was seen now, in the place of what was seen before."""
    rows = {mark_of(url): _row(url, sight, now) for url, sight in seen.items()}
    session.execute(delete(LinkLook).where(LinkLook.mark.in_(rows)))
    # Somebody else may look at the same moment: either of the two will do.
    insert_new(session, TABLE, [{"mark": mark, **row} for mark, row in rows.items()])


def _row(url: str, sight: Sight, now: datetime) -> dict[str, object]:
    return {
        "url": url,
        "at": now,
        "outcome": sight.outcome.value,
        "code": sight.code,
        "leads_to": sight.leads_to,
    }


def forget_looks(session: Session, *, now: datetime) -> int:
    """Remove what was seen long ago; return how many addresses that were."""
    old = delete(LinkLook).where(LinkLook.at < now - KEPT).returning(LinkLook.mark)
    return len(session.scalars(old).all())


def mark_of(url: str) -> str:
    """Return the key of an address."""
    return hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()
