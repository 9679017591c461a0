"""How a question about everybody at once is put: for whoever counts, or draws some by chance.

PostgreSQL knows what its tables hold, and joins what has to hold; of what is one possibility among
others it makes a set only where that is said.

SQLite looks up reader by reader what is not in their row: of 1,000,000 that takes 0.4 s for each
event. Where that is asked of nearly everybody, one set of all who were there is faster. Where
another condition leaves few readers, that comes first, and looking up is best.
"""

from collections.abc import Collection
from dataclasses import replace
from typing import Final

from sqlalchemy.orm import Session

from storage.dialect import gathers_sets, make_room_for_sets, told_row_by_row
from subscribers.conditions import Clause
from subscribers.model import Subscriber
from subscribers.selecting import clause_of, read_words
from subscribers.trees import All, Conditions, Is, Not, Tree, is_looked_up, tree_of
from subscribers.values import SubscriberStatus

SIDE: Final = Subscriber.audience.key


def of_everybody(
    session: Session, conditions: Conditions, statuses: Collection[SubscriberStatus]
) -> list[Clause]:
    """Return the clauses that together hold for whom these select among people of these statuses.

    They name no other segments (`segments.conditions_of`). Raises UnknownCondition.
    """
    status = Subscriber.status.in_(statuses)
    tree = tree_of(conditions)
    words = read_words(session, [tree])
    parts = tree.parts if isinstance(tree, All) else (tree,)
    if not gathers_sets(session):
        words = replace(words, by_spelling=True, gathers_sets=any(map(_looks_up_inside, parts)))
        if words.gathers_sets:
            make_room_for_sets(session)
        return [status, clause_of(tree, words)]
    leaves_few = len(parts) > 1 and not all(map(is_looked_up, parts))
    words = replace(words, gathers_sets=not leaves_few)
    # With these two ix_subscriber_reach begins; any other column has an index that leads astray.
    sides = [clause_of(one, words) for one in parts if isinstance(one, Is) and one.field == SIDE]
    return [status, *sides, told_row_by_row(session, clause_of(tree, words))]


def _looks_up_inside(part: Tree) -> bool:
    """Say whether something is looked up that is one possibility among others."""
    leaf = part.part if isinstance(part, Not) else part
    return is_looked_up(part) and not isinstance(leaf, Is)
