"""Making a mail fit: what is too much for Gmail stands in it as a title with a link. Pure.

Gmail cuts a mail off at 102,400 bytes, and with it the way out. The web edition has everything
whole. The last ones go first, of the news and then of the publications; the first of a section
stays, and so do what the edition opens with, the agenda and the practice example.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from newsletter.compose.pieces import Group

FITS_BYTES: Final = 92_160  # a tenth is left for what forwarding and personal values add
ORDER: Final = ("nieuws", "publicaties")
SAVED_BYTES: Final = 3_000  # by one block, rather too much than too little: it is looked at again


def shorten(groups: Sequence[Group], excess: int) -> list[Group]:
    """Return the groups with so many more blocks shortened as make up for that many bytes.

    The same groups when nothing is left to shorten.
    """
    shorter = list(groups)
    for key in ORDER:
        for place, group in enumerate(shorter):
            if group.key == key:
                shorter[place], excess = _shorten(group, excess)
    return shorter


def _shorten(group: Group, excess: int) -> tuple[Group, int]:
    pieces, short = list(group.pieces), list(group.short)
    while excess > 0 and len(pieces) > 1:
        last = pieces.pop()
        short.insert(0, last)
        excess -= SAVED_BYTES + sum(len(part) for part in last.view.get("paragraphs", ()))
    return replace(group, pieces=tuple(pieces), short=tuple(short)), excess
