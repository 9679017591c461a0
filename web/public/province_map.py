"""A map of the twelve provinces, drawn by hand: a tile each, about where it lies. Pure.

No coordinates of anybody: the tiles stand in four rows, each half a tile from the next where that
is how the country runs. Noord-Brabant is as wide as two.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from storage.text import slugify

PITCH: Final = 112  # from one tile to the next, in units of the drawing
GAP: Final = 6
HEIGHT: Final = 96
PLACES: Final[Mapping[str, tuple[float, int, int]]] = {
    # How many tiles from the left, in which row, and how many tiles wide.
    "Friesland": (2, 0, 1),
    "Groningen": (3, 0, 1),
    "Noord-Holland": (1, 1, 1),
    "Flevoland": (2, 1, 1),
    "Drenthe": (3, 1, 1),
    "Zuid-Holland": (0.5, 2, 1),
    "Utrecht": (1.5, 2, 1),
    "Gelderland": (2.5, 2, 1),
    "Overijssel": (3.5, 2, 1),
    "Zeeland": (0, 3, 1),
    "Noord-Brabant": (1, 3, 2),
    "Limburg": (3, 3, 1),
}
WIDTH: Final = int(4.5 * PITCH)
TALL: Final = 4 * HEIGHT


@dataclass(frozen=True, slots=True)
class Tile:
    """One province on the map. lines: its name, in one or two pieces; count: what is shown there.

    x, y, width, height: of the tile; middle: of its words.
    """

    name: str
    lines: tuple[str, ...]
    count: int
    x: int
    y: int
    width: int
    height: int

    @property
    def middle(self) -> int:
        """Where its words stand, from the left."""
        return self.x + self.width // 2

    @property
    def anchor(self) -> str:
        """The id of the region's list on the same page."""
        return region_anchor(self.name)


def draw_map(counts: Mapping[str, int]) -> tuple[Tile, ...]:
    """Return the twelve tiles from the north to the south. counts: by province."""
    return tuple(_tile(name, counts.get(name, 0)) for name in PLACES)


def region_anchor(region: str) -> str:
    """Return the id of a region's list."""
    return f"regio-{slugify(region, maximum=80) or 'onbekend'}"


def _tile(name: str, count: int) -> Tile:
    column, row, tiles = PLACES[name]
    first, hyphen, rest = name.partition("-")
    one_line = tiles > 1 or not hyphen
    return Tile(
        name=name,
        lines=(name,) if one_line else (first + hyphen, rest),
        count=count,
        x=int(column * PITCH) + GAP // 2,
        y=row * HEIGHT + GAP // 2,
        width=tiles * PITCH - GAP,
        height=HEIGHT - GAP,
    )
