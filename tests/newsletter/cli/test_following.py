"""`newsletter source ...`, as scripts and people see it, against real servers on this machine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.feeds.documents import calendar, entry, rss, vevent
from tests.feeds.site import Site
from tests.newsletter.cli.shell import Shell

NEWS = rss(*(entry(name, f"Bericht {name}") for name in "abcd"), title="Nieuws")
EVENTS = calendar(vevent("a", "DTSTART:20370501T080000Z", summary="Congres"))
LINK = '<link rel="alternate" type="application/rss+xml" href="{}">'


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as running:
        running.put("/feed/", NEWS)
        running.put("/uit.ics", EVENTS)
        yield running


@pytest.fixture(autouse=True)
def _allowed(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSLETTER_SOURCE_ALLOW", site.host_port)


def sources(shell: Shell) -> list[tuple[str, str, str]]:
    return [(one["name"], one["kind"], one["url"]) for one in shell.json("source", "list")]


def put_page(site: Site, *hrefs: str) -> str:
    head = "".join(map(LINK.format, hrefs))
    return site.put("/", f"<!doctype html><html><head>{head}", Content_Type="text/html")


@pytest.mark.parametrize("kind", [(), ("--kind", "feed")])
def test_a_feed_is_added_and_what_was_found_is_said(
    shell: Shell, site: Site, kind: tuple[str, ...]
) -> None:
    url = site.url("/feed/")

    report = shell.json("source", "add", url, *kind)

    assert shell.err == ""
    assert report == {
        "added": "nieuws",
        "known": False,
        "slug": "nieuws",
        "name": "Nieuws",
        "kind": "feed",
        "url": url,
        "entries": 4,
        "titles": ["Bericht a", "Bericht b", "Bericht c"],
        "found": [
            {
                "url": url,
                "kind": "feed",
                "title": "Nieuws",
                "entries": 4,
                "newest_at": None,
                "titles": ["Bericht a", "Bericht b", "Bericht c"],
                "standing": "proposed",
            }
        ],
        "warning": None,
    }
    assert sources(shell) == [("Nieuws", "feed", url)]


def test_people_read_the_first_three_titles(shell: Shell, site: Site) -> None:
    said = shell.run("source", "add", site.url("/uit.ics"), "--name", "Agenda")

    assert [line.split(maxsplit=1)[1] for line in said.splitlines() if "url" not in line] == [
        "followed now",
        "agenda",
        "Agenda",
        "agenda",
        "1",
        "1  Congres",
    ]


def test_labels_are_kept(shell: Shell, site: Site) -> None:
    shell.run("init")
    words = ("--theme", "visie", "--theme", "hr-beleid", "--audience", "school")

    shell.run("source", "add", site.url("/feed/"), *words)

    (source,) = shell.json("source", "list")
    assert (source["themes"], source["audiences"]) == (["visie", "hr-beleid"], ["school"])


def test_the_only_feed_of_a_page_is_added(shell: Shell, site: Site) -> None:
    page = put_page(site, "/feed/")

    report = shell.json("source", "add", page)

    assert (report["url"], report["known"]) == (site.url("/feed/"), False)
    assert shell.json("source", "add", page)["known"]


def test_a_choice_is_listed_with_the_command_for_each(shell: Shell, site: Site) -> None:
    site.put("/b/", rss(entry("x", "Ander"), title="Ander nieuws"))
    page = put_page(site, "/feed/", "/b/?a=1&b=2")
    site.put("/b/?a=1&b=2", rss(entry("x", "Ander"), title="Ander nieuws"))

    said = shell.run("source", "add", page, status=1)

    assert said.splitlines() == [
        "Nieuws: feed, 4 entries",
        f"  newsletter source add {site.url('/feed/')} --kind feed",
        "Ander nieuws: feed, 1 entries",
        f"  newsletter source add '{site.url('/b/?a=1&b=2')}' --kind feed",
    ]
    assert shell.err.splitlines() == [
        f"newsletter: nothing was followed: {page} leaves a choice; follow one by its own address"
    ]
    found = shell.json("source", "add", page, status=1)
    assert found["added"] is None
    assert [one["title"] for one in found["found"]] == ["Nieuws", "Ander nieuws"]
    assert sources(shell) == []


def test_another_kind_than_was_asked_is_not_added(shell: Shell, site: Site) -> None:
    page = put_page(site, "/feed/")

    found = shell.json("source", "add", page, "--kind", "agenda", status=1)

    assert [one["kind"] for one in found["found"]] == ["feed"]
    assert "there is no agenda at" in shell.err


def test_nothing_to_follow_is_one_line(shell: Shell, site: Site) -> None:
    page = put_page(site, "/weg/")
    del site.pages["/feed/"]

    assert shell.run("source", "add", page, status=1) == ""

    assert shell.err.splitlines() == [
        f"newsletter: nothing to follow was found at {page}; "
        f"{site.url('/weg/')}: the server answered 404"
    ]


@pytest.mark.parametrize("path", ["/lus", "/weg", "/stuk"])
def test_what_cannot_be_read_is_added_only_with_a_kind(shell: Shell, site: Site, path: str) -> None:
    site.put("/lus", status=302, Location="/lus")
    site.put("/stuk", "geen nieuws")
    url = site.url(path)

    shell.run("source", "add", url, status=1)
    assert len(shell.err.splitlines()) == 1
    assert sources(shell) == []

    report = shell.json("source", "add", url, "--kind", "feed")
    (line,) = shell.err.splitlines()
    assert line.startswith("newsletter: followed, but not readable yet: ")
    assert (report["added"], report["entries"], report["found"]) == ("127-0-0-1", None, [])
    assert [one[2] for one in sources(shell)] == [url]


@pytest.mark.parametrize(
    "words",
    [
        ("{}/weg",),
        ("http://exa mple.org/",),
        ("http://exa\nmple.org/", "--kind", "feed"),
        ("{}/feed/", "--theme", "kaas"),
        ("", "--kind", "practice"),
    ],
)
def test_a_failure_is_one_document_and_one_line(
    shell: Shell, site: Site, words: tuple[str, ...]
) -> None:
    url, *rest = words

    report = shell.json("source", "add", url.format(site.url("")), *rest, status=1)

    assert (report["added"], report["found"]) == (None, [])
    assert shell.err == f"newsletter: {report['error']}\n"
    assert sources(shell) == []


def test_what_may_not_be_visited_is_not_visited(shell: Shell) -> None:
    with Site() as canary:
        canary.put("/feed/", NEWS)

        shell.run("source", "add", canary.url("/feed/"), status=1)
        shell.run("source", "add", canary.url("/feed/"), "--kind", "feed")

        assert canary.asked == []


def test_a_folder_of_examples_needs_its_kind(shell: Shell, tmp_path: Path) -> None:
    report = shell.json("source", "add", str(tmp_path), "--kind", "practice")

    assert (report["kind"], report["url"]) == ("practice", str(tmp_path))


def test_the_list_tells_how_each_is_doing(shell: Shell, site: Site) -> None:
    shell.run("source", "add", site.url("/feed/"))
    shell.run("source", "add", site.url("/weg"), "--kind", "feed", "--name", "Weg")
    shell.run("gather")

    well, failing = shell.json("source", "list")

    assert (well["recent"], well["failures_in_row"], well["error"]) == ("n", 0, None)
    assert well["last_success_at"]
    assert well["last_failure_at"] is None
    assert well["interval_minutes"] == 60
    assert (failing["recent"], failing["failures_in_row"]) == ("f", 1)
    assert failing["error"] == "the server answered 404"
    assert failing["last_failure_at"] == failing["failing_since"]
    assert failing["last_success_at"] is None
    said = shell.run("source", "list")
    assert "the server answered 404" in said


def test_an_empty_list_says_how_to_begin(shell: Shell) -> None:
    assert "newsletter source add URL" in shell.run("source", "list")


def test_a_list_goes_out_and_comes_in_without_a_change(
    shell: Shell, site: Site, tmp_path: Path
) -> None:
    shell.run("source", "add", site.url("/feed/"), "--audience", "school")
    shell.run("source", "add", site.url("/uit.ics"), "--name", "A & B")
    before = shell.json("source", "list")
    file = tmp_path / "bronnen.opml"
    file.write_text(shell.run("source", "export"), encoding="utf-8")

    report = shell.json("source", "import", str(file))

    assert (report["read"], report["new"], report["known"], report["bad"]) == (2, 0, 2, 0)
    assert shell.json("source", "list") == before


def test_a_list_is_judged_first_when_asked(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "lijst.opml"
    file.write_text(
        '<opml><body>\n<outline text="Nieuws"><outline text="A" xmlUrl="https://a.example.org/"/>'
        '</outline>\n<outline text="Kwaad" xmlUrl="file:///etc/passwd"/></body></opml>',
        encoding="utf-8",
    )

    report = shell.json("source", "import", str(file), "--dry-run")

    assert report["lines"] == [
        {
            "line": 2,
            "folder": "Nieuws",
            "verdict": "new",
            "kind": "feed",
            "name": "A",
            "url": "https://a.example.org/",
            "themes": [],
            "audiences": [],
            "reason": None,
        },
        {
            "line": 3,
            "folder": None,
            "verdict": "bad",
            "kind": "feed",
            "name": "Kwaad",
            "url": "file:///etc/passwd",
            "themes": [],
            "audiences": [],
            "reason": "'file:///etc/passwd' is not an http or https address",
        },
    ]
    assert report["dry_run"]
    assert sources(shell) == []

    shell.run("source", "import", str(file))
    assert shell.err.splitlines() == ["1 new, 0 known, 1 bad."]
    assert sources(shell) == [("A", "feed", "https://a.example.org/")]


@pytest.mark.parametrize(
    "text", ["", "<rss/>", "<!DOCTYPE opml [<!ENTITY a 'b'>]><opml/>", "<opml><body>"]
)
def test_a_list_that_cannot_be_read_is_one_line(shell: Shell, tmp_path: Path, text: str) -> None:
    file = tmp_path / "lijst.opml"
    file.write_text(text, encoding="utf-8")

    assert shell.run("source", "import", str(file), status=1) == ""

    assert len(shell.err.splitlines()) == 1


def test_a_list_that_is_not_there_is_one_line(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "weg.opml"

    shell.run("source", "import", str(file), status=1)

    assert shell.err == f"newsletter: {file}: No such file or directory\n"
