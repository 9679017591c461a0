"""What became of an edition, in counts."""

import pytest
from sqlalchemy import select

from newsletter.errors import UnknownEdition
from newsletter.learn.report import EditionReport, ReportRow, edition_report
from newsletter.model import Delivery
from newsletter.send.freeze import freeze_due
from newsletter.store.deliveries import figures, figures_of
from newsletter.values import DeliveryState, EditionStatus
from storage.session import Database
from subscribers.model import Consent
from subscribers.values import Audience, ConsentKind
from tests.factories import make_readers, make_segments
from tests.fakes import START
from tests.newsletter.making import TERMS, make_scheduled, sound
from tests.queries import counted

D = DeliveryState
STATES = (D.SENT, D.SENT, D.FAILED, D.SENT, D.IN_DOUBT, D.SKIPPED, D.DEFERRED, D.ATTEMPTING)


def arrange(db: Database) -> int:
    """Freeze eight readers (schools are 3 and 6) and give each an outcome."""
    with db.write() as session:
        make_segments(session)
        make_readers(session, len(STATES), now=START)
        edition_id = make_scheduled(session, now=START)
    freeze_due(db, terms=TERMS, preflight=sound, now=START)
    with db.write() as session:
        rows = session.scalars(select(Delivery).order_by(Delivery.subscriber_id)).all()
        for row, state in zip(rows, STATES, strict=True):
            row.state = state
        rows[0].resends = 2
        for subscriber_id, edition in ((1, edition_id), (1, edition_id), (2, None), (4, 99)):
            session.add(
                Consent(
                    subscriber_id=subscriber_id,
                    kind=ConsentKind.WITHDRAWN,
                    at=START,
                    edition_id=edition,
                )
            )
    return edition_id


def test_report_counts_by_audience_and_in_all(db: Database) -> None:
    edition_id = arrange(db)

    with db.read() as session:
        found = edition_report(session, edition_id)

    school = ReportRow(Audience.SCHOOL, recipients=2, failed=1, skipped=1)
    training = ReportRow(
        Audience.TEACHER_EDUCATION, recipients=3, sent=2, pending=1, resent=2, left=1
    )
    neither = ReportRow(None, recipients=3, sent=1, in_doubt=1, pending=1)
    assert found == EditionReport(
        edition_id=edition_id,
        title="Nieuwsbrief 14",
        state=EditionStatus.SENDING,
        rows=(school, training, neither),
        total=ReportRow(
            None,
            recipients=8,
            sent=3,
            failed=1,
            skipped=1,
            in_doubt=1,
            pending=2,
            resent=2,
            left=1,
        ),
    )


def test_report_of_an_unknown_edition_is_an_error(db: Database) -> None:
    with db.read() as session, pytest.raises(UnknownEdition):
        edition_report(session, 7)


def test_figures_add_up(db: Database) -> None:
    edition_id = arrange(db)

    with db.read() as session:
        found = figures(session, edition_id)

    assert (found.recipients, found.sent, found.failed, found.pending) == (8, 3, 1, 2)
    assert (found.in_doubt, found.skipped, found.resent) == (1, 1, 2)


def test_figures_of_many_editions_cost_as_much_as_of_one(db: Database) -> None:
    first = arrange(db)

    with db.read() as session:
        with counted(db.engine) as one:
            figures_of(session, [first])
        with counted(db.engine) as three:
            figures_of(session, [first, 2, 3])

    assert (len(one), len(three)) == (2, 2)


def test_figures_of_an_unknown_edition_are_an_error(db: Database) -> None:
    with db.read() as session, pytest.raises(UnknownEdition):
        figures(session, 7)
