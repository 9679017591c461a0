"""Which items belong in a new edition. Pure: rows and a moment in, identifiers out."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from feeds.model import Item
from feeds.values import ItemKind, ItemStatus

AHEAD: Final = timedelta(
    weeks=8
)  # what an agenda announces; further away nobody plans by newsletter
NEWS_KINDS: Final = frozenset({ItemKind.NEWS, ItemKind.REPORT})
_PASSED_OVER: Final = frozenset({ItemStatus.REFUSED, ItemStatus.PARKED})


@dataclass(frozen=True, slots=True)
class Choice:
    """The identifiers of what was chosen, each in reading order."""

    news: tuple[int, ...] = ()
    events: tuple[int, ...] = ()
    practice: int | None = None
    publications: tuple[int, ...] = ()


def choose_items(
    items: Iterable[Item], *, carried: Collection[int], now: datetime, maximum: int
) -> Choice:
    """Return what a new edition should hold: at most `maximum` a section, nothing twice.

    What editors accepted goes before what nobody looked at yet; then the newest first, events by
    date. Of an event that repeats only its next occurrence is chosen.
    """
    free = [item for item in items if item.id not in carried and item.status not in _PASSED_OVER]
    news = _newest([item for item in free if item.kind in NEWS_KINDS], now, maximum)
    practice = _newest([item for item in free if item.kind == ItemKind.PRACTICE], now, 1)
    publications = _newest(
        [item for item in free if item.kind == ItemKind.PUBLICATION], now, maximum
    )
    return Choice(
        news=_ids(news),
        events=_ids(_upcoming(free, now)[:maximum]),
        practice=practice[0].id if practice else None,
        publications=_ids(publications),
    )


def _newest(items: Sequence[Item], now: datetime, maximum: int) -> list[Item]:
    def age(item: Item) -> tuple[datetime, int]:
        # A date in the future is a mistake of the source, and would stay on top for ever.
        return min(item.published_at or item.first_seen_at, now), item.id

    newest = sorted(items, key=age, reverse=True)
    accepted_first = sorted(newest, key=lambda item: item.status != ItemStatus.ACCEPTED)
    return sorted(accepted_first[:maximum], key=age, reverse=True)


def _upcoming(items: Sequence[Item], now: datetime) -> list[Item]:
    chosen: dict[tuple[int | None, str], Item] = {}
    dated = [(item.starts_at, item) for item in items if item.starts_at and _is_announced(item)]
    for starts_at, item in sorted(dated, key=lambda pair: (pair[0], pair[1].id)):
        if now <= starts_at < now + AHEAD:
            chosen.setdefault((item.source_id, item.series or f"item {item.id}"), item)
    return list(chosen.values())


def _is_announced(item: Item) -> bool:
    # A session of a congress stands in the programme of the congress, not in the agenda of a mail.
    return item.kind == ItemKind.EVENT and not item.cancelled and not item.details.get("part_of")


def _ids(items: Iterable[Item]) -> tuple[int, ...]:
    return tuple(item.id for item in items)
