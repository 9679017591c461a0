"""Which column of a list holds which field: by its head, by what was said, or by its content. Pure.

A head is known by its letters alone, so that "E-mail adres" and "emailadres" are one. What content
says is a proposal: a person confirms it before anybody is brought in by it.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from subscribers.addresses import normalise
from subscribers.conditions import NEITHER
from subscribers.errors import InvalidAddress, MalformedImport
from subscribers.values import Audience

FIELDS: Final[Mapping[str, tuple[str, ...]]] = {  # with the Dutch heads that are known as well
    "email": ("e-mailadres", "mailadres", "mail", "email address"),
    "name": ("naam", "volledige naam", "full name"),
    "audience": ("kant", "doelgroep"),
    "role": ("rol", "functie"),
    "organisation": ("organisatie", "instelling", "school", "organization"),
    "partnership": ("opleidingsschool", "samenwerkingsverband"),
    "region": ("regio",),
    "themes": ("thema's", "thema"),
}


@dataclass(frozen=True, slots=True)
class Known:
    """The columns that a list may have: fields with other heads, and the one that it needs.

    meaning, otherwise: of the one that is needed, for the message: what it is, and what somebody
    can do who does not want to name it so.
    """

    fields: Mapping[str, tuple[str, ...]]
    needed: str
    meaning: str
    otherwise: str = ""


PEOPLE: Final = Known(
    FIELDS, "email", "the address", ", or say which it is with --map email=COLUMN"
)
SHOWN, SHOWN_LENGTH = 10, 40  # heads in a message, and characters of each
ENOUGH: Final = 0.5  # of the filled cells of a column, to say what it holds
_SIDES: Final = frozenset({*Audience, NEITHER})


def find_columns(
    head: Sequence[str], given: Mapping[str, str | int], known: Known = PEOPLE
) -> dict[str, int]:
    """Return the place of each field's column that is known by its head or was given.

    given: field to the head of its column, or to its place. Raises MalformedImport for a field or
    column that is not there, and for a head that is there twice.
    """
    fields = known.fields
    if unknown := set(given) - set(fields):
        raise MalformedImport(f"there is no field {min(unknown)!r}; there are {', '.join(fields)}")
    found = {}
    for field, synonyms in fields.items():
        wanted = given.get(field)
        if isinstance(wanted, int):
            place = wanted if wanted < len(head) else None
        elif wanted is None:
            place = _place(head, (field, *synonyms), _letters)
        else:
            place = _place(head, (wanted,), _plain)
        if place is None and wanted is not None:
            raise MalformedImport(
                f"there is no column {wanted!r} for {field!r} in the header; {told_heads(head)}"
            )
        if place is not None:
            found[field] = place
    return found


def guess_columns(head: Sequence[str], rows: Iterable[Sequence[str]]) -> dict[str, int]:
    """Return which columns hold addresses and sides by what stands in them; the best of each."""
    columns = list(zip(*(_padded(row, len(head)) for row in rows), strict=True))
    found = {}
    for field, fits in (("email", _is_address), ("audience", _is_side)):
        shares = [_share(column, fits) for column in columns]
        best = max(shares, default=0.0)
        if best >= ENOUGH:
            found[field] = shares.index(best)
    return found


def told_heads(head: Sequence[str]) -> str:
    """Say what a header has, on one line that fits on a screen; nobody's address or name."""
    if any("@" in name for name in head):
        return "its first line is about a person: put a line with the names of the columns above it"
    names = ["".join(filter(str.isprintable, name)).strip()[:SHOWN_LENGTH] for name in head]
    named = [repr(name) for name in names if name]
    more = f" and {len(named) - SHOWN} more" if len(named) > SHOWN else ""
    return f"it has {', '.join(named[:SHOWN])}{more}"


def unused_heads(head: Sequence[str], used: Iterable[int]) -> tuple[str, ...]:
    """Return the heads of the columns that nothing was read from; not of those without one."""
    left = sorted(set(range(len(head))) - set(used))
    return tuple(filter(None, (head[at].strip() for at in left)))


def _place(head: Sequence[str], wanted: Iterable[str], alike: Callable[[str], str]) -> int | None:
    """Return where the first of the wanted heads is. Raises MalformedImport when it is twice."""
    names = [alike(name) for name in head]
    for one in map(alike, wanted):
        if names.count(one) > 1:
            raise MalformedImport(f"the header has two columns called {head[names.index(one)]!r}")
        if one in names:
            return names.index(one)
    return None


def _plain(head: str) -> str:
    return head.strip().casefold()


def _letters(head: str) -> str:
    return re.sub(r"[\s_.,:;'’-]", "", head.casefold())


def _padded(row: Sequence[str], width: int) -> list[str]:
    return [*row[:width], *[""] * (width - len(row))]


def _share(column: Sequence[str], fits: Callable[[str], bool]) -> float:
    filled = [cell for cell in column if cell.strip()]
    return sum(map(fits, filled)) / len(filled) if filled else 0.0


def _is_address(cell: str) -> bool:
    try:
        normalise(cell)
    except InvalidAddress:
        return False
    return True


def _is_side(cell: str) -> bool:
    return cell.strip().lower() in _SIDES
