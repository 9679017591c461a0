"""`newsletter verify`: what is broken, a line each, and status 1."""

from pathlib import Path

from newsletter.model import Delivery
from storage.session import Database
from tests.factories import make_readers, make_segments
from tests.fakes import START
from tests.newsletter.cli.shell import Shell
from tests.newsletter.making import make_scheduled


def sent(db: Database, *, attempts: int) -> int:
    with db.write() as session:
        make_segments(session)
        make_readers(session, 2, now=START)
        edition_id = make_scheduled(session, now=START)
        session.flush()
        session.add_all(
            Delivery(edition_id=edition_id, subscriber_id=one, state="sent", attempts=attempts)
            for one in (1, 2)
        )
    return edition_id


def test_nothing_is_broken(shell: Shell) -> None:
    assert shell.run("verify") == ""
    assert "Editions looked at: 0; deliveries: 0." in shell.err
    assert "All that the ledger promises holds." in shell.err
    assert shell.json("verify") == {"editions": 0, "deliveries": 0, "broken": []}


def test_what_is_broken_is_told_in_a_line_and_by_the_status(shell: Shell, db: Database) -> None:
    edition_id = sent(db, attempts=0)

    said = shell.run("verify", str(edition_id), status=1)

    assert said == f"edition {edition_id}: I6: 2 are sent, but were never attempted\n"
    assert "1 of what the ledger promises is broken" in shell.err
    assert "holds" not in shell.err
    assert shell.json("verify", str(edition_id), status=1) == {
        "editions": 1,
        "deliveries": 2,
        "broken": [
            {"edition_id": edition_id, "rule": "I6", "what": "2 are sent, but were never attempted"}
        ],
    }


def test_the_ledger_is_held_against_what_the_relay_took(
    shell: Shell, db: Database, tmp_path: Path
) -> None:
    edition_id = sent(db, attempts=1)
    (tmp_path / "accepted.tsv").write_text("")

    said = shell.run(
        "verify", str(edition_id), "--accepted", str(tmp_path / "accepted.tsv"), status=1
    )

    assert said == (
        f"edition {edition_id}: I10: 2 are counted as sent, but the relay never took them\n"
    )


def test_what_cannot_be_asked_is_said(shell: Shell, tmp_path: Path) -> None:
    shell.run("verify", "7", status=1)
    assert "there is no edition 7" in shell.err
    shell.run("verify", "--accepted", str(tmp_path / "none.tsv"), status=1)
    assert "--accepted is about one edition" in shell.err
