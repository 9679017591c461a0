"""Which items belong in a new edition, and why. Pure: rows and a moment in, identifiers out.

A section is filled place by place. What editors accepted goes first; after that an item stands as
many places back as there are newer ones, and further back the less it adds to what is there:

- AGAIN places for each item in the section that is about the same theme;
- ONE_SIDE places for each item in the section that is for the same one side;
- NO_THEME places when it is about none of the themes.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from feeds.model import Item
from feeds.values import ItemKind, ItemStatus
from newsletter.compose.filling import LEFT_MOST, Because, Left, Reason, Why
from subscribers.values import Audience

AHEAD: Final = timedelta(
    weeks=8
)  # what an agenda announces; further away nobody plans by newsletter
NEWS_KINDS: Final = frozenset({ItemKind.NEWS, ItemKind.REPORT})
PRACTICE_MAXIMUM: Final = 1  # one story, told well
AGAIN: Final = 3
ONE_SIDE: Final = 1
NO_THEME: Final = 2
_PASSED_OVER: Final = frozenset({ItemStatus.REFUSED, ItemStatus.PARKED, ItemStatus.WITHDRAWN})


@dataclass(frozen=True, slots=True)
class Choice:
    """The identifiers of what was chosen, each in reading order; why, and what was left."""

    news: tuple[int, ...] = ()
    events: tuple[int, ...] = ()
    practice: int | None = None
    publications: tuple[int, ...] = ()
    why: Mapping[int, Why] = field(default_factory=dict)
    left: tuple[Left, ...] = ()


@dataclass(frozen=True, slots=True)
class _Section:
    """One section, filled."""

    ids: tuple[int, ...] = ()
    why: Mapping[int, Why] = field(default_factory=dict)
    left: tuple[Left, ...] = ()


def choose_items(
    items: Iterable[Item], *, carried: Collection[int], now: datetime, maximum: int
) -> Choice:
    """Return what a new edition should hold: at most `maximum` a section, nothing twice.

    What editors accepted goes before what nobody looked at yet; then what is newest and fits best,
    events by date. Of an event that repeats only its next occurrence is chosen. What came along in
    a flood, and what its source no longer holds, is chosen only when an editor accepted it.
    """
    known = [item for item in items if item.status not in _PASSED_OVER]
    free = [item for item in known if item.id not in carried and _may_be_chosen(item)]

    def of(*kinds: ItemKind) -> list[Item]:
        return [item for item in free if item.kind in kinds]

    news = _filled(of(*NEWS_KINDS), now, maximum)
    events = _agenda(free, now, maximum)
    practice = _filled(of(ItemKind.PRACTICE), now, PRACTICE_MAXIMUM)
    publications = _filled(of(ItemKind.PUBLICATION), now, maximum)
    sections = (news, events, practice, publications)
    return Choice(
        news=news.ids,
        events=events.ids,
        practice=practice.ids[0] if practice.ids else None,
        publications=publications.ids,
        why={item_id: why for one in sections for item_id, why in one.why.items()},
        left=(*(left for one in sections for left in one.left), *_barred(known, carried, now)),
    )


def audience_of(item: Item) -> Audience | None:
    """Return the one side that an item is for; None when it is for both, or does not say."""
    sides = [side for side in Audience if side in item.audiences]
    return sides[0] if len(sides) == 1 else None


def _may_be_chosen(item: Item) -> bool:
    return item.status == ItemStatus.ACCEPTED or not (item.backlog or item.vanished_at)


def _filled(items: Sequence[Item], now: datetime, maximum: int) -> _Section:
    """Return a section with what is newest and fits best, in the order of their ages."""
    newest = sorted(items, key=lambda item: _age(item, now), reverse=True)
    asked = [item for item in newest if item.status == ItemStatus.ACCEPTED][:maximum]
    others = [item for item in newest if item not in asked]
    chosen = list(asked)
    while others and len(chosen) < maximum:
        places = {item.id: place for place, item in enumerate(others)}
        best = min(others, key=lambda item: places[item.id] + _cost(item, chosen))
        others.remove(best)
        chosen.append(best)
    chosen.sort(key=newest.index)
    return _Section(
        ids=tuple(item.id for item in chosen),
        why={item.id: _why(item, chosen, newest) for item in chosen},
        left=tuple(_left(item, chosen, newest) for item in others)[:LEFT_MOST],
    )


def _age(item: Item, now: datetime) -> tuple[datetime, int]:
    # A date in the future is a mistake of the source, and would stay on top for ever.
    return min(item.published_at or item.first_seen_at, now), item.id


def _cost(item: Item, chosen: Sequence[Item]) -> int:
    themes, side = _themes(item), audience_of(item)
    again = sum(bool(themes & _themes(one)) for one in chosen)
    one_side = sum(side is not None and side == audience_of(one) for one in chosen)
    return AGAIN * again + ONE_SIDE * one_side + (0 if themes else NO_THEME)


def _why(item: Item, chosen: Sequence[Item], newest: Sequence[Item]) -> Why:
    if item.status == ItemStatus.ACCEPTED:
        return Why(Reason.ASKED_FOR)
    newer = newest[: newest.index(item)]
    if all(one in chosen for one in newer):
        return Why(Reason.NEWEST, _own_theme(item, newer))
    others = [one for one in chosen if one is not item]
    theme = _own_theme(item, others)
    if theme or audience_of(item) is None:
        return Why(Reason.THEME if theme else Reason.NEWEST, theme)
    return Why(Reason.AUDIENCE)


def _left(item: Item, chosen: Sequence[Item], newest: Sequence[Item]) -> Left:
    older = newest[newest.index(item) + 1 :]
    was_passed = any(one in chosen and one.status != ItemStatus.ACCEPTED for one in older)
    there = {theme for one in chosen for theme in _themes(one)}
    again = next((theme for theme in item.themes if theme in there), "")
    if was_passed and again:
        return Left(item.id, Because.THEME_THERE, again)
    return Left(item.id, Because.FULL)


def _own_theme(item: Item, others: Sequence[Item]) -> str:
    """Return the first theme of an item that none of the others is about, or ""."""
    taken = {theme for one in others for theme in _themes(one)}
    return next((theme for theme in item.themes if theme not in taken), "")


def _themes(item: Item) -> frozenset[str]:
    return frozenset(item.themes)


def _agenda(items: Sequence[Item], now: datetime, maximum: int) -> _Section:
    """Return the next dates; what editors accepted before the others, however far away."""
    coming = [item for item in items if _is_to_come(item, now)]
    coming.sort(key=lambda item: (item.starts_at or now, item.id))
    asked = [item for item in coming if item.status == ItemStatus.ACCEPTED]
    near = [item for item in coming if item not in asked and (item.starts_at or now) < now + AHEAD]
    taken = {_series(item) for item in asked}
    first: list[Item] = []
    for item in near:
        if _series(item) not in taken:
            taken.add(_series(item))
            first.append(item)
    chosen = [*asked, *first][:maximum]
    reasons = {Reason.ASKED_FOR: asked, Reason.NEXT_DATE: first}
    return _Section(
        ids=tuple(item.id for item in coming if item in chosen),
        why={
            item.id: Why(reason)
            for reason, group in reasons.items()
            for item in group
            if item in chosen
        },
        left=_events_left(coming, chosen, now),
    )


def _events_left(coming: Sequence[Item], chosen: Sequence[Item], now: datetime) -> tuple[Left, ...]:
    """Return the dates that are not in, each series once."""
    told = {_series(item) for item in chosen}
    left: list[Left] = []
    for item in coming:
        if item in chosen or _series(item) in told:
            continue
        told.add(_series(item))
        is_far = item.status != ItemStatus.ACCEPTED and (item.starts_at or now) >= now + AHEAD
        left.append(Left(item.id, Because.TOO_FAR if is_far else Because.FULL))
    return tuple(left)[:LEFT_MOST]


def _series(item: Item) -> tuple[int | None, str]:
    return item.source_id, item.series or f"item {item.id}"


def _is_to_come(item: Item, now: datetime) -> bool:
    # A session of a congress stands in the programme of the congress, not in the agenda of a mail.
    if item.kind != ItemKind.EVENT or item.cancelled or item.starts_at is None:
        return False
    is_session = item.status != ItemStatus.ACCEPTED and item.details.get("part_of")
    return now <= item.starts_at and not is_session


def _barred(items: Sequence[Item], carried: Collection[int], now: datetime) -> Iterable[Left]:
    """Return what no draft takes by itself, with the reason; past events are nobody's question."""
    for item in items:
        if item.kind == ItemKind.EVENT and not _is_to_come(item, now):
            continue
        if item.id in carried:
            yield Left(item.id, Because.CARRIED)
        elif not _may_be_chosen(item):
            yield Left(item.id, Because.GONE if item.vanished_at else Because.FLOOD)
