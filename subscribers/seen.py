"""Which keys were seen before, and where: 12 bytes a place, so that millions fit in memory."""

from array import array
from typing import Final

TABLES: Final = 64
_BITS: Final = TABLES.bit_length() - 1
_START: Final = 64
_FULL: Final = 0.8
_GROWTH: Final = 1.4


class SeenLines:
    """Small hash tables beside each other: 5,000,000 keys take 80 MB, a dict of them 600.

    They grow one by one, so that never all of it is there twice. 64 bits of each key are kept: a
    million rows hold a false double once in 10^7 files.
    """

    def __init__(self) -> None:
        self._tables = [_Table() for _ in range(TABLES)]

    def first_line(self, key: str, line: int) -> int:
        """Return the line where the key was seen before, else remember this one and return 0."""
        hashed = hash(key)
        return self._tables[hashed % TABLES].first_line(hashed, line)

    def has(self, key: str) -> bool:
        """Say whether the key was seen."""
        hashed = hash(key)
        return self._tables[hashed % TABLES].has(hashed)


class _Table:
    """A hash table of two arrays; what hashes to one place stands in the places after it."""

    def __init__(self) -> None:
        self._count = 0
        self._hashes, self._lines = _empty(_START)
        self._most = int(_START * _FULL)

    def first_line(self, hashed: int, line: int) -> int:
        hashes, lines = self._hashes, self._lines
        place = (hashed >> _BITS) % len(lines)
        while found := lines[place]:  # as `_place`, without a call for each of millions
            if hashes[place] == hashed:
                return found
            place = place + 1 if place + 1 < len(lines) else 0
        hashes[place], lines[place] = hashed, line
        self._count += 1
        if self._count > self._most:
            self._grow()
        return 0

    def has(self, hashed: int) -> bool:
        return bool(self._lines[self._place(hashed)])

    def _place(self, hashed: int) -> int:
        """Return where this is, or the free place where it belongs."""
        hashes, lines = self._hashes, self._lines
        size = len(lines)
        place = (hashed >> _BITS) % size
        while lines[place] and hashes[place] != hashed:
            place = place + 1 if place + 1 < size else 0
        return place

    def _grow(self) -> None:
        old = zip(self._hashes, self._lines, strict=True)
        self._hashes, self._lines = _empty(int(len(self._lines) * _GROWTH))
        self._most = int(len(self._lines) * _FULL)
        for hashed, line in old:
            if line:
                place = self._place(hashed)
                self._hashes[place], self._lines[place] = hashed, line


def _empty(size: int) -> "tuple[array[int], array[int]]":
    return array("q", [0]) * size, array("I", [0]) * size
