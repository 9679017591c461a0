"""Recurrence in Amsterdam's time, beside what counting the days one by one gives."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.sources.agenda import parse_agenda
from feeds.sources.occurrences import AHEAD, BEHIND, MOST
from feeds.values import AMSTERDAM
from tests.feeds.counting import counted
from tests.feeds.documents import calendar, vevent

NOW = datetime(2027, 3, 1, 8, 0, tzinfo=UTC)
FIRST, LAST = NOW - BEHIND + timedelta(days=1), NOW + AHEAD - timedelta(days=1)
DAYS = st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"])
PLACES = st.sampled_from(["1", "2", "3", "4", "-1", ""])
MONTHS = st.integers(1, 12)
MONTH_DAYS = st.sampled_from(["1", "15", "29", "31", "-1", "1,15", "25,26,27,28,29,30,31"])
SETS = ["MO,TU,WE,TH,FR", "SA,SU", "TH"]
SET_PLACES = st.sampled_from(["1", "-1", "2", "1,-1", "5"])


@st.composite
def starts(draw: st.DrawFn) -> datetime:
    """A start on a whole quarter; half of them about a change of the clock."""
    day = draw(
        st.sampled_from([datetime(2027, 3, 27), datetime(2026, 10, 24), datetime(2027, 10, 30)])  # noqa: DTZ001
        | st.datetimes(datetime(2025, 6, 1), datetime(2028, 1, 1))  # noqa: DTZ001
        | st.datetimes(datetime(1995, 1, 1), datetime(2025, 1, 1))  # noqa: DTZ001
    )
    return day.replace(
        hour=draw(st.sampled_from([0, 1, 2, 3, 9, 23]) | st.integers(0, 23)),
        minute=draw(st.sampled_from([0, 15, 30, 45])),
        second=0,
        microsecond=0,
        fold=0,
    )


@st.composite
def rules(draw: st.DrawFn) -> str:
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    parts = [f"FREQ={frequency}", f"INTERVAL={draw(st.integers(1, 4) | st.integers(1, 500))}"]
    if frequency in {"MONTHLY", "YEARLY"} and draw(st.booleans()):
        parts.append(f"BYDAY={draw(PLACES)}{draw(DAYS)}")
    elif frequency == "MONTHLY" and draw(st.booleans()):
        parts.append(f"BYMONTHDAY={draw(MONTH_DAYS)}")
    elif frequency in {"MONTHLY", "YEARLY"} and draw(st.booleans()):
        parts += [f"BYDAY={draw(st.sampled_from(SETS))}", f"BYSETPOS={draw(SET_PLACES)}"]
    elif frequency in {"DAILY", "WEEKLY"} and draw(st.booleans()):
        parts.append("BYDAY=" + ",".join(draw(st.lists(DAYS, min_size=1, max_size=4, unique=True))))
    if frequency != "WEEKLY" and draw(st.booleans()):
        months = draw(st.lists(MONTHS, min_size=1, max_size=3, unique=True))
        parts.append("BYMONTH=" + ",".join(map(str, months)))
    if draw(st.booleans()):
        parts.append(f"WKST={draw(st.sampled_from(['MO', 'SU']))}")
    return ";".join(parts)


@st.composite
def ends(draw: st.DrawFn, start: datetime) -> tuple[str, str]:
    """How a rule ends: as the calendar writes it, and in local time."""
    kind = draw(st.sampled_from(["never", "count", "until", "day"]))
    if kind == "count":
        return (f";COUNT={draw(st.integers(1, 30) | st.integers(1, 3000))}",) * 2
    if kind == "day":
        last = start + timedelta(days=draw(st.integers(0, 800)))
        return f";UNTIL={last:%Y%m%d}", f";UNTIL={last:%Y%m%d}T235959"
    if kind == "until":
        until = start + timedelta(days=draw(st.integers(0, 800)), hours=12)
        utc = until.replace(tzinfo=AMSTERDAM).astimezone(UTC)
        return f";UNTIL={utc:%Y%m%dT%H%M%SZ}", f";UNTIL={until:%Y%m%dT%H%M%S}"
    return "", ""


def as_utc(local: datetime) -> datetime:
    return local.replace(tzinfo=AMSTERDAM).astimezone(UTC)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_rule_gives_what_its_words_say_in_local_time(data: st.DataObject) -> None:
    start, rule = data.draw(starts()), data.draw(rules())
    written, read = data.draw(ends(start))
    event = vevent("a", f"DTSTART;TZID=Europe/Amsterdam:{start:%Y%m%dT%H%M%S}",
                   f"RRULE:{rule}{written}")  # fmt: skip

    parsed = parse_agenda(calendar(event), now=NOW, base_url="https://a.example/")

    expected = {as_utc(start)}  # it counts also where the rule does not name it (RFC 5545 §3.8.5.3)
    expected |= {as_utc(one) for one in counted(f"{rule}{read}", start, LAST.date())}
    found = [item.times.starts_at for item in parsed.items if item.times]
    last = found[-1] if len(found) >= MOST else LAST  # of more than 400 the first are kept
    assert [one for one in found if FIRST < one < LAST] == sorted(
        one for one in expected if FIRST < one < LAST and one <= last
    )
    assert len({item.guid for item in parsed.items}) == len(parsed.items)


@settings(max_examples=60, deadline=None)
@given(
    st.datetimes(datetime(2027, 1, 1), datetime(2028, 1, 1)),  # noqa: DTZ001
    st.lists(st.integers(0, 9), max_size=5, unique=True),
    st.sampled_from(["zoned", "utc", "day", "elsewhere"]),
)
def test_exceptions_take_away_exactly_what_they_name(
    start: datetime, dropped: list[int], written: str
) -> None:
    start = start.replace(microsecond=0)
    local = [start + timedelta(days=number) for number in range(10)]
    lines = [_exception(local[number], written) for number in dropped]
    event = vevent("a", f"DTSTART;TZID=Europe/Amsterdam:{start:%Y%m%dT%H%M%S}",
                   "RRULE:FREQ=DAILY;COUNT=10", *lines)  # fmt: skip

    items = parse_agenda(calendar(event), now=as_utc(start), base_url="https://a.example/").items

    assert [item.times.starts_at for item in items if item.times] == [
        as_utc(one) for number, one in enumerate(local) if number not in dropped
    ]


def _exception(local: datetime, written: str) -> str:
    moment = local.replace(tzinfo=AMSTERDAM)
    match written:
        case "zoned":
            return f"EXDATE;TZID=Europe/Amsterdam:{local:%Y%m%dT%H%M%S}"
        case "day":
            return f"EXDATE;VALUE=DATE:{local:%Y%m%d}"
        case "elsewhere":
            tokyo = moment.astimezone(UTC) + timedelta(hours=9)
            return f"EXDATE;TZID=Asia/Tokyo:{tokyo:%Y%m%dT%H%M%S}"
        case _:
            return f"EXDATE:{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"
