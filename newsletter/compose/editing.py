"""Changing an edition: only its newest version, and an approval does not survive a change.

At the desk nobody changes what is before an approver or was approved: a page that still stands open
would throw away a colleague's decision and the plan. They take it back first. What comes through
another door takes it back by itself.

Each change is kept: `end_change` writes the whole content as a revision, in the same transaction.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from newsletter.compose import snapshot
from newsletter.compose.differences import Change, Summary, differences, summary
from newsletter.compose.history import DECISIONS, Turn, goes_on
from newsletter.compose.snapshot import Snapshot
from newsletter.errors import EditionChanged, MoveNotAllowed, MustWithdraw
from newsletter.model import Edition, Revision
from newsletter.store import editions as store
from newsletter.store.approvals import terms_of, void_approval
from newsletter.store.revisions import last_revision
from newsletter.values import EditionEvent, EditionStatus
from storage.log import LogEntry
from storage.session import Database

WITHDRAWN_BY_EDIT: Final = frozenset(
    {EditionStatus.IN_REVIEW, EditionStatus.APPROVED, EditionStatus.SCHEDULED}
)
MADE: Final = frozenset({"drafted", "edited"})


@dataclass(frozen=True, slots=True)
class Step:
    """A change through the history: which turn, and the revision that it is about."""

    turn: Turn
    of_id: int


@contextmanager
def editing(
    db: Database, edition_id: int, *, version: int | None, now: datetime, by: int | None
) -> Iterator[tuple[Session, Edition]]:
    """Give the edition and its blocks, to change; at the end it has a new version.

    version: the one that was seen; None for a change that sees to it by itself that it overwrites
             nobody's.
    Raises UnknownEdition, EditionChanged, MoveNotAllowed; then nothing changed.
    """
    with db.write() as session:
        edition = open_edition(session, edition_id, version=version)
        yield session, edition
        end_change(session, edition, now=now, by=by)


def open_edition(session: Session, edition_id: int, *, version: int | None) -> Edition:
    """Return the edition with its blocks, held, to change it; `end_change` makes it a draft again.

    Raises UnknownEdition, EditionChanged, MoveNotAllowed; at the desk MustWithdraw.
    """
    edition = store.lock_edition(session, edition_id, with_blocks=True)
    _allow(edition, version, at_desk=session.info.get("via") == "")
    begin_history(session, edition)
    return edition


def begin_history(session: Session, edition: Edition) -> None:
    """Keep how an edition is now, blocks loaded, when nothing of it was kept yet."""
    if last_revision(session, edition.id) is not None:
        return
    made = [one for one in store.events_of(session, edition.id) if one.what in MADE]
    session.add(
        Revision(
            edition_id=edition.id,
            version=edition.version,
            at=made[-1].at if made else edition.created_at,
            user_id=made[-1].user_id if made else edition.author_id,
            event_id=made[-1].id if made else None,
            what=Turn.DRAFTED,
            content=snapshot.take(edition),
        )
    )
    session.flush()


def end_change(
    session: Session,
    edition: Edition,
    *,
    now: datetime,
    by: int | None,
    step: Step | None = None,
) -> None:
    """Give a changed edition, its history begun, its new version, and keep what it says now.

    step: what was done when it was undoing, doing again or bringing back.
    """
    if edition.state in WITHDRAWN_BY_EDIT:
        _lapse(session, edition, now=now, by=by)
    edition.version += 1
    what = "edited" if step is None else step.turn.value
    event = store.log_event(session, edition.id, what=what, now=now, user_id=by)
    session.flush()
    content, last = snapshot.take(edition), last_revision(session, edition.id)
    if last is None:
        begin_history(session, edition)
        return
    told = summary(differences(last.content, content))
    if step is None and told.change is Change.NOTHING:
        return
    if step is None and _goes_on(store.events_of(session, edition.id), last, told, event):
        last.version, last.event_id, last.content = edition.version, event.id, content
        last.about = _about(told)
        return
    session.add(_revision(edition, event, content, told, step))


def _lapse(session: Session, edition: Edition, *, now: datetime, by: int | None) -> None:
    """Make it a draft again, with the marks of its content before and after on record."""
    session.flush()
    detail = {}
    if edition.content_hash:
        found = terms_of(session, edition)
        detail = {"hash": edition.content_hash, "approved": edition.terms_hash, "found": found}
    void_approval(session, edition, now=now)
    store.log_event(session, edition.id, what="withdrawn", now=now, user_id=by, detail=detail)


def _revision(
    edition: Edition, event: LogEntry, content: Snapshot, told: Summary, step: Step | None
) -> Revision:
    return Revision(
        edition_id=edition.id,
        version=edition.version,
        at=event.at,
        user_id=event.user_id,
        event_id=event.id,
        what=told.change if step is None else step.turn,
        block_id=None if told.about is None else told.about.block_id,
        about=_about(told),
        of_id=None if step is None else step.of_id,
        content=content,
    )


def _about(told: Summary) -> dict[str, object]:
    # item_id stands last: `store/revisions.py` finds the item by that.
    if told.about is None:
        return {}
    return {"kind": told.about.kind, "title": told.about.title, "item_id": told.about.item_id}


def _goes_on(
    events: Sequence[EditionEvent], last: Revision, told: Summary, event: LogEntry
) -> bool:
    """Say whether a change that was just written down goes on with the last revision."""
    since = [one for one in events if one.id >= (last.event_id or 0)]
    saved_at = [one.at for one in since if one.id == last.event_id]
    return goes_on(
        last,
        told,
        by=event.user_id,
        at=event.at,
        saved_at=next(iter(saved_at), last.at),
        decided=any(one.what in DECISIONS for one in since),
    )


def _allow(edition: Edition, version: int | None, *, at_desk: bool) -> None:
    if at_desk and edition.state in WITHDRAWN_BY_EDIT:
        raise MustWithdraw(edition.id, edition.state, EditionStatus.DRAFT)
    if edition.state is not EditionStatus.DRAFT and edition.state not in WITHDRAWN_BY_EDIT:
        raise MoveNotAllowed(edition.id, edition.state, EditionStatus.DRAFT)
    if version is not None and edition.version != version:
        raise EditionChanged(
            f"edition {edition.id} is at version {edition.version}, not {version}: "
            "somebody else saved first"
        )
