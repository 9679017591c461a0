"""The ledger as a file: everybody by name, page by page, and no cell a formula."""

import csv
import io
from datetime import timedelta

import pytest

from newsletter.model import Delivery
from newsletter.send.failures import Skipped
from newsletter.send.named import read_named
from newsletter.values import DeliveryState
from storage.session import Database
from storage.spreadsheet import BOM
from subscribers.model import Subscriber
from subscribers.values import Audience
from tests.factories import make_edition, make_readers
from tests.fakes import START
from web.editor.ledger_file import COLUMNS, ledger_lines

D = DeliveryState
REPLIES = {D.FAILED: "=cmd|' /C calc'!A0", D.SKIPPED: Skipped.PAUSED.value}


def read(db: Database, edition: int, *, page: int = 10) -> list[str]:
    """Return the file in pieces."""
    pages = read_named(db, edition, name_message=lambda e, s: f"<e{e}.{s}@example.org>", page=page)
    return list(ledger_lines(pages))


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
                    reply=REPLIES.get(state, ""),
                    attempts=1,
                    at=START,
                    next_at=START + timedelta(hours=1) if state is D.DEFERRED else None,
                )
            )
        session.get_one(Subscriber, 1).email = "+1@example.org"
    return edition


@pytest.mark.parametrize("page", [1, 4, 6, 100])
def test_everybody_stands_in_it_once(db: Database, page: int) -> None:
    edition = arrange(db)

    text = "".join(read(db, edition, page=page))

    head, *rows = csv.reader(io.StringIO(text.removeprefix(BOM)), delimiter=";")
    assert text.startswith(BOM)
    assert tuple(head) == COLUMNS
    assert [row[4] for row in rows] == [
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
    assert rows[1][1:] == [
        *("Zoë 2", "school", "school", "mislukt", "Adres bestaat niet of is dicht"),
        *("550", "'=cmd|' /C calc'!A0", "1", "0"),
        *(f"<e{edition}.2@example.org>", "2027-04-20 10:00:00+02:00", ""),
    ]
    assert rows[2][-1] == "2027-04-20 11:00:00+02:00"
    assert rows[3][5:8] == ["Wil intussen even geen mail", "", ""]
    assert (rows[5][1], rows[5][10]) == ("", "")


def test_of_nobody_only_the_head_is_left(db: Database) -> None:
    with db.write() as session:
        edition = make_edition(session).id

    assert len(read(db, edition)) == 1


def test_people_of_other_editions_are_not_read(db: Database) -> None:
    edition = arrange(db)
    with db.write() as session:
        other = make_edition(session).id
        session.add(Delivery(edition_id=other, subscriber_id=1, at=START))

    assert sum(piece.count("\r\n") for piece in read(db, other)) == 2
    assert sum(piece.count("\r\n") for piece in read(db, edition, page=4)) == 7
