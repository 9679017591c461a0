"""One item as editors choose from it: where it stands, what marks it, and why it has its labels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby
from typing import Final

from feeds.model import Item, Theme
from feeds.propose import CATEGORY, SOURCE
from feeds.values import ItemStatus
from newsletter.dutch import join
from newsletter.model import Edition
from newsletter.store.inbox import Seen
from subscribers.values import Audience

CHANGED: Final = timedelta(days=14)  # a change is told for so long
NAMED_SOURCES: Final = 2  # "ook bij"; the others are counted
BEFORE_WORDS: Final[Mapping[str, str]] = {
    "title": "titel",
    "summary": "samenvatting",
    "url": "adres",
    "location": "plaats",
}


class State(StrEnum):
    """Where an item stands for the editors, which says what they can do with it."""

    TAKEN = "taken"  # in the draft, or chosen while there is none
    CHOSEN = "chosen"  # accepted, but not in the draft
    WAITING = "waiting"
    PARKED = "parked"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"  # by who sent it in
    CARRIED = "carried"  # by another edition


@dataclass(frozen=True, slots=True)
class Row:
    """One item in the list.

    block_id: where it stands in the draft.
    seen:     the sources that gave it, the first one first.
    carrier:  another edition that carries it.
    """

    item: Item
    state: State
    block_id: int | None
    seen: tuple[Seen, ...]
    is_new: bool
    is_changed: bool
    carrier: Edition | None = None

    @property
    def also_at(self) -> str:
        """The other sources that gave it, in words, or ""."""
        names = [one.name for one in self.seen if one.source_id != self.item.source_id]
        more = len(names) - NAMED_SOURCES
        if more < 2:
            return join(names)
        return join([*names[:NAMED_SOURCES], f"{more} andere"])

    @property
    def before(self) -> tuple[tuple[str, str], ...]:
        """What the source said before its last change: the word for it, and the text."""
        was = self.item.before
        return tuple((word, str(was[name])) for name, word in BEFORE_WORDS.items() if was.get(name))

    @property
    def gone_since(self) -> datetime | None:
        """Since when its source no longer holds it, once that is believed."""
        return self.item.missing_since if self.item.vanished_at else None


@dataclass(frozen=True, slots=True)
class ThemeChoice:
    """A theme to tick. reason: why it was proposed, or ""."""

    slug: str
    label: str
    is_on: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Labels:
    """What the form asks about an item.

    first:    the themes that were proposed or chosen; others: the rest, by group.
    audience: the side it is for, "" for everybody.
    reason:   why a side was proposed, or "".
    """

    first: tuple[ThemeChoice, ...]
    others: tuple[tuple[str, tuple[ThemeChoice, ...]], ...]
    audience: str
    reason: str


def state_of(item: Item, *, block_id: int | None, has_draft: bool) -> State:
    """Say where an item stands that no other edition carries."""
    if block_id is not None:
        return State.TAKEN
    if item.status == ItemStatus.ACCEPTED:
        return State.CHOSEN if has_draft else State.TAKEN
    return {
        ItemStatus.NEW: State.WAITING,
        ItemStatus.PARKED: State.PARKED,
        ItemStatus.REFUSED: State.REFUSED,
        ItemStatus.WITHDRAWN: State.WITHDRAWN,
    }[ItemStatus(item.status)]


def is_changed(item: Item, now: datetime) -> bool:
    """Say whether the source changed it not long ago."""
    return item.changed_at is not None and now - item.changed_at <= CHANGED


def labels_of(item: Item, themes: Sequence[Theme], chosen: Sequence[str] | None = None) -> Labels:
    """Return the themes and the side to choose from. chosen: what a form held that was not kept."""
    reasons = {theme.slug: reason_for(item, theme.slug) for theme in themes}
    on = item.themes if chosen is None else chosen
    first, others = theme_choices(themes, on=on, reasons=reasons)
    return Labels(first, others, audience_of(item), _audience_reason(item))


def theme_choices(
    themes: Sequence[Theme], *, on: Sequence[str], reasons: Mapping[str, str] | None = None
) -> tuple[tuple[ThemeChoice, ...], tuple[tuple[str, tuple[ThemeChoice, ...]], ...]]:
    """Return the themes that were proposed or chosen, the former first, and the rest by group."""
    why = reasons or {}
    choices = [
        (
            theme.group,
            ThemeChoice(theme.slug, theme.label, theme.slug in on, why.get(theme.slug, "")),
        )
        for theme in themes
    ]
    first = [one for _, one in choices if one.is_on or one.reason]
    rest = [(group, one) for group, one in choices if one not in first]
    return (
        tuple(sorted(first, key=lambda one: not one.reason)),
        tuple(
            (group, tuple(one for _, one in some))
            for group, some in groupby(rest, key=lambda pair: pair[0])
        ),
    )


def audience_of(item: Item) -> str:
    """Return the one side that an item is for, or ""."""
    sides = [side for side in Audience if side in item.audiences]
    return sides[0].value if len(sides) == 1 else ""


def reason_for(item: Item, slug: str) -> str:
    """Return why a theme or side was proposed: "want ‘toets’ staat in de titel"; "" when not."""
    given = item.because.get(slug)
    if not given:
        return ""
    kind, word = (*given, "")[:2]
    if kind == SOURCE:
        return "want zo staat de bron ingesteld"
    if kind == CATEGORY:
        return f"want de bron noemt ‘{word}’ als trefwoord"
    where = "titel" if word.casefold() in item.title.casefold() else "tekst"
    return f"want ‘{word}’ staat in de {where}"


def _audience_reason(item: Item) -> str:
    proposed = [(side, reason) for side in Audience if (reason := reason_for(item, side))]
    if len(proposed) == 1:
        side, reason = proposed[0]
        return f"Voorstel: {side}, {reason}."
    return f"Voorstel: iedereen, {proposed[0][1]}." if proposed else ""
