"""Dutch words for what changed in an edition: by revision, by field, by value."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from newsletter.compose.blocks import BLOCKS, FIXED
from newsletter.compose.differences import About, Change
from newsletter.compose.history import Turn
from newsletter.dutch import audience_word, join, local, long_date, moment
from newsletter.model import Revision
from subscribers.values import Audience

# {} is the block.
WORDS: Final[Mapping[str, str]] = {
    Change.HEAD: "de kop gewijzigd",
    Change.WRITTEN: "{} gewijzigd",
    Change.AUDIENCE: "{} aan andere lezers gegeven",
    Change.MOVED: "{} verplaatst",
    Change.ADDED: "{} toegevoegd",
    Change.DROPPED: "{} weggehaald",
    Change.ORDER: "{} voor een kant gewijzigd",
    Change.SEVERAL: "op meer plekken gewijzigd",
    Change.NOTHING: "niets gewijzigd",
    Turn.DRAFTED: "begonnen",
}
TURNS: Final[Mapping[str, str]] = {
    Turn.UNDONE: "ongedaan gemaakt",
    Turn.REDONE: "opnieuw gedaan",
    Turn.RESTORED: "een eerdere versie teruggezet",
}
DECISION_WORDS: Final = {
    "submitted": "ingediend",
    "approved": "goedgekeurd",
    "sent": "verzonden",
}
HEAD_FIELDS: Final = {
    "title": "Titel",
    "subject": "Onderwerp",
    "preheader": "Voorproefje",
    **{
        f"{name} {side}": f"{word} voor {audience_word(side)}"
        for side in Audience
        for name, word in (("subject", "Onderwerp"), ("preheader", "Voorproefje"))
    },
    **{f"order {side}": f"Volgorde voor {audience_word(side)}" for side in Audience},
    "dated_on": "Datum op de editie",
    "planned_at": "Gaat uit op",
    "segments": "Doelgroepen",
    "not_after": "Niet meer versturen na",
    "without": "Weggelaten",
    "listed": "Staat in het archief",
}
BLOCK_FIELDS: Final = {
    "": "Blok",
    "audience": "Voor wie",
    "segment": "Alleen voor de doelgroep",
    "audiences": "Voor wie",
    "lead": "Opening van de editie",
    "label": "Soort bericht",
    "source": "Bron",
    "published_on": "Datum van het bericht",
    "image": "Foto",
    "caption": "Bijschrift",
    "starts_at": "Begin",
    "agenda_starts_at": "Begin volgens de agenda",
    "ends_at": "Einde",
    "all_day": "De hele dag",
    "register_by": "Aanmelden tot en met",
    "register_url": "Adres om aan te melden",
    "programme": "Programma",
    "url": "Adres",
    "partnership": "Opleidingsschool",
    "summary": "Samenvatting",
}
MOMENTS: Final = frozenset({"planned_at", "not_after", "starts_at", "ends_at", "agenda_starts_at"})
DAYS: Final = frozenset({"dated_on", "published_on", "register_by"})


def revision_word(revision: Revision, known: Mapping[int, Revision]) -> str:
    """Return what somebody did, as a past participle. known: the revisions it may refer to."""
    if revision.what not in TURNS:
        return WORDS.get(revision.what, revision.what).format(_block_of(revision))
    turn, of = TURNS[revision.what], known.get(revision.of_id or 0)
    if of is None:
        return turn
    if revision.what == Turn.RESTORED:
        return f"{turn}, die van {moment(of.at)}"
    return f"{turn}: {revision_word(of, known)}"


def block_word(about: About) -> str:
    """Return how a block is called: its title, else its kind."""
    return _block(about.kind, about.title)


def field_word(name: str, kind: str) -> str:
    """Return how a field is called. kind: of the block; "" for what stands above the mail."""
    if not kind:
        return HEAD_FIELDS.get(name, name)
    editable = BLOCKS[kind].editable if kind in BLOCKS else ()
    of_kind = {one.name: one.label for one in editable}
    return of_kind.get(name) or BLOCK_FIELDS.get(name, name)


def value_text(name: str, value: Any) -> str:
    """Return what stands in a field, as a reader of Dutch would write it."""
    if name == "audience":
        return audience_word(Audience(value) if value else None)
    if isinstance(value, bool):
        return "ja" if value else "nee"
    if isinstance(value, str):
        return _moment(value) if name in MOMENTS else _day(value) if name in DAYS else value
    if isinstance(value, Sequence):
        return _list(value)
    return "" if value is None else str(value)


def _block_of(revision: Revision) -> str:
    if revision.block_id is None:
        return "de volgorde"
    about = revision.about
    return _block(str(about.get("kind", "")), str(about.get("title", "")))


def _block(kind: str, title: str) -> str:
    if title:
        return f"‘{title}’"
    label = BLOCKS[kind].label.lower() if kind in BLOCKS else ""
    return f"het blok {label}".strip()


def _list(values: Sequence[Any]) -> str:
    if any(isinstance(one, Mapping) for one in values):
        return "\n".join(", ".join(str(part) for part in one.values() if part) for one in values)
    labels = {name: kind.label.lower() for name, kind in FIXED.items()}
    return join([labels.get(str(one), str(one)) for one in values])


def _moment(text: str) -> str:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return moment(at) if at.tzinfo else text


def _day(text: str) -> str:
    try:
        at = datetime.fromisoformat(text)
        return long_date(local(at).date() if at.tzinfo else at.date())
    except ValueError:
        return text
