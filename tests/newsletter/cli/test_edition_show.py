"""`newsletter edition show` and `discard`: why items were proposed, and what became of a draft."""

from typing import Any

import pytest

from newsletter.compose import draft
from storage.session import Database
from tests.factories import make_item, store_items
from tests.fakes import START
from tests.newsletter.cli.shell import Shell

Capture = pytest.CaptureFixture[str]


def test_the_reasons_of_a_proposal_are_told(db: Database, shell: Shell) -> None:
    with db.write() as session:
        store_items(session, make_item(1), make_item(2, themes=["visie"]))
    edition = str(draft.draft_newsletter(db, now=START, maximum=1))

    told = shell.json("edition", "show", edition)
    read = shell.run("edition", "show", edition)

    assert [(one["kind"], one["why"]) for one in told["blocks"]] == [
        ("intro", None),
        ("article", {"reason": "newest", "theme": "visie"}),
    ]
    assert told["left"] == [{"item_id": 1, "because": "full", "theme": "", "title": "Titel 1"}]
    assert "newest: visie" in read
    assert "Left in the queue" in read


def test_a_draft_is_thrown_away_and_restored(db: Database, shell: Shell) -> None:
    edition = str(draft.draft_newsletter(db, now=START))

    def told(*words: str) -> Any:
        return shell.json("edition", *words)

    gone = told("discard", edition)["state"]
    lists = told("list"), [one["id"] for one in told("list", "--discarded")]
    again = told("restore", edition)["state"]

    assert (gone, lists, again) == ("discarded", ([], [int(edition)]), "draft")
    assert [one["state"] for one in told("list")] == ["draft"]
