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
PRACTICE_MAXIMUM: Final = 1  # one story, told well
_PASSED_OVER: Final = frozenset({ItemStatus.REFUSED, ItemStatus.PARKED, ItemStatus.WITHDRAWN})


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
    date. Of an event that repeats only its next occurrence is chosen. What came along in a flood,
    and what its source no longer holds, is chosen only when an editor accepted it.
    """
    free = [item for item in items if item.id not in carried and _may_be_chosen(item)]
    news = _newest([item for item in free if item.kind in NEWS_KINDS], now, maximum)
    practice = _newest(
        [item for item in free if item.kind == ItemKind.PRACTICE], now, PRACTICE_MAXIMUM
    )
    publications = _newest(
        [item for item in free if item.kind == ItemKind.PUBLICATION], now, maximum
    )
    return Choice(
        news=_ids(news),
        events=_ids(_upcoming(free, now, maximum)),
        practice=practice[0].id if practice else None,
        publications=_ids(publications),
    )


def _may_be_chosen(item: Item) -> bool:
    if item.status in _PASSED_OVER:
        return False
    return item.status == ItemStatus.ACCEPTED or not (item.backlog or item.vanished_at)


def _newest(items: Sequence[Item], now: datetime, maximum: int) -> list[Item]:
    def age(item: Item) -> tuple[datetime, int]:
        # A date in the future is a mistake of the source, and would stay on top for ever.
        return min(item.published_at or item.first_seen_at, now), item.id

    newest = sorted(items, key=age, reverse=True)
    return sorted(_accepted_first(newest)[:maximum], key=age, reverse=True)


def _upcoming(items: Sequence[Item], now: datetime, maximum: int) -> list[Item]:
    def start(item: Item) -> tuple[datetime, int]:
        return item.starts_at or now, item.id

    coming = sorted((item for item in items if _is_announced(item, now)), key=start)
    accepted = [item for item in coming if item.status == ItemStatus.ACCEPTED]
    chosen: dict[tuple[int | None, str], Item] = {}
    for item in _accepted_first(coming):
        chosen.setdefault((item.source_id, item.series or f"item {item.id}"), item)
    others = [item for item in chosen.values() if item not in accepted]
    return sorted([*accepted, *others][:maximum], key=start)


def _accepted_first(items: Sequence[Item]) -> list[Item]:
    return sorted(items, key=lambda item: item.status != ItemStatus.ACCEPTED)


def _is_announced(item: Item, now: datetime) -> bool:
    # A session of a congress stands in the programme of the congress, not in the agenda of a mail.
    if item.kind != ItemKind.EVENT or item.cancelled or item.starts_at is None:
        return False
    if item.status == ItemStatus.ACCEPTED:
        return now <= item.starts_at
    return now <= item.starts_at < now + AHEAD and not item.details.get("part_of")


def _ids(items: Iterable[Item]) -> tuple[int, ...]:
    return tuple(item.id for item in items)
