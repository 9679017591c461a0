"""Who is in a segment: why one person is or is not, and some of them by chance."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.dialect import in_time
from subscribers.gathering import of_everybody
from subscribers.model import Subscriber
from subscribers.reading import Facts, Reason, holds, parts_of
from subscribers.segments import whole
from subscribers.selecting import facts_of
from subscribers.store import get_subscriber
from subscribers.trees import Tree, stored
from subscribers.values import SubscriberStatus

SAMPLE: Final = 10


@dataclass(frozen=True, slots=True)
class Why:
    """What a segment says of one person. reasons: of each of its parts, in its order."""

    row: Subscriber
    facts: Facts
    is_in: bool
    reasons: tuple[Reason, ...]

    @property
    def gets_mail(self) -> bool:
        """Whether they may be mailed at all."""
        return self.row.state is SubscriberStatus.ACTIVE


def why(session: Session, tree: Tree, email: str) -> Why | None:
    """Return why somebody is whom a tree selects, or is not; None when nobody has that address.

    Raises UnknownSegment, UnknownCondition.
    """
    row = get_subscriber(session, email)
    if row is None:
        return None
    facts = facts_of(session, row)
    reasons = tuple(Reason(one, holds(whole(session, one), facts)) for one in parts_of(tree))
    return Why(row, facts, holds(whole(session, tree), facts), reasons)


def sample(session: Session, tree: Tree, *, size: int = SAMPLE) -> list[Subscriber]:
    """Return some of the people whom a tree selects and who may be mailed, others every time.

    Raises UnknownSegment, UnknownCondition.
    """
    chosen = of_everybody(session, stored(whole(session, tree)), [SubscriberStatus.ACTIVE])
    drawn = select(Subscriber.id).where(*chosen).order_by(func.random()).limit(size)
    with in_time(session):
        ids = list(session.scalars(drawn))
    rows = session.scalars(select(Subscriber).where(Subscriber.id.in_(ids)))
    return sorted(rows, key=lambda row: ids.index(row.id))
