"""What working out recurrence may cost: one budget for a whole calendar.

dateutil counts each rule from its DTSTART, may it be of 1900; and a rule that never matches a day
for ever. Here a rule starts shortly before the span that is asked for, and ends with it.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from recurring_ical_events.series import Series

# A unit is a quarter of a microsecond. Looking at a day costs so many, by frequency from YEARLY
# to HOURLY; working out a start of it, and making a component of that, cost what these say.
DAY_COSTS: Final = (2, 2, 3, 6, 11)
START_COST: Final = 12
OCCURRENCE_COST: Final = 400
SERIES_COST: Final = 800
JUMP_HOURS: Final = 2_000  # for one unit
OF_ONE_UID: Final = 2_000_000  # half a second
OF_A_DOCUMENT: Final = 3_000_000

YEARLY, MONTHLY, WEEKLY, DAILY, HOURLY = range(5)  # as dateutil numbers them
HOURS: Final = (365 * 24, 28 * 24, 7 * 24, 24, 1)  # of a round, at least
DAYS: Final = (366, 31, 7, 1, 1)  # that are looked at in one, at most
MARGIN: Final = timedelta(days=2)  # more than clocks differ


class TooManyRepetitions(Exception):
    """There is no more time for this event, or for this calendar."""


class _SpanIsOver(Exception):
    """All days of the span were looked at."""


class Budget:
    """What is left to spend; what is spent of a part is spent of the whole."""

    def __init__(self, left: int, whole: "Budget | None" = None) -> None:
        self._left, self._whole = left, whole

    def part(self, most: int) -> "Budget":
        """Return a budget for one event. Raises TooManyRepetitions when nothing is left."""
        self.spend(0)
        return Budget(most, self)

    def spend(self, cost: int) -> None:
        """Take off a cost. Raises TooManyRepetitions when there was not so much left."""
        self._left -= cost
        if self._whole is not None:
            self._whole.spend(cost)
        if self._left < 0:
            raise TooManyRepetitions


class BoundedSeries(Series):  # type: ignore[misc]  # published without types
    """The occurrences of one UID, as far as the budget goes."""

    def __init__(self, components: Any, *, budget: Budget) -> None:
        budget.spend(SERIES_COST)
        super().__init__(components)
        self._budget = budget
        if self.recurrence.has_core:
            singles, *rules = self.recurrence.rrules  # the first one holds the single dates
            self.recurrence.rrules = [singles, *(_BoundedRule(rule, budget) for rule in rules)]

    def between(self, span_start: Any, span_stop: Any) -> Any:
        """Yield the occurrences in a span. Raises TooManyRepetitions."""
        for occurrence in super().between(span_start, span_stop):
            self._budget.spend(OCCURRENCE_COST)
            yield occurrence


class _BoundedRule:
    """A rule of dateutil, as the series asks it. until: its end, or None."""

    def __init__(self, rule: Any, budget: Budget) -> None:
        self.until = rule.until
        self._rule, self._budget = rule, budget

    def between(self, first: datetime, last: datetime, *, inc: bool) -> Iterator[datetime]:
        """Yield the starts from `first` to `last`, these two too when `inc`."""
        for start in self._starts(first, last):
            self._budget.spend(START_COST)
            if start > last or (start == last and not inc):
                return
            if start > first or (start == first and inc):
                yield start

    def _starts(self, first: datetime, last: datetime) -> Iterator[datetime]:
        # dateutil keeps what is private here to itself; tests with rules that never match guard it.
        rule = self._rule
        frequency: int = rule._freq  # noqa: SLF001
        start: datetime = rule._dtstart  # noqa: SLF001
        if rule._count is None:  # noqa: SLF001
            start = _moved(start, first, frequency, rule._interval)  # noqa: SLF001
        rounds = int((last - start + MARGIN) / timedelta(hours=HOURS[frequency])) + 2
        interval = min(rule._interval, max(rounds, 1))  # noqa: SLF001
        bounded = rule.replace(dtstart=start, interval=interval, cache=False)
        days = _Days(bounded._bymonth or ())  # noqa: SLF001
        days.left = (rounds // interval + 2) * DAYS[frequency]
        days.budget, days.cost = self._budget, _cost(bounded) + _jump_cost(frequency, interval)
        bounded._bymonth = days  # noqa: SLF001
        try:
            yield from bounded
        except _SpanIsOver:
            return


class _Days(tuple[int, ...]):
    """The months that a rule names, if any. dateutil asks that of each day that it looks at."""

    budget: Budget
    cost: int
    left: int

    def __bool__(self) -> bool:
        self.budget.spend(self.cost)
        self.left -= 1
        if self.left < 0:
            raise _SpanIsOver
        return len(self) > 0


def _moved(start: datetime, first: datetime, frequency: int, interval: int) -> datetime:
    """Return a later start of a rule that gives the same from `first` on: so many rounds later."""
    ahead = (first - start - MARGIN).days
    if ahead <= 0:
        return start
    if frequency >= WEEKLY:
        step = interval * (7 if frequency == WEEKLY else 1)
        return start + timedelta(days=ahead // step * step)
    if start.day > 28:  # not every month has such a day
        return start
    step = interval * (12 if frequency == YEARLY else 1)
    years, month = divmod(start.month - 1 + ahead // 31 // step * step, 12)
    return start.replace(year=start.year + years, month=month + 1)


def _jump_cost(frequency: int, interval: int) -> int:
    """Return the cost of going to the next round: dateutil counts the months one by one."""
    return interval * HOURS[frequency] // JUMP_HOURS if frequency >= WEEKLY else 0


def _cost(rule: Any) -> int:
    """Return the cost of a day: more when many places are counted."""
    places = len(rule._bysetpos or ())  # noqa: SLF001
    return DAY_COSTS[min(rule._freq, HOURLY)] * (1 + places)  # noqa: SLF001
