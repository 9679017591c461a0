"""What is kept how long: the table is what the night does, and old mails lose their readers."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from newsletter.model import Delivery
from newsletter.retention import NIGHTLY, TABLE, Whose, erase_what_is_over
from newsletter.send.failures import Skipped
from newsletter.send.old_deliveries import KEPT_FOR, forget_readers
from newsletter.values import DeliveryState, EditionStatus
from newsletter.wiring import Services
from storage.session import Database
from tests.factories import make_edition, make_readers
from tests.fakes import START

MINUTE = timedelta(minutes=1)


def test_what_a_night_counts_is_in_the_table_once_and_nothing_else(services: Services) -> None:
    counted = erase_what_is_over(services, START)

    named = [name for one in TABLE for name in one.counts]
    assert sorted(named) == sorted(counted)
    assert {one.stage for one in TABLE} == {NIGHTLY, "bounces", ""}
    assert all(one.counts or one.stage != NIGHTLY for one in TABLE)
    assert {one.whose for one in TABLE} == set(Whose)


def add_mail(db: Database, *, status: EditionStatus, readers: int = 3, first: int = 1) -> int:
    with db.write() as session:
        make_readers(session, readers, first=first)
        edition = make_edition(session, status=status, finished_at=START)
        session.add_all(
            Delivery(
                edition_id=edition.id,
                subscriber_id=one,
                audience="school",
                state=DeliveryState.SENT,
                reply=f"250 ok for r{one}@example.org",
                at=START,
            )
            for one in range(first, first + readers)
        )
        return edition.id


def kept(db: Database, edition: int) -> list[tuple[int | None, str]]:
    with db.read() as session:
        rows = session.execute(
            select(Delivery.subscriber_id, Delivery.reply)
            .where(Delivery.edition_id == edition)
            .order_by(Delivery.id)
        )
        return [tuple(row) for row in rows]  # type: ignore[misc]  # a row of two


@pytest.mark.parametrize("chunk", [1, 2, 3, 100])
@pytest.mark.parametrize("status", [EditionStatus.SENT, EditionStatus.CANCELLED])
def test_after_a_year_a_mail_is_nobodys(db: Database, status: EditionStatus, chunk: int) -> None:
    edition = add_mail(db, status=status)
    whole = kept(db, edition)

    early = forget_readers(db, now=START + KEPT_FOR - MINUTE, chunk=chunk)
    assert (early, kept(db, edition)) == (0, whole)
    late = [forget_readers(db, now=START + KEPT_FOR, chunk=chunk) for _ in range(2)]

    assert late == [3, 0]
    assert kept(db, edition) == [(None, "")] * 3
    with db.read() as session:
        states = session.scalars(select(Delivery.state)).all()
    assert states == [DeliveryState.SENT] * 3


def test_why_somebody_was_skipped_stays(db: Database) -> None:
    edition = add_mail(db, status=EditionStatus.SENT, readers=1)
    with db.write() as session:
        skip = update(Delivery).values(state=DeliveryState.SKIPPED, reply=Skipped.LEFT.value)
        session.execute(skip)

    forget_readers(db, now=START + KEPT_FOR)

    assert kept(db, edition) == [(None, "left")]


def test_a_mail_that_is_still_going_out_keeps_its_readers(db: Database) -> None:
    edition = add_mail(db, status=EditionStatus.PAUSED)
    whole = kept(db, edition)

    assert forget_readers(db, now=START + 3 * KEPT_FOR) == 0
    assert kept(db, edition) == whole
