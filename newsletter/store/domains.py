"""Queries on what the name servers said of the sender's domain."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy.orm import Session

from newsletter.model import DomainLook
from newsletter.values import DomainRecords


def last_look(session: Session, sender: str, bounces: str) -> DomainLook | None:
    """Return the last look at these domains."""
    return session.get(DomainLook, (sender, bounces))


def records_of(look: DomainLook | None) -> DomainRecords | None:
    """Return what was said; None when nobody looked, or nothing was answered."""
    if look is None or not look.records:
        return None
    told = look.records
    lists = {name: tuple(told[name]) for name in ("spf", "dmarc", "keys")}
    return DomainRecords(**{**told, **lists})


def save_look(
    session: Session, sender: str, bounces: str, records: DomainRecords | None, *, now: datetime
) -> None:
    """Write down what was said now; without an answer, what was said before stands."""
    look = last_look(session, sender, bounces)
    if look is None:
        look = DomainLook(sender=sender, bounces=bounces, records={})
        session.add(look)
    look.at = now
    if records is not None:
        look.records = asdict(records)
