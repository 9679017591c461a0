"""`newsletter edition show` and `discard`: why items were proposed, and what became of a draft."""

import json
from pathlib import Path
from typing import Any

import pytest

from newsletter.cli.app import main
from newsletter.cli.session import state
from newsletter.compose import draft
from storage.session import Database
from tests.factories import make_item, store_items
from tests.fakes import START

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSLETTER_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("NEWSLETTER_DATABASE_URL", database_url)
    monkeypatch.setattr(state, "debug", False)


def show(monkeypatch: pytest.MonkeyPatch, capsys: Capture, *words: str) -> str:
    monkeypatch.setattr("sys.argv", ["newsletter", "edition", "show", *words])
    with pytest.raises(SystemExit) as end:
        main()
    assert not end.value.code
    return capsys.readouterr().out


def test_the_reasons_of_a_proposal_are_told(
    db: Database, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    with db.write() as session:
        store_items(session, make_item(1), make_item(2, themes=["visie"]))
    edition = str(draft.draft_newsletter(db, now=START, maximum=1))

    told = json.loads(show(monkeypatch, capsys, edition, "--json"))
    read = show(monkeypatch, capsys, edition)

    assert [(one["kind"], one["why"]) for one in told["blocks"]] == [
        ("intro", None),
        ("article", {"reason": "newest", "theme": "visie"}),
    ]
    assert told["left"] == [{"item_id": 1, "because": "full", "theme": "", "title": "Titel 1"}]
    assert "newest: visie" in read
    assert "Left in the queue" in read


def test_a_draft_is_thrown_away_and_restored(
    db: Database, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    edition = str(draft.draft_newsletter(db, now=START))

    def told(*words: str) -> Any:
        monkeypatch.setattr("sys.argv", ["newsletter", "edition", *words, "--json"])
        with pytest.raises(SystemExit) as end:
            main()
        assert not end.value.code
        return json.loads(capsys.readouterr().out)

    gone = told("discard", edition)["state"]
    lists = told("list"), [one["id"] for one in told("list", "--discarded")]
    again = told("restore", edition)["state"]

    assert (gone, lists, again) == ("discarded", ([], [int(edition)]), "draft")
    assert [one["state"] for one in told("list")] == ["draft"]
