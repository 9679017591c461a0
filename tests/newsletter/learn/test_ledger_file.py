"""The ledger as a file: everybody by name, page by page, and no cell a formula."""

import csv
import io

import pytest

from newsletter.learn.ledger_file import COLUMNS, ledger_lines
from newsletter.model import Delivery
from newsletter.values import DeliveryState
from storage.session import Database
from storage.spreadsheet import BOM
from subscribers.model import Subscriber
from subscribers.values import Audience
from tests.factories import make_edition, make_readers
from tests.fakes import START

D = DeliveryState


def arrange(db: Database) -> int:
    """Six readers in the six states that people see, the last of them erased."""
    states = (D.SENT, D.FAILED, D.DEFERRED, D.SKIPPED, D.IN_DOUBT, D.PENDING)
    with db.write() as session:
        make_readers(session, 6, now=START)
        edition = make_edition(session).id
        for number, state in enumerate(states, start=1):
            reader = session.get_one(Subscriber, number)
            session.add(
                Delivery(
                    edition_id=edition,
                    subscriber_id=None if state is D.PENDING else reader.id,
                    audience=Audience.SCHOOL,
                    cut="school",
                    state=state,
                    code=550 if state is D.FAILED else None,
                    reply="=cmd|' /C calc'!A0" if state is D.FAILED else "",
                    attempts=1,
                    at=START,
                )
            )
        session.get_one(Subscriber, 1).email = "+1@example.org"
    return edition


@pytest.mark.parametrize("page", [1, 4, 6, 100])
def test_everybody_stands_in_it_once(db: Database, page: int) -> None:
    edition = arrange(db)

    text = "".join(ledger_lines(db, edition, page=page))

    head, *rows = csv.reader(io.StringIO(text.removeprefix(BOM)), delimiter=";")
    assert text.startswith(BOM)
    assert tuple(head) == COLUMNS
    assert [row[3] for row in rows] == [
        "verzonden",
        "mislukt",
        "uitgesteld",
        "overgeslagen",
        "onzeker",
        "wacht",
    ]
    assert [row[0] for row in rows] == [
        "'+1@example.org",
        *(f"r{number}@example.org" for number in range(2, 6)),
        "(gewist)",
    ]
    assert rows[1][4:] == ["550", "'=cmd|' /C calc'!A0", "1", "0", "2027-04-20 10:00:00+02:00"]


def test_of_nobody_only_the_head_is_left(db: Database) -> None:
    with db.write() as session:
        edition = make_edition(session).id

    assert len(list(ledger_lines(db, edition))) == 1
