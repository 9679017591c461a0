"""Where each block stands in a mail: empty elements that only the desk's own preview has. Pure.

Readers never get them: without the marks, the HTML is byte for byte what goes out.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from markupsafe import Markup

from newsletter.compose.pieces import Piece

Mark = Callable[[Piece], Piece]

_MARK: Final = re.compile(r'<div data-(?:begins|ends)="\d+"></div>')


def marked(piece: Piece) -> Piece:
    """Return a piece between the mark where it begins and the one where it ends."""
    number = piece.block.id
    return replace(piece, mjml=_mark("begins", number) + piece.mjml + _mark("ends", number))


def unmarked(piece: Piece) -> Piece:
    """Return a piece as readers get it."""
    return piece


def without_marks(html: str) -> str:
    """Return the HTML of a mail as it goes out."""
    return _MARK.sub("", html)


def _mark(what: str, number: int) -> Markup:
    return Markup('<mj-raw><div data-{}="{}"></div></mj-raw>').format(what, number)
