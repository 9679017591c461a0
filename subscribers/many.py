"""Many people changed at once, and that change taken back: a few statements, however many.

What each had is kept beside it, so that undoing gives everybody back their own, also after a
restart. Who was changed by somebody else since keeps that, and is counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    Select,
    Update,
    and_,
    bitwise_not,
    case,
    delete,
    func,
    insert,
    literal,
    not_,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from storage.bulk import hold_table
from storage.log import record
from storage.session import Database
from subscribers.conditions import NEITHER, Clause
from subscribers.errors import ManyChangeGone, ManyMoved
from subscribers.field import name_key
from subscribers.finding import Wanted, who_fits
from subscribers.many_rows import ManyChange, ManyChangeBefore
from subscribers.model import Subscriber
from subscribers.sides import sides_of
from subscribers.themes import bit_of, give_bits

KEPT: Final = timedelta(days=14)  # so long it can be taken back
TEXTS: Final = ("role", "organisation", "partnership", "region")
SUBSCRIBERS: Final = Subscriber.metadata.tables["subscriber"]
S, B = Subscriber, ManyChangeBefore


@dataclass(frozen=True, slots=True)
class Change:
    """What many people get; None leaves it as everybody has it, "" empties it.

    audience: a side, or NEITHER. add_theme, drop_theme: slugs.
    side:     where they now work, that of who did not say one of their own; found when it is done.
    """

    audience: str | None = None
    role: str | None = None
    organisation: str | None = None
    partnership: str | None = None
    region: str | None = None
    add_theme: str | None = None
    drop_theme: str | None = None
    side: str | None = None

    @property
    def values(self) -> dict[str, str]:
        """What becomes different, by name."""
        named = {one.name: getattr(self, one.name) for one in fields(self)}
        return {name: value for name, value in named.items() if value is not None}

    @property
    def texts(self) -> dict[str, str]:
        """Those of TEXTS that become different."""
        return {name: value for name, value in self.values.items() if name in TEXTS}

    @property
    def said(self) -> str | None:
        """The side as a row has it, where one is given."""
        return None if self.audience == NEITHER else self.audience


@dataclass(frozen=True, slots=True)
class Changed:
    """What came of it. id: None when everybody had it already, and nothing is on record."""

    id: int | None
    people: int


@dataclass(frozen=True, slots=True)
class Undone:
    """What came of taking it back. people: who have theirs again; kept: who changed, or left."""

    people: int
    kept: int


def change_many(
    db: Database, wanted: Wanted, change: Change, *, expected: int, now: datetime
) -> Changed:
    """Change everybody who is looked for, in one transaction; one line in the log, of no names.

    expected: how many were told to be looked for. Raises ManyMoved, and nothing changes, when they
              are not as many any more; UnknownSegment, UnknownCondition.
    """
    with db.write() as session:
        hold_table(session, SUBSCRIBERS)
        fits = who_fits(session, wanted)
        found = session.scalar(select(func.count()).select_from(S).where(fits)) or 0
        if found != expected:
            raise ManyMoved(found)
        whole = _with_side(session, change)
        give_bits(session, filter(None, [whole.add_theme]))
        row = ManyChange(at=now, user_id=session.info.get("by"), values=whole.values)
        session.add(row)
        session.flush()
        row.people = _keep(session, row.id, whole, and_(fits, _differs(whole)))
        if not row.people:
            session.delete(row)
            return Changed(None, 0)
        _put(session, row.id, whole, now)
        detail = {"change": row.id, "count": row.people, "fields": sorted(change.values)}
        record(session, "subscriber.many_changed", now=now, detail=detail)
        return Changed(row.id, row.people)


def undo_many(db: Database, change_id: int, *, now: datetime) -> Undone:
    """Give everybody back what they had.

    Raises ManyChangeGone when there is no such change, it was taken back, or it is too old.
    """
    with db.write() as session:
        hold_table(session, SUBSCRIBERS)
        row = session.get(ManyChange, change_id)
        if row is None or row.undone_at is not None or row.at < now - KEPT:
            raise ManyChangeGone(f"change {change_id} cannot be taken back")
        change = Change(**row.values)
        _forget_who_changed(session, row.id, change)
        mine = select(func.count()).select_from(B).where(B.change_id == row.id)
        people = session.scalar(mine) or 0
        _give_back(session, row.id, change, now)
        session.execute(delete(B).where(B.change_id == row.id))
        row.undone_at, kept = now, row.people - people
        detail = {"change": row.id, "count": people, "kept": kept}
        record(session, "subscriber.many_undone", now=now, detail=detail)
        return Undone(people, kept)


def recent_changes(session: Session, *, now: datetime) -> Sequence[ManyChange]:
    """Return the changes that can be taken back, newest first."""
    asked = select(ManyChange).where(ManyChange.undone_at.is_(None), ManyChange.at >= now - KEPT)
    return session.scalars(asked.order_by(ManyChange.id.desc())).all()


def changes_of(session: Session, subscriber_id: int) -> Sequence[ManyChange]:
    """Return the changes in which somebody was among many, as far as they are kept."""
    asked = select(ManyChange).join(B, B.change_id == ManyChange.id)
    return session.scalars(asked.where(B.subscriber_id == subscriber_id)).all()


def had_before(session: Session, subscriber_id: int) -> list[dict[str, Any]]:
    """Return what is kept of somebody from before such changes, oldest first (AVG art. 15)."""
    columns = [getattr(B, name) for name in ("audience", "audience_said", *TEXTS)]
    asked = select(ManyChange.at, *columns).join(B, B.change_id == ManyChange.id)
    rows = session.execute(asked.where(B.subscriber_id == subscriber_id).order_by(ManyChange.id))
    return [dict(row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public name for it


def forget_old(db: Database, *, now: datetime) -> int:
    """Forget what people had before changes that cannot be taken back any more; return how many."""
    with db.write() as session:
        old = delete(ManyChange).where(ManyChange.at < now - KEPT).returning(ManyChange.id)
        return len(session.scalars(old).all())


def _with_side(session: Session, change: Change) -> Change:
    """Return the change with the side of where people now work, where we know that."""
    if not change.organisation or change.audience is not None:
        return change
    side = sides_of(session, [change.organisation]).get(name_key(change.organisation))
    return replace(change, side=side.value) if side else change


def _differs(change: Change) -> Clause:
    """Return the condition that a change makes somebody different."""
    ways: list[Clause] = [getattr(S, name) != value for name, value in change.texts.items()]
    if change.audience is not None:
        ways += [S.audience.is_distinct_from(change.said), S.audience_said.is_(False)]
    if change.side is not None:
        ways.append(and_(S.audience_said.is_(False), S.audience.is_distinct_from(change.side)))
    if change.add_theme is not None:
        ways.append(not_(_follows(change.add_theme)))
    if change.drop_theme is not None:
        ways.append(_follows(change.drop_theme))
    return or_(*ways)


def _follows(theme: str | None) -> Clause:
    return S.themes.bitwise_and(bit_of(theme)) != 0


def _keep(session: Session, change_id: int, change: Change, who: Clause) -> int:
    """Keep what these people have; return how many they are."""
    names = ("audience", "audience_said", *TEXTS)
    had = select(
        literal(change_id),
        S.id,
        *(getattr(S, name) for name in names),
        _follows(change.add_theme),
        _follows(change.drop_theme),
    ).where(who)
    columns = ("change_id", "subscriber_id", *names, "had_theme", "lost_theme")
    session.execute(insert(B).from_select(columns, had))
    return session.scalar(select(func.count()).select_from(B).where(B.change_id == change_id)) or 0


def _put(session: Session, change_id: int, change: Change, now: datetime) -> None:
    values: dict[str, Any] = {**change.texts, "changed_at": now}
    if change.audience is not None:
        values |= {"audience": change.said, "audience_said": True}
    if change.side is not None:
        values["audience"] = case((S.audience_said, S.audience), else_=change.side)
    _update(session, update(S).where(S.id.in_(_people(change_id))).values(values))
    if change.add_theme is not None:
        lacked = _people(change_id, B.had_theme.is_(False))
        _add_theme(session, change.add_theme, lacked)
    if change.drop_theme is not None:
        _drop_theme(session, change.drop_theme, _people(change_id, B.lost_theme.is_(True)))


def _forget_who_changed(session: Session, change_id: int, change: Change) -> None:
    """Leave out who is not any more what the change made of them."""
    as_made = select(S.id).where(S.id == B.subscriber_id, _is_as_made(change)).correlate(B).exists()
    session.execute(delete(B).where(B.change_id == change_id, not_(as_made)))


def _is_as_made(change: Change) -> Clause:
    held: list[Clause] = [getattr(S, name) == value for name, value in change.texts.items()]
    if change.audience is not None:
        held += [S.audience.is_not_distinct_from(change.said), S.audience_said.is_(True)]
    if change.side is not None:
        made = case((B.audience_said, B.audience), else_=change.side)
        held += [S.audience_said == B.audience_said, S.audience.is_not_distinct_from(made)]
    if change.add_theme is not None:
        held.append(_follows(change.add_theme))
    if change.drop_theme is not None:
        held.append(not_(_follows(change.drop_theme)))
    return and_(*held)


def _give_back(session: Session, change_id: int, change: Change, now: datetime) -> None:
    values: dict[str, Any] = {name: getattr(B, name) for name in change.texts}
    if change.audience is not None or change.side is not None:
        values |= {"audience": B.audience, "audience_said": B.audience_said}
    mine = and_(B.change_id == change_id, B.subscriber_id == S.id)
    _update(session, update(S).where(mine).values({**values, "changed_at": now}))
    if change.add_theme is not None:
        _drop_theme(session, change.add_theme, _people(change_id, B.had_theme.is_(False)))
    if change.drop_theme is not None:
        _add_theme(session, change.drop_theme, _people(change_id, B.lost_theme.is_(True)))


def _people(change_id: int, *more: Clause) -> Select[Any]:
    return select(B.subscriber_id).where(B.change_id == change_id, *more)


def _update(session: Session, change: Update) -> None:
    session.execute(change.execution_options(synchronize_session=False))


def _add_theme(session: Session, theme: str, who: Select[Any]) -> None:
    more = S.themes.bitwise_or(bit_of(theme))
    _update(session, update(S).where(S.id.in_(who)).values(themes=more))


def _drop_theme(session: Session, theme: str, who: Select[Any]) -> None:
    others = S.themes.bitwise_and(bitwise_not(bit_of(theme)))
    _update(session, update(S).where(S.id.in_(who)).values(themes=others))
