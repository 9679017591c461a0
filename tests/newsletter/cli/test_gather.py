"""`newsletter gather`: how far it is, what came of it, and what a script reads."""

import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from feeds import store
from storage.session import Database
from tests.fakes import START
from tests.feeds.documents import entry, rss
from tests.feeds.site import Answer, Site
from tests.newsletter.cli.shell import Shell


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as running:
        yield running


@pytest.fixture(autouse=True)
def _allowed(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSLETTER_SOURCE_ALLOW", site.host_port)


def add(db: Database, site: Site, count: int) -> None:
    with db.write() as session:
        for n in range(count):
            url = site.put(f"/{n}", rss(entry(f"{n}a"), entry(f"{n}b"), title=f"Bron {n}"))
            store.add_source(session, url=url, kind="feed", name=f"Bron {n:02}", now=START)


def test_a_script_reads_a_document_and_people_how_far_it_is(
    db: Database, site: Site, shell: Shell
) -> None:
    add(db, site, 20)
    site.put("/3", status=500)

    shell.run("gather", "--json")

    out, err = shell.out, shell.err
    report = json.loads(out)
    lines = [line for line in err.splitlines() if line.startswith("Gathering: ")]
    assert (report["new"], report["updated"], len(report["sources"])) == (38, 0, 20)
    assert [line.split(";")[0] for line in lines] == [
        f"Gathering: {n} of 20 sources" for n in range(2, 21, 2)
    ]
    assert lines[-1] == "Gathering: 20 of 20 sources; 38 new, 0 updated, 1 failed."


def test_nothing_due_is_said(db: Database, site: Site, shell: Shell) -> None:
    shell.run("gather")

    out, err = shell.out, shell.err
    assert out.startswith("No source is due.")
    assert err == "0 new, 0 updated.\n"


def on_a_terminal(*words: str) -> tuple[int, str]:
    """Run gather with a terminal for its standard error; return its status and what was shown."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "150"}
    command = [sys.executable, "-m", "newsletter", "gather", *words]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=theirs
    ) as running:
        os.close(theirs)
        shown = b""
        with suppress(OSError):  # how Linux says that nobody writes any more
            while piece := os.read(ours, 65536):
                shown += piece
    os.close(ours)
    return running.returncode, shown.decode()


@pytest.mark.long
def test_on_a_terminal_a_bar_counts(db: Database, site: Site) -> None:
    add(db, site, 12)

    status, shown = on_a_terminal()

    assert status == 0
    assert "24 new, 0 updated, 0 failed" in shown
    assert "12/12" in shown


@pytest.mark.long
def test_a_name_is_no_markup_of_the_bar(db: Database, site: Site) -> None:
    url = site.put("/a", rss(entry("a")))
    with db.write() as session:
        store.add_source(session, url=url, kind="feed", name="[/b] [red]Nieuws", now=START)

    status, shown = on_a_terminal()

    assert status == 0
    assert "0 failed; [/b] [red]Nieuws" in shown


def test_an_interrupt_ends_it_at_once_and_what_was_read_is_kept(db: Database, site: Site) -> None:
    add(db, site, 9)
    with db.write() as session:
        store.add_source(session, url=site.url("/drup"), kind="feed", name="Drup", now=START)
    site.pages["/drup"] = Answer(rss(entry("x")).encode(), drip_s=1.0)
    command = [sys.executable, "-m", "newsletter", "gather", "--json"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stderr
        assert running.stdout
        while "9 of 10" not in (line := running.stderr.readline()):
            assert line
        running.send_signal(signal.SIGINT)
        started = time.monotonic()
        told = running.stderr.read()
        assert running.stdout.read() == ""

    assert time.monotonic() - started < 10  # a bound, not a measurement: a drip ends after 30 s
    assert running.returncode == 130
    assert told == "newsletter: stopped; what was read is kept, and the rest is still due\n"
    with db.read() as session:
        assert len(store.list_items(session)) == 18
        unread = [one.name for one in store.standings(session) if not one.last_success_at]
    assert unread == ["Drup"]


@pytest.mark.parametrize("case", [(0, 2, 1), (1, 2, 0), (0, 1, 0)])
def test_a_round_in_which_every_source_fails_is_not_done(
    db: Database,
    site: Site,
    shell: Shell,
    case: tuple[int, int, int],
) -> None:
    well, failing, status = case
    add(db, site, well + failing)
    for n in range(well, well + failing):
        site.put(f"/{n}", status=500)

    shell.run("gather", "--json", status=status)

    out, err = shell.out, shell.err
    failed = [one for one in json.loads(out)["sources"] if one["outcome"] == "failed"]
    assert len(failed) == failing
    assert ("none of the 2 sources could be read" in err) is (status == 1)
