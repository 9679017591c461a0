"""The parts of a VTIMEZONE and when they change the clock (RFC 5545 §3.6.5)."""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

YEARS: Final = range(1970, 2060)  # a rule gives its changes in these; the last one goes on
ONSET_YEARS: Final = range(1500, 2200)
MOST_DATES: Final = 500  # of one part, that are listed one by one
MOST_DAYS: Final = 2  # of one year, by a rule; all that is known has one
DAY: Final = timedelta(days=1)

PARTS: Final = frozenset({"STANDARD", "DAYLIGHT"})
OFFSET: Final = re.compile(r"\s*([+-])(\d\d):?(\d\d)(?::?(\d\d))?\s*")
ONSET: Final = re.compile(r"\s*(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)Z?)?\s*")
PLACE: Final = re.compile(r"([+-]?\d{1,3})?(MO|TU|WE|TH|FR|SA|SU)")
WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

PlaceOf = Callable[[date], tuple[int, int]]
"""From a day to its place in a month or a year: from the begin (1), and from the end (-1)."""


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """A change of the clock. at: in UTC, without a zone. before, after: ahead of UTC."""

    at: datetime
    before: timedelta
    after: timedelta


@dataclass(frozen=True, slots=True)
class Part:
    """A STANDARD or DAYLIGHT. onsets: the first one, and those that are listed; clock time.

    rule: the parts of a yearly rule for more of them, or empty.
    """

    before: timedelta
    after: timedelta
    onsets: tuple[datetime, ...]
    rule: Mapping[str, str]

    @property
    def changes(self) -> Iterator[Change]:
        """All changes that it makes, in no order."""
        for onset in (*self.onsets, *self._repeated()):
            yield Change(onset - self.before, self.before, self.after)

    def _repeated(self) -> Iterator[datetime]:
        start = self.onsets[0]
        step = _number(self.rule.get("INTERVAL", ""), otherwise=1)
        years = _number(self.rule.get("COUNT", ""), otherwise=9999) * step
        until = _until(self.rule.get("UNTIL", ""), self.before)
        for year in YEARS if self.rule else ():
            if 0 <= year - start.year < years and (year - start.year) % step == 0:
                for day in _days(self.rule, start.date(), year)[:MOST_DAYS]:
                    onset = datetime.combine(day, start.time())
                    if start < onset and (until is None or onset <= until):
                        yield onset


def parts_of(definition: Sequence[str]) -> list[Part]:
    """Return the parts that say what is needed: both offsets, and when it begins.

    definition: the lines of a VTIMEZONE.
    """
    parts: list[Part] = []
    lines: list[str] = []
    for line in definition:
        verb, _, value = line.strip().upper().partition(":")
        if verb == "BEGIN":
            lines = []
        elif verb == "END" and value in PARTS:
            parts += _part(lines)
        else:
            lines.append(line.upper())
    return parts


def _part(lines: Sequence[str]) -> Iterator[Part]:
    said: dict[str, list[str]] = {}
    for line in lines:
        name, _, value = line.partition(":")
        said.setdefault(name.partition(";")[0].strip(), []).append(value.strip())
    before, after = (_offset(said.get(name, [""])[0]) for name in ("TZOFFSETFROM", "TZOFFSETTO"))
    start = _onset(said.get("DTSTART", [""])[0])
    if before is None or after is None or start is None:
        return
    listed = ",".join(said.get("RDATE", ())).split(",")[:MOST_DATES]
    others = (onset for text in listed if (onset := _onset(text)))
    yield Part(before, after, (start, *others), _rule(said.get("RRULE", [""])[0]))


def _rule(text: str) -> Mapping[str, str]:
    named = (part.partition("=") for part in text.split(";"))
    rule = {name.strip(): value.strip() for name, _, value in named}
    return rule if rule.get("FREQ") == "YEARLY" else {}


def _days(rule: Mapping[str, str], start: date, year: int) -> list[date]:
    """Return the days of a year that a rule names (RFC 5545 §3.3.10)."""
    months, by_date = _numbers(rule, "BYMONTH"), _numbers(rule, "BYMONTHDAY")
    by_number = _numbers(rule, "BYYEARDAY")
    weekdays = PLACE.findall(rule.get("BYDAY", ""))
    if not (by_date or by_number or weekdays):
        months, by_date = months or {start.month}, {start.day}
    days = [
        day
        for day in _days_of(year, months)
        if (not weekdays or _is_named(day, weekdays, _in_month if months else _in_year))
        and (not by_date or not by_date.isdisjoint(_in_month(day)))
        and (not by_number or not by_number.isdisjoint(_in_year(day)))
    ]
    places = _numbers(rule, "BYSETPOS")
    return [day for n, day in enumerate(days) if not places or places & {n + 1, n - len(days)}]


def _days_of(year: int, months: set[int]) -> Iterator[date]:
    for month in sorted(months) or range(1, 13):
        if month in range(1, 13):
            for number in range(1, monthrange(year, month)[1] + 1):
                yield date(year, month, number)


def _in_month(day: date) -> tuple[int, int]:
    return day.day, day.day - monthrange(day.year, day.month)[1] - 1


def _in_year(day: date) -> tuple[int, int]:
    number = day.toordinal()
    return number - date(day.year - 1, 12, 31).toordinal(), number - date(
        day.year + 1, 1, 1
    ).toordinal()


def _is_named(day: date, weekdays: Sequence[tuple[str, str]], place_of: PlaceOf) -> bool:
    """Say whether a day is one of "SU", "1SU" (the first) or "-1SU" (the last)."""
    weeks = [week for week, name in weekdays if name == WEEKDAYS[day.weekday()]]
    if not weeks or "" in weeks:
        return bool(weeks)
    ahead, behind = place_of(day)
    return any(int(week) in {(ahead - 1) // 7 + 1, behind // 7} for week in weeks)


def _numbers(rule: Mapping[str, str], name: str) -> set[int]:
    return {int(text) for text in re.findall(r"-?\b\d{1,3}\b", rule.get(name, ""))}


def _number(text: str, *, otherwise: int) -> int:
    return int(text) if re.fullmatch(r"[1-9]\d{0,3}", text) else otherwise


def _until(text: str, before: timedelta) -> datetime | None:
    """Return the last onset that a rule allows, in clock time; a day alone is allowed whole."""
    onset = _onset(text)
    if onset is None:
        return None
    if "T" not in text:
        return onset + DAY
    return onset + before if text.endswith("Z") else onset


def _onset(text: str) -> datetime | None:
    found = ONSET.fullmatch(text)
    if not found or int(found[1]) not in ONSET_YEARS:
        return None
    year, month, day, hour, minute, second = (int(piece or 0) for piece in found.groups())
    try:
        return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - clock time
    except ValueError:
        return None


def _offset(text: str) -> timedelta | None:
    found = OFFSET.fullmatch(text)
    if not found:
        return None
    size = timedelta(hours=int(found[2]), minutes=int(found[3]), seconds=int(found[4] or 0))
    if size >= DAY:
        return None
    return -size if found[1] == "-" else size
