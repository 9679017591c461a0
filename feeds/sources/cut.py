"""How much of an XML feed is read: whole entries, and no more than can be read in two seconds.

feedparser takes 50 microseconds for an element, two for an entity, and a quarter of a millisecond
for an entry.
"""

import re
from dataclasses import dataclass
from typing import Final

from feeds.errors import MalformedSource

READ: Final = 1000
MOST_ELEMENTS: Final = 25_000
ENTITIES_AN_ELEMENT: Final = 25
MOST_CATEGORIES: Final = 500  # of one entry: feedparser's time grows with their square
MOST_ATTRIBUTES: Final = 100  # of one element: the same
NAME_LENGTH: Final = 4_000

HIDDEN: Final = re.compile(r"<!(?:\[CDATA\[|--)")
BEGIN: Final = re.compile(r"<(?:[\w.-]{1,40}:)?(?:item|entry)(?=[\s>/])", re.I)
END: Final = re.compile(r"</(?:[\w.-]{1,40}:)?(?:item|entry)\s*>", re.I)
LAST: Final = re.compile(r"</(?:[\w.-]{1,40}:)?(?:rss|feed|rdf|channel)\s*>", re.I)
CROWDED: Final = re.compile(
    r"""<[A-Za-z_:][^\s<>/]*(?:\s+[^\s=<>"']+(?:\s*=\s*(?:"[^"<]*"|'[^'<]*'|[^\s"'<>]+))?)"""
    rf"{{{MOST_ATTRIBUTES}}}"
)
CATEGORY: Final = re.compile(r"<(?:[\w.-]{1,40}:)?(?:category|subject)\b")
# feedparser looks for an address in each of these, in time that grows with its length squared.
NAME: Final = re.compile(
    r"<(?:[\w.-]{1,40}:)?(?:author|creator|contributor|managingeditor|webmaster|publisher|owner)\b"
    r"[^<>]{0,1000}(?<!/)>",
    re.I,
)
NAME_END: Final = re.compile(
    r"</(?:[\w.-]{1,40}:)?(?:author|creator|contributor|managingeditor|webmaster|publisher|owner)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Cut:
    """What is left of a feed. begun: how many entries it holds as far as it goes."""

    text: str
    begun: int
    complaints: tuple[str, ...] = ()


def cut(text: str) -> Cut:
    """Leave out an entry without an end, and the entries after those that can be read in time.

    Feeds have the newest first. Raises MalformedSource for what no feed has and would take long.
    """
    bare = _bare(text)
    begins = [found.start() for found in BEGIN.finditer(bare)]
    if begins and not LAST.search(bare, begins[-1]):
        ends = [found.end() for found in END.finditer(bare)]
        until = ends[-1] if ends else begins[0]
        text, bare = text[:until], bare[:until]
        begins = [begin for begin in begins if begin < until]
        complaints: tuple[str, ...] = ("the feed is cut off: it has no end",)
    else:
        complaints = ()
    return _first(text, bare, begins, complaints)


def _bare(text: str) -> str:
    """Return the text with blanks for what is hidden in it: no element, and nothing moves."""
    pieces: list[str] = []
    place = 0
    while opening := HIDDEN.search(text, place):
        closing = "]]>" if opening[0].startswith("<![") else "-->"
        end = text.find(closing, opening.end())
        end = len(text) if end < 0 else end + len(closing)
        pieces += text[place : opening.start()], " " * (end - opening.start())
        place = end
    return "".join(pieces) + text[place:]


def _first(text: str, bare: str, begins: list[int], complaints: tuple[str, ...]) -> Cut:
    places = [*begins, len(bare)]
    elements = _elements(bare, 0, places[0])
    kept = 0
    while kept < min(len(begins), READ):
        elements += _elements(bare, places[kept], places[kept + 1])
        if elements > MOST_ELEMENTS:
            break
        kept += 1
    if kept == 0 and elements > MOST_ELEMENTS:
        raise MalformedSource(f"it has more than {MOST_ELEMENTS} elements")
    if kept < len(begins):
        complaints = (*complaints, f"of {len(begins)} entries the first {kept} were read")
        ends = [found.end() for found in END.finditer(bare, places[-2])]
        tail = (ends or [len(text)])[-1]
        text, bare = text[: places[kept]] + text[tail:], bare[: places[kept]] + bare[tail:]
    _judge(bare)
    return Cut(text, kept, complaints)


def _elements(bare: str, since: int, until: int) -> int:
    """Return how many elements a part has; entities count along."""
    return bare.count("<", since, until) // 2 + bare.count("&", since, until) // ENTITIES_AN_ELEMENT


def _judge(bare: str) -> None:
    if any(len(CATEGORY.findall(entry)) > MOST_CATEGORIES for entry in BEGIN.split(bare)):
        raise MalformedSource(f"an entry has more than {MOST_CATEGORIES} categories")
    if CROWDED.search(bare):
        raise MalformedSource(f"an element has more than {MOST_ATTRIBUTES} attributes")
    for name in NAME.finditer(bare):
        if not NAME_END.search(bare, name.end(), name.end() + NAME_LENGTH):
            raise MalformedSource(f"a name has more than {NAME_LENGTH} characters")
