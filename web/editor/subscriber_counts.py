"""How many people are in each segment, and how it is with the addresses: no names, no addresses."""

from typing import Any

from sqlalchemy.orm import Session
from starlette.responses import Response

from subscribers.counts import count_list
from subscribers.segments import list_segments
from subscribers.values import SubscriberStatus
from web.editor.desk import desk_page
from web.pages import Call

STATUS_WORDS = (
    (
        SubscriberStatus.ACTIVE,
        "Krijgt mail",
        "heeft zich aangemeld en bevestigd, of is met een grondslag ingelezen",
    ),
    (
        SubscriberStatus.PENDING,
        "Nog niet bevestigd",
        "kreeg een mail om te bevestigen; na 14 dagen wissen we het adres",
    ),
    (
        SubscriberStatus.PAUSED,
        "Op pauze",
        "wil even geen mail; op de dag die de lezer koos, gaat het vanzelf verder",
    ),
    (SubscriberStatus.UNSUBSCRIBED, "Afgemeld", "krijgt niets meer"),
    (
        SubscriberStatus.SUPPRESSED,
        "Adres werkt niet",
        "de mail kwam terug, of de ontvanger klaagde",
    ),
)


def show_counts(call: Call) -> Response:
    """Show the segments with their counts, and what became of everybody who ever asked."""
    with call.services.db.read() as session:
        return desk_page(call, session, "subscriber_counts.html", **counts(session))


def counts(session: Session) -> dict[str, Any]:
    """Return what tells how many people there are of each kind."""
    segments = list_segments(session)
    counted = count_list(session, segments)
    return {
        "segments": segments,
        "counts": counted.segments,
        "by_status": counted.by_status,
        "words": STATUS_WORDS,
    }
