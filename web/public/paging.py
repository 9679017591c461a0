"""A list in parts: which part is asked for, and the addresses of its neighbours."""

from collections.abc import Mapping
from dataclasses import dataclass

from web.errors import PageUnknown


@dataclass(frozen=True, slots=True)
class Pages:
    """Where in a list we are. current: from 1; last: at least 1.

    path: the list's own address; what narrows the list stands behind a question mark.
    """

    path: str
    current: int
    last: int
    size: int

    @property
    def offset(self) -> int:
        """How many rows come before this part."""
        return (self.current - 1) * self.size

    def address(self, number: int) -> str:
        """Return the address of a part."""
        mark = "&" if "?" in self.path else "?"
        return self.path if number == 1 else f"{self.path}{mark}blad={number}"


def read_pages(query: Mapping[str, str], *, path: str, count: int, size: int) -> Pages:
    """Return the part that the address asks for. Raises PageUnknown for one that is not there."""
    last = max(1, -(-count // size))
    text = query.get("blad", "1")
    if not (text.isascii() and text.isdigit() and len(text) < 6) or not 1 <= int(text) <= last:
        raise PageUnknown("blad")
    return Pages(path, int(text), last, size)
