"""Whose side somebody is on: what they said, else what their organisation is.

`settle` is the rule, for every door through which people come in. `follow` lets those who said
nothing go along when an organisation becomes known, or changes sides.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from subscribers.field import name_key
from subscribers.model import Organisation, Subscriber
from subscribers.spellings import is_one_of, spelt
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


def follow(session: Session, rows: Sequence[Organisation], *, now: datetime) -> int:
    """Give the people of these organisations who did not say otherwise its side; return how many.

    Names are compared here, as they are everywhere: one look at the names that people gave.
    """
    if not rows:
        return 0
    names = spelt(session, Subscriber.organisation, [row.name for row in rows])
    return sum(_move(session, row, names.get(name_key(row.name), ()), now) for row in rows)


def rename_at_people(session: Session, before: str, after: str, *, now: datetime) -> None:
    """Let who named an organisation name it as it is called now."""
    names = spelt(session, Subscriber.organisation, [before]).get(name_key(before), [])
    theirs = is_one_of(Subscriber.organisation, [name for name in names if name != after])
    session.execute(update(Subscriber).where(theirs).values(organisation=after, changed_at=now))


def _move(session: Session, row: Organisation, names: Sequence[str], now: datetime) -> int:
    if not names:
        return 0
    theirs = is_one_of(Subscriber.organisation, names)
    apart = Subscriber.audience.is_distinct_from(row.audience)
    change = update(Subscriber).where(theirs, Subscriber.audience_said.is_(False), apart)
    moved = change.values(audience=row.audience, changed_at=now).returning(Subscriber.id)
    return len(session.scalars(moved).all())
