"""What is erased when: a sign-up that nobody confirmed does not stay (AVG art. 5(1)(e))."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Delete, delete

from storage.log import record
from storage.session import Database
from subscribers.links import CONFIRM_WITHIN
from subscribers.model import AddressChange, Attendance, Subscriber
from subscribers.values import SubscriberStatus
from subscribers.waiting import forget_old

ATTENDANCE_KEPT: Final = timedelta(days=730)  # so that those of last year can be invited again
UNCONFIRMED_KEPT: Final = CONFIRM_WITHIN  # longer would keep a row whose link no longer works


@dataclass(frozen=True, slots=True)
class CleanUpReport:
    """How much was erased."""

    unconfirmed: int
    waiting: int
    address_changes: int
    attendance: int

    def as_counts(self) -> dict[str, int]:
        """Return the counts by name, for a run's row."""
        return asdict(self)


def clean_up(db: Database, *, now: datetime) -> CleanUpReport:
    """Erase what was not confirmed in time, with its evidence, and who came to events of long ago.

    Sign-ups go without a trace on the suppression list: asking and then not answering says nothing
    against asking again.
    """
    too_old = Subscriber.since < now - UNCONFIRMED_KEPT
    unconfirmed = delete(Subscriber).where(Subscriber.status == SubscriberStatus.PENDING, too_old)
    with db.write() as session:
        erased = session.scalars(unconfirmed.returning(Subscriber.id)).all()
        if erased:
            record(session, "subscriber.expired", now=now, detail={"count": len(erased)})
        waited = forget_old(session, now=now)
        forgotten = session.scalars(_old_changes(now).returning(AddressChange.id)).all()
        old = delete(Attendance).where(Attendance.at < now - ATTENDANCE_KEPT)
        came = session.scalars(old.returning(Attendance.subscriber_id)).all()
    return CleanUpReport(
        unconfirmed=len(erased),
        waiting=waited,
        address_changes=len(forgotten),
        attendance=len(came),
    )


def _old_changes(now: datetime) -> Delete:
    return delete(AddressChange).where(AddressChange.asked_at < now - UNCONFIRMED_KEPT)
