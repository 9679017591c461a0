"""Who is looked for on the list: by what they are, by part of an address, a page at a time.

People come newest first, and a page begins where another one ended, so the last takes as long as
the first. Few people are found along an index and held as numbers; of many, a page is nearby.
docs/decisions/0023-a-part-of-an-address.md says how a part of an address is looked for.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Select, and_, func, or_, select, true
from sqlalchemy.orm import Session

from storage.bulk import is_one_of
from storage.dialect import holds, holds_in_any_case, told_row_by_row
from storage.text import folded
from subscribers.conditions import Clause
from subscribers.model import Subscriber
from subscribers.segments import whole
from subscribers.spellings import spellings
from subscribers.store import in_any
from subscribers.trees import EVERYBODY, Tree, stored
from subscribers.values import SubscriberStatus

MOST_COUNTED: Final = 1_000  # of more, a page says that there are more
SIZE: Final = 50
IN_NO_NAME: Final = re.compile(r"[_\d]")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who is looked for. words: part of an address, of a name, or of where somebody works.

    tree: what a segment can say, of any status. ids: when there are any, only these.
    """

    tree: Tree = EVERYBODY
    words: str = ""
    ids: tuple[int, ...] = ()

    @property
    def is_everybody(self) -> bool:
        """Whether nobody is left out."""
        return self.tree == EVERYBODY and not self.words and not self.ids


@dataclass(frozen=True, slots=True)
class Found:
    """One page of people, newest first. count: of all of them; None for more than MOST_COUNTED.

    has_newer, has_older: whether there are others before and after these.
    """

    rows: Sequence[Subscriber]
    count: int | None
    has_newer: bool
    has_older: bool


def find(
    session: Session,
    wanted: Wanted,
    *,
    older_than: int | None = None,
    newer_than: int | None = None,
    size: int = SIZE,
) -> Found:
    """Return the newest of who is looked for; those just before or after an id when it is named.

    Raises UnknownSegment, UnknownCondition.
    """
    few = None if wanted.is_everybody else few_ids(session, wanted)
    asked = select(Subscriber)
    if few is not None:
        asked = asked.where(Subscriber.id.in_(few))
    elif not wanted.is_everybody:
        asked = asked.where(who_fits(session, wanted))
    count = None if few is None else len(few)
    if newer_than is not None:
        near = session.scalars(_newer(asked, newer_than).limit(size + 1)).all()
        if len(near) > size:
            return Found(near[size - 1 :: -1], count, has_newer=True, has_older=True)
        older_than = None  # it is the first page
    rows = session.scalars(_older(asked, older_than).limit(size + 1)).all()
    return Found(rows[:size], count, older_than is not None, len(rows) > size)


def count_found(session: Session, wanted: Wanted) -> int:
    """Return how many people are looked for, however many they are."""
    few = None if wanted.is_everybody else few_ids(session, wanted)
    if few is not None:
        return len(few)
    counted = select(func.count()).select_from(Subscriber)
    return session.scalar(counted.where(who_fits(session, wanted))) or 0


def count_states(session: Session) -> dict[SubscriberStatus, int]:
    """Return how many people there are of each status, from an index."""
    counted = select(Subscriber.status, func.count()).group_by(Subscriber.status)
    found = {SubscriberStatus(row[0]): int(row[1]) for row in session.execute(counted)}
    return dict.fromkeys(SubscriberStatus, 0) | found


def few_ids(session: Session, wanted: Wanted) -> list[int] | None:
    """Return the numbers of who is looked for; None for more than MOST_COUNTED."""
    asked = select(Subscriber.id).where(_is_one_of(wanted.ids), _fits_tree(session, wanted.tree))
    if wanted.words:
        named = _named(session, wanted.words)
        if named is None and replace(wanted, words="").is_everybody:
            return None
        asked = asked.where(
            _holds(session, wanted.words) if named is None else Subscriber.id.in_(named)
        )
    found = session.scalars(asked.limit(MOST_COUNTED + 1)).all()
    return None if len(found) > MOST_COUNTED else list(found)


def who_fits(session: Session, wanted: Wanted) -> Clause:
    """Return the condition that somebody is looked for, which is told of each row."""
    said = _holds(session, wanted.words) if wanted.words else true()
    return and_(_is_one_of(wanted.ids), _fits_tree(session, wanted.tree), said)


def _is_one_of(ids: Collection[int]) -> Clause:
    return Subscriber.id.in_(ids) if ids else true()


def _fits_tree(session: Session, tree: Tree) -> Clause:
    if tree == EVERYBODY:
        return true()
    return told_row_by_row(session, in_any(session, [stored(whole(session, tree))]))


def _newer(asked: Select[Any], than: int) -> Select[Any]:
    return asked.where(Subscriber.id > than).order_by(Subscriber.id)


def _older(asked: Select[Any], than: int | None) -> Select[Any]:
    near = asked if than is None else asked.where(Subscriber.id < than)
    return near.order_by(Subscriber.id.desc())


def _named(session: Session, words: str) -> Collection[int] | None:
    """Return whose address, name or organisation holds this; None for more than MOST_COUNTED.

    One question each, because each is answered from an index that has no more than that column.
    """
    found: set[int] = set()
    for one in _ways(session, words):
        some = select(Subscriber.id).where(one).limit(MOST_COUNTED + 1)
        found.update(session.scalars(some))
        if len(found) > MOST_COUNTED:
            return None
    return found


def _holds(session: Session, words: str) -> Clause:
    return told_row_by_row(session, or_(*_ways(session, words)))


def _ways(session: Session, words: str) -> Iterator[Clause]:
    """Yield the ways in which somebody can be meant by some words.

    Names are looked for only where they can be meant: a million of them take longer than as many
    addresses, which stand in an index.
    """
    sought = words.lower()
    yield holds(session, Subscriber.email_key, sought)
    if "@" in words:
        return
    if not IN_NO_NAME.search(words):
        yield holds_in_any_case(session, Subscriber.name, sought)
    if places := _places(session, folded(words)):
        yield is_one_of(session, Subscriber.organisation, places)


def _places(session: Session, sought: str) -> list[str]:
    spelt = session.execute(spellings(Subscriber.organisation))
    return [text for _, text in spelt if sought in folded(text)] if sought else []
