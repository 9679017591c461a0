"""The bar of a sending on a terminal."""

import io
from dataclasses import replace
from datetime import time

import pytest
from rich.console import Console
from rich.progress import Progress, TextColumn

from newsletter.cli.sending_bar import Lately, SendingBar
from newsletter.limits import Limit, QuietHours
from newsletter.send.pace import Pace
from newsletter.values import EditionFigures, EditionStatus
from newsletter.wiring import Services
from tests.fakes import FakeClock
from tests.queries import counted

FIGURES = EditionFigures(
    id=3,
    kind="newsletter",
    number=15,
    title="Nieuwsbrief 15",
    state=EditionStatus.SENDING,
    segments=(),
    content_hash="",
    recipients=5000,
    sent=1000,
    failed=20,
    pending=3980,
)


def bar_of(services: Services, *, is_terminal: bool = True) -> tuple[SendingBar, list[float]]:
    """Return a bar, and the clock in seconds that it goes by."""
    console = Console(file=io.StringIO(), force_terminal=True, width=200)
    columns = (TextColumn("{task.description}"), TextColumn("{task.fields[told]}"))
    shown = Progress(*columns, console=console, disable=not is_terminal)
    seconds = [0.0]
    return SendingBar(shown, services, lambda: seconds[0]), seconds


def after(seconds: list[float], bar: SendingBar, sent: int) -> EditionFigures:
    """Let ten seconds go by in which so many were sent more."""
    bar(FIGURES)
    seconds[0] += 10
    later = replace(FIGURES, sent=FIGURES.sent + sent, pending=FIGURES.pending - sent)
    bar(later)
    return later


def test_rate_is_that_of_the_last_half_minute() -> None:
    lately = Lately()
    for second in range(100):
        lately.add(second, second * (100 if second < 50 else 1) + (4950 if second >= 50 else 0))

    assert lately.per_second == pytest.approx(1)
    assert Lately().per_second == 0


def test_bar_tells_figures_rate_and_end(services: Services) -> None:
    bar, seconds = bar_of(services)

    later = after(seconds, bar, 200)

    assert bar.told(later) == "1,200 sent, 20 refused, 3,780 to go; 20.0/s; done 10:03"


def test_bar_tells_that_it_is_paused(services: Services) -> None:
    bar, _ = bar_of(services)

    told = bar.told(replace(FIGURES, state=EditionStatus.PAUSED))

    assert told == "1,000 sent, 20 refused, 3,980 to go; paused"


def test_bar_tells_what_holds_it_up(services: Services, clock: FakeClock) -> None:
    limited = replace(services, settings=replace(services.settings, pace=(Limit(10, 1),)))
    Pace(services.db, limited.settings.limits).grant(["a.example.org"] * 2, clock())
    bar, seconds = bar_of(limited)

    later = after(seconds, bar, 90)

    assert bar.told(later).endswith("9.0/s; done 10:07; held to 10/s")


def test_bar_tells_of_quiet_hours_and_counts_them_in(services: Services) -> None:
    quiet = QuietHours(time(9, 30), time(11))
    bar, seconds = bar_of(replace(services, settings=replace(services.settings, quiet_hours=quiet)))

    later = after(seconds, bar, 200)

    assert bar.told(later).endswith("20.0/s; done 11:03; quiet hours until 11:00")


def test_without_a_terminal_nothing_is_asked(services: Services) -> None:
    limited = replace(services, settings=replace(services.settings, pace=(Limit(10, 1),)))
    bar, _ = bar_of(limited, is_terminal=False)

    with counted(services.db.engine) as asked:
        bar(FIGURES)

    assert asked == []
