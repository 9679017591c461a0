"""Whose side somebody is on: what they said, else what their organisation is.

`settle` is the rule, for every door through which people come in. `follow` lets those who said
nothing go along when an organisation becomes known, or changes sides.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from subscribers.field import name_key
from subscribers.model import Organisation, Subscriber
from subscribers.values import Audience

Sides = Mapping[str, Audience]  # of organisations that we know, by the key of their name


def sides_of(session: Session, names: Iterable[str]) -> Sides:
    """Return the sides of those organisations that we know among these names, in one query."""
    keys = {name_key(name) for name in names} - {""}
    if not keys:
        return {}
    known = select(Organisation.name_key, Organisation.audience)
    rows = session.execute(known.where(Organisation.name_key.in_(keys)))
    return {row.name_key: Audience(row.audience) for row in rows}


def settle(
    given: Audience | None, *, said: bool, organisation: str, sides: Sides
) -> Audience | None:
    """Return somebody's side. Pure.

    said:  they, or who put them on the list, said so: that is kept, whatever their organisation.
    given: what was said, or what it was before.
    """
    return given if said else sides.get(name_key(organisation), given)


def is_otherwise(given: Audience | None, *, organisation: str, sides: Sides) -> bool:
    """Say whether a side in a file is another than that of the organisation beside it. Pure.

    What only repeats it says nothing: our own export has it for everybody.
    """
    side = sides.get(name_key(organisation))
    return side is None or side is not given


def works_at(names: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition that somebody named one of these organisations, to count them.

    In other letters too, but for accents: that would take a look at every name.
    """
    lower = [name.lower() for name in names]
    named = Subscriber.organisation
    return or_(named.in_(names), func.lower(named).in_(lower))


def follow(session: Session, rows: Sequence[Organisation], *, now: datetime) -> int:
    """Give the people of these organisations who did not say otherwise its side; return how many.

    Names are compared here, as they are everywhere: one look at the names that people gave.
    """
    if not rows:
        return 0
    names = _names_given(session, {row.name_key for row in rows})
    moved = 0
    for row in rows:
        theirs = (
            Subscriber.organisation.in_(names[row.name_key]),
            Subscriber.audience_said.is_(False),
            Subscriber.audience.is_distinct_from(row.audience),
        )
        change = update(Subscriber).where(*theirs).values(audience=row.audience, changed_at=now)
        ids = session.scalars(change.returning(Subscriber.id)) if names[row.name_key] else ()
        moved += len(list(ids))
    return moved


def rename_at_people(session: Session, before: str, after: str, *, now: datetime) -> None:
    """Let who named an organisation name it as it is called now."""
    names = _names_given(session, {name_key(before)})[name_key(before)]
    if names:
        theirs = Subscriber.organisation.in_(names), Subscriber.organisation != after
        session.execute(
            update(Subscriber).where(*theirs).values(organisation=after, changed_at=now)
        )


def _names_given(session: Session, keys: set[str]) -> Mapping[str, list[str]]:
    """Return the names, as people gave them, by their key."""
    given: defaultdict[str, list[str]] = defaultdict(list)
    distinct = select(Subscriber.organisation).where(Subscriber.organisation != "").distinct()
    for name in session.scalars(distinct):
        if (key := name_key(name)) in keys:
            given[key].append(name)
    return given
