"""`newsletter edition check` goes to the links itself, and tells what it saw."""

import pytest

from newsletter.compose import draft
from storage.session import Database
from subscribers.segments import add_default_segments
from tests.factories import make_item, make_readers, store_items
from tests.fakes import START
from tests.feeds.site import Site
from tests.newsletter.cli.shell import Shell


def test_a_dead_link_is_found_and_ends_with_status_one(
    db: Database, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_default_segments(db)
    with Site() as site, db.write() as session:
        make_readers(session, 3)
        site.put("/nieuw", "hallo")
        store_items(
            session,
            make_item(1, url=site.put("/weg", status=410)),
            make_item(2, url=site.put("/oud", status=301, Location="/nieuw")),
        )
        session.commit()
        edition = draft.draft_newsletter(db, now=START)
        monkeypatch.setenv("NEWSLETTER_SOURCE_ALLOW", site.host_port)
        monkeypatch.setenv("NEWSLETTER_NOW", START.isoformat())

        told = shell.json("edition", "check", str(edition), status=1)
        links = {
            (one["rule"], one["level"], one["where"], one["instead"])
            for one in told["findings"]
            if one["rule"] in {"links.dead", "links.moved", "links.not-looked"}
        }
        assert not told["passed"]
        assert links == {
            ("links.dead", "error", site.url("/weg"), ""),
            ("links.moved", "warning", site.url("/oud"), site.url("/nieuw")),
        }
