"""What changed between two snapshots of an edition, for people to read. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any, Final

from newsletter.compose.snapshot import OF_EDITION, OFFERED, Snapshot
from subscribers.values import Audience

PIECE: Final = re.compile(r"\s+|\w+|[^\w\s]")
LONGEST: Final = 4000  # pieces of one text that are compared; 30 ms for two that share nothing
TITLE: Final = 80
HEADS: Final = "heads"
ORDERS: Final = "orders"
Heads = Mapping[str, Mapping[str, str]]


class Change(StrEnum):
    """One kind of change; what a revision is called by when it is the only one."""

    HEAD = "head"
    WRITTEN = "written"
    AUDIENCE = "audience"
    MOVED = "moved"
    ADDED = "added"
    DROPPED = "dropped"
    ORDER = "order"  # for the readers of one side
    SEVERAL = "several"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class About:
    """A block, as people recognise it."""

    block_id: int
    kind: str
    title: str
    item_id: int | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not the same.

    about: the block; None for what stands above the mail.
    name:  the column of the edition or the field of the block; "" for a change of the block itself.
    before, after: its values, as they are stored.
    """

    change: Change
    about: About | None = None
    name: str = ""
    before: Any = None
    after: Any = None


@dataclass(frozen=True, slots=True)
class Summary:
    """What a revision is called, and the block when it is about one."""

    change: Change
    about: About | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """Words that were there and still are ("same"), went ("del") or came ("ins")."""

    how: str
    text: str


def differences(before: Snapshot, after: Snapshot) -> tuple[Difference, ...]:
    """Return what changed: above the mail first, then by block in the new order, then what went."""
    return (
        *_of_head(before, after),
        *_of_blocks(before["blocks"], after["blocks"]),
    )


def summary(found: Sequence[Difference]) -> Summary:
    """Return in a word what these differences are about."""
    changes = {one.change for one in found}
    blocks = {one.about for one in found}
    if not found:
        return Summary(Change.NOTHING)
    if len(blocks) > 1 or len(changes) > 1:
        return Summary(Change.MOVED if changes == {Change.MOVED} else Change.SEVERAL)
    return Summary(found[0].change, found[0].about)


def about_block(block: Mapping[str, Any]) -> About:
    """Return which block of a snapshot this is."""
    title = str(block["fields"].get("title") or "")[:TITLE]
    return About(block["id"], block["kind"], title, block["item_id"])


def in_words(before: str, after: str) -> tuple[Piece, ...]:
    """Return both texts as one, in pieces of whole words: what went before what came for it.

    Words that only share the space between them are one change, which reads better.
    """
    olds, news = PIECE.findall(before), PIECE.findall(after)
    if len(olds) + len(news) > LONGEST:
        return tuple(_pieces([("", before, after)]))
    # Space matches everywhere: as a beginning of its own it costs 40 s on two texts of 1000 words.
    matcher = SequenceMatcher(str.isspace, olds, news)
    told: list[tuple[str, str, str]] = []
    for tag, a, b, c, d in matcher.get_opcodes():
        was, now = "".join(olds[a:b]), "".join(news[c:d])
        if tag == "equal" and (was.strip() or not told or d == len(news)):
            told.append((was, "", ""))
        elif told and not told[-1][0]:
            told[-1] = ("", told[-1][1] + was, told[-1][2] + now)
        else:
            told.append(("", was, now))
    return tuple(_pieces(told))


def _pieces(told: Iterable[tuple[str, str, str]]) -> Iterator[Piece]:
    for same, was, now in told:
        yield from (Piece(how, text) for how, text in _hows(same, was, now) if text)


def _hows(same: str, was: str, now: str) -> tuple[tuple[str, str], ...]:
    return (("same", same), ("del", was), ("ins", now))


def _of_head(before: Snapshot, after: Snapshot) -> Iterator[Difference]:
    for name in OF_EDITION:
        if name == HEADS:
            yield from _of_heads(before.get(HEADS) or {}, after.get(HEADS) or {})
        elif name == ORDERS:
            yield from _of_orders(before, after)
        elif before.get(name) != after.get(name):
            yield Difference(Change.HEAD, None, name, before.get(name), after.get(name))


def _of_heads(before: Heads, after: Heads) -> Iterator[Difference]:
    """Yield what differs in the heads of the sides, each with a name such as "subject school"."""
    for side in Audience:
        old, new = before.get(side, {}), after.get(side, {})
        for name in ("subject", "preheader"):
            if old.get(name) != new.get(name):
                yield Difference(Change.HEAD, None, f"{name} {side}", old.get(name), new.get(name))


def _of_orders(before: Snapshot, after: Snapshot) -> Iterator[Difference]:
    """Yield the orders of the sides that differ, as titles under each other; "" for none."""
    for side in Audience:
        old, new = _titles(before, side), _titles(after, side)
        if old != new:
            yield Difference(Change.ORDER, None, f"order {side}", old, new)


def _titles(snapshot: Snapshot, side: Audience) -> str:
    known = {one["id"]: about_block(one) for one in snapshot["blocks"]}
    order = (snapshot.get(ORDERS) or {}).get(side, [])
    return "\n".join(known[one].title or known[one].kind for one in order if one in known)


def _of_blocks(
    before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]
) -> Iterator[Difference]:
    olds = {one["id"]: one for one in before}
    news = {one["id"] for one in after}
    moved = _moved([one["id"] for one in before], [one["id"] for one in after])
    for one in after:
        old = olds.get(one["id"])
        if old is None:
            yield _whole(Change.ADDED, one)
            continue
        if one["id"] in moved:
            yield _whole(Change.MOVED, one)
        yield from _of_block(old, one)
    yield from (_whole(Change.DROPPED, one) for one in before if one["id"] not in news)


def _moved(before: Sequence[int], after: Sequence[int]) -> set[int]:
    """Return the fewest blocks that took another place among those that stayed."""
    olds = [one for one in before if one in set(after)]
    news = [one for one in after if one in set(before)]
    matcher = SequenceMatcher(None, olds, news, autojunk=False)
    kept = {one for a, _, size in matcher.get_matching_blocks() for one in olds[a : a + size]}
    return set(olds) - kept


def _of_block(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    for name in ("audience", "segment"):
        if old.get(name) != new.get(name):
            yield _whole(Change.AUDIENCE, new, name, old.get(name), new.get(name))
    olds, news = old["fields"], new["fields"]
    for name in [*news, *(one for one in olds if one not in news)]:
        if name != OFFERED and olds.get(name) != news.get(name):
            yield _whole(Change.WRITTEN, new, name, olds.get(name), news.get(name))


def _whole(
    change: Change,
    block: Mapping[str, Any],
    name: str = "",
    before: object = None,
    after: object = None,
) -> Difference:
    return Difference(change, about_block(block), name, before, after)
