"""Lists of sources as OPML 2.0 (opml.org/spec2.opml): reading anybody's, writing our own. Pure.

What OPML has no field for stands in `category`, as it is meant to: "/thema/visie,/kant/school".
Expat reads it; a document type or an entity of its own ends the reading, so that nothing can be
blown up or fetched (S-24).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree as ET
from xml.parsers import expat

from feeds.errors import MalformedSource, SourceTooLarge
from feeds.sources.charsets import PROLOG, to_text
from feeds.values import SourceKind
from feeds.webpage import is_calendar_address
from feeds.words import audiences_in
from storage.text import one_line

LARGEST_BYTES: Final = 4 * 1024 * 1024
MOST_OUTLINES: Final = 20_000
DEEPEST: Final = 50
NAME_LENGTH: Final = 200
FEED_TYPES: Final = frozenset(("rss", "rss1", "atom", "feed", "jsonfeed"))
CALENDAR_TYPE: Final = "text/calendar"
CALENDAR_TYPES: Final = frozenset((CALENDAR_TYPE, "ical", "ics", "agenda"))
THEME, AUDIENCE = "thema", "kant"
BARE_AMPERSAND: Final = re.compile(r"&(?!#?\w{1,32};)")  # in an address that somebody typed


@dataclass(frozen=True, slots=True)
class Outline:
    """One source of a list, as it is written there.

    line:   where it stands in the file, from 1; 0 for one that was not read.
    folder: the names of the outlines around it, "Nieuws / Regio", or "".
    words:  what it is filed under: the parts of its categories, and the folders' names.
    active: False for an outline that "is commented": it is not to be followed for now.
    """

    url: str
    kind: SourceKind
    name: str = ""
    line: int = 0
    folder: str = ""
    words: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    active: bool = True

    def themes(self, theme_words: Mapping[str, str]) -> tuple[str, ...]:
        """Return the slugs of the themes that its words name, each once."""
        named = (theme_words.get(word.casefold()) for word in self.words)
        return tuple(dict.fromkeys(slug for slug in named if slug))


def read_opml(document: bytes) -> tuple[Outline, ...]:
    """Return the sources of a list, in its order; folders and bare texts are left out.

    An address is as written, and may be no address at all.
    Raises: MalformedSource, with the line and column, SourceTooLarge.
    """
    if len(document) > LARGEST_BYTES:
        raise SourceTooLarge(f"the list is larger than {LARGEST_BYTES} bytes")
    # The declaration may name another character set than the one that was found.
    text = PROLOG.sub(lambda found: "\n" * found[0].count("\n"), to_text(document), count=1)
    parser = expat.ParserCreate("utf-8")
    reading = _Reading(parser)
    try:
        parser.Parse(BARE_AMPERSAND.sub("&amp;", text).encode("utf-8", "replace"), True)  # noqa: FBT003 - expat knows no names
    except expat.ExpatError as failure:
        raise MalformedSource(f"not an OPML file: {failure}") from failure
    return tuple(reading.found)


def write_opml(outlines: Iterable[Outline], *, title: str) -> bytes:
    """Return a list that `read_opml` reads back as the same sources, in the same order."""
    root = ET.Element("opml", version="2.0")
    ET.SubElement(ET.SubElement(root, "head"), "title").text = one_line(title)
    body = ET.SubElement(root, "body")
    for one in outlines:
        ET.SubElement(body, "outline", _attributes(one))
    ET.indent(root)
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _attributes(one: Outline) -> dict[str, str]:
    filed = [f"/{THEME}/{slug}" for slug in one.words] + [f"/{AUDIENCE}/{a}" for a in one.audiences]
    attributes = {
        "type": CALENDAR_TYPE if one.kind is SourceKind.AGENDA else "rss",
        "text": one_line(one.name),
        "title": one_line(one.name),
        "xmlUrl": one_line(one.url),
    }
    if filed:
        attributes["category"] = ",".join(filed)
    return attributes if one.active else attributes | {"isComment": "true"}


class _Reading:
    """A list being read by expat, with where it is in the nest of outlines."""

    def __init__(self, parser: expat.XMLParserType) -> None:
        self.found: list[Outline] = []
        self._parser = parser
        self._around: list[tuple[str, bool]] = []  # of each open outline: its name, is it off?
        self._depth = 0
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        parser.StartDoctypeDeclHandler = _refuse
        parser.EntityDeclHandler = _refuse

    def _begin(self, name: str, given: dict[str, str]) -> None:
        name = name.lower()
        if self._depth == 0 and name != "opml":
            raise MalformedSource(f"not an OPML file: it begins with <{name[:40]}>")
        self._depth += 1
        if self._depth > DEEPEST:
            raise MalformedSource(f"line {self._line}: outlines are more than {DEEPEST} deep")
        if name == "outline":
            self._take({key.lower(): value for key, value in given.items()})

    def _end(self, name: str) -> None:
        self._depth -= 1
        if name.lower() == "outline":
            self._around.pop()

    def _take(self, given: dict[str, str]) -> None:
        name = one_line(given.get("title") or given.get("text") or "", maximum=NAME_LENGTH)
        is_off = given.get("iscomment", "").lower() == "true" or any(off for _, off in self._around)
        if address := _address(given):
            if len(self.found) == MOST_OUTLINES:
                raise MalformedSource(f"line {self._line}: more than {MOST_OUTLINES} sources")
            self.found.append(self._outline(given, address, name, is_off=is_off))
        self._around.append((name, is_off))

    def _outline(self, given: dict[str, str], address: str, name: str, *, is_off: bool) -> Outline:
        filed = [_parts(one) for one in given.get("category", "").split(",")]
        folders = [folder for folder, _ in self._around if folder]
        return Outline(
            url=address,
            kind=_kind(given.get("type", ""), address),
            name=name,
            line=self._line,
            folder=" / ".join(folders),
            words=(*_words(filed), *folders),
            audiences=audiences_in(parts[-1] for parts in filed if parts[:1] == [AUDIENCE]),
            active=not is_off,
        )

    @property
    def _line(self) -> int:
        return self._parser.CurrentLineNumber


def _address(given: Mapping[str, str]) -> str:
    """Return the address to follow, or "" for a folder, a text, or a link to a page."""
    if address := given.get("xmlurl", "").strip():
        return address
    url, kind = given.get("url", "").strip(), given.get("type", "").strip().lower()
    return url if kind in FEED_TYPES | CALENDAR_TYPES or is_calendar_address(url) else ""


def _kind(written: str, url: str) -> SourceKind:
    is_calendar = written.strip().lower() in CALENDAR_TYPES or is_calendar_address(url)
    return SourceKind.AGENDA if is_calendar else SourceKind.FEED


def _words(filed: Iterable[list[str]]) -> Iterator[str]:
    for parts in filed:
        if parts[:1] != [AUDIENCE]:
            yield from parts[1:] if parts[:1] == [THEME] else parts


def _parts(category: str) -> list[str]:
    return [part for part in (one.strip() for one in category.split("/")) if part]


def _refuse(*_: object) -> None:
    raise MalformedSource("not an OPML file that we read: it declares a document type or entities")
