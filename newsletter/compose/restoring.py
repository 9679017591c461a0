"""Use cases on an edition's history: undo, redo, bring an earlier revision back, clean up.

Each is a change like any other: it names the version that was seen, is kept, can itself be undone,
and voids an approval.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import update
from sqlalchemy.orm import Session

from feeds.model import Item
from feeds.values import ItemStatus
from newsletter.compose import history, snapshot
from newsletter.compose.editing import Step, end_change, open_edition
from newsletter.compose.history import Turn
from newsletter.errors import UnknownRevision
from newsletter.model import Edition, Revision
from newsletter.store import revisions as store
from newsletter.store.editions import events_of
from newsletter.store.seen import forget_seen
from storage.session import Database

KEPT_WHOLE: Final = timedelta(days=90)
PUT_ASIDE: Final = (ItemStatus.PARKED, ItemStatus.REFUSED)


def undo(db: Database, edition_id: int, *, version: int, now: datetime, by: int | None) -> Revision:
    """Undo the last change that still stands, whoever made it; return that change.

    Raises UnknownRevision when nothing was changed yet, and what `editing` raises.
    """
    with db.write() as session:
        edition = open_edition(session, edition_id, version=version)
        told = store.list_revisions(session, edition_id)
        last, before = history.next_undo(told), history.before_undo(told)
        if last is None or before is None:
            raise UnknownRevision(f"edition {edition_id} has nothing to undo")
        _bring_back(session, edition, before.id, now=now)
        end_change(session, edition, now=now, by=by, step=Step(Turn.UNDONE, last.id))
        return last


def redo(db: Database, edition_id: int, *, version: int, now: datetime, by: int | None) -> Revision:
    """Do again what was undone last; return that change.

    Raises UnknownRevision when nothing was undone, or something was changed since.
    """
    with db.write() as session:
        edition = open_edition(session, edition_id, version=version)
        again = history.next_redo(store.list_revisions(session, edition_id))
        if again is None:
            raise UnknownRevision(f"edition {edition_id} has nothing to do again")
        _bring_back(session, edition, again.id, now=now)
        end_change(session, edition, now=now, by=by, step=Step(Turn.REDONE, again.id))
        return again


def restore(
    db: Database,
    edition_id: int,
    revision_id: int,
    *,
    version: int,
    now: datetime,
    by: int | None,
) -> Revision:
    """Let an edition say what it said in an earlier revision; return that revision.

    Raises UnknownRevision, and what `editing` raises.
    """
    with db.write() as session:
        edition = open_edition(session, edition_id, version=version)
        revision = _bring_back(session, edition, revision_id, now=now)
        end_change(session, edition, now=now, by=by, step=Step(Turn.RESTORED, revision_id))
        return revision


def forget_old(db: Database, *, now: datetime) -> int:
    """Forget what editions went through long ago; return how many revisions that were.

    Ninety days after an edition was sent or cancelled, what stays is how it began, what was
    submitted, approved and sent, and how it ended. What judges saw of it is forgotten as well.
    """
    with db.write() as session:
        forgotten = 0
        for edition_id in store.over_since(session, now - KEPT_WHOLE):
            told = store.list_revisions(session, edition_id)
            marked = history.decisions(told, events_of(session, edition_id))
            old = [one.id for one in history.outdated(told, marked)]
            forgotten += store.delete_revisions(session, old)
        forget_seen(session, before=now - KEPT_WHOLE)
        return forgotten


def _bring_back(session: Session, edition: Edition, revision_id: int, *, now: datetime) -> Revision:
    revision = store.get_revision(session, edition.id, revision_id)
    stood = {block.id for block in edition.blocks}
    snapshot.bring_back(edition, revision.content, now=now)
    _accept(session, {one.item_id or 0 for one in edition.blocks if one.id not in stood})
    return revision


def _accept(session: Session, item_ids: set[int]) -> None:
    """Let the items of blocks that came back be of the edition again, not put aside."""
    back = update(Item).where(Item.id.in_(item_ids), Item.status.in_(PUT_ASIDE))
    session.execute(back.values(status=ItemStatus.ACCEPTED))
