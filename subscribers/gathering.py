"""How a question about everybody at once is put: for whoever counts, or draws some by chance.

PostgreSQL knows what its tables hold, and joins what has to hold; of what is one possibility among
others it makes a set only where that is said.

SQLite looks up reader by reader what is not in their row: of 1,000,000 that takes 0.4 s for each
theme. Where several have to hold it goes faster from the readers of one; where that is asked of
nearly everybody, with one set of all who have it. Where another condition leaves few readers, that
comes first, and looking up is best.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final

from sqlalchemy import and_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from storage.dialect import gathers_sets, make_room_for_sets, told_row_by_row
from subscribers.conditions import Clause
from subscribers.model import Subscriber, SubscriberTheme
from subscribers.selecting import clause_of, read_words
from subscribers.trees import All, Conditions, Either, Is, Not, Tree, is_looked_up, leaves, tree_of
from subscribers.values import SubscriberStatus

THEME: Final = "theme"
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
        return [status, clause_of(_joined(tree), words)]
    having = [one for one in parts if _is_theme(one)]
    lacking = [one for one in parts if isinstance(one, Not) and _is_theme(one.part)]
    if having and len(having) + len(lacking) > 1:
        rest = All(tuple(one for one in parts if one not in (*having, *lacking)))
        found = _from_themes([_values(one) for one in having], _values(*lacking))
        return [found, told_row_by_row(session, and_(status, clause_of(rest, words)))]
    leaves_few = len(parts) > 1 and not all(map(is_looked_up, parts))
    if not leaves_few:
        tree, words = _joined(tree), replace(words, gathers_sets=True)
    # With these two ix_subscriber_reach begins; any other column has an index that leads astray.
    sides = [clause_of(one, words) for one in parts if isinstance(one, Is) and one.field == SIDE]
    return [status, *sides, told_row_by_row(session, clause_of(tree, words))]


def _from_themes(having: Sequence[Sequence[str]], lacking: Sequence[str]) -> Clause:
    """Return that somebody has one of each of these themes, and none of the last.

    Along the key (theme, subscriber_id): in the order of readers, so that every look is near.
    """
    first = aliased(SubscriberTheme)
    found = select(first.subscriber_id).where(first.theme.in_(having[0]))
    for values in having[1:]:
        found = found.where(_has(first.subscriber_id, values))
    if lacking:
        found = found.where(~_has(first.subscriber_id, lacking))
    return Subscriber.id.in_(found)


def _has(reader: InstrumentedAttribute[int], values: Sequence[str]) -> Clause:
    also = aliased(SubscriberTheme)
    return select(also.theme).where(also.theme.in_(values), also.subscriber_id == reader).exists()


def _joined(tree: Tree) -> Tree:
    """Return the tree with the themes that nobody may have named at once: one set for them all."""
    match tree:
        case All(parts):
            lacking = [one for one in parts if isinstance(one, Not) and _is_theme(one.part)]
            others = [_joined(one) for one in parts if one not in lacking]
            none = [Not(Is(THEME, _values(*lacking)))] if lacking else []
            return All((*others, *none))
        case Either(parts):
            return Either(tuple(map(_joined, parts)))
    return tree


def _looks_up_inside(part: Tree) -> bool:
    """Say whether something is looked up that is one possibility among others."""
    leaf = part.part if isinstance(part, Not) else part
    return is_looked_up(part) and not isinstance(leaf, Is)


def _is_theme(tree: Tree) -> bool:
    return isinstance(tree, Is) and tree.field == THEME


def _values(*trees: Tree) -> tuple[str, ...]:
    """Return the values of these conditions, each once."""
    return tuple(
        dict.fromkeys(value for tree in trees for leaf in leaves(tree) for value in leaf.values)
    )
