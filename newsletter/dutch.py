"""Dates, times, numbers and lists in Dutch: the only grammar in code. Pure; needs no locale."""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from feeds.values import AMSTERDAM, ItemKind
from newsletter.values import EditionKind, EditionStatus, Role
from subscribers.values import Audience

WEEKDAYS: Final = (
    "maandag",
    "dinsdag",
    "woensdag",
    "donderdag",
    "vrijdag",
    "zaterdag",
    "zondag",
)
MONTHS: Final = (
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
    "november",
    "december",
)
MONTHS_SHORT: Final = tuple("mrt" if month == "maart" else month[:3] for month in MONTHS)
COUNTS: Final = (
    "geen",
    "één",
    "twee",
    "drie",
    "vier",
    "vijf",
    "zes",
    "zeven",
    "acht",
    "negen",
    "tien",
    "elf",
    "twaalf",
)
STATUS_WORDS: Final = {
    EditionStatus.DRAFT: "concept",
    EditionStatus.IN_REVIEW: "ter beoordeling",
    EditionStatus.APPROVED: "goedgekeurd",
    EditionStatus.SCHEDULED: "ingepland",
    EditionStatus.SENDING: "wordt verzonden",
    EditionStatus.PAUSED: "gepauzeerd",
    EditionStatus.SENT: "verzonden",
    EditionStatus.CANCELLED: "afgebroken",
    EditionStatus.DISCARDED: "weggegooid",
}
KIND_WORDS: Final = {
    EditionKind.NEWSLETTER.value: "nieuwsbrief",
    EditionKind.ANNOUNCEMENT.value: "aankondiging",
    ItemKind.NEWS.value: "nieuws",
    ItemKind.EVENT.value: "bijeenkomst",
    ItemKind.PRACTICE.value: "praktijkvoorbeeld",
    ItemKind.PUBLICATION.value: "publicatie",
    ItemKind.REPORT.value: "verslag",
}
ROLE_WORDS: Final = {
    Role.READER: "lezer van resultaten",
    Role.EDITOR: "redacteur",
    Role.APPROVER: "eindredacteur",
    Role.ADMINISTRATOR: "beheerder",
}
WITHDRAWN_EXAMPLE: Final = "Teruggetrokken voorbeeld"
AUDIENCE_WORDS: Final = {
    Audience.SCHOOL: "scholen",
    Audience.TEACHER_EDUCATION: "lerarenopleidingen",
}
# Kinds of event that take "het"; every other takes "de".
NEUTER_EVENTS: Final = frozenset(
    {"congres", "werkbezoek", "symposium", "webinar", "seminar", "overleg", "netwerk", "festival"}
)


def local(moment: datetime) -> datetime:
    """Return the same moment as the clock in Amsterdam shows it."""
    return moment.astimezone(AMSTERDAM)


def weekday(day: date) -> str:
    """Return "donderdag"."""
    return WEEKDAYS[day.weekday()]


def weekday_short(day: date) -> str:
    """Return "do", for a date tile."""
    return weekday(day)[:2]


def month(day: date) -> str:
    """Return "juni"."""
    return MONTHS[day.month - 1]


def month_short(day: date) -> str:
    """Return "jun", for a date tile."""
    return MONTHS_SHORT[day.month - 1]


def day_month(day: date) -> str:
    """Return "22 april"."""
    return f"{day.day} {month(day)}"


def weekday_date(day: date) -> str:
    """Return "donderdag 22 april"."""
    return f"{weekday(day)} {day_month(day)}"


def long_date(day: date) -> str:
    """Return "donderdag 22 april 2027"."""
    return f"{weekday_date(day)} {day.year}"


def clock(moment: datetime) -> str:
    """Return "9.30", by the clock in Amsterdam."""
    here = local(moment)
    return f"{here.hour}.{here.minute:02}"


def moment(at: datetime) -> str:
    """Return "donderdag 2 juni, 10.00 uur"."""
    return f"{weekday_date(local(at).date())}, {clock(at)} uur"


def time_range(starts: datetime, ends: datetime | None, all_day: bool) -> str:  # noqa: FBT001 - a fact of the event
    """Return "9.30 tot 16.30 uur", or what fits an event without an end, of a whole day, of days.

    ends: exclusive for an event of whole days (RFC 5545 §3.6.1).
    """
    first = local(starts).date()
    if all_day:
        last = local(ends).date() - timedelta(days=1) if ends else first
        return "hele dag" if last <= first else f"tot en met {weekday_date(last)}"
    if ends is None or ends <= starts:
        return f"{clock(starts)} uur"
    if local(ends).date() == first:
        return f"{clock(starts)} tot {clock(ends)} uur"
    if local(ends) == _next_midnight(first):
        return f"{clock(starts)} tot 24.00 uur"
    return f"{clock(starts)} uur tot {moment(ends)}"


def relative(at: datetime, now: datetime) -> str:
    """Return "gisteren, 16.40 uur" within a week of now, else the date."""
    day, today = local(at).date(), local(now).date()
    days = (day - today).days
    if abs(days) <= 7:
        return f"{_days_away(days)}, {clock(at)} uur"
    if day.year == today.year:
        return moment(at)
    return f"{long_date(day)}, {clock(at)} uur"


def days_away(at: datetime, now: datetime) -> str:
    """Return "vandaag", "morgen" or "over 26 dagen": how far off the day is by the calendar."""
    return _days_away((local(at).date() - local(now).date()).days)


def in_sentence(moment: str) -> str:
    """Return "morgen om 10.00 uur" for "morgen, 10.00 uur": a moment within a sentence."""
    return moment.replace(", ", " om ", 1)


def months(days: Sequence[date]) -> str:
    """Return "mei en juni 2027" for the months that these days fall in, in order; "" for none."""
    found = sorted({(day.year, day.month) for day in days})
    years = sorted({year for year, _ in found})
    parts = [
        f"{join([MONTHS[number - 1] for year, number in found if year == one])} {one}"
        for one in years
    ]
    return join(parts)


def number(value: int) -> str:
    """Return "1.284"."""
    return f"{value:,}".replace(",", ".")


def count(value: int) -> str:
    """Return "vier" up to twelve, figures above."""
    return COUNTS[value] if 0 <= value < len(COUNTS) else number(value)


def plural(value: int, one: str, many: str) -> str:
    """Return "1 abonnee" or "1.284 abonnees"."""
    return f"{number(value)} {one if value == 1 else many}"


def counted(value: int, one: str, many: str) -> str:
    """Return "één bijeenkomst" or "vier bijeenkomsten"."""
    return f"{count(value)} {one if value == 1 else many}"


def join(parts: Sequence[str]) -> str:
    """Return "a, b en c"."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} en {parts[-1]}"


def capital(text: str) -> str:
    """Return the text with its first letter in upper case ("ij" is one letter; "één" is "Eén")."""
    if text.startswith("één"):
        return f"E{text[1:]}"
    size = 2 if text.startswith("ij") else 1
    return text[:size].upper() + text[size:]


def role_word(role: str) -> str:
    """Return what somebody with this role is called."""
    return ROLE_WORDS[Role(role)]


def either(parts: Sequence[str]) -> str:
    """Return "a, b of c"."""
    *first, last = parts
    return f"{', '.join(first)} of {last}" if first else last


def status_word(status: EditionStatus) -> str:
    """Return what people call an edition's state, such as "ter beoordeling"."""
    return STATUS_WORDS[status]


def kind_word(kind: str) -> str:
    """Return what people call a kind of edition or item, such as "praktijkvoorbeeld"."""
    return KIND_WORDS.get(str(kind), str(kind))


def audience_word(audience: Audience | None) -> str:
    """Return "scholen" or "lerarenopleidingen"; "iedereen" for None."""
    return "iedereen" if audience is None else AUDIENCE_WORDS[audience]


def with_article(event_type: str) -> str:
    """Return "het congres" or "de masterclass"."""
    word = event_type.lower()
    return f"{'het' if word in NEUTER_EVENTS else 'de'} {word}"


def theme_in_sentence(label: str) -> str:
    """Return "visie" for "Visie: ontwikkeling en draagvlak", and "HR-beleid" as it is."""
    words = re.sub(r"\s*\(.*?\)\s*", " ", label.partition(":")[0]).strip()
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]


def _next_midnight(day: date) -> datetime:
    following = day + timedelta(days=1)
    return datetime(following.year, following.month, following.day, tzinfo=AMSTERDAM)


def _days_away(days: int) -> str:
    names = {-2: "eergisteren", -1: "gisteren", 0: "vandaag", 1: "morgen", 2: "overmorgen"}
    if days in names:
        return names[days]
    return f"over {count(days)} dagen" if days > 0 else f"{count(-days)} dagen geleden"
