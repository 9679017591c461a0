"""When editions go out, by the rhythm that a team sets, and which deadlines come before. Pure.

A slot is one turn of the rhythm. It is known by the day that the plain rule gives, whatever a
period, a public holiday or the team makes of it: so a slot that moved is still that slot.
"""

from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Final, Self

from feeds.values import AMSTERDAM
from newsletter.working_days import (
    DAY,
    holiday_on,
    in_amsterdam,
    is_working_day,
    working_day_before,
)

MOST_WEEKS: Final = 8
MOST_DAYS: Final = 20  # working days before an edition goes out
NTHS: Final = (1, 2, 3, 4, -1)  # of the month; -1 is the last
WEEK: Final = timedelta(weeks=1)
FURTHEST: Final = timedelta(days=90)  # from the day of the plain rule, by a period or the team
AHEAD: Final = (timedelta(days=90), timedelta(days=3 * 366))  # how far the next are looked for


class Instead(StrEnum):
    """What happens to a slot within a period that is left out."""

    SKIP = "skip"
    NEXT_WEEK = "next_week"


class Why(StrEnum):
    """Why a slot is when it is, or is not there."""

    RULE = "rule"
    HOLIDAY = "holiday"  # moved to the working day before
    PERIOD = "period"  # moved to the next working week
    TEAM = "team"  # moved, or skipped, by hand
    LEFT_OUT = "left_out"  # skipped because of a period


@dataclass(frozen=True, slots=True)
class Lead:
    """So many working days before an edition goes out, at a time in Amsterdam."""

    days: int
    at: time


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Days that are left out, both ends included."""

    first: date
    last: date
    name: str

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What a team sets. weekday: 0 is Monday.

    weeks: how many from one to the next, counted from starts_on; without meaning with `nth`.
    nth:   the which of the month it is: 1 to 4, -1 for the last; 0 for every so many weeks.
    opens: when the draft is made; closes, submit, approve: the deadlines.
    """

    weekday: int
    at: time
    starts_on: date
    weeks: int = 2
    nth: int = 0
    opens: Lead = Lead(5, time(6))
    closes: Lead = Lead(3, time(12))
    submit: Lead = Lead(2, time(17))
    approve: Lead = Lead(1, time(17))
    periods: tuple[Period, ...] = ()
    instead: Instead = Instead.SKIP

    def period_on(self, day: date) -> str | None:
        """Return the name of the period that leaves out this day; None when none does."""
        return next((one.name for one in self.periods if day in one), None)

    def is_off(self, day: date) -> bool:
        """Say whether a period leaves out this day."""
        return self.period_on(day) is not None

    def as_json(self) -> dict[str, Any]:
        """Return what is kept of it in a row."""
        return {name: _plain(value) for name, value in asdict(self).items()}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """Return the rhythm that was kept."""
        leads = {
            name: Lead(kept[name]["days"], time.fromisoformat(kept[name]["at"]))
            for name in ("opens", "closes", "submit", "approve")
        }
        return cls(
            weekday=kept["weekday"],
            at=time.fromisoformat(kept["at"]),
            starts_on=date.fromisoformat(kept["starts_on"]),
            weeks=kept["weeks"],
            nth=kept["nth"],
            periods=tuple(
                Period(
                    date.fromisoformat(one["first"]), date.fromisoformat(one["last"]), one["name"]
                )
                for one in kept["periods"]
            ),
            instead=Instead(kept["instead"]),
            **leads,
        )


@dataclass(frozen=True, slots=True)
class Deadlines:
    """The moments before an edition goes out, in UTC and in this order; none is after it."""

    opens: datetime
    closes: datetime
    submit: datetime
    approve: datetime


@dataclass(frozen=True, slots=True)
class Choice:
    """What a team made of one slot. moved_to: None for: not this time."""

    moved_to: datetime | None


@dataclass(frozen=True, slots=True)
class Slot:
    """One turn. on: the day of the plain rule; at: None when it is left out.

    name: of the period or the holiday, where that is why.
    """

    on: date
    at: datetime | None
    why: Why = Why.RULE
    name: str = ""

    @property
    def key(self) -> str:
        """What an edition of this slot carries as its period."""
        return slot_key(self.on)

    @property
    def day(self) -> date:
        """The day in Amsterdam that it goes out, or would have."""
        return self.on if self.at is None else self.at.astimezone(AMSTERDAM).date()


Choices = Mapping[date, Choice]
NO_CHOICES: Final[Choices] = {}


def slot_key(on: date) -> str:
    """Return the period of the edition of that slot, such as "slot-2026-12-10"."""
    return f"slot-{on.isoformat()}"


def deadlines(rhythm: Rhythm, at: datetime) -> Deadlines:
    """Return what comes before an edition that goes out at this moment.

    Each stands on a day that the team works, unless it is so close that it is the day itself.
    """
    day = at.astimezone(AMSTERDAM).date()

    def before(lead: Lead) -> datetime:
        found = working_day_before(day, lead.days, is_off=rhythm.is_off)
        return min(in_amsterdam(found, lead.at), at)

    return Deadlines(*map(before, (rhythm.opens, rhythm.closes, rhythm.submit, rhythm.approve)))


def slots_between(
    rhythm: Rhythm, first: date, last: date, choices: Choices = NO_CHOICES
) -> list[Slot]:
    """Return the slots on these days, both included, in the order in which they go out.

    One that is left out stands on the day that it would have had.
    """
    days = _days(rhythm, first - FURTHEST, last + FURTHEST)
    found = (_chosen(rhythm, day, choices.get(day)) for day in days)
    return sorted((one for one in found if first <= one.day <= last), key=_order)


def next_slots(
    rhythm: Rhythm, after: datetime, *, count: int, choices: Choices = NO_CHOICES
) -> list[Slot]:
    """Return the first slots that go out after this moment; fewer when there are none."""
    today = after.astimezone(AMSTERDAM).date()
    found: list[Slot] = []
    for span in AHEAD:
        slots = slots_between(rhythm, today, max(today, rhythm.starts_on) + span, choices)
        found = [one for one in slots if one.at is not None and one.at > after]
        if len(found) >= count:
            break
    return found[:count]


def moments_before(rhythm: Rhythm, slot: Slot, choices: Choices = NO_CHOICES) -> Deadlines | None:
    """Return what comes before a slot; None when it is left out.

    Its selection opens when the edition before it has gone out at the earliest.
    """
    if slot.at is None:
        return None
    before = deadlines(rhythm, slot.at)
    near = slots_between(rhythm, slot.day - FURTHEST, slot.day, choices)
    earlier = [one.at for one in near if one.at is not None and one.at < slot.at]
    return replace(before, opens=max([before.opens, *earlier[-1:]]))


def find_slot(rhythm: Rhythm, on: date, choices: Choices = NO_CHOICES) -> Slot | None:
    """Return the slot of this day of the plain rule; None when the rule does not name it."""
    is_one = on in _days(rhythm, on, on)
    return _chosen(rhythm, on, choices.get(on)) if is_one else None


def open_slots(rhythm: Rhythm, now: datetime, choices: Choices = NO_CHOICES) -> list[Slot]:
    """Return the slots whose selection is open, and that did not go out yet, in order."""
    today = now.astimezone(AMSTERDAM).date()
    near = slots_between(rhythm, today - DAY, today + FURTHEST, choices)
    found = [(one, one.at, moments_before(rhythm, one, choices)) for one in near]
    return [one for one, at, before in found if at and before and before.opens <= now < at]


def _order(slot: Slot) -> tuple[date, bool, date]:
    return slot.day, slot.at is None, slot.on


def _chosen(rhythm: Rhythm, day: date, choice: Choice | None) -> Slot:
    if choice is None:
        return _slot(rhythm, day)
    return Slot(day, choice.moved_to, Why.TEAM)


def _slot(rhythm: Rhythm, day: date) -> Slot:
    """Return what periods and holidays make of a day of the plain rule."""
    period = rhythm.period_on(day)
    moved = day if period is None else _in_next_week(rhythm, day)
    name, why = (period or "", Why.RULE if period is None else Why.PERIOD)
    if moved is not None and holiday_on(moved):
        name, why = name or holiday_on(moved), Why.HOLIDAY if why is Why.RULE else why
        moved = _beside_holiday(rhythm, moved)
    if moved is None or (moved >= _next_from(rhythm, day) and moved != day):
        return Slot(day, None, Why.LEFT_OUT, name)
    return Slot(day, in_amsterdam(moved, rhythm.at), why, name)


def _in_next_week(rhythm: Rhythm, day: date) -> date | None:
    """Return the same weekday of the first week after the period; None when it is skipped."""
    if rhythm.instead is Instead.SKIP:
        return None
    later = (day + number * WEEK for number in range(1, FURTHEST // WEEK))
    return next((one for one in later if not rhythm.is_off(one)), None)


def _beside_holiday(rhythm: Rhythm, day: date) -> date | None:
    """Return the working day before a holiday, or after it when the team is away before it."""
    before = working_day_before(day)
    if not rhythm.is_off(before) and day - before < WEEK:
        return before
    later = (day + number * DAY for number in range(1, 7))
    return next((one for one in later if is_working_day(one) and not rhythm.is_off(one)), None)


def _next_from(rhythm: Rhythm, day: date) -> date:
    """Return the first day that is the next slot's: it may go out before a holiday of its own."""
    following = _following(rhythm, day)
    if rhythm.is_off(following) or not holiday_on(following):
        return following
    return min(following, _beside_holiday(rhythm, following) or following)


def _following(rhythm: Rhythm, day: date) -> date:
    """Return the next day of the plain rule."""
    span = WEEK * MOST_WEEKS if not rhythm.nth else timedelta(days=70)
    return next(_days(rhythm, day + DAY, day + span + DAY))


def _days(rhythm: Rhythm, first: date, last: date) -> Iterator[date]:
    """Give the days of the plain rule from first to last, never before the rhythm begins."""
    begin = max(first, rhythm.starts_on)
    return _by_month(rhythm, begin, last) if rhythm.nth else _by_weeks(rhythm, begin, last)


def _by_weeks(rhythm: Rhythm, begin: date, last: date) -> Iterator[date]:
    start = rhythm.starts_on + timedelta(days=(rhythm.weekday - rhythm.starts_on.weekday()) % 7)
    step = WEEK * rhythm.weeks
    day = start + step * max(0, -((start - begin) // step))
    while day <= last:
        if day >= begin:
            yield day
        day += step


def _by_month(rhythm: Rhythm, begin: date, last: date) -> Iterator[date]:
    year, month = begin.year, begin.month
    while date(year, month, 1) <= last:
        day = _nth_weekday(year, month, rhythm.weekday, rhythm.nth)
        if begin <= day <= last:
            yield day
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def _nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    first, days = date(year, month, 1), monthrange(year, month)[1]
    found = first + timedelta(days=(weekday - first.weekday()) % 7)
    if nth > 0:
        return found + WEEK * (nth - 1)
    while found + WEEK <= first + timedelta(days=days - 1):
        found += WEEK
    return found


def _plain(value: object) -> object:
    """Return a value of a rhythm as JSON has it."""
    match value:
        case date() | time():
            return value.isoformat()
        case dict():
            return {name: _plain(one) for name, one in value.items()}
        case tuple() | list():
            return [_plain(one) for one in value]
        case _:
            return value
