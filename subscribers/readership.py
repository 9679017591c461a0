"""How many people who may be mailed named a partnership or an organisation, found by an index."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from storage.dialect import told_row_by_row
from subscribers.model import Subscriber
from subscribers.spellings import is_one_of, spelt
from subscribers.values import SubscriberStatus


def named_one_of(
    session: Session, column: InstrumentedAttribute[str], names: Collection[str]
) -> ColumnElement[bool]:
    """Return the condition that a column is one of these names, however people spelt it."""
    found = spelt(session, column, names)
    return is_one_of(column, sorted(text for texts in found.values() for text in texts))


def active_among(session: Session, *theirs: ColumnElement[bool]) -> int:
    """Return how many of these people may be mailed; the first condition finds them."""
    found, *others = theirs
    # Of all who may be mailed there are far more than of those with one name.
    rest = (told_row_by_row(session, one) for one in (_is_active(), *others))
    counted = select(func.count()).select_from(Subscriber).where(found, *rest)
    return session.scalar(counted) or 0


def _is_active() -> ColumnElement[bool]:
    return Subscriber.status == SubscriberStatus.ACTIVE
