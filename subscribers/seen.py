"""Which keys were seen before, and where: 12 bytes a place, so that millions fit in memory."""

from array import array
from typing import Final

_START: Final = 1 << 12


class SeenLines:
    """A hash table of two arrays: 2,000,000 keys take 50 MB, a dict of them five times as much.

    It keeps 64 bits of each key: a million rows hold a false double once in 10^7 files.
    """

    def __init__(self) -> None:
        self._count = 0
        self._hashes, self._lines = _empty(_START)

    def first_line(self, key: str, line: int) -> int:
        """Return the line where the key was seen before, else remember this one and return 0."""
        hashed, lines, hashes = hash(key), self._lines, self._hashes
        mask = len(lines) - 1
        place = hashed & mask
        while found := lines[place]:  # as `_place`, without a call for each of millions
            if hashes[place] == hashed:
                return found
            place = (place + 1) & mask
        hashes[place], lines[place] = hashed, line
        self._count += 1
        if self._count * 3 > len(lines) * 2:
            self._grow()
        return 0

    def has(self, key: str) -> bool:
        """Say whether the key was seen."""
        return bool(self._lines[self._place(hash(key))])

    def _place(self, hashed: int) -> int:
        """Return where this key is, or the free place where it belongs."""
        hashes, lines = self._hashes, self._lines
        mask = len(lines) - 1
        place = hashed & mask
        while lines[place] and hashes[place] != hashed:
            place = (place + 1) & mask
        return place

    def _grow(self) -> None:
        old = zip(self._hashes, self._lines, strict=True)
        self._hashes, self._lines = _empty(len(self._lines) * 2)
        for hashed, line in old:
            if line:
                place = self._place(hashed)
                self._hashes[place], self._lines[place] = hashed, line


def _empty(size: int) -> "tuple[array[int], array[int]]":
    return array("q", [0]) * size, array("I", [0]) * size
