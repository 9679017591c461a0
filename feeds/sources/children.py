"""What the elements directly below an entry say (S-31).

feedparser lets an element of another name space, nested deeper in the entry, overwrite the entry's
own link, guid or title. This reads those once more with expat, which costs a tenth of the time.
"""

import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urljoin
from xml.parsers import expat

from feeds.clean import PLAIN_LINK

ENTRIES: Final = frozenset({"item", "entry"})
TEXTS: Final = frozenset(
    {"title", "guid", "id", "description", "pubdate", "date", "published", "updated", "issued",
     "modified", "created"}
)  # fmt: skip
ATOM_DATES: Final = ("published", "issued", "updated", "modified", "created")  # three are of 0.3
RSS_DATES: Final = ("pubdate", "date", *ATOM_DATES)  # of Dublin Core, of Atom, or of nobody
ATOM: Final = frozenset({"http://www.w3.org/2005/Atom", "http://purl.org/atom/ns#"})
DUBLIN_CORE: Final = "http://purl.org/dc/elements/1.1/"
DATED: Final = ATOM | {"http://purl.org/dc/terms/"}
XML_BASE: Final = "http://www.w3.org/XML/1998/namespace base"
ABOUT: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns# about"
ABSOLUTE: Final = re.compile(r"https?://", re.I)
PLAIN_TYPES: Final = frozenset({"", "text", "html", "text/html", "text/plain"})


@dataclass(slots=True)
class Children:
    """An entry's own children. base: to which its links are relative.

    texts: of each child without markup in it, by its name in small letters.
    named: the names of all children that could be a text, also those with markup in them.
    """

    base: str
    is_atom: bool = False
    texts: dict[str, str] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)
    link: str = ""
    alternate: str = ""
    about: str = ""
    is_permalink: bool = True

    @property
    def guid(self) -> str:
        """The entry's name for itself, or ""."""
        names = ("id",) if self.is_atom else ("guid", "id")
        return next((text for name in names if (text := self.texts.get(name))), self.about)

    @property
    def url(self) -> str:
        """The entry's link as an absolute address, or ""; a guid is one only when it looks so."""
        guid = self.texts.get("guid", "")
        own = self.link or self.alternate
        if not own and self.is_permalink and ABSOLUTE.match(guid):
            own = guid
        return _join(self.base, own) if own else ""

    @property
    def dates(self) -> tuple[str, ...]:
        """When it was published as written, the surest first."""
        names = ATOM_DATES if self.is_atom else RSS_DATES
        return tuple(text for name in names if (text := self.texts.get(name)))


def read_children(text: str, *, base: str) -> list[Children]:
    """Return the children of each entry, up to the place where the document is not well-formed."""
    reader = _Reader(base)
    try:
        reader.parser.Parse(text.encode("utf-8", "replace"), True)  # noqa: FBT003 - takes no names
    except expat.ExpatError:
        reader.drop_open()
    return reader.entries


class _Reader:
    """Where we are in the document: bases are those of the open elements, outermost first."""

    def __init__(self, base: str) -> None:
        self.entries: list[Children] = []
        self.parser = parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartDoctypeDeclHandler = self._doctype
        self._bases = [base]
        self._space = ""
        self._entry_depth = 0
        self._child = ""
        self._held: list[str] = []

    def drop_open(self) -> None:
        """Forget an entry whose end was not reached."""
        if self._entry_depth:
            self.entries.pop()

    def _doctype(self, *_: object) -> None:
        raise expat.ExpatError("entities of a document's own are not read")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        base = self._bases[-1]
        self._bases.append(_join(base, attributes[XML_BASE]) if XML_BASE in attributes else base)
        space, _, local = name.rpartition(" ")
        depth = len(self._bases)
        if not self._entry_depth:
            if local.lower() in ENTRIES:
                self._entry_depth, self._space = depth, space
                is_atom = local.lower() == "entry"
                about = attributes.get(ABOUT, "")
                self.entries.append(Children(self._bases[-1], is_atom=is_atom, about=about))
        elif depth == self._entry_depth + 1:
            self._start_child(space, local.lower(), attributes)
        elif self._child:  # markup inside it: feedparser makes one text of it
            self.entries[-1].named.add(self._child)
            self._child = ""
            self.parser.CharacterDataHandler = None

    def _start_child(self, space: str, name: str, attributes: dict[str, str]) -> None:
        entry = self.entries[-1]
        if name == "link":
            self._link(entry, space, attributes)
        is_own = (
            space in {self._space, ""}
            or (name == "date" and space == DUBLIN_CORE)
            or (name in ATOM_DATES and space in DATED)
        )
        if not is_own or name in entry.named or (name not in TEXTS and name != "link"):
            return
        if name == "guid":
            entry.is_permalink = attributes.get("isPermaLink", "true").strip().lower() != "false"
        if "mode" in attributes or attributes.get("type", "") not in PLAIN_TYPES:
            entry.named.add(name)
            return
        self._child, self._held = name, []
        self.parser.CharacterDataHandler = self._held.append

    def _link(self, entry: Children, space: str, attributes: dict[str, str]) -> None:
        href = attributes.get("href", "").strip()
        relation = attributes.get("rel", "alternate").rpartition("/")[2]  # or a whole address
        if href and relation == "alternate":
            if space == self._space and not entry.link:
                entry.link = _join(self._bases[-1], href)
            elif space in ATOM and not entry.alternate:
                entry.alternate = _join(self._bases[-1], href)

    def _end(self, _name: str) -> None:
        depth = len(self._bases)
        base = self._bases.pop()
        if self._child and depth == self._entry_depth + 1:
            self._end_child(base)
        elif depth == self._entry_depth:
            self._entry_depth = 0

    def _end_child(self, base: str) -> None:
        entry, text = self.entries[-1], "".join(self._held).strip()
        if self._child == "link":
            if text and not entry.link and not entry.is_atom:
                entry.link = _join(base, text)
        elif text:
            entry.texts[self._child] = text
            entry.named.add(self._child)
        self._child = ""
        self.parser.CharacterDataHandler = None


def _join(base: str, link: str) -> str:
    if PLAIN_LINK.fullmatch(link):
        return link
    try:
        return urljoin(base, link)
    except ValueError:
        return link
