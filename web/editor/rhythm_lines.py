"""Lines such as "Kerstvakantie 19-12-2026 t/m 3-1-2027" become periods, or problems. Pure."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from newsletter.dutch import MONTHS, MONTHS_SHORT, WEEKDAYS, number
from newsletter.rhythm import Period

MOST_LINES: Final = 100
LONGEST_DAYS: Final = 120
LONGEST_NAME: Final = 80
LONGEST_LINE: Final = 200
_MONTH: Final = "|".join((*MONTHS, *MONTHS_SHORT, "maart"))
_WEEKDAY: Final = rf"(?:{'|'.join(WEEKDAYS)}|ma|di|wo|do|vr|za|zo)\.?"
_DAY: Final = (
    rf"(\d{{1,2}})(?:\s*[-/.]\s*(\d{{1,2}})|\s+({_MONTH})\.?)(?:\s*[-/.]?\s*(\d{{4}}))?(?!\d)"
)
_UNTIL: Final = r"(?:t\s*/\s*m|t\.e\.m\.|tm|tot\s+en\s+met|[-\N{EN DASH}\N{EM DASH}])"
_LINE: Final = re.compile(
    rf"^(?P<name>.*?)[\s:;,(]*(?<!\d){_DAY}(?:\s*{_UNTIL}\s*(?:{_WEEKDAY}\s+)?{_DAY})?[\s).;,]*$",
    re.IGNORECASE,
)
# Of a span only: "Goede Vrijdag 26-3-2027" is a name.
_BEFORE_SPAN: Final = re.compile(rf"[\s:;,(]+{_WEEKDAY}$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Read:
    """What was read: the periods by date, and a sentence for each line that is none."""

    periods: tuple[Period, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Problem:
    sentence: str


def read_periods(text: str) -> Read:
    """Return the periods in a text of one a line; empty lines do not count."""
    lines = [(place, " ".join(line.split())) for place, line in enumerate(text.split("\n"), 1)]
    filled = [(place, line) for place, line in lines if line]
    if len(filled) > MOST_LINES:
        told = f"Dit zijn {number(len(filled))} regels. Hoogstens {MOST_LINES} passen."
        return Read((), (told,))
    read = [(place, _read_line(line)) for place, line in filled]
    return Read(
        periods=tuple(sorted({one for _, one in read if isinstance(one, Period)})),
        problems=tuple(
            f"Regel {place}: {one.sentence}" for place, one in read if isinstance(one, _Problem)
        ),
    )


def write_periods(periods: tuple[Period, ...]) -> str:
    """Return the periods as lines that `read_periods` reads."""
    return "\n".join(map(_write, periods))


def _write(period: Period) -> str:
    first, last = (f"{day.day}-{day.month}-{day.year}" for day in (period.first, period.last))
    dates = first if period.first == period.last else f"{first} t/m {last}"
    return f"{period.name} {dates}"


def _read_line(line: str) -> Period | _Problem:
    found = _LINE.match(line) if len(line) <= LONGEST_LINE else None
    if found is None:
        return _Problem("hier staat geen datum. Schrijf bijvoorbeeld 19-12-2026 t/m 3-1-2027.")
    parts = found.groups()
    first, last = parts[1:5], parts[5:9]
    is_span = last[0] is not None
    name = (_BEFORE_SPAN.sub("", parts[0]) if is_span else parts[0]).strip(" :;,(-")
    year = (last if is_span else first)[3]
    if year is None:
        return _Problem("het jaar ontbreekt. Schrijf het jaar erbij, zoals 3-1-2027.")
    ends = _date(last if is_span else first, int(year))
    begins = _begin(first, ends) if is_span and ends else ends
    if begins is None or ends is None:
        return _Problem("deze datum bestaat niet. Kijk de dag en de maand na.")
    return _period(name, begins, ends)


def _period(name: str, first: date, last: date) -> Period | _Problem:
    if not name:
        return _Problem("de naam ontbreekt. Zet die voor de datum, zoals Kerstvakantie.")
    if len(name) > LONGEST_NAME:
        return _Problem(f"de naam is te lang. Hoogstens {LONGEST_NAME} tekens passen.")
    if last < first:
        return _Problem("de laatste dag ligt voor de eerste. Draai ze om.")
    if (last - first).days >= LONGEST_DAYS:
        return _Problem(f"dit is langer dan {LONGEST_DAYS} dagen. Kijk de jaren na.")
    return Period(first, last, name)


def _begin(parts: tuple[str | None, ...], ends: date) -> date | None:
    """Return the first day; without a year it is the last such day up to the end."""
    if parts[3] is not None:
        return _date(parts, int(parts[3]))
    found = _date(parts, ends.year)
    return _date(parts, ends.year - 1) if found is not None and found > ends else found


def _date(parts: tuple[str | None, ...], year: int) -> date | None:
    day, month, word, _ = parts
    try:
        return date(year, int(month) if month else _month(word or ""), int(day or 0))
    except ValueError:
        return None


def _month(word: str) -> int:
    names = MONTHS_SHORT if word.lower() in MONTHS_SHORT else MONTHS
    return names.index(word.lower()) + 1
