"""How late a planned edition may begin, when the program did not run at its moment. Pure.

An announcement says itself until when: its `not_after`. A newsletter may be some hours late; after
that a person decides, as the news may be old and the hour a bad one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

NOTED: Final = timedelta(minutes=15)  # what begins so much later is told to have been caught up


class Begin(StrEnum):
    """What becomes of an edition that is due."""

    IN_TIME = "in_time"
    CAUGHT_UP = "caught_up"
    OVERSLEPT = "overslept"  # it waits for a person


def _never(_moment: datetime) -> datetime | None:
    return None


@dataclass(frozen=True, slots=True)
class Patience:
    """How late is too late. quiet_until: gives the end of the quiet hours that a moment is in."""

    hours: int = 6
    quiet_until: Callable[[datetime], datetime | None] = _never

    def judge(self, due_at: datetime, *, not_after: datetime | None, now: datetime) -> Begin:
        """Say what becomes of an edition that is due, and not past its last moment."""
        late = now - (self.quiet_until(due_at) or due_at)
        if late > timedelta(hours=self.hours) and not_after is None:
            return Begin.OVERSLEPT
        return Begin.CAUGHT_UP if late > NOTED else Begin.IN_TIME
