"""`newsletter edition revisions`: what a script reads of an edition's history."""

import json
from pathlib import Path
from typing import Any

import pytest

from newsletter.cli.app import main
from newsletter.cli.session import state
from newsletter.compose import draft, restoring
from newsletter.store.editions import get_edition, log_event
from storage.session import Database
from tests.factories import make_item, make_user, store_items
from tests.fakes import START

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSLETTER_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("NEWSLETTER_DATABASE_URL", database_url)
    monkeypatch.setattr(state, "debug", False)


def say(monkeypatch: pytest.MonkeyPatch, capsys: Capture, *words: str, status: int = 0) -> str:
    monkeypatch.setattr("sys.argv", ["newsletter", "edition", "revisions", *words])
    with pytest.raises(SystemExit) as end:
        main()
    out, err = capsys.readouterr()
    assert int(end.value.code or 0) == status, err
    return out


def test_the_revisions_are_told_newest_first(
    db: Database, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    with db.write() as session:
        store_items(session, make_item(1))
        by = make_user(session, "anna@example.org")
    edition = draft.draft_newsletter(db, now=START, author_id=by)
    with db.read() as session:
        block = get_edition(session, edition, with_blocks=True).blocks[1].id
    draft.drop_block(db, edition, block, version=1, now=START, by=by)
    with db.write() as session:
        log_event(session, edition, what="submitted", now=START)
    restoring.undo(db, edition, version=2, now=START, by=by)

    told: list[dict[str, Any]] = json.loads(say(monkeypatch, capsys, str(edition), "--json"))

    at = "2027-04-20T10:00:00+02:00"
    same = {"at": at, "by": "anna@example.org"}
    of_block = {"block": block, "title": "Titel 1"}
    assert told == [
        {"id": 3, "version": 3, **same, "what": "undone", **of_block, "of": 2, "decided": []},
        {
            "id": 2,
            "version": 2,
            **same,
            "what": "dropped",
            **of_block,
            "of": None,
            "decided": ["submitted"],
        },
        {
            "id": 1,
            "version": 1,
            **same,
            "what": "drafted",
            "block": None,
            "title": "",
            "of": None,
            "decided": [],
        },
    ]
    assert "submitted" in say(monkeypatch, capsys, str(edition))


def test_an_edition_that_does_not_exist_has_no_revisions(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    assert say(monkeypatch, capsys, "9", status=1) == ""
