"""Deliveries of long ago: their counts stay, and whose they were does not."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import case, func, select, update

from newsletter.model import Delivery, Edition
from newsletter.values import DeliveryState, EditionStatus
from storage.session import Database

KEPT_FOR: Final = timedelta(days=365)  # who got which mail: long enough for any question about it
CHUNK: Final = 20_000  # as many as are written at once: nobody else waits long for the writer
OVER: Final = (EditionStatus.SENT, EditionStatus.CANCELLED)


def forget_readers(db: Database, *, now: datetime, chunk: int = CHUNK) -> int:
    """Take the reader, and the server's words about them, from what went out a year ago.

    Returns how many deliveries that were. In chunks, each one transaction; a kill costs nothing.
    """
    ended_at = func.coalesce(Edition.finished_at, Edition.status_since)
    old = select(Edition.id).where(Edition.status.in_(OVER), ended_at <= now - KEPT_FOR)
    # As a range, not "is not null": the unique index then finds at once that nothing is left.
    linked = (Delivery.edition_id.in_(old)) & (Delivery.subscriber_id > 0)
    some = select(Delivery.id).where(linked).limit(chunk)
    forgotten = 0
    while True:
        with db.write() as session:
            forget = update(Delivery).where(Delivery.id.in_(some))
            # Why somebody was skipped is a word of ours.
            kept = case((Delivery.state == DeliveryState.SKIPPED, Delivery.reply), else_="")
            done = session.scalars(
                forget.values(subscriber_id=None, reply=kept).returning(Delivery.id)
            ).all()
        forgotten += len(done)
        if len(done) < chunk:
            return forgotten
