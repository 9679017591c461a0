"""What a segment says, read of one person, without a database. Pure.

It is what the compiled question is held against, it tells why somebody is in a segment, and it says
which kinds of people some segments can tell apart.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain, combinations, product
from math import prod
from typing import Final

from subscribers.conditions import ATTENDED, BEFORE, INVITED, NEITHER, SINCE
from subscribers.trees import DAYS, All, Either, Is, Not, Tree, key_of, leaves
from subscribers.values import Audience, SubscriberStatus

NOBODY_HAS: Final = "\0"  # a value that stands in no condition
SOME_DAY: Final = date(2000, 1, 1)
MOST_KINDS: Final = 2_000
ONE_ONLY: Final = ("region", "organisation", "role")  # of which a person has one
SEVERAL: Final = (
    "theme",
    ATTENDED,
    INVITED,
    "partnership",
    "stage",
)  # a partnership goes by its name and its slug


@dataclass(frozen=True, slots=True)
class Facts:
    """What conditions ask of one person. has: by field, its values as they are compared."""

    has: Mapping[str, frozenset[str]]
    joined_on: date

    @property
    def audience(self) -> Audience | None:
        """Their side."""
        (side,) = self.has["audience"]
        return None if side == NEITHER else Audience(side)


@dataclass(frozen=True, slots=True)
class Reason:
    """One of the conditions of a segment, and whether somebody fulfils it."""

    part: Tree
    holds: bool


def holds(tree: Tree, facts: Facts) -> bool:
    """Say whether somebody is whom a tree selects; one that names no other segment."""
    match tree:
        case Is(field, values):
            return _has(field, values, facts)
        case Not(part):
            return not holds(part, facts)
        case All(parts):
            return all(holds(one, facts) for one in parts)
        case Either(parts):
            return any(holds(one, facts) for one in parts)


def parts_of(tree: Tree) -> tuple[Tree, ...]:
    """Return what stands side by side in a tree: its conditions, or its alternatives."""
    return tree.parts if isinstance(tree, All | Either) else (tree,)


def kinds_of(trees: Iterable[Tree]) -> list[Facts] | None:
    """Return one of each kind of active people whom these can tell apart; None for too many.

    Nobody in the database is of another kind; not every kind has somebody.
    """
    named: dict[str, set[str]] = {}
    for leaf in chain.from_iterable(map(leaves, trees)):
        keys = (key_of(leaf.field, one) for one in leaf.values)
        named.setdefault(leaf.field, set()).update(keys)
    several = [field for field in SEVERAL if field in named]
    if sum(len(named[field]) for field in several) > MOST_KINDS.bit_length():
        return None
    choices: dict[str, list[frozenset[str]]] = {
        "audience": [frozenset({one}) for one in (*Audience, NEITHER)],
        "status": [frozenset({SubscriberStatus.ACTIVE.value})],
        **{field: _one_of(named[field]) for field in ONE_ONLY if field in named},
        **{field: list(_any_of(sorted(named[field]))) for field in several},
    }
    days = _days(named)
    if prod(map(len, choices.values())) * len(days) > MOST_KINDS:
        return None
    return [
        Facts(dict(zip(choices, chosen, strict=True)), day)
        for chosen in product(*choices.values())
        for day in days
    ]


def _has(field: str, values: Sequence[str], facts: Facts) -> bool:
    if field == SINCE:
        return facts.joined_on >= date.fromisoformat(values[0])
    if field == BEFORE:
        return facts.joined_on < date.fromisoformat(values[0])
    return not facts.has.get(field, frozenset()).isdisjoint(key_of(field, one) for one in values)


def _one_of(values: Iterable[str]) -> list[frozenset[str]]:
    return [frozenset({one}) for one in (*sorted(values), NOBODY_HAS)]


def _any_of(values: Sequence[str]) -> Iterator[frozenset[str]]:
    sizes = range(len(values) + 1)
    return map(frozenset, chain.from_iterable(combinations(values, size) for size in sizes))


def _days(named: Mapping[str, set[str]]) -> list[date]:
    """Return a day before each of the named ones, and one on or after it."""
    bounds = sorted(date.fromisoformat(day) for field in DAYS for day in named.get(field, ()))
    return [bounds[0] - timedelta(days=1), *bounds] if bounds else [SOME_DAY]
