"""What an edition waits for, until when, and whether that is late. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from newsletter.rhythm import Deadlines
from newsletter.values import EditionStatus

S = EditionStatus


class Deadline(StrEnum):
    """The steps that have a last moment; the names of `rhythm.Deadlines`, and when it goes out."""

    CLOSES = "closes"
    SUBMIT = "submit"
    APPROVE = "approve"
    SEND = "send"


WAITS_FOR: Final = {
    S.DRAFT: Deadline.SUBMIT,
    S.IN_REVIEW: Deadline.APPROVE,
    S.APPROVED: Deadline.SEND,
    S.SCHEDULED: Deadline.SEND,
}
ORDER: Final = tuple(Deadline)


@dataclass(frozen=True, slots=True)
class Due:
    """The next step of an edition. is_late: its moment has passed and it was not done."""

    what: Deadline
    at: datetime
    is_late: bool


def next_due(
    state: EditionStatus, before: Deadlines | None, planned_at: datetime | None, now: datetime
) -> Due | None:
    """Return what comes next; None for what is sent, cancelled, or has no moment.

    before: None for an edition without deadlines: then only its own moment counts.
    A selection that has closed is not late: what counts from then on is that it is submitted.
    """
    what = WAITS_FOR.get(state)
    if what is None or planned_at is None:
        return None
    if before is None or what is Deadline.SEND:
        return Due(Deadline.SEND, planned_at, planned_at <= now)
    if what is Deadline.SUBMIT and now < before.closes:
        return Due(Deadline.CLOSES, before.closes, is_late=False)
    at = before.submit if what is Deadline.SUBMIT else before.approve
    return Due(what, at, at <= now)


def submit_due(
    state: EditionStatus, before: Deadlines | None, planned_at: datetime | None, now: datetime
) -> Due | None:
    """Return until when a draft is written, whether or not its selection is still open."""
    if state is not S.DRAFT or before is None:
        return next_due(state, before, planned_at, now) if state is S.DRAFT else None
    return Due(Deadline.SUBMIT, before.submit, before.submit <= now)


def is_done(what: Deadline, state: EditionStatus) -> bool:
    """Say whether an edition in this state is past a step; choosing ends when it is submitted."""
    if state in {S.SENDING, S.PAUSED, S.SENT}:
        return True
    waits_for = WAITS_FOR.get(state)
    step = Deadline.SUBMIT if what is Deadline.CLOSES else what
    return waits_for is not None and ORDER.index(waits_for) > ORDER.index(step)
