"""`newsletter gather`: how far it is, what came of it, and what a script reads."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from feeds import store
from newsletter.cli.app import main
from newsletter.cli.session import state
from storage.session import Database
from tests.fakes import START
from tests.feeds.documents import entry, rss
from tests.feeds.site import Site


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as running:
        yield running


@pytest.fixture(autouse=True)
def _home(site: Site, tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSLETTER_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("NEWSLETTER_DATABASE_URL", database_url)
    monkeypatch.setenv("NEWSLETTER_SOURCE_ALLOW", site.host_port)
    monkeypatch.setattr(state, "debug", False)


def add(db: Database, site: Site, count: int) -> None:
    with db.write() as session:
        for n in range(count):
            url = site.put(f"/{n}", rss(entry(f"{n}a"), entry(f"{n}b"), title=f"Bron {n}"))
            store.add_source(session, url=url, kind="feed", name=f"Bron {n:02}", now=START)


def gather(monkeypatch: pytest.MonkeyPatch, *words: str) -> None:
    monkeypatch.setattr("sys.argv", ["newsletter", "gather", *words])
    with pytest.raises(SystemExit) as end:
        main()
    assert not end.value.code


def test_a_script_reads_a_document_and_people_how_far_it_is(
    db: Database, site: Site, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    add(db, site, 20)
    site.put("/3", status=500)

    gather(monkeypatch, "--json")

    out, err = capsys.readouterr()
    report = json.loads(out)
    lines = [line for line in err.splitlines() if line.startswith("Gathering: ")]
    assert (report["new"], report["updated"], len(report["sources"])) == (38, 0, 20)
    assert [line.split(";")[0] for line in lines] == [
        f"Gathering: {n} of 20 sources" for n in range(2, 21, 2)
    ]
    assert lines[-1] == "Gathering: 20 of 20 sources; 38 new, 0 updated, 1 failed."


def test_nothing_due_is_said(
    db: Database, site: Site, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    gather(monkeypatch)

    out, err = capsys.readouterr()
    assert out.startswith("No source is due.")
    assert err == "0 new, 0 updated.\n"


def test_on_a_terminal_a_bar_counts(db: Database, site: Site, tmp_path: Path) -> None:
    add(db, site, 12)
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "150"}
    command = [sys.executable, "-m", "newsletter", "gather"]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=theirs
    ) as running:
        os.close(theirs)
        shown = b""
        with suppress(OSError):  # how Linux says that nobody writes any more
            while piece := os.read(ours, 65536):
                shown += piece
    os.close(ours)

    assert running.returncode == 0
    assert "24 new, 0 updated, 0 failed" in shown.decode()
    assert "12/12" in shown.decode()
