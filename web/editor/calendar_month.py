"""A month as the editors' calendar shows it: weeks of days with what stands on them. Pure."""

from calendar import Calendar
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from newsletter.rhythm import Rhythm
from newsletter.working_days import holiday_on

FIRST_YEAR: Final = 2015
LAST_YEAR: Final = 2099
SATURDAY: Final = 5


class Sort(StrEnum):
    """The sorts of things on a calendar, as they stand in addresses."""

    EDITIONS = "edities"
    ANNOUNCEMENTS = "aankondigingen"
    DEADLINES = "termijnen"
    EVENTS = "bijeenkomsten"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing on a day. look: how it looks, see the template; at: its order on the day."""

    sort: Sort
    look: str
    on: date
    at: str
    label: str
    small: str
    path: str


@dataclass(frozen=True, slots=True)
class Day:
    """One cell. holiday: the name of a public holiday, period: of a period that is left out.

    is_named: whether the period is named here: on its first day, on Mondays and beside a holiday.
    """

    on: date
    entries: tuple[Entry, ...]
    holiday: str
    period: str
    is_named: bool
    is_today: bool
    is_past: bool
    is_other: bool

    @property
    def is_rest(self) -> bool:
        """Whether nobody works."""
        return self.on.weekday() >= SATURDAY or bool(self.holiday or self.period)

    @property
    def is_blank(self) -> bool:
        """Whether a list of the days that have something leaves it out."""
        return not (self.entries or self.is_today or (self.holiday and not self.is_other))


@dataclass(frozen=True, slots=True)
class Month:
    """A month with the weeks that it touches. number of a week: ISO 8601."""

    first: date
    weeks: tuple[tuple[int, tuple[Day, ...]], ...]

    @property
    def is_blank(self) -> bool:
        """Whether nothing stands on it."""
        return not any(day.entries for _, days in self.weeks for day in days)

    @property
    def before(self) -> date | None:
        """The month before; None where the calendar ends."""
        found = (self.first - timedelta(days=1)).replace(day=1)
        return found if found.year >= FIRST_YEAR else None

    @property
    def after(self) -> date | None:
        """The month after; None where the calendar ends."""
        found = (self.first + timedelta(days=31)).replace(day=1)
        return found if found.year <= LAST_YEAR else None


def read_month(text: str, *, today: date) -> date:
    """Return the first day of a month such as "2026-12"; of this month for anything else."""
    try:
        found = date.fromisoformat(f"{text}-01") if len(text) == 7 else today.replace(day=1)
    except ValueError:
        return today.replace(day=1)
    return found if FIRST_YEAR <= found.year <= LAST_YEAR else today.replace(day=1)


def month_key(first: date) -> str:
    """Return "2026-12", for an address."""
    return f"{first:%Y-%m}"


def days_of(first: date) -> list[list[date]]:
    """Return the weeks that a month touches, from Monday to Sunday."""
    return Calendar().monthdatescalendar(first.year, first.month)


def make_month(
    first: date, entries: Iterable[Entry], *, today: date, rhythm: Rhythm | None
) -> Month:
    """Return the month with these entries, on each day in the order of the clock."""
    by_day: dict[date, list[Entry]] = {}
    for one in sorted(entries, key=lambda one: (one.at, one.label)):
        by_day.setdefault(one.on, []).append(one)

    begins = {one.first for one in rhythm.periods} if rhythm else set()

    def day(on: date) -> Day:
        return Day(
            on=on,
            entries=tuple(by_day.get(on, ())),
            holiday=holiday_on(on),
            period=(rhythm.period_on(on) if rhythm else None) or "",
            is_named=on.weekday() == 0 or on in begins or bool(holiday_on(on)),
            is_today=on == today,
            is_past=on < today,
            is_other=on.month != first.month,
        )

    weeks = tuple((week[0].isocalendar()[1], tuple(map(day, week))) for week in days_of(first))
    return Month(first, weeks)


def wanted_sorts(given: Sequence[str]) -> frozenset[Sort]:
    """Return the sorts that an address asks for; all of them when it names none."""
    found = frozenset(one for one in Sort if one.value in given)
    return found or frozenset(Sort)


SORT_WORDS: Final[Mapping[Sort, str]] = {
    Sort.EDITIONS: "edities",
    Sort.ANNOUNCEMENTS: "aankondigingen",
    Sort.DEADLINES: "termijnen",
    Sort.EVENTS: "bijeenkomsten",
}
