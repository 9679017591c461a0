"""Queries on what was seen at the addresses in editions."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from feeds.values import LinkOutcome, Sight
from newsletter.model import LinkLook

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
    by_mark = {mark_of(url): (url, sight) for url, sight in seen.items()}
    session.execute(delete(LinkLook).where(LinkLook.mark.in_(by_mark)))
    session.add_all(
        LinkLook(
            mark=mark,
            url=url,
            at=now,
            outcome=sight.outcome,
            code=sight.code,
            leads_to=sight.leads_to,
        )
        for mark, (url, sight) in by_mark.items()
    )


def forget_looks(session: Session, *, now: datetime) -> int:
    """Remove what was seen long ago; return how many addresses that were."""
    old = delete(LinkLook).where(LinkLook.at < now - KEPT).returning(LinkLook.mark)
    return len(session.scalars(old).all())


def mark_of(url: str) -> str:
    """Return the key of an address."""
    return hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()
