"""Dates that are still to come, the date on the edition, and weekdays that fit their date."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Final

from newsletter import dutch
from newsletter.approve.checks.reading import Words, name_of, where, words_of
from newsletter.cut import Cut
from newsletter.outdated import EVENT_BLOCKS
from newsletter.values import (
    BlockContent,
    EditionContent,
    EditionKind,
    Facts,
    Finding,
    Level,
    Rendered,
)

MISDATED: Final = "dates.edition"
DATED_ON: Final = "dated_on"

_NAMED: Final = re.compile(
    rf"\b({'|'.join(dutch.WEEKDAYS)})\s+(\d{{1,2}})\s+({'|'.join(dutch.MONTHS)})(?:\s+(\d{{4}}))?\b",
    re.IGNORECASE,
)
_LONG_AGO_DAYS: Final = 180  # a date without a year that is further back means the next year


def check_dates(
    content: EditionContent, rendered: Mapping[Cut, Rendered], facts: Facts
) -> Iterable[Finding]:
    """Find events and deadlines before the edition is read, and weekdays that do not fit."""
    read_on = max(content.dated_on, dutch.local(facts.now).date())
    for block in content.blocks:
        if block.kind in EVENT_BLOCKS:
            yield from _past(block, read_on, dutch.local(facts.now).date())
    for words in words_of(content):
        yield from _weekdays(words, content.dated_on)
    yield from _too_late(facts)
    if content.kind == EditionKind.NEWSLETTER:  # the mail of an announcement shows no date
        yield from _misdated(content.dated_on, facts)


def day_out(facts: Facts) -> date:
    """Return the day in Amsterdam that an edition goes out: as planned, or else today."""
    return dutch.local(max(facts.planned_at or facts.now, facts.now)).date()


def _misdated(dated_on: date, facts: Facts) -> Iterable[Finding]:
    """Find an edition with another date on it than the day it goes out.

    A warning: one that goes out late in the evening may carry the date of the day after.
    """
    goes_on = day_out(facts)
    if dated_on == goes_on:
        return
    carries = f"De editie draagt de datum {dutch.weekday_date(dated_on)}"
    if facts.planned_at is not None:
        message = f"{carries}, maar gaat {dutch.weekday_date(goes_on)} uit."
        mend = "Zet de datum goed, of kies een ander moment."
    elif dated_on > goes_on:
        message = f"{carries}, maar heeft geen moment waarop ze uitgaat."
        mend = "Kies die dag als moment, of zet de datum op vandaag."
    else:
        message = f"{carries}, en die dag is geweest."
        mend = "Zet de datum op vandaag, of kies een moment."
    yield Finding(
        MISDATED, Level.WARNING, message, where=DATED_ON, mend=mend, quote=dated_on.isoformat()
    )


def _too_late(facts: Facts) -> Iterable[Finding]:
    """Find an announcement that comes too late, now or at the moment that was planned."""
    goes_at = max(facts.planned_at or facts.now, facts.now)
    if facts.not_after is not None and goes_at > facts.not_after:
        is_planned = goes_at != facts.now
        told = f"Gepland is {dutch.moment(goes_at)}." if is_planned else "Dat is al geweest."
        yield Finding(
            "dates.too-late",
            Level.ERROR,
            f"Deze aankondiging mag niet meer uit na {dutch.moment(facts.not_after)}. " + told,
            where="not_after",
            mend="Kies een eerder moment om te verzenden, of een later laatste moment.",
            quote=facts.not_after.isoformat(),
        )


def _past(block: BlockContent, read_on: date, today: date) -> Iterable[Finding]:
    starts_on = _day(block.fields.get("ends_at")) or _day(block.fields.get("starts_at"))
    if starts_on and starts_on < read_on:
        been = "is al geweest, op" if starts_on < today else "is dan al geweest:"
        yield Finding(
            "dates.past",
            Level.ERROR,
            f"{name_of(block)} {been} {dutch.long_date(starts_on)}.",
            where=where(block),
            mend="Haal het eruit.",
        )
        return
    register_by = _day(block.fields.get("register_by"))
    if register_by and register_by < read_on:
        can = "kon" if register_by < today else "kan dan niet meer: het kan"
        yield Finding(
            "dates.register-by",
            Level.WARNING,
            f"Aanmelden voor {name_of(block)} {can} tot en met {dutch.long_date(register_by)}.",
            where=where(block),
            mend="Haal het eruit, of schrijf erbij dat aanmelden niet meer kan.",
            field="register_by",
            quote=register_by.isoformat(),
        )


def _weekdays(words: Words, dated_on: date) -> Iterable[Finding]:
    for found in _NAMED.finditer(words.text):
        day = _named_day(found, dated_on)
        if day and dutch.weekday(day) != found.group(1).lower():
            yield Finding(
                "dates.weekday",
                Level.WARNING,
                f"“{found.group()}” klopt niet: {dutch.day_month(day)} {day.year} is een "
                f"{dutch.weekday(day)}.",
                where=words.where,
                mend="Verbeter de dag of de datum.",
                field=words.field,
                quote=found.group(),
            )


def _named_day(found: re.Match[str], dated_on: date) -> date | None:
    number, month = int(found.group(2)), dutch.MONTHS.index(found.group(3).lower()) + 1
    try:
        day = date(int(found.group(4) or dated_on.year), month, number)
        far_back = (dated_on - day).days > _LONG_AGO_DAYS
        return day.replace(year=day.year + 1) if far_back and not found.group(4) else day
    except ValueError:
        return None


def _day(value: object) -> date | None:
    try:
        moment = datetime.fromisoformat(str(value or ""))
    except ValueError:
        return None
    return dutch.local(moment).date() if moment.tzinfo else moment.date()
