"""`newsletter edition revisions`: what a script reads of an edition's history."""

from typing import Any

import pytest

from newsletter.compose import draft, restoring
from newsletter.store.editions import get_edition, log_event
from storage.session import Database
from tests.factories import make_item, make_user, store_items
from tests.fakes import START
from tests.newsletter.cli.shell import Shell

Capture = pytest.CaptureFixture[str]


def test_the_revisions_are_told_newest_first(db: Database, shell: Shell) -> None:
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

    told: list[dict[str, Any]] = shell.json("edition", "revisions", str(edition))

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
    assert "submitted" in shell.run("edition", "revisions", str(edition))


def test_an_edition_that_does_not_exist_has_no_revisions(shell: Shell) -> None:
    assert shell.run("edition", "revisions", "9", status=1) == ""
