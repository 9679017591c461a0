"""What became of an edition, in counts by audience and in all: nothing is about one person."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.learn.poll_results import PollResult, poll_results
from newsletter.model import Delivery
from newsletter.store.deliveries import counts, totals
from newsletter.store.editions import get_edition
from newsletter.values import EditionStatus
from subscribers.model import Consent
from subscribers.values import Audience, ConsentKind

ORDER: Final[tuple[Audience | None, ...]] = (*Audience, None)


@dataclass(frozen=True, slots=True)
class ReportRow:
    """The counts of one audience; None: readers of neither side.

    resent: second copies of messages that may have arrived; left: unsubscribed by a link of this
    edition.
    """

    audience: Audience | None
    recipients: int = 0
    sent: int = 0
    failed: int = 0
    skipped: int = 0
    in_doubt: int = 0
    pending: int = 0
    resent: int = 0
    left: int = 0


@dataclass(frozen=True, slots=True)
class EditionReport:
    """One edition's report.

    rows:  by audience, without the empty ones; total: all of them.
    polls: what readers answered to its question.
    """

    edition_id: int
    title: str
    state: EditionStatus
    rows: tuple[ReportRow, ...]
    total: ReportRow
    polls: tuple[PollResult, ...] = ()


def edition_report(session: Session, edition_id: int) -> EditionReport:
    """Return what became of an edition. Raises UnknownEdition."""
    edition = get_edition(session, edition_id, with_blocks=True)
    found = counts(session, [edition_id])
    left = _left(session, edition_id)
    rows = [
        ReportRow(one, left=left.get(one, 0), **totals([c for c in found if c.audience == one]))
        for one in ORDER
    ]
    return EditionReport(
        edition_id=edition_id,
        title=edition.title,
        state=edition.state,
        rows=tuple(row for row in rows if row.recipients),
        total=ReportRow(None, left=sum(left.values()), **totals(found)),
        polls=poll_results(session, edition),
    )


def _left(session: Session, edition_id: int) -> dict[str | None, int]:
    """Count the people who left through this edition, by the audience that they got it as."""
    rows = session.execute(
        select(Delivery.audience, func.count(func.distinct(Consent.subscriber_id)))
        .join(Consent, Consent.subscriber_id == Delivery.subscriber_id)
        .where(
            Delivery.edition_id == edition_id,
            Consent.edition_id == edition_id,
            Consent.kind == ConsentKind.WITHDRAWN,
        )
        .group_by(Delivery.audience)
    )
    return dict(rows.all())
