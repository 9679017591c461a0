"""Which change is undone next, which is done again, and which revisions tell of a decision. Pure.

Undoing is a change of its own: nothing is taken out of the history. What was undone can be done
again until somebody changes something else.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from newsletter.compose.differences import Change, Summary
from newsletter.model import Revision
from newsletter.values import EditionEvent

AT_ONCE: Final = timedelta(seconds=60)
ONE_GO: Final = timedelta(minutes=10)  # of writing: what is undone at once should not be much more
SAVED: Final = frozenset({Change.HEAD, Change.WRITTEN})
DECISIONS: Final = frozenset({"submitted", "approved", "sent"})


class Turn(StrEnum):
    """What a revision is called that is no change of its own making."""

    DRAFTED = "drafted"
    UNDONE = "undone"
    REDONE = "redone"
    RESTORED = "restored"


def next_undo(revisions: Sequence[Revision]) -> Revision | None:
    """Return the change that is undone first; None when the edition is as it began.

    revisions: all of the edition, oldest first.
    """
    done, _ = _stacks(revisions)
    return done[-1] if len(done) > 1 else None


def before_undo(revisions: Sequence[Revision]) -> Revision | None:
    """Return the revision whose content the edition has again once `next_undo` is undone."""
    done, _ = _stacks(revisions)
    return done[-2] if len(done) > 1 else None


def next_redo(revisions: Sequence[Revision]) -> Revision | None:
    """Return the undone change that is done again first, with the content that it then has."""
    _, undone = _stacks(revisions)
    return undone[-1] if undone else None


def goes_on(
    last: Revision,
    now: Summary,
    *,
    by: int | None,
    at: datetime,
    saved_at: datetime,
    decided: bool,
) -> bool:
    """Say whether a save goes on with the last one: while somebody writes, it is saved often.

    It does when one person saves the same words again within a minute, for ten minutes at most.
    saved_at: when that last was.
    decided:  whether the edition was submitted or approved in between.
    """
    return (
        not decided
        and now.change in SAVED
        and last.what == now.change
        and last.block_id == (None if now.about is None else now.about.block_id)
        and last.user_id == by
        and at - saved_at < AT_ONCE
        and at - last.at < ONE_GO
    )


def decisions(
    revisions: Sequence[Revision], events: Iterable[EditionEvent]
) -> Mapping[int, frozenset[str]]:
    """Return which of DECISIONS were about which revision, by its id.

    revisions: oldest first.
    """
    found: dict[int, frozenset[str]] = {}
    for event in events:
        about = [one for one in revisions if (one.event_id or 0) <= event.id]
        if event.what in DECISIONS and about:
            last = about[-1].id
            found[last] = found.get(last, frozenset()) | {event.what}
    return found


def outdated(revisions: Sequence[Revision], marked: Mapping[int, frozenset[str]]) -> list[Revision]:
    """Return the revisions that nobody needs once the edition was sent long ago.

    What stays is how it began, each that was submitted, approved or sent, and how it ended.
    """
    return [one for one in revisions[1:-1] if one.id not in marked]


def _stacks(revisions: Sequence[Revision]) -> tuple[list[Revision], list[Revision]]:
    """Return what is done, with how it began at the bottom, and what is undone, the last on top."""
    done: list[Revision] = []
    undone: list[Revision] = []
    for one in revisions:
        if one.what == Turn.UNDONE and len(done) > 1:
            undone.append(done.pop())
        elif one.what == Turn.REDONE and undone:
            done.append(undone.pop())
        else:
            done.append(one)
            undone.clear()
    return done, undone
