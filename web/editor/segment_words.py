"""What a segment says, in Dutch."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from newsletter.dutch import join, long_date
from subscribers.conditions import ATTENDED, CONDITIONS, EVENTS, INVITED, NEITHER, SINCE
from subscribers.members import Why
from subscribers.trees import DAYS, SEGMENT, All, Either, Is, Not, Tree

EVERYBODY: Final = "iedereen"
NOBODY: Final = "niemand"
NO_SIDE: Final = "geen van beide"
NOT_FILLED: Final = "niets ingevuld"
OF_EVENTS: Final[Mapping[tuple[str, str], str]] = {
    (ATTENDED, "is"): "was bij",
    (ATTENDED, "is niet"): "was niet bij",
    (INVITED, "is"): "is uitgenodigd voor",
    (INVITED, "is niet"): "is niet uitgenodigd voor",
}
TEXTS: Final = frozenset({"region", "role", "organisation", "partnership"})


@dataclass(frozen=True, slots=True)
class Names:
    """What things are called: segments by slug, events by number."""

    segments: Mapping[str, str]
    events: Mapping[str, str] = field(default_factory=dict)


def words_of(tree: Tree, names: Names) -> str:  # noqa: PLR0911 - a line for each kind of tree
    """Return a sentence, small and without an end: "kant is school en rol is niet bestuurder"."""
    match tree:
        case All(()):
            return EVERYBODY
        case Either(()):
            return NOBODY
        case All(parts):
            return join([_enclosed(one, names, Either) for one in parts])
        case Either(parts):
            between = ", of " if any(isinstance(one, All) for one in parts) else " of "
            return between.join(words_of(one, names) for one in parts)
        case Is():
            return _leaf(tree, names, "is")
        case Not(Is() as inner):
            return _leaf(inner, names, "is niet")
        case Not(part):
            return f"niet ({words_of(part, names)})"


def _enclosed(tree: Tree, names: Names, kind: type[Tree]) -> str:
    words = words_of(tree, names)
    return f"({words})" if isinstance(tree, kind) else words


def _leaf(leaf: Is, names: Names, verb: str) -> str:
    if leaf.field in DAYS:
        day = long_date(date.fromisoformat(leaf.values[0]))
        since = (leaf.field == SINCE) == (verb == "is")
        return f"abonnee sinds {day} of later" if since else f"abonnee van voor {day}"
    values = " of ".join(_shown(leaf.field, one, names) for one in leaf.values)
    if leaf.field == SEGMENT:
        return f"zit {'' if verb == 'is' else 'niet '}in de doelgroep {values}"
    if leaf.field in EVENTS:
        return f"{OF_EVENTS[leaf.field, verb]} {values}"
    return f"{CONDITIONS[leaf.field].label.lower()} {verb} {values}"


def _shown(field: str, value: str, names: Names) -> str:
    if field == SEGMENT:
        return f"‘{names.segments.get(value, value)}’"
    if field in EVENTS:
        return f"‘{names.events.get(value, f'bijeenkomst {value}')}’"
    return NO_SIDE if field == "audience" and value == NEITHER else value


def own_words(part: Tree, why: Why) -> str:
    """Return what somebody has of the field that a condition asks for, or "" for other parts."""
    leaf = part.part if isinstance(part, Not) else part
    if not isinstance(leaf, Is):
        return ""
    if leaf.field == "audience":
        return why.row.audience or NO_SIDE
    if leaf.field == "theme":
        return ", ".join(sorted(why.facts.has["theme"])) or NOT_FILLED
    return (getattr(why.row, leaf.field) or NOT_FILLED) if leaf.field in TEXTS else ""
