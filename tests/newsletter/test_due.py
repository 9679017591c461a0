"""What an edition waits for, in each of its states, before and after each deadline."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from newsletter.due import Deadline, Due, is_done, next_due
from newsletter.rhythm import Rhythm, deadlines
from newsletter.values import EditionStatus

S, D = EditionStatus, Deadline
AT = datetime(2027, 4, 22, 8, tzinfo=UTC)  # a Thursday, 10.00 in Amsterdam
BEFORE = deadlines(Rhythm(3, time(10), date(2027, 4, 22)), AT)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("state", "now", "due"),
    [
        (S.DRAFT, BEFORE.closes - SECOND, Due(D.CLOSES, BEFORE.closes, is_late=False)),
        (S.DRAFT, BEFORE.closes, Due(D.SUBMIT, BEFORE.submit, is_late=False)),
        (S.DRAFT, BEFORE.submit, Due(D.SUBMIT, BEFORE.submit, is_late=True)),
        (S.IN_REVIEW, BEFORE.closes, Due(D.APPROVE, BEFORE.approve, is_late=False)),
        (S.IN_REVIEW, AT, Due(D.APPROVE, BEFORE.approve, is_late=True)),
        (S.APPROVED, BEFORE.approve, Due(D.SEND, AT, is_late=False)),
        (S.SCHEDULED, AT, Due(D.SEND, AT, is_late=True)),
        (S.SENDING, AT, None),
        (S.SENT, AT, None),
        (S.CANCELLED, AT, None),
    ],
)
def test_the_next_step_of_an_edition(state: EditionStatus, now: datetime, due: Due | None) -> None:
    assert next_due(state, BEFORE, AT, now) == due


def test_without_deadlines_only_its_own_moment_counts() -> None:
    assert next_due(S.DRAFT, None, AT, AT - SECOND) == Due(D.SEND, AT, is_late=False)
    assert next_due(S.DRAFT, None, None, AT) is None


def test_a_step_is_done_once_the_edition_is_past_it() -> None:
    done = {state: [what.value for what in D if is_done(what, state)] for state in S}

    assert done == {
        S.DRAFT: [],
        S.IN_REVIEW: ["closes", "submit"],
        S.APPROVED: ["closes", "submit", "approve"],
        S.SCHEDULED: ["closes", "submit", "approve"],
        S.SENDING: ["closes", "submit", "approve", "send"],
        S.PAUSED: ["closes", "submit", "approve", "send"],
        S.SENT: ["closes", "submit", "approve", "send"],
        S.CANCELLED: [],
        S.DISCARDED: [],
    }
