"""What working out recurrence may cost: some rules never match a day, and are tried for ever.

dateutil asks for each day that it looks at whether the rule names months. There we count.
"""

from typing import Any, Final

from recurring_ical_events.series import Series

# A unit is a quarter of a microsecond. Looking at a day costs so many, by frequency from YEARLY
# to HOURLY; making a component of one occurrence costs a tenth of a millisecond.
DAY_COSTS: Final = (2, 2, 3, 6, 11)
HOURLY: Final = 4  # its place among them
TIME_COST: Final = 6
OCCURRENCE_COST: Final = 400
OF_ONE_UID: Final = 2_000_000  # half a second: 20 years of hours, 900 of days
OF_A_DOCUMENT: Final = 4_000_000


class TooManyRepetitions(Exception):
    """There is no more time for this event, or for this calendar."""


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


class _Months(tuple[int, ...]):
    """The months that a rule names, if any; each question whether it does costs."""

    budget: Budget
    cost: int

    def __bool__(self) -> bool:
        self.budget.spend(self.cost)
        return len(self) > 0


class BoundedSeries(Series):  # type: ignore[misc]  # published without types
    """The occurrences of one UID, as far as the budget goes."""

    def __init__(self, components: Any, *, budget: Budget) -> None:
        super().__init__(components)
        self._budget = budget
        if self.recurrence.has_core:
            _, *rules = self.recurrence.rrules  # the first one holds the single dates
            for rule in rules:
                _bound(rule, budget)

    def between(self, span_start: Any, span_stop: Any) -> Any:
        """Yield the occurrences in a span. Raises TooManyRepetitions."""
        for occurrence in super().between(span_start, span_stop):
            self._budget.spend(OCCURRENCE_COST)
            yield occurrence


def _bound(rule: Any, budget: Budget) -> None:
    # dateutil keeps both to itself; a test with a rule that never matches guards this.
    months = _Months(rule._bymonth or ())  # noqa: SLF001
    months.budget = budget
    months.cost = _cost(rule)
    rule._bymonth = months  # noqa: SLF001


def _cost(rule: Any) -> int:
    """Return the cost of a day: more when it may have many times, or many places are counted."""
    times = len(rule._timeset or ()) or 1  # noqa: SLF001
    places = len(rule._bysetpos or ())  # noqa: SLF001
    return (DAY_COSTS[min(rule._freq, HOURLY)] + TIME_COST * (times - 1)) * (1 + places)  # noqa: SLF001
