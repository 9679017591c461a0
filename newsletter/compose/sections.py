"""The sections of an edition: titled groups of blocks, each opened once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeVar

from newsletter.compose.blocks import BLOCKS


class HasPlace(Protocol):
    """A block as a row: where it stands among the others."""

    position: int


class HasKind(Protocol):
    """A block as row or as value: what decides where it stands."""

    @property
    def kind(self) -> str:
        """A key of BLOCKS."""
        ...

    @property
    def fields(self) -> Mapping[str, Any]:
        """By kind."""
        ...


B = TypeVar("B", bound=HasKind)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Section:
    """A titled group. anchor: its id on the website; short: its name in the table of contents.

    single: its title when there is one block in it, if that differs.
    """

    anchor: str
    title: str
    short: str
    single: str = ""


LEAD: Final = "uitgelicht"
SECTIONS: Final[Mapping[str, Section]] = {
    LEAD: Section(LEAD, "Uitgelicht", "Uitgelicht"),
    "nieuws": Section("nieuws", "Nieuws", "Nieuws"),
    "verslagen": Section("verslagen", "Verslagen", "Verslag", "Verslag"),
    "agenda": Section("agenda", "Agenda", "Agenda"),
    "praktijk": Section("praktijk", "Praktijkvoorbeeld", "Praktijk"),
    "publicaties": Section("publicaties", "Publicaties", "Publicatie", "Publicatie"),
    "peiling": Section("peiling", "Eén vraag aan jou", "Peiling"),
}


def section_of(block: HasKind) -> str:
    """Return the key of the section that a block stands in; "" for one that stands by itself."""
    kind = BLOCKS.get(block.kind)
    if kind is None:
        return ""
    return LEAD if kind.section == "nieuws" and block.fields.get("lead") else kind.section


def grouped(blocks: Sequence[B]) -> list[tuple[str, list[B]]]:
    """Return the blocks by section, each section where its first block stands.

    A block without a section is a group of its own.
    """
    groups: list[tuple[str, list[B]]] = []
    for block in blocks:
        key = section_of(block)
        home = next((group for name, group in groups if key and name == key), None)
        if home is None:
            groups.append((key, [block]))
        else:
            home.append(block)
    return groups


def in_reading_order(blocks: Sequence[B]) -> list[B]:
    """Return the blocks in the order in which a reader meets them."""
    return [block for _, group in grouped(blocks) for block in group]


def moved(blocks: Sequence[B], block: B, step: int) -> list[B]:
    """Return the blocks in reading order with this one a place up (-1) or down (+1).

    At the edge of its section the whole section changes places with its neighbour.
    """
    groups = grouped(blocks)
    at = next(index for index, (_, group) in enumerate(groups) if block in group)
    group = groups[at][1]
    place = group.index(block)
    if 0 <= place + step < len(group):
        group[place], group[place + step] = group[place + step], group[place]
    elif 0 <= at + step < len(groups):
        groups[at], groups[at + step] = groups[at + step], groups[at]
    return [one for _, part in groups for one in part]


def at_the_front(blocks: Sequence[B], block: B) -> list[B]:
    """Return the blocks in reading order with this one before the first that has a section."""
    others = [one for one in in_reading_order(blocks) if one is not block]
    place = next((at for at, one in enumerate(others) if section_of(one)), len(others))
    return [*others[:place], block, *others[place:]]


def put_between(blocks: Sequence[B], block: B, above: B | None, below: B | None) -> list[B]:
    """Return the blocks in reading order with this one between two others.

    Within its section it goes exactly there; elsewhere its whole section does, for a section is
    opened once. above, below: None at the edge; when both are, nothing moves.
    """
    groups = grouped(blocks)
    own = next(group for _, group in groups if block in group)
    others = [one for one in own if one is not block]
    inside = _gap(others, [above], [below])
    if inside is not None:
        own[:] = [*others[:inside], block, *others[inside:]]
        return [one for _, group in groups for one in group]
    rest = [group for _, group in groups if group is not own]
    gap = _gap(rest, *([one for one in rest if there in one] for there in (above, below)))
    if gap is None:
        return in_reading_order(blocks)
    return [one for group in [*rest[:gap], own, *rest[gap:]] for one in group]


def _gap(among: Sequence[T], above: Sequence[T | None], below: Sequence[T | None]) -> int | None:
    """Return the place before the one below, else after the one above; None without either."""
    before = [place for place, one in enumerate(among) if one in below]
    after = [place + 1 for place, one in enumerate(among) if one in above]
    return next(iter(before + after), None)


def renumber(blocks: Sequence[HasPlace]) -> None:
    """Give each block the number of its place in this order."""
    for position, block in enumerate(blocks):
        block.position = position
