"""`newsletter edition deliveries`: everybody by name, as CSV and as JSON, and who took it."""

import csv
import io
import json
from pathlib import Path

import pytest

from newsletter.model import Delivery
from newsletter.send.failures import Skipped
from newsletter.store.editions import events_of, log_event
from newsletter.values import DeliveryState
from storage.session import Database
from tests.factories import make_edition, make_readers
from tests.fakes import START
from tests.newsletter.cli.shell import Shell

D = DeliveryState
STATES = (
    (D.SENT, 250, "2.0.0 ok"),
    (D.FAILED, 550, "5.1.1 <r2@example.org> unknown"),
    (D.SKIPPED, None, Skipped.LEFT.value),
    (D.IN_DOUBT, None, "lost: no answer to the dot"),
    (D.PENDING, None, ""),
)


@pytest.fixture
def edition(db: Database) -> str:
    with db.write() as session:
        make_readers(session, len(STATES))
        edition = make_edition(session)
        session.add_all(
            Delivery(
                edition_id=edition.id,
                subscriber_id=number,
                audience="school",
                cut="school",
                state=state,
                code=code,
                reply=reply,
                attempts=1,
                resends=1 if state is D.SENT else 0,
                at=START,
            )
            for number, (state, code, reply) in enumerate(STATES, 1)
        )
        return str(edition.id)


def test_everybody_is_listed_with_state_and_why(shell: Shell, edition: str) -> None:
    rows = shell.json("edition", "deliveries", edition)

    assert [(one["email"], one["state"], one["why"], one["code"]) for one in rows] == [
        ("r1@example.org", "sent", "", 250),
        ("r2@example.org", "failed", "address", 550),
        ("r3@example.org", "skipped", "left", None),
        ("r4@example.org", "in_doubt", "", None),
        ("r5@example.org", "pending", "", None),
    ]
    assert rows[0] == {
        "email": "r1@example.org",
        "name": "Zoë 1",
        "audience": "school",
        "cut": "school",
        "state": "sent",
        "why": "",
        "code": 250,
        "reply": "2.0.0 ok",
        "attempts": 1,
        "resends": 1,
        "message_id": rows[0]["message_id"],
        "at": "2027-04-20T10:00:00+02:00",
        "next_at": None,
    }
    assert rows[0]["message_id"].startswith(f"<e{edition}.")
    assert len({one["message_id"] for one in rows}) == len(rows)


def test_states_narrow_it_and_csv_says_the_same(shell: Shell, edition: str) -> None:
    chosen = ("--state", "failed", "--state", "skipped")
    rows = shell.json("edition", "deliveries", edition, *chosen)

    printed = shell.run("edition", "deliveries", edition, *chosen)

    read = list(csv.DictReader(io.StringIO(printed)))
    told = [{name: str(v) if v is not None else "" for name, v in one.items()} for one in rows]
    assert read == told
    assert [one["state"] for one in read] == ["failed", "skipped"]


def test_a_file_is_for_its_owner_and_taking_it_is_on_record(
    shell: Shell, edition: str, db: Database, tmp_path: Path
) -> None:
    out = tmp_path / "ledger.json"

    printed = shell.run("edition", "deliveries", edition, "--json", "--out", str(out))

    assert (printed, shell.err) == ("", f"5 people in {out}.\n")
    assert len(json.loads(out.read_text())) == 5
    assert out.stat().st_mode & 0o777 == 0o600
    with db.read() as session:
        assert [one.what for one in events_of(session, int(edition))] == ["ledger_taken"]


def test_of_nobody_there_is_an_empty_list_and_of_no_edition_nothing(
    shell: Shell, db: Database
) -> None:
    with db.write() as session:
        edition = str(make_edition(session).id)

    assert shell.json("edition", "deliveries", edition) == []
    shell.run("edition", "deliveries", "99", status=1)
    assert shell.err == "newsletter: there is no edition 99\n"


def test_what_was_taken_or_told_hides_nothing_of_what_happened(
    shell: Shell, db: Database, edition: str
) -> None:
    with db.write() as session:
        log_event(session, int(edition), what="halted", now=START, note="20 readers refused")
        log_event(session, int(edition), what="told", now=START)
    shell.json("edition", "deliveries", edition)

    found = shell.json("edition", "status", edition)

    assert (found["last_event"], found["last_note"]) == ("halted", "20 readers refused")
