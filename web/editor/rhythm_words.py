"""The rhythm and its moments in Dutch sentences."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Final

from newsletter.dutch import WEEKDAYS, clock, counted, local, weekday, weekday_date
from newsletter.rhythm import Instead, Lead, Rhythm, Slot, Why

NTH_WORDS: Final[Mapping[int, str]] = {
    1: "eerste",
    2: "tweede",
    3: "derde",
    4: "vierde",
    -1: "laatste",
}
DEADLINE_WORDS: Final[Mapping[str, str]] = {
    "opens": "concept klaar",
    "closes": "selectie dicht",
    "submit": "ingediend",
    "approve": "goedgekeurd",
}


def rhythm_sentence(rhythm: Rhythm) -> str:
    """Return "Elke twee weken op donderdag om 10.00 uur, niet in vrije perioden."."""
    day = WEEKDAYS[rhythm.weekday]
    if rhythm.nth:
        when = f"Elke {NTH_WORDS[rhythm.nth]} {day} van de maand"
    elif rhythm.weeks == 1:
        when = f"Elke {day}"
    else:
        when = f"Elke {counted(rhythm.weeks, 'week', 'weken')} op {day}"
    return f"{when} om {time_word(rhythm.at)} uur{_but(rhythm)}."


def _but(rhythm: Rhythm) -> str:
    if not rhythm.periods:
        return ""
    if rhythm.instead is Instead.SKIP:
        return ", niet in vrije perioden"
    return ", na een vrije periode een week later"


def time_word(at: time) -> str:
    """Return "9.30"."""
    return f"{at.hour}.{at.minute:02}"


def lead_word(lead: Lead) -> str:
    """Return "3 werkdagen ervoor om 12.00 uur"."""
    days = "op de dag zelf" if lead.days == 0 else f"{_working_days(lead.days)} ervoor"
    return f"{days} om {time_word(lead.at)} uur"


def _working_days(days: int) -> str:
    return counted(days, "werkdag", "werkdagen")


def short_moment(at: datetime) -> str:
    """Return "ma 7 december, 12.00 uur", for a list."""
    day = local(at).date()
    return f"{weekday_date(day).replace(weekday(day), weekday(day)[:2], 1)}, {clock(at)} uur"


def why_word(slot: Slot) -> str:
    """Return why a slot is not where the plain rule puts it, as a sentence; "" when it is."""
    was = weekday_date(slot.on)
    if slot.why is Why.TEAM and slot.at is None:
        return f"De redactie slaat {was} over."
    return {
        Why.RULE: "",
        Why.HOLIDAY: f"{was} is {slot.name}. Daarom op een andere werkdag.",
        Why.PERIOD: f"{was} valt in: {slot.name}. Daarom later.",
        Why.LEFT_OUT: f"{was} valt in: {slot.name}. Dan is er geen editie.",
        Why.TEAM: f"De redactie koos deze dag in plaats van {was}.",
    }[slot.why]
