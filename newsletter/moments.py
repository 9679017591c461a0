"""A day and a time by the clock in Amsterdam become a moment, with what is odd about it. Pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from feeds.values import AMSTERDAM
from newsletter.working_days import easter, holiday_on

MORNING: Final = time(7)
EVENING: Final = time(21)
FAR: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Missing:
    """The clock jumped over this time. following: the first moment that there is after it, UTC."""

    following: datetime


@dataclass(frozen=True, slots=True)
class Twice:
    """The clock shows this time twice: the two moments, UTC."""

    first: datetime
    second: datetime


class Oddity(StrEnum):
    """What makes a moment unusual to send mail at."""

    NIGHT = "night"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"


def read_local(day: date, at: time) -> datetime | Missing | Twice:
    """Return the moment (UTC) at which the clock in Amsterdam shows this; or why there is none.

    Raises OverflowError at the ends of the calendar.
    """
    shown = datetime.combine(day, at)
    first, second = (shown.replace(tzinfo=AMSTERDAM, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first == second:
        return first
    if first.astimezone(AMSTERDAM).replace(tzinfo=None) == shown:
        return Twice(first, second)
    # The clocks of the European Union change at 1.00 UTC (directive 2000/84/EC).
    return Missing(first.replace(minute=0, second=0, microsecond=0))


def find_oddities(at: datetime) -> tuple[Oddity, ...]:
    """Return what is unusual about sending at that moment."""
    here = at.astimezone(AMSTERDAM)
    found = {
        Oddity.NIGHT: not MORNING <= here.time() < EVENING,
        Oddity.WEEKEND: here.weekday() >= 5,
        Oddity.HOLIDAY: bool(holiday_name(here.date())),
    }
    return tuple(one for one, is_so in found.items() if is_so)


def is_far(at: datetime, now: datetime) -> bool:
    """Say whether a moment is so far away that its year or month may be a mistake."""
    return at - now > FAR


def has_other_clock(at: datetime, now: datetime) -> bool:
    """Say whether the clock will have changed by then, from summer time to winter time or back."""
    return at.astimezone(AMSTERDAM).utcoffset() != now.astimezone(AMSTERDAM).utcoffset()


def is_summer_time(at: datetime) -> bool:
    """Say whether summer time holds at that moment."""
    return bool(at.astimezone(AMSTERDAM).dst())


def holiday_name(day: date) -> str:
    """Return why offices are closed on a day in the Netherlands; "" when they are not.

    Many are on Good Friday, which is no public holiday.
    """
    is_good_friday = day == easter(day.year) - timedelta(days=2)
    return "Goede Vrijdag" if is_good_friday else holiday_on(day)
