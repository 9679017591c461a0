"""Choosing when an edition goes out: a day and a time in a form, and that moment in words."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final

from newsletter import dutch
from newsletter.dutch import plural
from newsletter.moments import (
    Missing,
    Oddity,
    Twice,
    find_oddities,
    has_other_clock,
    holiday_name,
    is_far,
    is_summer_time,
    read_local,
)
from web.forms import Form, no_such_time

TYPED_DAY: Final = re.compile(r"(\d{1,2})-(\d{1,2})-(\d{4})")  # where a browser gives a plain field
TYPED_TIME: Final = re.compile(r"(\d{1,2})[:.](\d{2})(?::\d{2})?")
NO_DAY: Final = "Kies een dag."
NO_TIME: Final = "Kies een tijd."
PAST: Final = "Dit moment is al geweest. Kies een later moment."
ONCE: Final = ("eerste", "tweede")


@dataclass(frozen=True, slots=True)
class Chosen:
    """What somebody chose, as the form shows it again.

    at:       the moment; None while something stands in the way of it.
    problems: sentences by field: "on" or "time".
    instead:  the first moment after one that does not exist, to be chosen with one press.
    once:     which of the two was chosen, of a time that comes twice.
    twice:    the two moments of a time that comes twice, with their words.
    asks:     what is unusual about it: we ask whether it is meant; () for nothing.
    is_far:   so far away that we ask the same.
    """

    on: str = ""
    time: str = ""
    once: str = ""
    at: datetime | None = None
    problems: tuple[tuple[str, str], ...] = ()
    instead: datetime | None = None
    twice: tuple[tuple[str, str], ...] = ()
    is_far: bool = False
    asks: tuple[str, ...] = ()

    @property
    def is_asked(self) -> bool:
        """Whether somebody must say that this is what is meant."""
        return self.is_far or bool(self.asks)

    @property
    def problem_of(self) -> dict[str, str]:
        """The sentences by field."""
        return dict(self.problems)


def chosen_again(at: datetime | None) -> Chosen:
    """Return the form for somebody who begins with this moment, or with none."""
    if at is None:
        return Chosen(time="10:00")
    here = dutch.local(at)
    return Chosen(on=here.date().isoformat(), time=f"{here:%H:%M}", at=at)


def read_moment(form: Form, *, now: datetime) -> Chosen:
    """Read the moment of a form: "at" of our own button, else a day and a time."""
    exact = form.line("at")
    if exact:
        at = form.moment("at", after=now)
        if at is None or form.problems:
            return Chosen(problems=(("on", form.problems.get("at", NO_DAY)),))
        return _taken(chosen_again(at), at, now=now)
    on, at_time = _day(form.line("on")), _time(form.line("time"))
    given = Chosen(on=on.isoformat() if on else "", time=f"{at_time:%H:%M}" if at_time else "")
    if on is None or at_time is None:
        missing = (("on", NO_DAY if on is None else ""), ("time", "" if at_time else NO_TIME))
        return replace(given, problems=tuple(one for one in missing if one[1]))
    return _judged(given, on, at_time, which=form.line("once"), now=now)


def in_words(at: datetime, now: datetime) -> str:
    """Return "Donderdag 3 december 2026 om 10.00 uur, over zes dagen. Dat is wintertijd."

    The clock's season is told where it differs from today's, and where the time comes twice.
    """
    here = dutch.local(at)
    day = dutch.capital(dutch.long_date(here.date()))
    words = f"{day} om {dutch.clock(at)} uur, {dutch.days_away(at, now)}."
    if has_other_clock(at, now) or isinstance(_read(here.date(), here.time()), Twice):
        words += f" Dat is {_season(at)}."
    return words


def planned_words(at: datetime | None, now: datetime) -> list[str]:
    """Return a planned moment in words, with what is unusual about it; [] without one."""
    return [in_words(at, now), *odd_words(at)] if at and at > now else []


def refused(chosen: Chosen, sentence: str) -> Chosen:
    """Return what was chosen, with why it cannot be."""
    return replace(chosen, at=None, problems=(("on", sentence),))


def near_words(at: datetime, now: datetime, minutes: int) -> str:
    """Say of a moment so near that it could not be undone when it goes instead; "" for others."""
    soonest = now + timedelta(minutes=minutes)
    if at >= soonest:
        return ""
    undo = plural(minutes, "minuut", "minuten")
    return f"Het gaat dan om {dutch.clock(soonest)} uur: je hebt {undo} om het ongedaan te maken."


def odd_words(at: datetime) -> list[str]:
    """Return a sentence for each thing that is unusual about a moment; none of them is a block."""
    day = dutch.local(at).date()
    words = {
        Oddity.NIGHT: "Dat is in de nacht. Overdag wordt mail beter gelezen.",
        Oddity.WEEKEND: f"Dat is op een {dutch.weekday(day)}. Dan leest bijna niemand werkmail.",
        Oddity.HOLIDAY: f"Dat is op een feestdag: {holiday_name(day)}.",
    }
    return [words[one] for one in find_oddities(at)]


def _judged(given: Chosen, on: date, at: time, *, which: str, now: datetime) -> Chosen:
    found = _read(on, at)
    if isinstance(found, Missing):
        sentence = no_such_time(on, at, found)
        return replace(given, instead=found.following, problems=(("time", sentence),))
    if isinstance(found, Twice):
        if which not in ONCE:
            return _asked_which(given, at, found)
        given = replace(given, once=which)
        found = found.first if which == ONCE[0] else found.second
    if found is None:
        return replace(given, problems=(("on", NO_DAY),))
    if found <= now:
        return replace(given, problems=(("on", PAST),))
    return _taken(given, found, now=now)


def _taken(given: Chosen, at: datetime, *, now: datetime) -> Chosen:
    return replace(given, at=at, is_far=is_far(at, now), asks=tuple(odd_words(at)))


def _read(on: date, at: time) -> datetime | Missing | Twice | None:
    try:
        return read_local(on, at)
    except OverflowError:
        return None


def _asked_which(given: Chosen, at: time, found: Twice) -> Chosen:
    shown = f"{at.hour}.{at.minute:02} uur"
    words = tuple(
        (name, f"de {name} keer {shown} ({_season(moment)})")
        for name, moment in zip(ONCE, (found.first, found.second), strict=True)
    )
    sentence = f"De klok gaat die nacht terug: {shown} komt twee keer. Kies welke."
    return replace(given, twice=words, problems=(("time", sentence),))


def _season(at: datetime) -> str:
    return "zomertijd" if is_summer_time(at) else "wintertijd"


def _day(text: str) -> date | None:
    typed = TYPED_DAY.fullmatch(text)
    try:
        return date(*map(int, reversed(typed.groups()))) if typed else date.fromisoformat(text)
    except ValueError:
        return None


def _time(text: str) -> time | None:
    typed = TYPED_TIME.fullmatch(text)
    try:
        return time(int(typed[1]), int(typed[2])) if typed else None
    except ValueError:
        return None
