"""A line a state change, for machines."""

import io
import json
import sys
import time

import pytest
from sqlalchemy.orm import Session

from newsletter.model import Edition
from newsletter.send.watching.trail import (
    follow_changes,
    note_changes,
    note_many,
    open_trail,
    tell_deliveries,
)
from newsletter.values import DeliveryState, EditionStatus
from storage.session import Database
from tests.factories import make_edition
from tests.fakes import START

D = DeliveryState
Captured = pytest.CaptureFixture[str]


def lines(captured: Captured) -> list[dict[str, object]]:
    return [json.loads(one) for one in captured.readouterr().err.splitlines()]


def test_each_change_is_an_object_on_a_line(capsys: Captured) -> None:
    tell_deliveries(3, [(7, D.SENT, 250), (8, D.IN_DOUBT, None)], START)

    same = {"edition": 3, "event": "delivery", "level": "info", "timestamp": "2027-04-20T08:00:00Z"}
    assert lines(capsys) == [
        {**same, "delivery": 7, "state": "sent", "code": 250},
        {**same, "delivery": 8, "state": "in_doubt", "code": None},
    ]


def test_what_a_transaction_did_is_told_once_it_is_committed(
    followed: Database, capsys: Captured
) -> None:
    with followed.write() as session:
        note_many(session, 3, D.SKIPPED, 4000, START)
        note_changes(session, 3, [(7, D.IN_DOUBT, None)], START)
        before = capsys.readouterr().err

    many, one = lines(capsys)
    assert before == ""
    assert (many["edition"], many["deliveries"], many["state"]) == (3, 4000, "skipped")
    assert (one["edition"], one["delivery"], one["state"]) == (3, 7, "in_doubt")


def test_text_says_nothing_of_each_delivery(capsys: Captured) -> None:
    open_trail("text")(3, [(7, D.SENT, 250)], START)

    assert capsys.readouterr().err == ""


def test_log_that_cannot_be_written_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr(sys, "stderr", closed)

    tell_deliveries(3, [(7, D.SENT, 250)], START)


def test_hundred_thousand_lines_take_little_time(capsys: Captured) -> None:
    groups = [[(one, D.SENT, 250) for one in range(32)]] * 3125

    begun = time.process_time()
    for group in groups:
        tell_deliveries(3, group, START)

    assert time.process_time() - begun < 2, "20 microseconds a line at the most"
    assert len(capsys.readouterr().err.splitlines()) == 100_000


@pytest.fixture
def followed(db: Database) -> Database:
    follow_changes(db)
    return db


def test_edition_tells_each_state_once_it_is_committed(
    followed: Database, capsys: Captured
) -> None:
    with followed.write() as session:
        edition_id = make_edition(session).id
    _move(followed, edition_id, EditionStatus.CANCELLED)

    told = [(line["event"], line["edition"], line["state"]) for line in lines(capsys)]

    assert told == [("edition", edition_id, "draft"), ("edition", edition_id, "cancelled")]


def test_what_was_rolled_back_is_not_told(followed: Database, capsys: Captured) -> None:
    with followed.write() as session:
        edition_id = make_edition(session).id
    capsys.readouterr()

    with pytest.raises(LookupError):
        _give_up(followed, edition_id)

    with followed.write() as session:
        make_edition(session, number=99)
    assert [line["state"] for line in lines(capsys)] == ["draft"]


def _move(db: Database, edition_id: int, to: EditionStatus) -> None:
    with db.write() as session:
        _moved(session, edition_id, to)


def _give_up(db: Database, edition_id: int) -> None:
    with db.write() as session:
        _moved(session, edition_id, EditionStatus.CANCELLED)
        session.flush()
        raise LookupError


def _moved(session: Session, edition_id: int, to: EditionStatus) -> None:
    session.get_one(Edition, edition_id).move(to, now=START)
