"""What a segment says: a tree of conditions, its bounds, and the JSON it is kept as. Pure.

In a row, every entry of a mapping has to hold, and a list is any of these:

    {"audience": "school", "region": ["Noord", "Oost"], "not": {"role": "bestuurder"}}
    {"any": [{"theme": "visie"}, {"segment": "starters"}]}
    {"all": [{"theme": "visie"}, {"theme": "toetsing"}]}        a field twice
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, TypeAlias

from storage.text import one_line
from subscribers.conditions import BEFORE, CONDITIONS, EVENTS, NEITHER, SINCE
from subscribers.errors import SegmentTooLarge, UnknownCondition

Conditions: TypeAlias = Mapping[str, Any]  # as in a row

SEGMENT: Final = "segment"
FIELDS: Final = (*CONDITIONS, SEGMENT)
DAYS: Final = frozenset({SINCE, BEFORE})
STATUS_NOT: Final = "status not"  # how rows of before have `not status = ...`
MOST_CONDITIONS: Final = 50
MOST_VALUES: Final = 300
LOOKED_UP: Final = EVENTS  # each reader by reader: of 1,000,000 in half a second
MOST_LOOKED_UP: Final = 8
LARGEST_NUMBER: Final = 2**31 - 1  # of an event: what a key's column holds
DEEPEST: Final = 12
LONGEST_VALUE: Final = 200


@dataclass(frozen=True, slots=True)
class Is:
    """Somebody has any of these values of a field."""

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class All:
    """All parts hold; with none: everybody."""

    parts: tuple["Tree", ...]


@dataclass(frozen=True, slots=True)
class Either:
    """Any of the parts holds; with none: nobody."""

    parts: tuple["Tree", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: "Tree"


Tree: TypeAlias = Is | All | Either | Not

EVERYBODY: Final = All(())
NOBODY: Final = Either(())


def is_one_of(field: str, values: Iterable[object]) -> Is:
    """Return the condition that somebody has any of the values. Raises UnknownCondition."""
    if field not in FIELDS:
        raise UnknownCondition(f"there is no field {field!r}; there are {', '.join(FIELDS)}")
    found: dict[str, str] = {}
    for value in values:
        text = checked(field, value)
        found.setdefault(key_of(field, text), text)
    if not found:
        raise UnknownCondition(f"{field!r} has no value")
    if field in DAYS and len(found) > 1:
        raise UnknownCondition(f"{field!r} takes one day")
    return Is(field, tuple(found.values()))


def key_of(field: str, value: str) -> str:
    """Return a value as it is compared."""
    return value if field == SEGMENT else CONDITIONS[field].key(value)


def checked(field: str, value: object) -> str:
    """Return one value of a field as it is kept. Raises UnknownCondition."""
    text = NEITHER if value is None and field == "audience" else value
    if not isinstance(text, str) or not text.isprintable() or len(text) > LONGEST_VALUE:
        raise UnknownCondition(f"{field!r} needs a text of at most {LONGEST_VALUE} characters")
    text = one_line(text)
    if not text or not key_of(field, text):
        raise UnknownCondition(f"{field!r} needs a text")
    if field in DAYS:
        return _day(field, text)
    if field in EVENTS:
        return _event(field, text)
    allowed = () if field == SEGMENT else CONDITIONS[field].values
    if allowed and key_of(field, text) not in allowed:
        raise UnknownCondition(f"{field!r} cannot be {text!r}; it is {', '.join(allowed)}")
    return key_of(field, text) if allowed else text


def every(parts: Iterable[Tree]) -> Tree:
    """Return that all of these hold, without what says nothing."""
    flat = [one for part in parts for one in (part.parts if isinstance(part, All) else (part,))]
    if NOBODY in flat:
        return NOBODY
    unique = tuple(dict.fromkeys(flat))
    return unique[0] if len(unique) == 1 else All(unique)


def any_of(parts: Iterable[Tree]) -> Tree:
    """Return that one of these holds: what is said of one field as one condition."""
    flat = [one for part in parts for one in (part.parts if isinstance(part, Either) else (part,))]
    if EVERYBODY in flat:
        return EVERYBODY
    found: dict[object, Tree] = {}
    for one in flat:
        mergeable = isinstance(one, Is) and one.field not in DAYS
        place = one.field if mergeable and isinstance(one, Is) else one
        known = found.get(place)
        if isinstance(one, Is) and isinstance(known, Is):
            found[place] = is_one_of(one.field, (*known.values, *one.values))
        else:
            found[place] = one
    unique = tuple(found.values())
    return unique[0] if len(unique) == 1 else Either(unique)


def negated(part: Tree) -> Tree:
    """Return that this does not hold."""
    match part:
        case Not(inner):
            return inner
        case All(()):
            return NOBODY
        case Either(()):
            return EVERYBODY
    return Not(part)


def tree_of(conditions: object, *, depth: int = 0) -> Tree:
    """Return the tree of what stands in a row. Raises UnknownCondition, SegmentTooLarge."""
    if not isinstance(conditions, Mapping):
        raise UnknownCondition("conditions are a mapping")
    if depth > 2 * DEEPEST + 2:  # with those of the segments in it
        raise SegmentTooLarge("conditions are nested too deeply")
    return every(_entry(name, value, depth + 1) for name, value in conditions.items())


def stored(tree: Tree) -> dict[str, Any]:
    """Return the tree as it stands in a row; `tree_of` gives it back."""
    match tree:
        case Is(field, values):
            return {field: values[0] if len(values) == 1 else list(values)}
        case Not(part):
            return {"not": stored(part)}
        case Either(parts):
            return {"any": [stored(one) for one in parts]}
        case All(parts):
            entries = [stored(one) for one in parts]
            names = [name for one in entries for name in one]
            if len(set(names)) < len(names):
                return {"all": entries}
            return {name: value for one in entries for name, value in one.items()}


def leaves(tree: Tree) -> Iterator[Is]:
    """Yield the conditions of a tree."""
    match tree:
        case Is():
            yield tree
        case Not(part):
            yield from leaves(part)
        case All(parts) | Either(parts):
            for one in parts:
                yield from leaves(one)


def is_looked_up(tree: Tree) -> bool:
    """Say whether a tree asks what does not stand in a reader's own row."""
    return any(leaf.field in LOOKED_UP for leaf in leaves(tree))


def depth_of(tree: Tree) -> int:
    """Return how deep a tree is; 1 for one condition."""
    match tree:
        case Is():
            return 1
        case Not(part):
            return 1 + depth_of(part)
        case All(parts) | Either(parts):
            return 1 + max((depth_of(one) for one in parts), default=0)


def require_bounds(tree: Tree, *, of: str = "", times: int = 1) -> None:
    """Raise SegmentTooLarge for more than a segment may say.

    of:    what it is called in the message.
    times: how much more it may say with what stands in the segments in it.
    """
    found = list(leaves(tree))
    looked_up = sum(one.field in LOOKED_UP for one in found)
    for number, most, what in (
        (len(found), MOST_CONDITIONS, "conditions"),
        (sum(len(one.values) for one in found), MOST_VALUES, "values"),
        (looked_up, MOST_LOOKED_UP, "conditions on an event; each may name several"),
        (depth_of(tree), DEEPEST, "conditions in each other"),
    ):
        if number > most * times:
            raise SegmentTooLarge(f"{of}{number} {what}: at most {most * times}")


def _entry(name: str, value: object, depth: int) -> Tree:
    if name == "not":
        return negated(tree_of(value, depth=depth))
    if name in {"all", "any"}:
        if not isinstance(value, list):
            raise UnknownCondition(f"{name!r} is a list of conditions")
        parts = [tree_of(one, depth=depth) for one in value]
        return every(parts) if name == "all" else any_of(parts)
    values = value if isinstance(value, list) else [value]
    if name == STATUS_NOT:
        return Not(is_one_of("status", values))
    return is_one_of(name, values)


def _event(field: str, text: str) -> str:
    """Return the number of an event without zeros before it. Raises UnknownCondition."""
    is_number = text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST_NUMBER))
    if not is_number or not 0 < int(text) <= LARGEST_NUMBER:
        raise UnknownCondition(
            f"{field!r} needs the number of an event, such as 12: newsletter item list --kind event"
        )
    return str(int(text))


def _day(field: str, text: str) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise UnknownCondition(f"{field!r} needs a day, such as 2027-03-31") from None
    if not 1900 < day.year < 3000:  # so that its moment exists in every zone and on both databases
        raise UnknownCondition(f"{field!r} needs a day of our time")
    return day.isoformat()
