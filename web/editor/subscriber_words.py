"""What happened about one reader, in Dutch: a sentence for each event, and what stands with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from newsletter.dutch import capital, join
from newsletter.learn.consequences import Outcome
from newsletter.reader_history import Event, Kind
from newsletter.send.failures import why_failed
from newsletter.values import DeliveryState
from subscribers.editing import DESK
from subscribers.evidence import STAYED
from subscribers.values import ConsentKind, SuppressionReason
from web.editor.desk import edition_path
from web.editor.failure_words import FAILED
from web.editor.many_words import change_words

BY_THEMSELVES: Final[Mapping[str, str]] = {
    ConsentKind.ASKED: "vroeg om onze mail",
    ConsentKind.CONFIRMED: "bevestigde dat met de knop in de mail",
    ConsentKind.CHANGED: "wijzigde de eigen voorkeuren",
    ConsentKind.PAUSED: "koos om even geen mail te krijgen",
    ConsentKind.RESUMED: "kreeg weer mail: de pauze was voorbij",
    ConsentKind.MOVED: "bevestigde een nieuw adres",
    ConsentKind.WITHDRAWN: "meldde zich af",
}
BY_STAYING: Final[Mapping[str, str]] = {
    ConsentKind.ASKED: "koos op de afmeldbladzijde ‘Toch blijven’",
    ConsentKind.CONFIRMED: "stond daarmee weer op de lijst",
}
BY_DESK: Final[Mapping[str, str]] = {
    ConsentKind.IMPORTED: "zette dit adres op de lijst",
    ConsentKind.CHANGED: "wijzigde wat deze lezer krijgt",
    ConsentKind.WITHDRAWN: "meldde deze lezer af",
}
WAYS: Final[Mapping[str, str]] = {
    "one-click": "met de afmeldknop van het mailprogramma",
    "complaint": "door de mail als spam te melden",
    "afmelden": "via de afmeldbladzijde",
}
MAILS: Final[Mapping[str, str]] = {
    DeliveryState.PENDING: "staat klaar om te versturen",
    DeliveryState.ATTEMPTING: "wordt nu verstuurd",
    DeliveryState.DEFERRED: "is uitgesteld: de mailserver vroeg om geduld",
    DeliveryState.SENT: "is verstuurd",
    DeliveryState.FAILED: "kwam niet aan",
    DeliveryState.SKIPPED: "is niet verstuurd: intussen afgemeld, op pauze of geblokkeerd",
    DeliveryState.IN_DOUBT: "is misschien aangekomen: de mailserver gaf geen antwoord",
}
RETURNED: Final[Mapping[str, str]] = {
    Outcome.NOTED: "kwam terug van een eerder adres",
    Outcome.COUNTED: "kwam terug: de mailserver kon die toen niet bezorgen",
    Outcome.SUPPRESSED: "kwam terug, en daarmee is dit adres geblokkeerd",
    Outcome.OURS: "kwam terug om onze mail, en niet om dit adres",
    Outcome.COMPLAINED: "is als spam gemeld",
}
BLOCKS: Final[Mapping[str, str]] = {
    SuppressionReason.BOUNCE: "De mail kwam terug: dit adres werkt niet",
    SuppressionReason.COMPLAINT: "De ontvanger klaagde over onze mail",
    SuppressionReason.ERASED: "Dit adres is eerder gewist",
}
BLOCKED_BY: Final[Mapping[str, str]] = {
    SuppressionReason.BOUNCE: "blokkeerde dit adres, omdat het niet werkt",
    SuppressionReason.COMPLAINT: "blokkeerde dit adres na een klacht",
    SuppressionReason.ERASED: "wiste dit adres",
}
DONE: Final[Mapping[str, str]] = {
    "subscriber.changed": "wijzigde",
    "subscriber.viewed": "bekeek alle gegevens",
    "subscriber.taken": "haalde de eigen gegevens op",
    "subscriber.taken_up": "liet dit adres weer mail krijgen",
}
FIELD_WORDS: Final[Mapping[str, str]] = {
    "audience": "kant",
    "name": "naam",
    "role": "rol",
    "organisation": "organisatie",
    "partnership": "opleidingsschool",
    "region": "regio",
    "topics": "wat deze lezer krijgt",
    "themes": "thema’s",
}
READER: Final = "de lezer"
TEAM: Final = "de redactie"


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the history. link: the edition that it names, which leads to `path`, or "".

    note: what was stated or answered; text: the words that were agreed to, version: of which text.
    """

    at: datetime | None
    before: str
    link: str = ""
    path: str = ""
    after: str = ""
    note: str = ""
    text: str = ""
    version: str = ""


def tell(event: Event, themes: Mapping[str, str]) -> Told:
    """Return an event as a line. themes: labels by slug."""
    path = edition_path(event.edition_id) if event.edition_id and event.edition else ""
    if event.kind is Kind.MAIL:
        what = f" {MAILS.get(event.what, event.what)}"
        return Told(event.at, "", capital(event.edition), path, what, _note(event))
    if event.kind is Kind.RETURNED:
        what = f" {RETURNED.get(event.what, event.what)}"
        return Told(event.at, "", capital(event.edition), path, what, event.note)
    told = capital(_sentence(event, themes))
    before = f"{told}, via " if path else told
    rest = (_note(event), event.text, event.version)
    return Told(event.at, before, event.edition if path else "", path, "", *rest)


def _sentence(event: Event, themes: Mapping[str, str]) -> str:
    who = event.who or (READER if event.source in {"", "site"} else TEAM)
    match event.kind:
        case Kind.CONSENT:
            return _consent(event)
        case Kind.BLOCKED:
            by_desk = event.who and event.what in BLOCKED_BY
            return f"{event.who} {BLOCKED_BY[event.what]}" if by_desk else BLOCKS[event.what]
        case Kind.MANY:
            told = change_words(event.values or {}, themes)
            return f"{event.who or TEAM} wijzigde dit met andere abonnees samen: {told}"
        case _:
            changed = join([FIELD_WORDS.get(one, one) for one in event.fields])
            return f"{who} {DONE.get(event.what, event.what)} {changed}".rstrip()


def _consent(event: Event) -> str:
    if event.source == DESK or event.what == ConsentKind.IMPORTED:
        return f"{event.who or TEAM} {BY_DESK.get(event.what, event.what)}"
    if event.source == STAYED and event.what in BY_STAYING:
        return f"{READER} {BY_STAYING[event.what]}"
    told = f"{READER} {BY_THEMSELVES.get(event.what, event.what)}"
    return f"{told}, {WAYS[event.source]}" if event.source in WAYS else told


def _note(event: Event) -> str:
    if event.kind is Kind.MAIL and event.what == DeliveryState.FAILED:
        return FAILED[why_failed(event.code, event.note)][0]
    if event.kind is Kind.CONSENT and event.note:
        return f"Reden: {event.note}"
    return ""
