"""Queries on what the name servers said of the sender's domain."""

from dataclasses import asdict
from datetime import datetime
from typing import Final, cast

from sqlalchemy import Table
from sqlalchemy.orm import Session

from newsletter.model import DomainLook
from newsletter.values import DomainRecords
from storage.dialect import insert_new

TABLE: Final = cast("Table", DomainLook.__table__)  # SQLAlchemy types it as FromClause


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
    # Somebody else may ask at the same moment: the row is then there already.
    insert_new(session, TABLE, [{"sender": sender, "bounces": bounces, "at": now, "records": {}}])
    look = session.get_one(DomainLook, (sender, bounces), with_for_update=True)
    look.at = now
    if records is not None:
        look.records = asdict(records)
