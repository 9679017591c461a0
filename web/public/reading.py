"""An edition as a page: its blocks by section, for everybody, with each block's own view. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from markupsafe import Markup

from feeds.values import ItemStatus
from newsletter import dutch
from newsletter.compose.blocks import BLOCKS
from newsletter.compose.blocks.kind import Frame, View
from newsletter.compose.escape import clean_line
from newsletter.compose.pieces import standing_call
from newsletter.compose.sections import SECTIONS, grouped
from newsletter.identity import Organisation
from newsletter.model import Edition
from newsletter.settings import Settings
from newsletter.values import BlockContent, EditionContent, EditionKind
from subscribers.values import Audience

OWN_SITE: Final = ""  # links between our own pages need no host
ALSO: Final = 3  # other pieces that the front page names
AGENDA: Final = "agenda"


@dataclass(frozen=True, slots=True)
class Piece:
    """One block, ready for its part in templates/web/public/blocks.

    withdrawn: whether who sent it in took it back: nothing of it is shown.
    image:     a picture on our own site, else "".
    address:   its own page on our site, else what its source gave, else "".
    calendar:  the address of its .ics, or "".
    """

    kind: str
    anchor: str
    audience: Audience | None
    view: View
    image: str = ""
    address: str = ""
    calendar: str = ""
    withdrawn: bool = False

    @property
    def title(self) -> str:
        """What the contents call it; "" for an introduction."""
        return str(self.view.get("title", ""))


@dataclass(frozen=True, slots=True)
class Group:
    """The pieces of one section; title is "" for a piece that stands by itself."""

    title: str
    anchor: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Issue:
    """An edition as its page shows it.

    name: "editie 12" or "aankondiging"; over: what stands above the title.
    """

    id: int
    name: str
    over: str
    title: str
    lead: str
    dated_on: date
    groups: tuple[Group, ...]
    has_colofon: bool = False

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """Every piece, in reading order."""
        return tuple(piece for group in self.groups for piece in group.pieces)

    @property
    def contents(self) -> list[tuple[str, str]]:
        """The table of contents: anchor and words."""
        return [row for group in self.groups for row in _contents(group)]

    @property
    def address(self) -> str:
        """Its page."""
        return f"/archief/{self.id}"

    @property
    def first_paragraph(self) -> Markup | str:
        """The introduction's first paragraph as HTML, else the lead."""
        paragraphs = [part for piece in self.pieces for part in piece.view.get("html", ())]
        return paragraphs[0] if paragraphs else self.lead

    @property
    def picture(self) -> Piece | None:
        """The first piece with a picture of its own."""
        return next((piece for piece in self.pieces if piece.image), None)

    @property
    def opening(self) -> Piece | None:
        """The first piece with a title, for an edition that has none of its own."""
        if self.title.casefold() != self.name.casefold():
            return None
        return next((piece for piece in self.pieces if piece.title), None)

    @property
    def also(self) -> list[Piece]:
        """The first pieces that have a title, but for the opening."""
        opening = self.opening
        return [piece for piece in self.pieces if piece.title and piece is not opening][:ALSO]


@dataclass(frozen=True, slots=True)
class Heading:
    """An edition as lists show it."""

    id: int
    name: str
    title: str
    preheader: str
    dated_on: date


def read_heading(edition: Edition) -> Heading:
    """Return an edition for a list."""
    return Heading(
        id=edition.id,
        name=edition_name(edition),
        title=clean_line(edition.title),
        preheader=clean_line(edition.preheader),
        dated_on=edition.dated_on,
    )


def read_edition(content: EditionContent, settings: Settings) -> Issue:
    """Return the edition as a page, for everybody: what is for a saved segment only is not on it.

    A block that has nothing to show is left out.
    """
    base_url = settings.base_url
    frame = Frame(base_url=OWN_SITE, edition_kind=content.kind)
    for_all = [one for one in content.blocks if one.segment is None]
    call = _standing_call(for_all, content, settings.organisation)
    groups = [
        _group(key, pieces)
        for key, blocks in grouped([*for_all, *call])
        if (pieces := _pieces(blocks, frame, base_url))
    ]
    return Issue(
        id=content.id,
        name=edition_name(content),
        over=_over(content, settings.organisation.newsletter_title),
        title=clean_line(content.title),
        lead=clean_line(content.preheader),
        dated_on=content.dated_on,
        groups=tuple(groups),
        has_colofon=content.kind is EditionKind.NEWSLETTER and "colofon" not in content.without,
    )


def _standing_call(
    shown: Sequence[BlockContent], content: EditionContent, organisation: Organisation
) -> list[BlockContent]:
    """Return the call that ends a newsletter which shows none of its own."""
    call = standing_call(replace(content, blocks=tuple(shown)), None, organisation)
    return [call] if call else []


def edition_name(edition: Edition | EditionContent) -> str:
    """Return "editie 12", or "aankondiging" for a mailing without a number."""
    if edition.number is not None:
        return f"editie {edition.number}"
    return dutch.kind_word(edition.kind)


def _over(content: EditionContent, newsletter_title: str) -> str:
    """Return what stands above the title, without saying anything twice."""
    name = edition_name(content)
    if content.number is None:
        return dutch.capital(name)
    repeats = name.casefold() == content.title.strip().casefold()
    return newsletter_title if repeats else f"{newsletter_title}, {name}"


def _group(key: str, pieces: Sequence[Piece]) -> Group:
    section = SECTIONS.get(key)
    if section is None:
        return Group("", "", tuple(pieces))
    label = str(pieces[0].view.get("label", "")) if pieces[0].view.get("lead") else ""
    only = section.single if len(pieces) == 1 else ""
    return Group(label or only or section.title, section.anchor, tuple(pieces))


def _pieces(blocks: Sequence[BlockContent], frame: Frame, base_url: str) -> list[Piece]:
    return [piece for block in blocks if (piece := _piece(block, frame, base_url))]


def _piece(block: BlockContent, frame: Frame, base_url: str) -> Piece | None:
    kind = BLOCKS.get(block.kind)
    if kind is None:
        return None
    if block.at_source and block.at_source.status == ItemStatus.WITHDRAWN:
        return Piece(block.kind, f"blok-{block.id}", block.audience, {}, withdrawn=True)
    try:
        view = kind.view({**kind.blank, **block.fields}, frame)
    except ValueError:  # an event without a start: an old edition stays readable without it
        return None
    item_id = block.fields.get("item_id")
    return Piece(
        kind=block.kind,
        anchor=f"blok-{block.id}",
        audience=block.audience,
        view=view,
        image=own_picture(str(view.get("image", "")), base_url),
        address=_address(block.kind, item_id, view),
        calendar=f"/agenda/{item_id}.ics" if item_id and "day" in view else "",
    )


def own_picture(url: str, base_url: str) -> str:
    """Return a picture's path on our own site; "" for one elsewhere: nothing loads from others."""
    path = url.removeprefix(base_url)
    return path if path.startswith("/") and not path.startswith("//") else ""


def _address(kind: str, item_id: object, view: View) -> str:
    if kind == "practice" and item_id:
        return f"/praktijkvoorbeelden/{item_id}"
    return str(view.get("url", ""))


def _contents(group: Group) -> list[tuple[str, str]]:
    if group.anchor == AGENDA:
        dates = dutch.counted(len(group.pieces), "datum", "data")
        return [(group.anchor, f"Agenda: {dates}")]
    return [(piece.anchor, piece.title) for piece in group.pieces if piece.title]
