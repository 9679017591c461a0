"""The first words of a draft, proposed from what it holds. Pure; editors make them better."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, Protocol

from newsletter import dutch
from newsletter.compose.blocks import event
from newsletter.compose.blocks.kind import text
from newsletter.compose.markup import quoted
from storage.text import shorten

SUBJECT_TITLE_LENGTH: Final = 60  # a phone shows about forty characters, a computer about seventy
SHORTEST_PREHEADER: Final = 40
PREHEADER_LENGTH: Final = 110  # what an inbox shows at most, next to the subject
HEAD_LENGTH: Final = 200  # of the columns
_NEWS: Final = frozenset({"article", "report"})
_TITLED: Final = frozenset({"article", "report", "practice", "publication"})


class HasContent(Protocol):
    """A block as row or as value."""

    @property
    def kind(self) -> str:
        """A key of BLOCKS."""
        ...

    @property
    def audience(self) -> str | None:
        """None for everybody."""
        ...

    @property
    def fields(self) -> Mapping[str, Any]:
        """By kind."""
        ...


def subject(blocks: Sequence[HasContent], *, otherwise: str) -> str:
    """Return "Samen in één huis? En vier data voor je agenda"; `otherwise` without items."""
    opening = _opening(blocks)
    dates = _dates(blocks)
    if not opening:
        return dutch.capital(dates) or otherwise
    first = _shortened(text(opening.fields, "title"), SUBJECT_TITLE_LENGTH)
    if not dates:
        return first
    return (
        f"{first} {dutch.capital('en')} {dates}" if first[-1:] in "?!." else f"{first}, en {dates}"
    )


def preheader(blocks: Sequence[HasContent]) -> str:
    """Return what the subject does not say: what comes second, and the first date.

    Sums up what is in it where the readers of one side would not find that; "" without items.
    """
    dated, titles = _first_date(blocks), _seconds(blocks)
    with_date = [f"{title} {dated}" for title in titles] if dated else []
    for words in (*with_date, *titles):
        if SHORTEST_PREHEADER <= len(words) <= PREHEADER_LENGTH:
            return words
    parts = _parts(blocks)
    return dutch.capital(f"{dutch.join(parts)}.") if parts else ""


def intro(blocks: Sequence[HasContent]) -> str:
    """Return two short paragraphs in the markup of an intro; it repeats no title.

    The first is what somebody asked or saw, the second says what readers can do with the rest.
    """
    hook = _hook(blocks)
    rest = " ".join(part for part in (_first_date(blocks), _to_use(blocks)) if part)
    if not hook and not rest:
        return _also(_parts(blocks), "In deze editie vind je")
    return "\n\n".join(part for part in (hook, rest) if part)


def announcement_subject(fields: Mapping[str, Any]) -> str:
    """Return "Congres Samen sterker op donderdag 3 juni in Doorn"."""
    title, what = text(fields, "title"), str(fields.get("type") or "")
    named = title if what.lower() in title.lower() else f"{what} {title}"
    place = event.place(text(fields, "location"))
    day = dutch.weekday_date(_day(fields["starts_at"]))
    whole = f"{_shortened(named, SUBJECT_TITLE_LENGTH)} op {day}"
    return f"{whole}{place}" if not place.startswith(",") and len(whole + place) < 100 else whole


def announcement_preheader(fields: Mapping[str, Any]) -> str:
    """Return what it is about and until when one can sign up; the second is never cut off."""
    by = str(fields.get("register_by") or "")
    until = f"Aanmelden tot en met {dutch.weekday_date(date.fromisoformat(by))}." if by else ""
    day = f"Op {dutch.long_date(_day(fields['starts_at']))}."
    last = until or day
    about = _shortened(text(fields, "summary"), PREHEADER_LENGTH - len(last) - 1)
    return " ".join(part for part in (about, last) if part)


def _shortened(words: str, length: int) -> str:
    return shorten(words, length, mark=" …")


def _opening(blocks: Sequence[HasContent]) -> HasContent | None:
    """Return what the edition opens with: the lead, else what everybody gets, else the first."""
    titled = [block for block in blocks if block.kind in _TITLED]
    leads = [block for block in titled if block.fields.get("lead")]
    for_all = [block for block in titled if block.audience is None]
    return next(iter([*leads, *for_all, *titled]), None)


def _seconds(blocks: Sequence[HasContent]) -> list[str]:
    """Return the titles that may be named beside the opening; the intro has the question."""
    opening = _opening(blocks)
    everybody = [one for one in blocks if one.audience is None and one is not opening]
    titles = [text(one.fields, "title") for one in everybody if one.kind in _TITLED]
    return [_as_sentence(title) for title in titles if title]


def _hook(blocks: Sequence[HasContent]) -> str:
    """Return the question of the practice example, else how an item begins that stands below."""
    everybody = [one for one in blocks if one.audience is None and one is not _opening(blocks)]
    for one in _of(everybody, "practice"):
        question, who = text(one.fields, "question"), text(one.fields, "partnership")
        if question.endswith("?"):
            teller = who or "Een opleidingsschool"
            return f"{quoted(question)} {quoted(teller)} vertelt hoe het daar gaat."
    teasers = (text(one.fields, "teaser") for one in everybody if one.kind in _NEWS)
    first = next((found for one in teasers if (found := _first_sentence(one))), "")
    return f"{quoted(first)} Je leest er meer over in deze editie." if first else ""


def _first_date(blocks: Sequence[HasContent]) -> str:
    """Return "Op donderdag 3 december is er een werkbezoek in Breda."; "" without one for all."""
    events = [one for one in _of(blocks, "event") if one.audience is None]
    if not events:
        return ""
    first = min(events, key=lambda one: datetime.fromisoformat(one.fields["starts_at"]))
    what = (text(first.fields, "type") or "bijeenkomst").lower()
    where = event.place(text(first.fields, "location").rpartition(",")[2].strip())
    where = "" if where.startswith(",") else where
    return f"Op {dutch.weekday_date(_day(first.fields['starts_at']))} is er een {what}{where}."


def _to_use(blocks: Sequence[HasContent]) -> str:
    """Return what else there is to put in an agenda or to read; numbers only where they hold."""
    events = _of(blocks, "event")
    named = next((one for one in events if one.audience is None), None)
    others = [one for one in events if one is not named]
    words = ("datum", "data") if named is None else ("andere datum", "meer data")
    dates = _named(others, *words)
    papers = _named(_of(blocks, "publication"), "publicatie", "publicaties")
    parts = (f"{dates} voor je agenda" if dates else "", papers)
    return _also([part for part in parts if part], "Verder vind je")


def _as_sentence(words: str) -> str:
    return words if words[-1:] in "?!." else f"{words}."


def _first_sentence(words: str) -> str:
    found = re.match(r".{20,160}?[.?!](?=\s|$)", words)
    return found.group() if found else ""


def _parts(blocks: Sequence[HasContent]) -> list[str]:
    events = _of(blocks, "event")
    months = dutch.months([_day(block.fields["starts_at"]) for block in events])
    gatherings = _named(events, "bijeenkomst", "bijeenkomsten")
    parts = [
        _named(_of(blocks, "article"), "bericht", "berichten"),
        _named(_of(blocks, "report"), "verslag", "verslagen"),
        f"{gatherings} in {months.rsplit(' ', 1)[0]}" if gatherings else "",
        "een voorbeeld uit de praktijk" if _of(blocks, "practice") else "",
        _named(_of(blocks, "publication"), "publicatie", "publicaties"),
    ]
    return [part for part in parts if part]


def _dates(blocks: Sequence[HasContent]) -> str:
    dates = _named(_of(blocks, "event"), "datum", "data")
    return f"{dates} voor je agenda" if dates else ""


def _named(blocks: Sequence[HasContent], one: str, many: str) -> str:
    # A number only where it holds for every reader; otherwise the plural says enough.
    if not blocks:
        return ""
    if all(block.audience is None for block in blocks):
        return dutch.counted(len(blocks), one, many)
    return many


def _also(parts: Sequence[str], start: str) -> str:
    return f"{start} {dutch.join(parts)}." if parts else ""


def _of(blocks: Sequence[HasContent], kind: str) -> list[HasContent]:
    return [block for block in blocks if block.kind == kind]


def _day(moment: str) -> date:
    return dutch.local(datetime.fromisoformat(moment)).date()
