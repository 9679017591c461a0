"""News of editions: who hears at once by mail what was put before them, or fell away, or was said.

Each is put aside in the transaction of the move itself, and mailed within a minute by a job, so a
relay that is away never stops a move. A mail is put on record as begun before it is sent and as
done after it: after a crash the one mail that was in hand is sent again, and no other.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from newsletter.errors import TransportError, TransportRefused, TransportUncertain
from newsletter.matters import (
    AT_MOST,
    FRESH,
    SORTS,
    Before,
    News,
    Said,
    Sort,
    is_by_change,
    is_time,
    is_told_already,
    stood_before,
)
from newsletter.model import Edition, User
from newsletter.review_rows import Comment
from newsletter.store import matters as store
from newsletter.store.editions import events_of, get_edition
from newsletter.store.writers import MAY_APPROVE, writers_of
from newsletter.values import EditionEvent, EditionKind, EditionStatus, Role
from storage.session import Database

SAID: Final = tuple(what for what, sort in SORTS.items() if sort is Sort.SAID)
SOMEBODY: Final = "Een collega"  # whose account has no name

Notify = Callable[[News, str], None]
"""Sends one mail to one address; raises TransportError."""


@dataclass(frozen=True, slots=True)
class Told:
    """How many mails went out, and how many could not be handed over."""

    mails: int = 0
    untold: int = 0

    def __add__(self, other: "Told") -> "Told":
        return Told(self.mails + other.mails, self.untold + other.untold)


@dataclass(frozen=True, slots=True)
class Parcel:
    """One mail to one person, with what it tells by number of the entry."""

    user_id: int
    address: str
    news: Mapping[int, News]


def tell(db: Database, *, notify: Notify, four_eyes: bool, now: datetime) -> Told:
    """Tell everybody what they have not heard of yet, each thing once.

    What could not be handed over is tried again the next time; the others go on.
    """
    with db.read() as session:
        open_matters = store.open_matters(session)
        if not open_matters:
            return Told()
        found = _Known.read(session, open_matters, four_eyes=four_eyes, now=now)
        parcels = [*_moves(found), *_volleys(found, now)]
        settled = [one.id for one in open_matters if not found.left(one)]
    store.settle(db, settled, now=now)
    return sum((_send(db, one, notify, now) for one in parcels), Told())


@dataclass(frozen=True, slots=True)
class _Known:
    """What is looked up once for all that is open. people: who hears of what, by entry."""

    matters: Sequence[EditionEvent]
    users: Mapping[int, User]
    done: set[tuple[int, int]]
    last: Mapping[tuple[int, int], datetime]
    people: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    news: Mapping[int, News] = field(default_factory=dict)

    @classmethod
    def read(
        cls, session: Session, matters: Sequence[EditionEvent], *, four_eyes: bool, now: datetime
    ) -> "_Known":
        users = store.colleagues(session)
        names = store.names_of(session)
        said = store.threads_of(session, {one.edition_id for one in matters})
        people, news = {}, {}
        for one in matters:
            edition = get_edition(session, one.edition_id)
            told = _Telling(session, edition, one, users, said, four_eyes=four_eyes)
            wanted = told.people() if now < one.at + FRESH else frozenset()
            reached = wanted - {one.user_id}
            people[one.id] = tuple(
                id_ for id_, of in users.items() if id_ in reached and of.wants_news
            )
            news[one.id] = told.news(names)
        done = store.told_of(session, people)
        last = store.told_last(session, SAID, since=now - AT_MOST)
        return cls(matters, users, done, last, people, news)

    def left(self, matter: EditionEvent) -> list[int]:
        """Return who has not heard of it yet."""
        return [one for one in self.people[matter.id] if (matter.id, one) not in self.done]

    def parcel(self, user_id: int, matters: Sequence[EditionEvent]) -> Parcel:
        news = {one.id: self.news[one.id] for one in matters}
        return Parcel(user_id, self.users[user_id].email, news)


@dataclass(frozen=True, slots=True)
class _Telling:
    """One thing that happened, with its edition as it is now."""

    session: Session
    edition: Edition
    event: EditionEvent
    users: Mapping[int, User]
    said: Mapping[int, Comment]
    four_eyes: bool = field(kw_only=True)

    @property
    def sort(self) -> Sort:
        return SORTS[self.event.what]

    @property
    def comment(self) -> Comment | None:
        return self.said.get(int(self.event.detail.get("comment", 0)))

    def people(self) -> frozenset[int]:
        """Return who is concerned, whoever did it."""
        match self.sort:
            case Sort.SUBMITTED:
                return self._judges()
            case Sort.RETURNED:
                is_draft = self.edition.state is EditionStatus.DRAFT
                return self._makers() if is_draft else frozenset()
            case Sort.LAPSED:
                return self._concerned()
            case Sort.SAID:
                return self._thread()

    def news(self, names: Mapping[int, str]) -> News:
        """Return what is told of it."""
        edition, event = self.edition, self.event
        news = News(
            sort=self.sort,
            what=event.what,
            edition_id=edition.id,
            kind=EditionKind(edition.kind),
            number=edition.number,
            title=edition.title,
            at=event.at,
            by=_name(names, event.user_id),
            note=event.note,
            planned_at=edition.planned_at,
        )
        if self.sort is Sort.LAPSED:
            before = self._before()
            return replace(
                news,
                note="",
                is_change=is_by_change(self._history(), event),
                approved_by=tuple(_name(names, one) for one in before.approvers),
                planned_at=before.planned_at,
            )
        comment = self.comment
        return replace(news, said=(self._words(comment, news.by),)) if comment else news

    def _history(self) -> list[EditionEvent]:
        return events_of(self.session, self.edition.id)

    def _before(self) -> Before:
        return stood_before(self._history(), self.event)

    def _judges(self) -> frozenset[int]:
        if self.edition.state is not EditionStatus.IN_REVIEW:
            return frozenset()
        barred = writers_of(self.session, self.edition) if self.four_eyes else frozenset()
        may = (one.id for one in self.users.values() if Role(one.role) in MAY_APPROVE)
        return frozenset(may) - barred

    def _makers(self) -> frozenset[int]:
        """Return who began it and who submitted it; else who wrote in it."""
        made = {self.edition.author_id, self.edition.submitted_by_id}
        found = frozenset(one for one in made if one is not None)
        return found or writers_of(self.session, self.edition)

    def _concerned(self) -> frozenset[int]:
        before = self._before()
        if self.event.what == "unscheduled" and self.event.user_id == before.planner:
            return frozenset()  # their own plan: nobody else waited for it
        if is_told_already(self._history(), self.event):
            return frozenset()
        planner = frozenset({before.planner} if before.planner is not None else ())
        return self._makers() | planner | frozenset(before.approvers)

    def _thread(self) -> frozenset[int]:
        comment = self.comment
        if comment is None:
            return frozenset()
        first = self.said.get(comment.parent_id, comment) if comment.parent_id else comment
        if first.resolved_at is not None:
            return frozenset()
        spoke = {one.user_id for one in self.said.values() if first.id in (one.id, one.parent_id)}
        return self._makers() | frozenset(spoke)

    def _words(self, comment: Comment, by: str) -> Said:
        first = self.said.get(comment.parent_id, comment) if comment.parent_id else comment
        return Said(by, str(first.about.get("title", "")), comment.text, first is not comment)


def _name(names: Mapping[int, str], user_id: int | None) -> str:
    return "" if user_id is None else names.get(user_id) or SOMEBODY


def _moves(found: _Known) -> list[Parcel]:
    """Return a mail for each move and person."""
    return [
        found.parcel(user_id, [one])
        for one in found.matters
        if SORTS[one.what] is not Sort.SAID
        for user_id in found.left(one)
    ]


def _volleys(found: _Known, now: datetime) -> list[Parcel]:
    """Return one mail for what was said about an edition, for each person who hears of it now."""
    volleys: defaultdict[tuple[int, int], list[EditionEvent]] = defaultdict(list)
    for one in found.matters:
        if SORTS[one.what] is Sort.SAID:
            for user_id in found.left(one):
                volleys[one.edition_id, user_id].append(one)
    return [
        found.parcel(user_id, said)
        for (edition_id, user_id), said in volleys.items()
        if is_time(
            [one.at for one in said], last_told=found.last.get((edition_id, user_id)), now=now
        )
    ]


def _send(db: Database, parcel: Parcel, notify: Notify, now: datetime) -> Told:
    taken = store.begin(db, list(parcel.news), parcel.user_id, now=now)
    news = [one for entry_id, one in parcel.news.items() if entry_id in taken]
    if not news:
        return Told()
    try:
        notify(_together(news), parcel.address)
    except (TransportRefused, TransportUncertain):
        # Refused for good, or perhaps there already: a second try helps nobody.
        store.end(db, taken, parcel.user_id, now=now)
        return Told(untold=1)
    except TransportError:
        store.give_up(db, taken, parcel.user_id)
        return Told(untold=1)
    store.end(db, taken, parcel.user_id, now=now)
    return Told(mails=1)


def _together(news: Sequence[News]) -> News:
    return replace(news[-1], said=tuple(said for one in news for said in one.said))
