"""One record of an import: a candidate, or the reason in Dutch why it is refused. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from storage.text import unmarked
from subscribers.addresses import normalise
from subscribers.conditions import NEITHER
from subscribers.errors import AddressFault, InvalidAddress
from subscribers.sheets import Record
from subscribers.values import Audience, SubscriberStatus, SuppressionReason, is_slug

TEXTS: Final[Mapping[str, int]] = {  # the fields of plain text, with their greatest length
    "name": 200,
    "role": 80,
    "organisation": 200,
    "partnership": 200,
    "region": 80,
}
FAULTS: Final[Mapping[AddressFault, str]] = {
    AddressFault.EMPTY: "er staat geen e-mailadres",
    AddressFault.SEVERAL: "er staat meer dan één e-mailadres",
    AddressFault.DISPLAY_NAME: "er staat een naam of een haakje bij het e-mailadres",
    AddressFault.CONTROL: "er staat een onzichtbaar teken in het e-mailadres",
    AddressFault.SPACE: "er staat een spatie in het e-mailadres",
    AddressFault.QUOTED: "er staan aanhalingstekens in het e-mailadres",
    AddressFault.NO_AT: "dit is geen e-mailadres: er hoort één @ in met iets ervoor en erna",
    AddressFault.LOCAL: "voor de @ staan tekens die daar niet kunnen",
    AddressFault.DOMAIN: "achter de @ staat geen domeinnaam",
    AddressFault.LONG: "dit e-mailadres is te lang",
}
REFUSED: Final[Mapping[str, str]] = {  # somebody's status, or why their address is suppressed
    SubscriberStatus.UNSUBSCRIBED: "heeft zich afgemeld, en kan alleen zelf terugkomen",
    SubscriberStatus.SUPPRESSED: "krijgt geen mail meer: er kwam een bezorgfout of een klacht",
    SuppressionReason.BOUNCE: "krijgt geen mail meer: het adres werkt niet",
    SuppressionReason.COMPLAINT: "krijgt geen mail meer: er kwam een klacht",
    SuppressionReason.ERASED: "is op eigen verzoek gewist",
    SuppressionReason.MOVED: "gaf zelf een ander adres op: dit is het oude",
}
SHARED: Final = "dit adres is van een functie: misschien leest meer dan één mens mee"
LETTERS: Final = "voor de @ staat een letter als é: niet elke mailserver kan daarheen mailen"
_AUDIENCES: Final = {str(one): one for one in Audience} | {NEITHER: None}


@dataclass(frozen=True, slots=True)
class RowError:
    """Why a record was refused. value: what stood there, for the user's screen; never logged."""

    line: int
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class RowNotice:
    """What is worth a look at a record that was not refused. value: as with `RowError`."""

    line: int
    value: str
    reason: str


@dataclass(slots=True)
class Candidate:
    """A record that may become a subscriber, or change one. fields: only what is filled in."""

    line: int
    email: str
    key: str
    fields: dict[str, str]
    themes: frozenset[str] = frozenset()


def judge(
    record: Record,
    columns: Mapping[str, int],
    *,
    width: int,
    known_themes: Mapping[str, str] | None,
) -> Candidate | RowError:
    """Say what a record is. known_themes: slug by word; None when any slug will do."""
    cells = record.cells
    if cells is None:
        return RowError(record.line, "", record.fault)
    if len(cells) > width and any(cells[width:]):
        return RowError(record.line, "", "er staan meer velden dan in de kop")
    at = columns["email"]
    email = _typed(cells[at]) if at < len(cells) else ""
    try:
        address = normalise(email)
        fields = _read_fields(cells, columns)
        themes = _themes(fields.pop("themes", ""), known_themes)
    except InvalidAddress as wrong:
        return RowError(record.line, _shown(email), FAULTS[wrong.fault])
    except _WrongValue as wrong:
        return RowError(record.line, _shown(wrong.value), wrong.reason)
    return Candidate(record.line, address.email, address.key, fields, themes)


def _read_fields(cells: Sequence[str], columns: Mapping[str, int]) -> dict[str, str]:
    """Return what is filled in besides the address. Raises _WrongValue."""
    fields: dict[str, str] = {}
    count = len(cells)
    for name, at in columns.items():
        if at < count and name != "email" and (text := _typed(cells[at])):
            fields[name] = _checked(name, text)
    return fields


def _typed(cell: str) -> str:
    text = cell.strip()
    return unmarked(text) if text[:1] == "'" else text


class _WrongValue(Exception):
    def __init__(self, value: str, reason: str) -> None:
        super().__init__(reason)
        self.value, self.reason = value, reason


def _checked(name: str, text: str) -> str:
    if name == "themes":
        return text  # judged as a set
    if name == "audience":
        return _side(text)
    plain = text if text.isprintable() and "  " not in text else _made_plain(text)
    if len(plain) > TEXTS[name]:
        raise _WrongValue(plain, f"te lang: hooguit {TEXTS[name]} tekens")
    return plain


def _side(text: str) -> str:
    side = text.lower()
    if side not in _AUDIENCES:
        raise _WrongValue(text, f"onbekende kant: kies {', '.join(_AUDIENCES)} of laat leeg")
    return side


def _made_plain(text: str) -> str:
    """Return it on one line; a control character is a sign of a broken file, and refused."""
    line = " ".join(text.split())
    if any(ord(one) < 32 or 127 <= ord(one) < 160 for one in line):
        raise _WrongValue(line, "er staat een onzichtbaar teken in")
    return "".join(one for one in line if one.isprintable())


def _themes(text: str, known: Mapping[str, str] | None) -> frozenset[str]:
    if not text:
        return frozenset()
    themes = set()
    for word in (one.strip() for one in text.split(";") if one.strip()):
        slug = word.lower() if known is None else known.get(word.casefold(), "")
        if not is_slug(slug):
            raise _WrongValue(word, "dit thema bestaat niet")
        themes.add(slug)
    return frozenset(themes)


def _shown(value: str) -> str:
    """Return a value that fits on a screen, without what could harm a terminal."""
    seen = "".join(one for one in value if one.isprintable())
    return seen if len(seen) <= 80 else seen[:79] + "…"
