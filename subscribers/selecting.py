"""From what segments say to one bound clause, and to what is so of one person.

Values are bound, never written into a statement. Which spellings of a text there are is asked
first, along the indexes that begin with it: one short question for all segments.
"""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import (
    and_,
    false,
    not_,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Session

from storage.text import folded
from subscribers.conditions import (
    ATTENDED,
    CONDITIONS,
    INVITED,
    NEITHER,
    THEME,
    ZONE,
    Clause,
    Named,
    Words,
)
from subscribers.events import announcements, events_of
from subscribers.model import (
    Organisation,
    Partnership,
    PartnershipMember,
    Subscriber,
)
from subscribers.reading import Facts
from subscribers.spellings import spellings
from subscribers.themes import own_themes, read_bits
from subscribers.trees import All, Conditions, Either, Is, Not, Tree, is_looked_up, leaves, tree_of


def clauses(session: Session, conditions: Sequence[Conditions]) -> list[Clause]:
    """Return for each of these that somebody is whom they select.

    They name no other segments (`segments.conditions_of`). Raises UnknownCondition.
    """
    trees = [tree_of(one) for one in conditions]
    words = read_words(session, trees)
    return [clause_of(tree, words) for tree in trees]


def clause_of(tree: Tree, words: Words) -> Clause:
    """Return that somebody is whom a tree selects; never NULL."""
    match tree:
        case Is(field, values):
            return CONDITIONS[field].clause(values, words)
        case All(parts):
            return and_(true(), *(clause_of(one, words) for one in _in_order(parts)))
        case Either(parts):
            return or_(false(), *(clause_of(one, words) for one in _in_order(parts)))
        case Not(part):
            return _outside(part, words)


def _outside(tree: Tree, words: Words) -> Clause:
    """Return that somebody is not whom a tree selects: NOT stands at single conditions only.

    An audience can be NULL, and NOT would leave its people out: they are among the other values.
    """
    match tree:
        case Is("audience", values):
            others = [one for one in CONDITIONS["audience"].values if one not in values]
            return CONDITIONS["audience"].clause(others, words)
        case Is():
            return not_(clause_of(tree, words))
        case All(parts):
            return or_(false(), *(_outside(one, words) for one in _in_order(parts)))
        case Either(parts):
            return and_(true(), *(_outside(one, words) for one in _in_order(parts)))
        case Not(part):
            return clause_of(part, words)


def _in_order(parts: Sequence[Tree]) -> list[Tree]:
    """Return the parts with those first that a reader's own row answers: often that is enough."""
    return sorted(parts, key=is_looked_up)


def read_words(session: Session, trees: Sequence[Tree]) -> Words:
    """Return what these trees have to know of the database; asks nothing when they do not."""
    found = [leaf for tree in trees for leaf in leaves(tree)]
    fields = {leaf.field for leaf in found} & CONDITIONS.keys()
    columns = sorted({name for one in fields for name in CONDITIONS[one].columns})
    spelt: dict[str, dict[str, list[str]]] = {name: {} for name in columns}
    if columns:
        asked = union_all(*(spellings(getattr(Subscriber, name)) for name in columns))
        for name, text in session.execute(asked):
            spelt[name].setdefault(folded(text), []).append(text)
    events = {value for leaf in found if leaf.field == INVITED for value in leaf.values}
    return Words(
        spelt,
        _partnerships(session) if Subscriber.partnership.key in spelt else (),
        announcements(session, events) if events else {},
        read_bits(session) if THEME in fields else {},
    )


def facts_of(session: Session, row: Subscriber) -> Facts:
    """Return what conditions ask of one person."""
    name, works_at = folded(row.partnership), folded(row.organisation)
    known = _partnerships(session)
    attended, invited = events_of(session, row.id)
    if row.partnership == "":
        own = [one for one in known if works_at in one.members]
    else:
        own = [one for one in known if one.name == name]
    has = {
        "audience": {row.audience or NEITHER},
        "region": {folded(row.region)},
        "partnership": {name, *(one.name for one in own), *(one.slug for one in own)},
        "stage": {one.stage for one in own},
        "organisation": {folded(row.organisation)},
        "role": {folded(row.role)},
        THEME: set(own_themes(session, row)),
        "status": {row.status},
        ATTENDED: attended,
        INVITED: invited,
    }
    return Facts(
        {field: frozenset(values) for field, values in has.items()},
        row.since.astimezone(ZONE).date(),
    )


def _partnerships(session: Session) -> list[Named]:
    """Return the partnerships with their members, in one query."""
    named = (Partnership.slug, Partnership.name, Partnership.stage)
    asked = select(*named, Organisation.name).select_from(Partnership)
    asked = asked.outerjoin(PartnershipMember).outerjoin(Organisation)
    members: defaultdict[tuple[str, ...], set[str]] = defaultdict(set)
    for *partnership, member in session.execute(asked):
        members[tuple(map(folded, partnership))].add(folded(member or ""))
    return [
        Named(slug, name, stage, frozenset(theirs - {""}))
        for (slug, name, stage), theirs in members.items()
        if name
    ]
