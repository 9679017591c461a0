"""The first words of a draft, proposed from what it holds. Pure; editors make them better."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, Protocol

from newsletter import dutch
from newsletter.compose.blocks import event
from newsletter.compose.blocks.kind import text
from newsletter.compose.markup import quoted
from storage.text import shorten

SUBJECT_TITLE_LENGTH: Final = 60  # a phone shows about forty characters, a computer about seventy
PREHEADER_LENGTH: Final = 110  # what an inbox shows at most, next to the subject
HEAD_LENGTH: Final = 200  # of the columns
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
    """Return one sentence that says what is in it; "" for an edition without items."""
    return dutch.capital(f"{dutch.join(_parts(blocks))}.") if _parts(blocks) else ""


def intro(blocks: Sequence[HasContent]) -> str:
    """Return two short paragraphs in the markup of an intro."""
    opening = _opening(blocks)
    if opening is None:
        return _also(_parts(blocks), "In deze editie vind je")
    title = text(opening.fields, "title")
    sentence = title if title[-1:] in "?!." else f"{title}."
    rest = [block for block in blocks if block is not opening]
    also = _also(_parts(rest), "Verder vind je")
    return f"**{quoted(sentence)}** Daar begint deze editie mee.\n\n{also}".strip()


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
