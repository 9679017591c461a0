"""The cut of an edition: which of its blocks one reader gets. Pure.

Everybody with the same cut gets the same mail; a variant of an edition is made once for each cut.
"""

from dataclasses import dataclass
from typing import Final

from subscribers.values import Audience

NO_SIDE: Final = "overig"  # how a reader of neither side is called in a key
MOST_SEGMENTS: Final = 3  # for the blocks of one edition: each doubles the cuts
SEPARATOR: Final = "."  # stands in no slug, and in an address as it is


@dataclass(frozen=True, slots=True)
class Cut:
    """The side of a reader, and those saved segments of the edition's blocks that they are in."""

    audience: Audience | None
    segments: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        """Its name in rows and addresses: "school", or "overig.startend.zuid"."""
        return SEPARATOR.join([self.audience or NO_SIDE, *sorted(self.segments)])


def parse_cut(key: str) -> Cut:
    """Return the cut with this key. Raises ValueError for what is none."""
    side, *slugs = key.split(SEPARATOR)
    if not all(slugs):
        raise ValueError(f"a segment has a name: {key!r}")
    return Cut(None if side == NO_SIDE else Audience(side), frozenset(slugs))
