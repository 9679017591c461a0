"""Where the demo's mail catcher keeps what it caught, and taking one reader's mail out of there."""

from pathlib import Path
from typing import Final

CAUGHT: Final = "caught-mail"  # in the data folder
FIRST_OCTETS: Final = 400  # of a file: its first line names who it was for


def forget_caught(folder: Path, address_key: str) -> int:
    """Remove the mails that were caught for one address; return how many."""
    line = b"delivered-to: " + address_key.encode()
    theirs = [one for one in folder.glob("*.eml") if _first_line(one) == line]
    for file in theirs:
        file.unlink(missing_ok=True)
    return len(theirs)


def _first_line(file: Path) -> bytes:
    with file.open("rb") as opened:
        first = opened.read(FIRST_OCTETS).partition(b"\r\n")[0]
    return first.decode("utf-8", "replace").lower().encode()
