"""A made-up reader: what a preview and `edition render` show of the personal fields of a mail."""

from datetime import datetime
from typing import Final

from newsletter.send.mail.reason import reason_for
from newsletter.send.message import encode, letterhead_of, message_id
from newsletter.settings import Settings
from newsletter.values import EditionKind, Personal, Rendered
from subscribers.links import TOKEN_LENGTH
from subscribers.values import Audience, ConsentKind, Reader

EMAIL: Final = "lezer@example.org"
NAME: Final = "Voorbeeldlezer"
TOKEN: Final = "voorbeeld".ljust(TOKEN_LENGTH, "0")  # as long as a real one; it opens nothing


def sample_personal(
    settings: Settings,
    *,
    edition_id: int,
    kind: EditionKind,
    audience: Audience | None,
    now: datetime,
) -> Personal:
    """Return the values of a reader of this side who signed up at this moment."""
    base = settings.base_url
    letterhead = letterhead_of(settings, edition_id=edition_id, kind=kind, date=now)
    reader = Reader(0, EMAIL, NAME, audience, "", now, ConsentKind.CONFIRMED)
    return Personal(
        email=EMAIL,
        name=NAME,
        reason=reason_for(reader, kind),
        unsubscribe_url=f"{base}/afmelden/{TOKEN}",
        one_click_url=f"{base}/afmelden/{TOKEN}",
        preferences_url=f"{base}/voorkeuren/{TOKEN}",
        poll_url=f"{base}/peiling/{TOKEN}",
        message_id=message_id(edition_id, 0, key=b"sample", domain=letterhead.domain),
    )


def sample_message(
    rendered: Rendered, settings: Settings, *, edition_id: int, kind: EditionKind, now: datetime
) -> bytes:
    """Return the whole raw message for that reader (`edition render --format eml`)."""
    letterhead = letterhead_of(settings, edition_id=edition_id, kind=kind, date=now)
    personal = sample_personal(
        settings, edition_id=edition_id, kind=kind, audience=rendered.cut.audience, now=now
    )
    return encode(rendered, letterhead=letterhead).fill(personal)
