"""Who did what the log tells: a person, by which door, or the program by itself. In Dutch."""

from collections.abc import Mapping
from typing import Final

PROGRAM: Final = "Het programma"
DOORS: Final[Mapping[str, str]] = {
    "cli": "Iemand, via de opdrachtregel,",
    "site": "Een lezer",
}
NAMED: Final = {"cli": "{}, via de opdrachtregel,"}


def who_did(name: str, via: str) -> str:
    """Return who did it, to begin a sentence with. name: of the account, or ""."""
    if name:
        return NAMED.get(via, "{}").format(name)
    return DOORS.get(via, PROGRAM)
