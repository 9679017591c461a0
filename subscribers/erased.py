"""Whoever is erased while a list waits: noted beside it, and taken out of what is kept of it.

Only the keyed hash of an address is noted: who is at work on the list sees it when the step is
done. What was found about somebody goes line by line; a file that names them goes as a whole.
"""

import json
import os
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from subscribers.addresses import address_hash, address_hasher, normalise
from subscribers.errors import InvalidAddress, MalformedImport
from subscribers.sheets import every_row

NOTE: Final = "erased"
LOOKED_THROUGH: Final = 5_000_000  # bytes of a file: a second or two; a larger one goes unlooked
CUT_OFF: Final = "…"  # at the end of a value that was shortened for the screen
_ADDRESS: Final = re.compile(r"""[^\s<>(),;:"']+@[^\s<>(),;:"']+""")


def note_erased(folder: Path, address_key: str, *, key: bytes) -> None:
    """Note beside a list that somebody was erased."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    with os.fdopen(os.open(folder / NOTE, flags, 0o600), "a", encoding="ascii") as out:
        out.write(address_hash(key, address_key) + "\n")


@dataclass(frozen=True, slots=True)
class Erased:
    """Who was erased: keyed hashes of their addresses."""

    hashes: Collection[str]
    key: bytes

    def left_of(self, found: Mapping[str, Any]) -> dict[str, Any]:
        """Return what was found, by kind, without what names them."""
        return {
            kind: [one for one in entries if not self.are_in(json.dumps(one, ensure_ascii=False))]
            for kind, entries in found.items()
        }

    def are_named_in(self, file: Path) -> bool:
        """Say whether a list names any of them; also yes when that would take long to see."""
        if file.stat().st_size > LOOKED_THROUGH:
            return True
        try:
            return any(self.are_in("\n".join(cells)) for cells in every_row(file))
        except MalformedImport:
            return True

    def are_in(self, text: str) -> bool:
        """Say whether a text names any of them, or was cut off where it may have."""
        if "@" not in text:
            return False
        hashed = address_hasher(self.key)
        keys = map(_key, _ADDRESS.findall(text))
        return CUT_OFF in text or any(key and hashed(key) in self.hashes for key in keys)


def noted(folder: Path, *, key: bytes) -> Erased | None:
    """Return who was noted beside a list; None for nobody."""
    try:
        hashes = (folder / NOTE).read_text("ascii").split()
    except FileNotFoundError:
        return None
    return Erased(frozenset(hashes), key)


def _key(text: str) -> str:
    try:
        return normalise(text.rstrip(".")).key
    except InvalidAddress:
        return ""
