"""Readers who were refused as their mail was handed over: what follows, once, and when nothing."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from newsletter.learn.bounces import Returns
from newsletter.learn.refusals import learn_refusals
from newsletter.model import Delivery
from newsletter.returned_rows import ReturnedMail
from newsletter.values import DeliveryState, EditionStatus
from storage.session import Database
from subscribers.model import Subscriber
from tests.factories import KEY, make_edition, make_readers
from tests.fakes import START
from tests.newsletter.learn.returning import LINKS

SENT = DeliveryState.SENT
UNKNOWN = (550, "5.1.1 <r1@example.org> user unknown")


def hand_over(
    db: Database,
    *replies: tuple[int, str],
    edition_id: int = 1,
    status: EditionStatus = EditionStatus.SENT,
    readers: int = 4,
) -> None:
    """Store an edition that the first readers were refused and the others got."""
    at = START + timedelta(days=10 * edition_id)
    with db.write() as session:
        if edition_id == 1:
            make_readers(session, readers)
        make_edition(session, id=edition_id, status=status, finished_at=at)
        for number in range(1, readers + 1):
            refused = number <= len(replies)
            code, reply = replies[number - 1] if refused else (250, "ok")
            state = DeliveryState.FAILED if refused else SENT
            session.add(
                Delivery(
                    edition_id=edition_id,
                    subscriber_id=number,
                    state=state,
                    code=code,
                    reply=reply,
                    at=at,
                )
            )


def learn(db: Database, *, edition_id: int = 1, days: int = 0) -> dict[str, int]:
    now = START + timedelta(days=10 * edition_id + days)
    return learn_refusals(Returns(db, LINKS, KEY), now=now)


def statuses(db: Database) -> list[str]:
    with db.read() as session:
        return list(session.scalars(select(Subscriber.status).order_by(Subscriber.id)))


def test_who_does_not_exist_is_given_up_once(db: Database) -> None:
    hand_over(db, UNKNOWN)

    told = [learn(db) for _ in range(2)]

    assert told == [{"refused": 1, "changed": 1}, {"refused": 0, "changed": 0}]
    assert statuses(db) == ["suppressed", "active", "active", "active"]
    with db.read() as session:
        (row,) = session.scalars(select(ReturnedMail))
        assert (row.via, row.status, row.outcome) == ("relay", "5.1.1", "suppressed")


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        ((552, "5.2.2 mailbox full"), "counted"),
        ((450, "4.4.1 no answer for a day"), "counted"),
        ((550, "5.7.1 refused as spam"), "ours"),
    ],
)
def test_what_is_for_now_or_about_us_gives_nobody_up(
    db: Database, reply: tuple[int, str], outcome: str
) -> None:
    hand_over(db, reply)

    learn(db)

    assert statuses(db) == ["active"] * 4
    with db.read() as session:
        assert session.scalars(select(ReturnedMail.outcome)).all() == [outcome]


def test_three_editions_in_a_row_give_an_address_up(db: Database) -> None:
    for edition_id in (1, 2, 3):
        hand_over(db, (552, "5.2.2 mailbox full"), edition_id=edition_id)
        learn(db, edition_id=edition_id)

    assert statuses(db)[0] == "suppressed"


def test_where_more_were_refused_than_got_it_nothing_follows(db: Database) -> None:
    hand_over(db, UNKNOWN, UNKNOWN)

    assert learn(db) == {"refused": 0, "changed": 0}


@pytest.mark.parametrize("status", [EditionStatus.SENDING, EditionStatus.PAUSED])
def test_of_an_edition_that_is_on_its_way_nothing_follows_yet(
    db: Database, status: EditionStatus
) -> None:
    hand_over(db, UNKNOWN, status=status)

    assert learn(db) == {"refused": 0, "changed": 0}


def test_of_an_edition_of_long_ago_nothing_follows(db: Database) -> None:
    hand_over(db, UNKNOWN)

    assert learn(db, days=8) == {"refused": 0, "changed": 0}
