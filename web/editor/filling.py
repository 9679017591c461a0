"""Why a block was proposed, and what stayed behind: Dutch words for an edition's page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from feeds.model import Item
from feeds.themes import list_themes
from newsletter.compose.filling import Because, Left, Reason, Why, elsewhere, read_filling
from newsletter.dutch import kind_word, local, theme_in_sentence, weekday_date
from newsletter.model import Edition
from newsletter.store.candidates import still_left

NEWEST_OF: Final = {  # by kind of block
    "practice": "nieuwste praktijkvoorbeeld",
    "publication": "bij de nieuwste publicaties",
}
REASON_WORDS: Final[Mapping[Reason, str]] = {
    Reason.ASKED_FOR: "jullie namen het op",
    Reason.NEXT_DATE: "eerstvolgende datum",
    Reason.AUDIENCE: "voor die kant stond er nog weinig in",
}
LEFT_WORDS: Final[Mapping[Because, str]] = {
    Because.FULL: "de rubriek was vol",
    Because.THEME_THERE: "er staat al iets in over {}",
    Because.TOO_FAR: "duurt nog meer dan acht weken",
    Because.FLOOD: "kwam met veel tegelijk binnen",
    Because.GONE: "staat niet meer bij de bron",
    Because.CARRIED: "stond al in een andere editie",
}


@dataclass(frozen=True, slots=True)
class Behind:
    """An item that stayed in the queue. facts: its kind, its date and its source."""

    item_id: int
    title: str
    facts: str
    why: str


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of an edition's filling. whys: by block."""

    whys: Mapping[int, str]
    left: tuple[Behind, ...]


def told_of(session: Session, edition: Edition) -> Told:
    """Return the words; nothing for an edition that was not filled by the program."""
    filling = read_filling(edition.filling)
    if not filling.why and not filling.left:
        return Told({}, ())
    labels = {theme.slug: theme_in_sentence(theme.label) for theme in list_themes(session)}
    left = filling.behind({block.item_id for block in edition.blocks})
    ids = [one.item_id for one in left]
    items = still_left(session, ids, elsewhere=elsewhere(left))
    return Told(
        whys={
            block.id: why_words(why, block.kind, labels)
            for block in edition.blocks
            if (why := filling.of(block.item_id))
        },
        left=tuple(
            _behind(one, items[one.item_id], labels) for one in left if one.item_id in items
        ),
    )


def why_words(why: Why, kind: str, labels: Mapping[str, str]) -> str:
    """Return "nieuwste over toetsing door de NVAO"."""
    if why.reason in REASON_WORDS:
        return REASON_WORDS[why.reason]
    theme = labels.get(why.theme, "")
    if not theme:
        return NEWEST_OF.get(kind, "bij het nieuwste")
    is_newest = why.reason is Reason.NEWEST
    return f"nieuwste over {theme}" if is_newest else f"er stond nog niets in over {theme}"


def _behind(left: Left, item: Item, labels: Mapping[str, str]) -> Behind:
    when = weekday_date(local(item.starts_at).date()) if item.starts_at else ""
    source = item.source.name if item.source else ""
    return Behind(
        item_id=item.id,
        title=item.shown_title,
        facts=", ".join(part for part in (kind_word(item.kind), when, source) if part),
        why=LEFT_WORDS[left.because].format(labels.get(left.theme, "dit thema")),
    )
