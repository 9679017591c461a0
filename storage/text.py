"""Text as columns, screens, searches and addresses take it: cut to fit, folded, a slug. Pure.

It stands here because feeds and subscribers both need it, and neither may import the other.
"""

import re
import unicodedata
from typing import Final

# What no text needs and no database or mail takes well, as the inside of a character class:
# controls, half characters (lone surrogates), noncharacters, and the marks that turn the order of
# the letters after them around (U+202A-E, U+2066-9).
_LOW: Final = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef"
    "\ufffe\uffff"
)
_HIGH: Final = "".join(
    f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000)
)
NO_TEXT: Final = _LOW + _HIGH
# Soft hyphens and characters without a width mean something in our own words; in what others gave
# they only make two texts differ that look the same.
_UNSEEN: Final = "\u00ad\u061c\u180e\u200b-\u200f\u2060-\u2065\ufeff\ufff9-\ufffb"
# Says what `[NO_TEXT _UNSEEN]` says, in a seventh of the time: it looks for one of the 32 high ones
# only where a character is high enough.
INVISIBLE: Final = re.compile(f"[{_LOW}{_UNSEEN}{_HIGH[0]}-{_HIGH[-1]}](?<=[{NO_TEXT}{_UNSEEN}])")

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
STRAIGHT: Final = str.maketrans(
    dict.fromkeys("‘’‚‛", "'") | dict.fromkeys("“”„‟", '"') | dict.fromkeys("‐‑–—", "-")
)  # as keyboards have them


def one_line(text: str, *, maximum: int | None = None) -> str:
    """Return text without what cannot be seen, its white space collapsed, cut at `maximum`."""
    return " ".join(INVISIBLE.sub("", text).split())[:maximum].rstrip()


def shorten(text: str, length: int, *, mark: str = "…") -> str:
    """Cut a text at a space so that it fits, and show by the mark that it was cut."""
    if len(text) <= length:
        return text
    cut = text[: length - len(mark)]
    return (cut.rsplit(" ", 1)[0] if " " in cut else cut).rstrip(" ,.;:-") + mark


def folded(text: str) -> str:
    """Return a text as it is searched: small letters, no accents, quotes and dashes straight."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.translate(STRAIGHT).casefold())
        text = "".join(letter for letter in text if not unicodedata.combining(letter))
    return " ".join(text.lower().split())


def slugify(text: str, *, maximum: int) -> str:
    """Return a text as a slug: ASCII letters, digits and dashes; "" when it has none of them."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:maximum].strip("-")


def harmless_cell(text: str) -> str:
    """Return the text so that no spreadsheet takes it for a formula (ASVS 5.0, 1.2.10).

    A text that looks marked already gets a mark too: so whoever takes one off finds the original.
    """
    return f"'{text}" if text.lstrip("'").startswith(_FORMULA) else text


def unmarked(text: str) -> str:
    """Return a cell without the mark of `harmless_cell`."""
    is_marked = text[:1] == "'" and text.lstrip("'").startswith(_FORMULA)
    return text[1:] if is_marked else text
