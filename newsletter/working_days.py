"""Dutch working days, public holidays and the clock of Amsterdam. Pure."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final

from feeds.values import AMSTERDAM

DAY: Final = timedelta(days=1)
SATURDAY: Final = 5
LIBERATION_EVERY: Final = 5  # years: only then is Bevrijdingsdag a day off for most people
LONGEST_CLOSED: Final = 366  # days; a team that is never there has its deadlines on plain days

IsOff = Callable[[date], bool]


def in_amsterdam(day: date, at: time) -> datetime:
    """Return that local time in UTC.

    On the night that the clock goes forward, a minute that is not there becomes the first that is;
    on the night that it goes back, of two the first.
    """
    local = datetime.combine(day, at, AMSTERDAM)
    moment = local.astimezone(UTC)
    missing = moment.astimezone(AMSTERDAM).replace(tzinfo=None) != local.replace(tzinfo=None)
    if not missing:
        return moment
    # The clock jumped over this hour; its first valid minute is the end of the jump.
    return datetime.combine(day, time(3), AMSTERDAM).astimezone(UTC)


def easter(year: int) -> date:
    """Return Easter Sunday of the Gregorian calendar (Meeus, Jones and Butcher)."""
    golden = year % 19
    century, rest = divmod(year, 100)
    leap, skipped = divmod(century, 4)
    moon = (19 * golden + century - leap - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * skipped + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (golden + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


@lru_cache(maxsize=64)
def public_holidays(year: int) -> Mapping[date, str]:
    """Return the public holidays of the Netherlands, by day, with what people call them."""
    sunday = easter(year)
    kings = date(year, 4, 27)
    days = {
        date(year, 1, 1): "Nieuwjaarsdag",
        sunday: "Eerste paasdag",
        sunday + DAY: "Tweede paasdag",
        kings if kings.weekday() != 6 else kings - DAY: "Koningsdag",
        sunday + 39 * DAY: "Hemelvaartsdag",
        sunday + 49 * DAY: "Eerste pinksterdag",
        sunday + 50 * DAY: "Tweede pinksterdag",
        date(year, 12, 25): "Eerste kerstdag",
        date(year, 12, 26): "Tweede kerstdag",
    }
    if year % LIBERATION_EVERY == 0:
        days.setdefault(date(year, 5, 5), "Bevrijdingsdag")
    return days


def holiday_on(day: date) -> str:
    """Return the name of the public holiday on this day, or ""."""
    return public_holidays(day.year).get(day, "")


def is_working_day(day: date) -> bool:
    """Say whether offices are open: from Monday to Friday, and no public holiday."""
    return day.weekday() < SATURDAY and not holiday_on(day)


def never_off(_day: date) -> bool:
    """Say that a team has no days off of its own."""
    return False


def working_day_before(day: date, count: int = 1, *, is_off: IsOff = never_off) -> date:
    """Return the working day that is so many before; for 0 the day itself, whatever day it is.

    is_off: days on which the team does not work either. They stop to count when there are so many
            that no other day is within a year.
    """
    found = day
    for _ in range(count):
        found = _one_before(found, is_off) or _one_before(found, never_off) or found - DAY
    return found


def _one_before(day: date, is_off: IsOff) -> date | None:
    for back in range(1, LONGEST_CLOSED + 1):
        found = day - back * DAY
        if is_working_day(found) and not is_off(found):
            return found
    return None
