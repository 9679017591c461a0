"""Everything we hold about a reader, to take along; and erasing it. By the link in their mail."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from starlette.responses import Response

from newsletter import readers
from subscribers import store
from subscribers.addresses import mask
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
    "suppression": "blokkade",
    "reason": "reden",
    "id": "nummer",
}
"""What the file calls our fields: it is read by people as well."""


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


def _in_words(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {WORDS.get(name, name): _in_words(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_in_words(one) for one in value]
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
