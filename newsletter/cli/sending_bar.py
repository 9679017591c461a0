"""The bar of a sending on a terminal: sent, refused, to go, per second, and when it is done."""

import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from newsletter.cli.output import progress_console
from newsletter.dutch import local
from newsletter.limits import PERIODS
from newsletter.send.watching.outlook import (
    Holding,
    Why,
    expected_end,
    find_holdings,
    read_warming_up,
)
from newsletter.values import EditionFigures, EditionStatus
from newsletter.wiring import Services

WINDOW_S: Final = 30.0  # over which it is measured how fast it goes
LOOK_S: Final = 1.0  # between two looks at what holds it up
OF_PERIOD: Final = {seconds: letter for letter, seconds in PERIODS.items()}


@contextmanager
def sending_bar(services: Services) -> Iterator["SendingBar"]:
    """Show how far a sending is, on a terminal; silent when piped."""
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[told]}", markup=False),
    )
    with Progress(
        *columns, console=progress_console, disable=not sys.stderr.isatty(), transient=True
    ) as shown:
        yield SendingBar(shown, services)


class Lately:
    """How fast something goes, by what was counted in the last half minute."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def add(self, at_s: float, number: int) -> None:
        """Note how many there were at a moment of a clock that only runs on."""
        self._seen.append((at_s, number))
        while self._seen[0][0] < at_s - WINDOW_S and len(self._seen) > 2:
            self._seen.popleft()

    @property
    def per_second(self) -> float:
        """How many a second; 0 while there is nothing to tell it by."""
        if len(self._seen) < 2:
            return 0.0
        (first_s, first), (last_s, last) = self._seen[0], self._seen[-1]
        return max(last - first, 0) / max(last_s - first_s, 0.1)


class SendingBar:
    """One line for the edition that is under way; called with its figures."""

    def __init__(
        self,
        shown: Progress,
        services: Services,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._shown, self._services, self._clock_s = shown, services, clock_s
        self._task = shown.add_task("Sending", total=None, told="")
        self._edition, self._lately = 0, Lately()
        self._due_s = 0.0
        self._held: list[Holding] = []
        self._left_today: int | None = None

    def __call__(self, now: EditionFigures) -> None:
        """Show these figures; nothing is asked of the database where there is no terminal."""
        if self._shown.disable:
            return
        if now.id != self._edition:
            self._edition, self._lately = now.id, Lately()
        done = now.recipients - now.pending
        self._lately.add(self._clock_s(), done)
        if self._clock_s() >= self._due_s:
            self._look()
        self._shown.update(
            self._task,
            description=f"Sending {now.number or now.title}",
            completed=done,
            total=now.recipients,
            told=self.told(now),
        )

    def told(self, now: EditionFigures) -> str:
        """Return the figures, how fast it goes, when it is done, and what holds it up."""
        figures = f"{now.sent:,} sent, {now.failed:,} refused, {now.pending:,} to go"
        if now.state is EditionStatus.PAUSED:
            return f"{figures}; paused"
        rate, moment = self._lately.per_second, self._services.clock()
        limits = self._services.settings.limits
        end = expected_end(now.pending, rate, limits, left_today=self._left_today, now=moment)
        parts = [figures, f"{rate:,.1f}/s"]
        if end is not None and now.pending:
            parts.append(f"done {_moment(end, moment)}")
        return "; ".join([*parts, *(_words(one, moment) for one in self._held)])

    def _look(self) -> None:
        """Ask what holds it up."""
        self._due_s = self._clock_s() + LOOK_S
        limits, now = self._services.settings.limits, self._services.clock()
        if not (limits.counts or limits.quiet):
            return
        with self._services.db.read() as session:
            self._held = find_holdings(session, limits, now)
            warming = read_warming_up(session, limits, now)
        self._left_today = warming.left if warming else None


def _words(one: Holding, now: datetime) -> str:
    if one.why is Why.QUIET and one.until:
        return f"quiet hours until {_moment(one.until, now)}"
    if one.why is Why.WARM_UP and one.until:
        return f"today's part of the warm-up is gone, on at {_moment(one.until, now)}"
    limit = f"{one.limit.number}/{OF_PERIOD[one.limit.period_s]}" if one.limit else ""
    return f"held to {limit} {'for ' + one.host if one.host else ''}".rstrip()


def _moment(at: datetime, now: datetime) -> str:
    here = local(at)
    return f"{here:%H:%M}" if here.date() == local(now).date() else f"{here:%a %d %b %H:%M}"
