"""The groups of blocks that one reader gets, and what an edition says about them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from markupsafe import Markup

from newsletter import dutch
from newsletter.compose.blocks.kind import View
from newsletter.compose.sections import LEAD, SECTIONS, Section
from newsletter.identity import Organisation
from newsletter.values import BlockContent, EditionContent, EditionKind
from subscribers.values import Audience

CONTENTS_FROM: Final = 4  # sections; a reader sees fewer at a glance
MESSAGES: Final = ("bericht", "berichten")
COUNTED: Final = {"verslagen": ("verslag", "verslagen")}


@dataclass(frozen=True, slots=True)
class Piece:
    """One block, rendered."""

    block: BlockContent
    view: Mapping[str, Any]
    mjml: Markup
    text: str


@dataclass(frozen=True, slots=True)
class Group:
    """The pieces of one section, or one piece that stands by itself (key "").

    short: the last ones, of which only the title stands in the mail, so that it fits.
    """

    key: str
    pieces: tuple[Piece, ...]
    short: tuple[Piece, ...] = ()

    @property
    def section(self) -> Section | None:
        """The section, for a titled group."""
        return SECTIONS.get(self.key)

    @property
    def anchor(self) -> str:
        """Its id in the web edition, or ""."""
        return self.section.anchor if self.section else ""

    @property
    def title(self) -> str:
        """What its opener says, or ""; a lead brings its own word, such as "Verslag"."""
        if self.section is None:
            return ""
        only = self.section.single if len(self.pieces) == 1 else ""
        own = str(self.pieces[0].view.get("label") or "") if self.key == LEAD else ""
        return own or only or self.section.title

    @property
    def own_opener(self) -> bool:
        """Whether the block's template opens the section itself."""
        return self.key == "praktijk"

    @property
    def note(self) -> str:
        """What stands to the right of the opener: the months of the agenda."""
        return dutch.months(self.days) if self.key == "agenda" else ""

    @property
    def days(self) -> list[date]:
        """The days of its events."""
        return [piece.view["day"] for piece in self.pieces if "day" in piece.view]

    @property
    def calendar_text(self) -> str:
        """What leads to those of its events that our site has as a calendar; "" without any."""
        known = [piece for piece in self.pieces if piece.block.fields.get("item_id")]
        if self.key != "agenda" or not known:
            return ""
        which = "deze datum" if len(known) == 1 else f"deze {dutch.count(len(known))} data"
        return f"Zet {which} in je agenda (.ics)"

    @property
    def summary(self) -> str:
        """What the table of contents says about it."""
        first = str(self.pieces[0].view.get("title", ""))
        others = len(self.pieces) + len(self.short) - 1
        if self.key == "agenda":
            gatherings = dutch.counted(others + 1, "bijeenkomst", "bijeenkomsten")
            return f"{dutch.capital(gatherings)} in {dutch.join(_month_names(self.days))}"
        if not others:
            return first
        return f"{first} (en nog {dutch.counted(others, *COUNTED.get(self.key, MESSAGES))})"


def contents_rows(groups: Sequence[Group]) -> list[dict[str, str]]:
    """Return the table of contents; [] when there is little to list."""
    titled = [group for group in groups if group.section]
    if len(titled) < CONTENTS_FROM:
        return []
    return [
        {
            "short": group.title if group.key == LEAD else _short(group),
            "text": group.summary,
            "anchor": group.anchor,
        }
        for group in titled
    ]


def contents_before(groups: Sequence[Group]) -> int:
    """Return the place of the first titled group: the contents stand above it."""
    return next((place for place, group in enumerate(groups) if group.section), len(groups))


def sentence(content: EditionContent) -> str:
    """Return an edition's own title, or "" when it only repeats the number."""
    own = content.kind is EditionKind.NEWSLETTER and content.title != f"Editie {content.number}"
    return content.title if own else ""


def main_event(groups: Sequence[Group]) -> View | None:
    """Return the view of the event that an announcement is about."""
    views = (
        dict(piece.view)
        for group in groups
        for piece in group.pieces
        if piece.block.kind == "congress"
    )
    return next(views, None)


def standing_call(
    seen: EditionContent, audience: Audience | None, organisation: Organisation
) -> BlockContent | None:
    """Return the call that ends a newsletter; None where its readers see one of its own."""
    has_own = any(block.kind == "call" for block in seen.blocks)
    if has_own or seen.kind is not EditionKind.NEWSLETTER:
        return None
    title, words = organisation.call_for(audience)
    return BlockContent(0, "call", None, {"title": title, "text": words})


def _short(group: Group) -> str:
    return group.section.short if group.section else ""


def _month_names(days: Sequence[date]) -> list[str]:
    months = sorted({(day.year, day.month) for day in days})
    return [dutch.MONTHS[number - 1] for _, number in months]
