"""Everything we hold about a reader, to take along; and erasing it. By the link in their mail."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from starlette.responses import Response

from newsletter import readers
from newsletter.learn.consequences import Outcome
from newsletter.learn.returned import BounceClass
from newsletter.values import DeliveryState, EditionKind
from subscribers import store
from subscribers.addresses import mask
from subscribers.values import ConsentKind, SubscriberStatus, SuppressionReason, Topic
from web.pages import Call, page
from web.public.held import nothing_held
from web.public.words import private

FILE_NAME: Final = "wat-we-van-je-bewaren.json"
WORDS: Final[Mapping[str, str]] = {
    "email": "e-mailadres",
    "name": "naam",
    "audience": "kant",
    "audience_said": "kant zelf opgegeven",
    "role": "rol",
    "organisation": "organisatie",
    "partnership": "opleidingsschool",
    "region": "regio",
    "status": "stand",
    "wants_newsletter": "wil de nieuwsbrief",
    "wants_announcements": "wil aankondigingen",
    "since": "sinds",
    "ground": "grond",
    "confirmed_at": "bevestigd op",
    "paused_until": "geen mail tot",
    "changed_at": "gewijzigd op",
    "themes": "thema's",
    "consents": "toestemming",
    "kind": "soort",
    "at": "op",
    "topics": "onderwerpen",
    "text_shown": "getoonde tekst",
    "text_version": "versie van de tekst",
    "source": "via",
    "edition_id": "editie",
    "address_changes": "gevraagde adressen",
    "asked_at": "gevraagd op",
    "attended": "bijeenkomsten waar je was",
    "event_id": "nummer van de bijeenkomst",
    "starts_at": "begin",
    "earlier": "wat er eerder stond",
    "deliveries": "verzendingen",
    "title": "titel",
    "state": "uitkomst",
    "code": "code van de mailserver",
    "reply": "antwoord van de mailserver",
    "returned": "mail die terugkwam",
    "outcome": "gevolg",
    "suppression": "blokkade",
    "reason": "reden",
    "id": "nummer",
}
"""What the file calls our fields: it is read by people as well."""


VALUE_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "status": {
        SubscriberStatus.PENDING: "nog niet bevestigd",
        SubscriberStatus.ACTIVE: "op de lijst",
        SubscriberStatus.PAUSED: "op pauze",
        SubscriberStatus.UNSUBSCRIBED: "afgemeld",
        SubscriberStatus.SUPPRESSED: "geblokkeerd",
    },
    "kind": {
        ConsentKind.ASKED: "gevraagd",
        ConsentKind.CONFIRMED: "bevestigd",
        ConsentKind.IMPORTED: "toegevoegd",
        ConsentKind.CHANGED: "gewijzigd",
        ConsentKind.PAUSED: "pauze begonnen",
        ConsentKind.RESUMED: "pauze voorbij",
        ConsentKind.MOVED: "ander adres",
        ConsentKind.WITHDRAWN: "afgemeld",
        EditionKind.NEWSLETTER: "nieuwsbrief",
        EditionKind.ANNOUNCEMENT: "aankondiging",
        BounceClass.PERMANENT: "het adres bestaat niet",
        BounceClass.TEMPORARY: "de mail kon toen niet worden bezorgd",
        BounceClass.COMPLAINT: "als spam gemeld",
    },
    "outcome": {
        Outcome.NOTED: "geen: het ging om een eerder adres",
        Outcome.COUNTED: "geteld",
        Outcome.SUPPRESSED: "geblokkeerd",
        Outcome.OURS: "geen: het lag aan onze mail",
        Outcome.COMPLAINED: "afgemeld en geblokkeerd",
    },
    "ground": {ConsentKind.ASKED: "zelf aangemeld", ConsentKind.IMPORTED: "toegevoegd"},
    "topics": {Topic.NEWSLETTER: "nieuwsbrief", Topic.ANNOUNCEMENTS: "aankondigingen"},
    "state": {
        DeliveryState.PENDING: "staat klaar",
        DeliveryState.ATTEMPTING: "wordt nu verstuurd",
        DeliveryState.DEFERRED: "uitgesteld door de mailserver",
        DeliveryState.SENT: "verstuurd",
        DeliveryState.FAILED: "kwam niet aan",
        DeliveryState.SKIPPED: "niet verstuurd",
        DeliveryState.IN_DOUBT: "misschien aangekomen",
    },
    "reason": {
        SuppressionReason.BOUNCE: "de mail kwam terug",
        SuppressionReason.COMPLAINT: "een klacht over onze mail",
        SuppressionReason.ERASED: "gewist",
        SuppressionReason.MOVED: "een ander adres opgegeven",
    },
}
"""And what it calls our values, by field; a test holds each to all that there are."""


def take_everything(call: Call) -> Response:
    """Give all that we hold as one file. Raises InvalidToken.

    A POST, for a program that follows links takes nothing along, and it is put on record.
    """
    target = call.services.links.read_preferences(call.path["token"])
    with call.services.db.write() as session:
        key = call.services.settings.hash_key
        found = readers.everything_about(session, target.subscriber_id, key=key)
        if found is not None:
            readers.record_taken(session, target.subscriber_id, now=call.now)
    if found is None:
        return nothing_held(call)
    body = json.dumps(_in_words(found), ensure_ascii=False, indent=2)
    headers = {"Content-Disposition": f'attachment; filename="{FILE_NAME}"'}
    return private(Response(body + "\n", media_type="application/json", headers=headers))


def _in_words(value: Any, field: str = "") -> Any:
    if isinstance(value, Mapping):
        return {WORDS.get(name, name): _in_words(one, name) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_in_words(one, field) for one in value]
    if isinstance(value, str):
        return VALUE_WORDS.get(field, {}).get(value, value)
    return value.isoformat() if isinstance(value, datetime) else value


def show_erase(call: Call) -> Response:
    """Ask for the one press that erases. Raises InvalidToken."""
    target = call.services.links.read_preferences(call.path["token"])
    with call.services.db.read() as session:
        row = store.get_by_id(session, target.subscriber_id)
    if row is None:
        return nothing_held(call)
    back = call.request.url.path.removesuffix("/wissen")
    return private(page(call, "public/erase.html", masked=mask(row.email), back=back))


def erase(call: Call) -> Response:
    """Erase everything about somebody. Raises InvalidToken."""
    target = call.services.links.read_preferences(call.path["token"])
    readers.erase(call.services, target.subscriber_id, now=call.now)
    return nothing_held(call)
