"""What a recurrence rule says, found by looking at each day (RFC 5545 §3.3.10): slow and plain."""

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import groupby

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
DAY = timedelta(days=1)


def counted(rule: str, start: datetime, last: date) -> list[datetime]:
    """Return the starts of a daily, weekly, monthly or yearly rule, in clock time.

    UNTIL is read as clock time. A start that the rule does not name is not among them.
    """
    parts = dict(part.split("=") for part in rule.split(";"))
    days = list(_days(parts, start.date(), last))
    found = [datetime.combine(day, start.time()) for day in days if start.date() <= day <= last]
    if until := parts.get("UNTIL"):
        found = [one for one in found if one <= datetime.strptime(until, "%Y%m%dT%H%M%S")]  # noqa: DTZ007
    return found[: int(parts.get("COUNT", len(found)))]


def _days(parts: Mapping[str, str], start: date, last: date) -> Iterator[date]:
    places = _numbers(parts.get("BYSETPOS", ""))
    for number, days in groupby(_all_days(start, last), lambda day: _period(parts, start, day)):
        if number % int(parts.get("INTERVAL", 1)) == 0:
            named = [day for day in days if _is_named(parts, start, day)]
            for n, day in enumerate(named):
                if not places or n + 1 in places or n - len(named) in places:
                    yield day


def _all_days(start: date, last: date) -> Iterator[date]:
    """Yield the days of whole years, so that places in them can be counted."""
    day = start.replace(month=1, day=1)
    while day.year <= last.year:
        yield day
        day += DAY


def _period(parts: Mapping[str, str], start: date, day: date) -> int:
    match parts["FREQ"]:
        case "DAILY":
            return (day - start).days
        case "WEEKLY":
            first = WEEKDAYS.index(parts.get("WKST", "MO"))
            begin = start - (start.weekday() - first) % 7 * DAY
            return (day - begin).days // 7
        case "MONTHLY":
            return (day.year - start.year) * 12 + day.month - start.month
        case _:
            return day.year - start.year


def _is_named(parts: Mapping[str, str], start: date, day: date) -> bool:
    by_month, by_date = _numbers(parts.get("BYMONTH", "")), _numbers(parts.get("BYMONTHDAY", ""))
    by_day = re.findall(r"(-?\d*)([A-Z]{2})", parts.get("BYDAY", ""))
    if not by_date and not by_day:
        if parts["FREQ"] == "WEEKLY":
            by_day = [("", WEEKDAYS[start.weekday()])]
        if parts["FREQ"] in {"MONTHLY", "YEARLY"}:
            by_date = {start.day}
        if parts["FREQ"] == "YEARLY" and not by_month:
            by_month = {start.month}
    length = monthrange(day.year, day.month)[1]
    is_in_year = parts["FREQ"] == "YEARLY" and not by_month
    return (
        (not by_month or day.month in by_month)
        and (not by_date or bool({day.day, day.day - length - 1} & by_date))
        and (not by_day or any(_is_day(day, one, in_year=is_in_year) for one in by_day))
    )


def _is_day(day: date, wanted: tuple[str, str], *, in_year: bool) -> bool:
    """Say whether a day is the "2" "MO", the "-1" "FR" or a "" "SU" of its month or year."""
    place, name = wanted
    if name != WEEKDAYS[day.weekday()] or not place:
        return name == WEEKDAYS[day.weekday()]
    step = -7 * DAY if int(place) > 0 else 7 * DAY
    nearer, farther = day + (abs(int(place)) - 1) * step, day + abs(int(place)) * step
    span = slice(0, 4 if in_year else 7)  # "2027" or "2027-04"
    same = [one.isoformat()[span] == day.isoformat()[span] for one in (nearer, farther)]
    return same == [True, False]


def _numbers(text: str) -> set[int]:
    return {int(number) for number in re.findall(r"-?\d+", text)}
