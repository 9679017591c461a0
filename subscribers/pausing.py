"""No mail for a while: a reader chooses until when, and it ends by itself.

A pause is a status, so whatever asks who may be mailed leaves these people out without asking for
the time. `end_pauses` runs before readers are frozen: an edition reaches who is back that day.
"""

from datetime import datetime

from sqlalchemy import select

from storage.session import Database
from subscribers.evidence import make_fact
from subscribers.model import Subscriber
from subscribers.values import ON_LIST, ConsentKind, SubscriberStatus

S = SubscriberStatus


def pause(
    db: Database, subscriber_id: int, *, until: datetime, text_shown: str, now: datetime
) -> bool:
    """Mail somebody nothing before `until`; return whether they are paused until then now.

    text_shown: what the page then says to them; kept as evidence. Nobody who is not on the list is
    paused, nor until a moment that has passed.
    """
    with db.write() as session:
        row = session.get(Subscriber, subscriber_id, with_for_update=True)
        if row is None or row.state not in ON_LIST or until <= now:
            return False
        if row.paused_until == until:
            return True
        if row.state is S.ACTIVE:
            row.move(S.PAUSED, now=now)
        row.paused_until = until
        fact = make_fact(row, ConsentKind.PAUSED, now, source="preferences")
        fact.text_shown = text_shown
        session.add(fact)
        return True


def resume(db: Database, subscriber_id: int, *, now: datetime) -> bool:
    """End somebody's pause before its time; return whether there was one."""
    with db.write() as session:
        row = session.get(Subscriber, subscriber_id, with_for_update=True)
        if row is None or row.state is not S.PAUSED:
            return False
        _back(row, now)
        session.add(make_fact(row, ConsentKind.RESUMED, now, source="preferences"))
        return True


def end_pauses(db: Database, *, now: datetime) -> int:
    """Let everybody back whose day has come; return how many."""
    over = select(Subscriber).where(Subscriber.status == S.PAUSED, Subscriber.paused_until <= now)
    with db.read() as session:  # nearly always nobody: then no writer has to wait
        if session.execute(over.with_only_columns(Subscriber.id).limit(1)).first() is None:
            return 0
    with db.write() as session:
        rows = session.scalars(over.with_for_update()).all()
        for row in rows:
            _back(row, now)
        session.add_all(make_fact(row, ConsentKind.RESUMED, now, source="date") for row in rows)
        return len(rows)


def _back(row: Subscriber, now: datetime) -> None:
    row.move(S.ACTIVE, now=now)
    row.paused_until = None
