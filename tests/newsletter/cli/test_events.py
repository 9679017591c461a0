"""`newsletter event ...`, and the conditions that ask for events."""

from pathlib import Path

from storage.session import Database
from tests.factories import make_event, make_subscriber
from tests.fakes import START
from tests.newsletter.cli.shell import Shell


def test_who_came_is_brought_and_counted(shell: Shell, db: Database, tmp_path: Path) -> None:
    with db.write() as session:
        session.add(make_event(7, START, id=7, title="Congres"))
        make_subscriber(session, "jan@example.org")
        make_subscriber(session, "mia@example.org")
    path = tmp_path / "wie.csv"
    path.write_text("email\njan@example.org\nwie@example.org\n")

    brought = shell.json("event", "attendance", "7", str(path))

    assert brought == {
        "event": 7,
        "title": "Congres",
        "read": 2,
        "came": 1,
        "new": 1,
        "unknown": 1,
        "unreadable": 0,
    }
    assert shell.json("segment", "count", "--where", "attended = 7")["count"] == 1
    assert shell.json("segment", "count", "--where", "not attended = 7")["count"] == 1
    assert shell.json("subscriber", "show", "jan@example.org")["attended"][0]["title"] == "Congres"
    shell.run("segment", "count", "--where", "attended = 8", status=1)
    assert "at character 12: there is no event 8" in shell.err
    shell.run("event", "attendance", "8", str(path), status=1)
    assert "there is no event 8; see newsletter item list --kind event" in shell.err
    shell.run("event", "attendance", "7", str(tmp_path / "weg.csv"), status=1)
    assert "weg.csv" in shell.err
