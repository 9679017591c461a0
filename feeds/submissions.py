"""Practice examples that readers send in: confirmed, edited, agreed to, shown, withdrawn.

What is public is exactly what the reader agreed to: an agreement holds the hash of a text, and any
later edit voids it. Who withdraws is forgotten; that it happened stays in the row.
"""

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, delete, or_, select
from sqlalchemy.orm import Session

from feeds import store
from feeds.errors import SubmissionChanged, SubmissionMoveNotAllowed
from feeds.examples import Example, judge, mark_of, new_item, to_json, write_item
from feeds.model import Item, Submission
from feeds.pictures import UNUSED_KEPT, erase_if_unused, erase_unused, keep_picture
from feeds.sent_in import count_of, edited_in, lock
from feeds.values import SENT_IN, ItemStatus, Picture, SubmissionStatus
from storage.log import record
from storage.session import Database
from storage.text import one_line

S = SubmissionStatus

UNCONFIRMED_KEPT: Final = timedelta(days=14)  # as long as the link in the first mail works
DECLINED_KEPT: Final = timedelta(days=30)  # a reader may still ask why
UNDECIDED_KEPT: Final = timedelta(days=365)  # nobody waits for so long
A_DAY: Final = timedelta(days=1)
MOST_A_DAY: Final = 3  # of one address
OPEN: Final = frozenset({S.WAITING, S.ASKED, S.AGREED, S.PUBLISHED})
"""Where both sides can still change something."""


@dataclass(frozen=True, slots=True)
class Permission:
    """What the reader agreed to at the form: the very words, and their version."""

    version: str
    text: str


@dataclass(frozen=True, slots=True)
class Erased:
    """How much was erased: what was not confirmed, what led to nothing, pictures without a use."""

    unconfirmed: int
    undecided: int
    images: int

    def as_counts(self) -> dict[str, int]:
        """Return the counts by name, for a run's row."""
        return {f"submissions_{name}": count for name, count in asdict(self).items()}


def receive(  # noqa: PLR0913 - what a form brings; all by name
    db: Database,
    *,
    name: str,
    email: str,
    told: Example,
    picture: Picture | None,
    permission: Permission,
    now: datetime,
) -> int | None:
    """Keep what a reader sent in, not confirmed yet; return its id.

    told:   in the reader's words; `question`, `story` (what they did) and `result` (what worked).
    Returns None, and keeps nothing, when this address sent in enough for a day.
    Raises ItemUnusable, UnknownSource for a theme that does not exist.
    """
    judge(replace(told, image="", image_alt=""))
    with db.write() as session:
        store.require_themes(session, told.themes)
        if count_of(session, email, since=now - A_DAY) >= MOST_A_DAY:
            return None
        image = keep_picture(session, picture, now=now) if picture else None
        row = Submission(
            status=S.UNCONFIRMED.value,
            status_since=now,
            created_at=now,
            name=one_line(name, maximum=200),
            email=email,
            partnership=one_line(told.partnership, maximum=200),
            told=to_json(replace(told, image="", image_alt="")),
            links=list(told.links),
            themes=list(told.themes),
            audiences=list(told.audiences),
            image_id=image.id if image else None,
            image_alt=told.image_alt if image else "",
            permission_version=permission.version,
            permission_text=permission.text,
        )
        session.add(row)
        session.flush()
        return row.id


def forget_unsent(db: Database, submission_id: int) -> None:
    """Take back what its reader could not be mailed about: it can be sent in again at once."""
    with db.write() as session:
        session.execute(
            delete(Submission).where(
                Submission.id == submission_id, Submission.status == S.UNCONFIRMED
            )
        )


def confirm(db: Database, submission_id: int, *, now: datetime) -> bool:
    """Hand it to the editors, once; say whether it is theirs now or was before."""
    with db.write() as session:
        row = session.get(Submission, submission_id)
        if row is None or row.state is S.WITHDRAWN:
            return False
        if row.state is S.UNCONFIRMED:
            row.move(S.WAITING, now=now)
            row.confirmed_at = now
            _record(session, "submission.received", row, now)
        return True


def edit(db: Database, submission_id: int, edited: Example, *, seen: str, now: datetime) -> str:
    """Keep the editors' version and return its mark; an agreement to another text is void.

    edited.image: the reader's own picture, or "" to leave it out.
    seen:         the mark of the version that was looked at.
    Raises SubmissionChanged, SubmissionMoveNotAllowed, ItemUnusable, UnknownSource.
    """
    judge(edited)
    with db.write() as session:
        row = lock(session, submission_id)
        store.require_themes(session, edited.themes)
        own = row.image.digest if row.image else ""
        kept = edited if edited.image == own else replace(edited, image="", image_alt="")
        if row.edited and mark_of(kept) == mark_of(edited_in(row)):
            return mark_of(kept)  # it says this already, and so nothing is void
        _require_seen(row, seen)
        _reopen(row, now=now)
        row.edited = to_json(kept)
        _record(session, "submission.edited", row, now)
        return mark_of(kept)


def ask(db: Database, submission_id: int, *, seen: str, now: datetime) -> None:
    """Lay exactly this version before the reader; asking once more changes nothing.

    Raises SubmissionChanged, SubmissionMoveNotAllowed.
    """
    with db.write() as session:
        row = _looked_at(session, submission_id, seen)
        if row.state is S.ASKED:
            return
        row.move(S.ASKED, now=now)
        row.edited, row.remark = to_json(edited_in(row)), ""
        _record(session, "submission.asked", row, now)


def take_back_question(db: Database, submission_id: int, *, now: datetime) -> None:
    """Return it to the editors, as the mail with the question could not be sent."""
    with db.write() as session:
        row = lock(session, submission_id)
        if row.state is S.ASKED:
            row.move(S.WAITING, now=now)


def agree(db: Database, submission_id: int, *, mark: str, now: datetime) -> None:
    """Note that the reader agrees to the version with this mark.

    Raises SubmissionChanged when it is another by now, SubmissionMoveNotAllowed.
    """
    with db.write() as session:
        row = _looked_at(session, submission_id, mark)
        if row.state in {S.AGREED, S.PUBLISHED} and row.agreed_mark == mark:
            return
        row.move(S.AGREED, now=now)
        row.agreed_at, row.agreed_mark = now, mark
        _record(session, "submission.agreed", row, now)


def remark(db: Database, submission_id: int, text: str, *, now: datetime) -> None:
    """Bring it back to the editors with what the reader wants otherwise."""
    with db.write() as session:
        row = lock(session, submission_id)
        _reopen(row, now=now)
        row.remark = text
        _record(session, "submission.remarked", row, now)


def decline(db: Database, submission_id: int, because: str, *, now: datetime) -> None:
    """Do not take it, for a reason. Raises SubmissionMoveNotAllowed, also for what is public."""
    with db.write() as session:
        row = lock(session, submission_id)
        if row.item_id is not None:
            raise SubmissionMoveNotAllowed(row.id, row.status, S.DECLINED)
        row.move(S.DECLINED, now=now)
        row.remark = because
        _record(session, "submission.declined", row, now)


def publish(db: Database, submission_id: int, *, now: datetime) -> int:
    """Make it public, or renew what is: exactly the text that was agreed to. Return the item's id.

    Raises SubmissionChanged when there is no agreement to this text, SubmissionMoveNotAllowed.
    """
    with db.write() as session:
        row = lock(session, submission_id)
        edited = edited_in(row)
        row.move(S.PUBLISHED, now=now)
        if row.agreed_mark != mark_of(edited):
            raise SubmissionChanged(f"submission {submission_id} was edited after the agreement")
        _record(session, "submission.published", row, now)
        item = session.get(Item, row.item_id) if row.item_id else None
        if item is None:
            item = new_item(session, edited, key=f"{SENT_IN}{row.id}", now=now)
            row.item_id = item.id
        else:
            write_item(session, item, edited)
        return item.id


def withdraw(db: Database, submission_id: int, *, now: datetime) -> bool:
    """Take it off everywhere and forget who sent it; say whether something of it was public.

    Its item stays as an empty row that is shown nowhere, so that what pointed at it knows.
    """
    with db.write() as session:
        row = lock(session, submission_id)
        if row.state is S.WITHDRAWN:
            return row.item_id is not None
        row.move(S.WITHDRAWN, now=now)
        _record(session, "submission.withdrawn", row, now)
        image_id = row.image_id
        item = session.get(Item, row.item_id) if row.item_id else None
        if item:
            _empty(item)
        _forget(row)
        session.flush()
        if image_id is not None:
            erase_if_unused(session, image_id)
        return item is not None


def clean_up(db: Database, *, now: datetime) -> Erased:
    """Erase what was not confirmed, and forget who sent what led to nothing; then unused pictures.

    A row of which something was confirmed stays, without a person: its number is in old mails.
    """
    too_old = Submission.created_at < now - UNCONFIRMED_KEPT
    unconfirmed = delete(Submission).where(Submission.status == S.UNCONFIRMED, too_old)
    with db.write() as session:
        gone = session.scalars(unconfirmed.returning(Submission.id)).all()
        forgotten = list(session.scalars(select(Submission).where(_led_to_nothing(now))))
        for row in forgotten:
            if row.state is not S.DECLINED:
                row.move(S.DECLINED, now=now)
            _record(session, "submission.forgotten", row, now)
            _forget(row)
        session.flush()
        images = erase_unused(session, before=now - UNUSED_KEPT)
    return Erased(len(gone), len(forgotten), images)


def _led_to_nothing(now: datetime) -> ColumnElement[bool]:
    declined = and_(Submission.status == S.DECLINED, Submission.status_since < now - DECLINED_KEPT)
    undecided = and_(
        Submission.status.in_((S.WAITING, S.ASKED, S.AGREED)),
        Submission.status_since < now - UNDECIDED_KEPT,
        Submission.item_id.is_(None),
    )
    return and_(Submission.email != "", or_(declined, undecided))


def _record(session: Session, what: str, row: Submission, now: datetime) -> None:
    # By its number only: what it says is its reader's, who may have it forgotten.
    record(session, what, now=now, detail={"submission": row.id})


def _forget(row: Submission) -> None:
    """Erase who sent it and what they wrote; what it was about stays, for the counts."""
    row.name = row.email = row.partnership = row.image_alt = row.remark = row.agreed_mark = ""
    row.told, row.edited, row.links, row.image_id = {}, {}, [], None


def _empty(item: Item) -> None:
    item.status = ItemStatus.WITHDRAWN.value
    item.title = item.summary = item.own_title = item.own_summary = item.author = item.url = ""
    item.details, item.image_id = {}, None


def _reopen(row: Submission, *, now: datetime) -> None:
    """Make it the editors' again: what was agreed or asked is no longer the last word."""
    if row.state not in OPEN:
        raise SubmissionMoveNotAllowed(row.id, row.status, S.WAITING)
    if row.state is not S.WAITING:
        row.move(S.WAITING, now=now)
    row.agreed_at, row.agreed_mark = None, ""


def _looked_at(session: Session, submission_id: int, seen: str) -> Submission:
    row = lock(session, submission_id)
    _require_seen(row, seen)
    return row


def _require_seen(row: Submission, seen: str) -> None:
    if mark_of(edited_in(row)) != seen:
        raise SubmissionChanged(f"submission {row.id} is not what was looked at")
