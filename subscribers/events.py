"""What ties people to events: that they came, by our own rows, and that they were invited.

Whether the announcement of an event was sent to somebody stands in the ledger of mails alone, which
belongs to `newsletter`. This context may not import it, so it reads these two tables by the names
of their columns; a test holds the names to the tables.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from sqlalchemy import Integer, String, column, select, table
from sqlalchemy.orm import Session

from subscribers.model import Attendance

MAILS: Final = table(
    "delivery",
    column("edition_id", Integer),
    column("subscriber_id", Integer),
    column("state", String),
)
EDITIONS: Final = table(
    "edition", column("id", Integer), column("kind", String), column("event_id", Integer)
)
SENT: Final = "sent"
ANNOUNCEMENT: Final = "announcement"


def announcements(session: Session, events: Collection[str]) -> Mapping[str, Sequence[int]]:
    """Return the editions that announced each of these events; an event without is absent."""
    asked = select(EDITIONS.c.event_id, EDITIONS.c.id).where(
        EDITIONS.c.kind == ANNOUNCEMENT, EDITIONS.c.event_id.in_([int(one) for one in events])
    )
    found: dict[str, list[int]] = {}
    for event_id, edition_id in session.execute(asked):
        found.setdefault(str(event_id), []).append(edition_id)
    return found


def events_of(session: Session, subscriber_id: int) -> tuple[frozenset[str], frozenset[str]]:
    """Return the events that somebody came to, and those of which an announcement was sent them."""
    came = select(Attendance.event_id).where(Attendance.subscriber_id == subscriber_id)
    sent = (
        select(EDITIONS.c.event_id)
        .join(MAILS, MAILS.c.edition_id == EDITIONS.c.id)
        .where(EDITIONS.c.kind == ANNOUNCEMENT, EDITIONS.c.event_id.is_not(None))
        .where(MAILS.c.subscriber_id == subscriber_id, MAILS.c.state == SENT)
    )
    return frozenset(map(str, session.scalars(came))), frozenset(map(str, session.scalars(sent)))
