"""What a kind of block is: its fields, how an item fills them, and what its templates see.

Fields are stored as JSON, so a date is an ISO string and what is not known is an empty one.
A picture of an item is only offered: it is shown once somebody said what is to be seen on it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from urllib.parse import quote, urlsplit

from feeds.model import Item
from feeds.values import ItemKind
from newsletter import dutch
from newsletter.compose.escape import clean_line
from newsletter.compose.markup import is_link
from newsletter.values import EditionContent, EditionKind
from subscribers.values import Audience

Fields = Mapping[str, Any]
View = dict[str, Any]

NBSP: Final = "\u00a0"
OWN_PICTURE: Final = re.compile(
    r"/beeld/[0-9a-f]{64}\.(?:jpg|png)|/static/mail/[a-z][a-z-]{0,40}\.png"
)
MARKED: Final = ("bold", "italic", "link")
PARTED: Final = (*MARKED, "list", "heading")
ASIDE: Final = {"url": "adres", "register_url": "adres", "source": "bron"}
HELD_TOGETHER: Final = 24  # characters that still fit in one line of a phone's narrow column


@dataclass(frozen=True, slots=True)
class Field:
    """A field that editors may change.

    label:   Dutch, for the form; help: what to write there, in Dutch.
    long:    more than one line.
    choices: the only values that mean something, each with its Dutch words; () for free text.
    picture: the address of a picture on our site, or one that comes with the form.
    of_picture: asked only once the block has a picture.
    markup:  what of the little markup it may have: MARKED words, or PARTED: lists and headings too.
    """

    name: str
    label: str
    long: bool = False
    help: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    picture: bool = False
    of_picture: bool = False
    markup: tuple[str, ...] = ()

    @property
    def is_aside(self) -> bool:
        """Whether it is about where the words come from or what stands with them."""
        return self.picture or self.of_picture or self.name in ASIDE

    @property
    def short(self) -> str:
        """What the desk calls such a field among others of its sort, in Dutch."""
        return ASIDE.get(self.name, "foto")


DECORATIVE: Final = "ja"
PICTURE_ROLES: Final = (("", "Hij laat iets zien"), (DECORATIVE, "Hij is alleen versiering"))
ROLE: Final = Field("image_decorative", "Wat doet de foto?", choices=PICTURE_ROLES, of_picture=True)
ALT: Final = Field(
    "image_alt",
    "Wat is er op de foto te zien?",
    help="Voor wie de foto niet kan zien. Bij versiering laat je dit leeg.",
    of_picture=True,
)


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a block stands: what its view may depend on besides its own fields.

    poll: the address where its reader answers the edition's question; "" where nobody is known.
    """

    base_url: str
    edition_kind: EditionKind
    poll: str = ""


@dataclass(frozen=True, slots=True)
class Whole:
    """An edition as its fixed blocks see it: for one audience, its own blocks rendered.

    sentence: its own title, "" when that only says its number.
    contents: the rows of the table of contents, each with short, text and anchor.
    event:    the view of the event that an announcement is about.
    slots:    the places for a reader's own values, by name.
    """

    content: EditionContent
    audience: Audience | None
    base_url: str
    sentence: str
    contents: Sequence[Mapping[str, str]]
    event: View | None
    slots: Mapping[str, str]

    @property
    def web_url(self) -> str:
        """Its page on the website."""
        return f"{self.base_url}/archief/{self.content.id}"


@dataclass(frozen=True, slots=True)
class BlockKind:
    """One kind of block; an entry of `BLOCKS`, or of `FIXED` for what every edition has.

    label:      Dutch, for the desk; purpose: what it is for, in one Dutch sentence.
    section:    a key of `sections.SECTIONS`, or "" for a block that stands by itself.
    blank:      every field that it knows, with the value for a new block.
    sample:     fields of a good one, for the gallery and the tests.
    view:       the fields made ready for both templates. Raises ValueError for fields of no use.
    from_item:  the fields for an item of `item_kinds` (source and image loaded), or None.
    from_whole: for a fixed one: its fields, or None when this edition has none of it.
    optional:   for a fixed one: whether editors may leave it out.
    """

    name: str
    label: str
    purpose: str
    section: str
    blank: Fields
    editable: tuple[Field, ...]
    view: Callable[[Fields, Frame], View]
    sample: Fields
    from_item: Callable[[Item], dict[str, Any]] | None = None
    item_kinds: frozenset[ItemKind] = field(default_factory=frozenset)

    @property
    def has_title(self) -> bool:
        """Whether it has a title: where it has none, nothing is beside the point."""
        return any(one.name == "title" for one in self.editable)

    def asked(self, *, with_picture: object) -> list[Field]:
        """Return the fields to ask for; those of a picture only when the block has one."""
        return [one for one in self.editable if with_picture or not one.of_picture]

    from_whole: Callable[[Whole], dict[str, Any] | None] | None = None
    optional: bool = False


def text(fields: Fields, name: str) -> str:
    """Return a field as one line of text; "" when it is missing."""
    return clean_line(str(fields.get(name) or ""))


def moment(fields: Fields, name: str) -> datetime | None:
    """Return a field as a moment, None when empty. Raises ValueError unless ISO with offset."""
    value = text(fields, name)
    if not value:
        return None
    found = datetime.fromisoformat(value)
    if found.tzinfo is None:
        raise ValueError(f"{name} has no offset: {value}")
    return found


def start(fields: Fields) -> datetime:
    """Return when the event of these fields starts. Raises ValueError when they do not say."""
    found = moment(fields, "starts_at")
    if found is None:
        raise ValueError("an event needs a start")
    return found


def day(fields: Fields, name: str) -> date | None:
    """Return a field as a date. Raises ValueError when it is neither empty nor ISO."""
    value = text(fields, name)
    return date.fromisoformat(value) if value else None


def date_in(value: object) -> date | None:
    """Return the date that an ISO text of a source begins with; None for anything else."""
    try:
        return date.fromisoformat(str(value or "")[:10])
    except ValueError:
        return None


def link(fields: Fields, name: str) -> str:
    """Return a field as an address that readers may be led to; "" for anything else."""
    url = str(fields.get(name) or "").strip()
    # A quotation mark or a space in an address is never meant; a browser would write it so.
    return quote(url, safe="!#$%&'()*+,/:;=?@[]~") if is_link(url) else ""


def shown_picture(fields: Fields, frame: Frame) -> str:
    """Return the address of the picture that readers see with a block, or "".

    That is `image`, an address or a path on our site, else what the item has (`offered_image`, a
    path) when it has an `image_alt` or is said to be decorative.
    """
    offered, own = str(fields.get("offered_image") or ""), text(fields, "image")
    if OWN_PICTURE.fullmatch(own):
        return f"{frame.base_url}{own}"
    is_decided = is_decorative(fields) or text(fields, "image_alt")
    if not link(fields, "image") and is_decided and OWN_PICTURE.fullmatch(offered):
        return f"{frame.base_url}{offered}"
    return link(fields, "image")


def is_decorative(fields: Fields) -> bool:
    """Say whether the picture of a block shows nothing that its words do not say (WCAG 1.1.1)."""
    return text(fields, "image_decorative") == DECORATIVE


def picture_alt(fields: Fields) -> str:
    """Return the description of a block's picture; "" on purpose for a decorative one."""
    return "" if is_decorative(fields) else text(fields, "image_alt")


def offered_picture(item: Item) -> dict[str, Any]:
    """Return the fields for the picture of an item, its image loaded."""
    return {
        "offered_image": item.image.path if item.image else "",
        "image_alt": str(item.details.get("image_alt") or "") if item.image else "",
    }


def host(url: str) -> str:
    """Return the name of the site, without "www."."""
    return (urlsplit(url).hostname or "").removeprefix("www.") if url else ""


def source_name(item: Item) -> str:
    """Return what readers know the item's source by."""
    return (item.source.name if item.source else "") or host(item.url)


def credit(fields: Fields) -> str:
    """Return "Bron: VO-raad"; "" when no source is known."""
    source = text(fields, "source")
    return f"Bron:{NBSP}{source}" if source else ""


def iso(value: datetime | date | None) -> str:
    """Return a moment or a date as it is stored in a field."""
    return value.isoformat() if value else ""


def held(words: str) -> str:
    """Return a short phrase with its words held together; a long one may break."""
    return words.replace(" ", NBSP) if len(words) <= HELD_TOGETHER else words


def clock_time(value: object) -> str:
    """Return "9.30" for "09:30", for "9.30" and for an ISO moment; other words as they are."""
    words = clean_line(str(value or ""))
    if len(words) > len("00:00:00"):
        try:
            return dutch.clock(datetime.fromisoformat(words))
        except ValueError:
            return words
    hours, mark, rest = words.replace(":", ".").partition(".")
    return f"{int(hours)}.{rest[:2]}" if mark and hours.isdecimal() else words


def audiences(values: object) -> tuple[Audience, ...]:
    """Return the sides that a list names; both when it names none."""
    named = values if isinstance(values, list | tuple) else ()
    found = tuple(one for one in Audience if one in named)
    return found or tuple(Audience)
