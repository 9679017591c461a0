"""What colleagues hear of an edition by mail at once: which moves, who of them, and when. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from newsletter.values import EditionEvent, EditionKind

FRESH: Final = timedelta(days=1)  # of what happened longer ago nobody needs to hear by mail
PAUSE: Final = timedelta(minutes=3)  # so long nobody said more: it is a whole
AT_MOST: Final = timedelta(minutes=15)  # one mail about comments in it; and none waits longer


class Sort(StrEnum):
    """What kind of news it is."""

    SUBMITTED = "submitted"
    RETURNED = "returned"
    LAPSED = "lapsed"  # an approval or a plan, or a submission that was taken back
    SAID = "said"


# By the name in the history of an edition. What `approve/watch.py` takes back, it tells itself.
SORTS: Final[Mapping[str, Sort]] = {
    "submitted": Sort.SUBMITTED,
    "returned": Sort.RETURNED,
    "withdrawn": Sort.LAPSED,
    "unscheduled": Sort.LAPSED,
    "organisation_changed": Sort.LAPSED,
    "seal_broken": Sort.LAPSED,
    "checks_failed": Sort.LAPSED,
    "too_late": Sort.LAPSED,
    "overslept": Sort.LAPSED,
    "commented": Sort.SAID,
    "answered": Sort.SAID,
}
CHANGES: Final = frozenset({"edited", "undone", "redone", "restored"})


@dataclass(frozen=True, slots=True)
class Before:
    """How an edition stood before something happened: who approved it and who planned it.

    planned_at: the moment it was planned for; None without one, or for at once.
    """

    approvers: tuple[int, ...] = ()
    planner: int | None = None
    planned_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """A comment or an answer. about: the title of what it is about; "" for the whole edition."""

    by: str
    about: str
    text: str
    is_answer: bool


@dataclass(frozen=True, slots=True)
class News:
    """What one mail tells of an edition.

    by: the name of who did it; "" when nobody did. note: what they wrote with it.
    what: the name in the history. is_change: whether it was taken back by changing it.
    approved_by: whose approval is void; planned_at: the moment that it was planned for.
    """

    sort: Sort
    what: str
    edition_id: int
    kind: EditionKind
    number: int | None
    title: str
    at: datetime
    by: str = ""
    note: str = ""
    is_change: bool = False
    approved_by: tuple[str, ...] = ()
    planned_at: datetime | None = None
    said: tuple[Said, ...] = ()


def stood_before(history: Iterable[EditionEvent], event: EditionEvent) -> Before:
    """Return how an edition stood just before that; history: oldest first."""
    return stands(one for one in history if one.id < event.id)


def stands(history: Iterable[EditionEvent]) -> Before:
    """Return how an edition stands after all this, oldest first."""
    approvers: list[int] = []
    planner, planned_at = None, None
    for one in history:
        match one.what:
            case "submitted" | "returned" | "withdrawn" | "organisation_changed" | "seal_broken":
                approvers, planner, planned_at = [], None, None
            case "approved" | "agreed" if one.user_id is not None:
                approvers.append(one.user_id)
            case "scheduled":
                planner, planned_at = one.user_id, datetime.fromisoformat(one.note)
            case "send_now":
                planner, planned_at = one.user_id, None
            case "unscheduled" | "overslept":
                planner, planned_at = None, None
    return Before(tuple(dict.fromkeys(approvers)), planner, planned_at)


def is_told_already(history: Iterable[EditionEvent], event: EditionEvent) -> bool:
    """Say whether the same act took the approval back already, and is told with that."""
    return any(
        one.what == "seal_broken" and one.id < event.id and one.at == event.at for one in history
    )


def is_by_change(history: Iterable[EditionEvent], event: EditionEvent) -> bool:
    """Say whether an edition was taken back by somebody who changed it."""
    after = (one for one in history if one.id > event.id and one.at == event.at)
    return any(one.what in CHANGES and one.user_id == event.user_id for one in after)


def is_time(said: Sequence[datetime], *, last_told: datetime | None, now: datetime) -> bool:
    """Say whether somebody is told of comments, made at these moments, the first one first.

    A volley gives one mail: it is sent once it stopped, or went on for long enough.
    """
    if last_told is not None and now < last_told + AT_MOST:
        return False
    return now >= said[-1] + PAUSE or now >= said[0] + AT_MOST
