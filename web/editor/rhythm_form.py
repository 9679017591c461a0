"""The form of the rhythm: fields become a rhythm, or Dutch sentences by field, and back. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Final

from newsletter.dutch import WEEKDAYS
from newsletter.rhythm import MOST_DAYS, MOST_WEEKS, NTHS, Instead, Lead, Rhythm
from web.editor.rhythm_lines import read_periods, write_periods
from web.editor.rhythm_words import NTH_WORDS
from web.forms import Form

LONGEST: Final = 6000  # of the days that are left out, in letters
YEARS: Final = (2020, 2100)
LEADS: Final[Mapping[str, tuple[str, str]]] = {
    "opens": ("concept", "Het concept staat klaar"),
    "closes": ("dicht", "De selectie sluit"),
    "submit": ("ingediend", "Ingediend vóór"),
    "approve": ("akkoord", "Goedgekeurd vóór"),
}
EVERY: Final = (
    ("1", "elke week"),
    *((str(weeks), f"elke {weeks} weken") for weeks in range(2, MOST_WEEKS + 1)),
    *((f"m{nth}", f"elke maand, de {NTH_WORDS[nth]}") for nth in NTHS),
)
DAYS: Final = tuple((str(number), name) for number, name in enumerate(WEEKDAYS))
INSTEAD: Final = (
    (Instead.SKIP.value, "Sla de editie over"),
    (Instead.NEXT_WEEK.value, "Schuif de editie naar de eerste week erna"),
)
THURSDAY: Final = 3
NOT_OFFERED: Final[Mapping[str, str]] = {
    "elke": "Kies uit de lijst hoe vaak er een editie uitgaat.",
    "dag": "Kies een dag van de week.",
    "anders": "Kies wat er gebeurt met een editie in een vrije periode.",
}


@dataclass(frozen=True, slots=True)
class Given:
    """What stands in the form. shown: by field; rhythm: None while something is wrong.

    lines: the sentences about the days that are left out, one a line.
    """

    shown: Mapping[str, str]
    rhythm: Rhythm | None
    problems: Mapping[str, str]
    lines: tuple[str, ...] = ()


def proposed_rhythm(today: date) -> Rhythm:
    """Return what the form begins with: every other Thursday at 10.00, from next week on."""
    week = today + timedelta(days=7)
    return Rhythm(THURSDAY, time(10), week + timedelta(days=(THURSDAY - week.weekday()) % 7))


def show_rhythm(rhythm: Rhythm) -> dict[str, str]:
    """Return the fields of a rhythm."""
    shown = {
        "elke": f"m{rhythm.nth}" if rhythm.nth else str(rhythm.weeks),
        "dag": str(rhythm.weekday),
        "tijd": _time(rhythm.at),
        "vanaf": rhythm.starts_on.isoformat(),
        "vrij": write_periods(rhythm.periods),
        "anders": rhythm.instead.value,
    }
    for name, (field, _) in LEADS.items():
        lead: Lead = getattr(rhythm, name)
        shown |= {f"{field}_dagen": str(lead.days), f"{field}_tijd": _time(lead.at)}
    return shown


def read_rhythm_form(fields: Mapping[str, object]) -> Given:
    """Read the fields. A choice that the page does not offer is told at its field."""
    form = Form(fields)
    every = _one_of(form, "elke", EVERY)
    weekday = int(_one_of(form, "dag", DAYS))
    instead = Instead(_one_of(form, "anders", INSTEAD))
    at = _required_time(form, "tijd")
    starts_on = form.date("vanaf")
    if starts_on is not None and not YEARS[0] <= starts_on.year < YEARS[1]:
        form.problems["vanaf"] = "Kies een datum in de komende jaren."
    leads = {name: _lead(form, field) for name, (field, _) in LEADS.items()}
    read = read_periods(form.text("vrij", longest=LONGEST))
    if read.problems:
        form.problems["vrij"] = "Niet elke regel is een vrije periode. Kijk de regels hieronder na."
    _require_order(form, leads, at)
    rhythm = None
    if not form.problems and at is not None and starts_on is not None:
        rhythm = Rhythm(
            weekday=weekday,
            at=at,
            starts_on=starts_on,
            weeks=1 if every.startswith("m") else int(every),
            nth=int(every[1:]) if every.startswith("m") else 0,
            periods=read.periods,
            instead=instead,
            **{name: lead for name, lead in leads.items() if lead is not None},
        )
    names = ("elke", "dag", "tijd", "vanaf", "anders", *_lead_fields())
    shown = {name: form.line(name, longest=20) for name in names} | {"vrij": _raw(fields, "vrij")}
    return Given(shown, rhythm, form.problems, read.problems)


def _lead_fields() -> list[str]:
    return [f"{field}_{what}" for field, _ in LEADS.values() for what in ("dagen", "tijd")]


def _raw(fields: Mapping[str, object], name: str) -> str:
    value = fields.get(name, "")
    return value[:LONGEST] if isinstance(value, str) else ""


def _one_of(form: Form, name: str, choices: tuple[tuple[str, str], ...]) -> str:
    given = form.line(name, longest=20)
    if given in {value for value, _ in choices}:
        return given
    form.problems[name] = NOT_OFFERED[name]
    return choices[0][0]


def _required_time(form: Form, name: str) -> time | None:
    at = form.time(name)
    if at is None:
        form.problems[name] = "Vul een tijd in, zoals 10.00."
        return None
    return time(at.hour, at.minute)


def _lead(form: Form, field: str) -> Lead | None:
    days = form.line(f"{field}_dagen", longest=20)
    is_count = days.isascii() and days.isdigit() and len(days) <= 2 and int(days) <= MOST_DAYS
    if not is_count:
        form.problems[f"{field}_dagen"] = f"Kies een aantal werkdagen van 0 tot en met {MOST_DAYS}."
    at = _required_time(form, f"{field}_tijd")
    return Lead(int(days), at) if is_count and at is not None else None


def _require_order(form: Form, leads: Mapping[str, Lead | None], at: time | None) -> None:
    """Each deadline comes after the one before it, and the last before the edition goes out."""
    ends = {**leads, "": Lead(0, at) if at is not None else None}
    for before, after in zip(leads, list(ends)[1:], strict=True):
        first, then = ends[before], ends[after]
        if first is None or then is None or _place(first) <= _place(then):
            continue
        what = LEADS[after][1].lower() if after else "de editie gaat uit"
        field = f"{LEADS[before][0]}_dagen"
        form.problems.setdefault(field, f"Dit is later dan: {what}. Kies meer werkdagen ervoor.")


def _place(lead: Lead) -> tuple[int, time]:
    return -lead.days, lead.at


def _time(at: time) -> str:
    return at.strftime("%H:%M")
