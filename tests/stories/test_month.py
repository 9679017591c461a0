"""A month in the life of the newsletter, through the commands, the pages and the mail only."""

import re
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.stories.world import World, open_world

EDITOR, APPROVER = "redacteur@example.org", "eindredacteur@example.org"
PASSWORD = "een-heel-lang-wachtwoord"
SCHOOL, INSTITUTE, BOTH = "schoolopleider@example.org", "instituut@example.org", "zoë@example.org"

SUBSCRIBERS = """email,name,audience,role
schoolopleider@example.org,Sanne de Boer,school,schoolopleider
begeleider@example.org,Zoë Łukasz,school,werkplekbegeleider
instituut@example.org,Ilse Jansen,lerarenopleiding,instituutsopleider
geen adres,Niemand,school,
"""

CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Partner//NL
BEGIN:VEVENT
UID:congres@partner.example.org
DTSTAMP:20270401T080000Z
DTSTART;TZID=Europe/Amsterdam:20270603T093000
DTEND;TZID=Europe/Amsterdam:20270603T163000
SUMMARY:Congres Samen sterker
LOCATION:Doorn
URL:https://partner.example.org/congres
CATEGORIES:congres
END:VEVENT
BEGIN:VEVENT
UID:voorbij@partner.example.org
DTSTAMP:20270401T080000Z
DTSTART;TZID=Europe/Amsterdam:20270301T093000
SUMMARY:Bijeenkomst in maart
END:VEVENT
END:VCALENDAR
"""


def entry(number: int, title: str, text: str = "Een korte tekst over samen opleiden.") -> str:
    return (
        f"<item><title>{title}</title><link>https://partner.example.org/{number}</link>"
        f"<guid>https://partner.example.org/?p={number}</guid>"
        f"<description>{text}</description></item>"
    )


def feed(*entries: str) -> bytes:
    head = "<title>Partner</title><link>https://partner.example.org/</link>"
    return f'<rss version="2.0"><channel>{head}{"".join(entries)}</channel></rss>'.encode()


def calendar(text: str = CALENDAR) -> bytes:
    return text.replace("\n", "\r\n").encode()


@pytest.fixture
def world(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    database_url: str,
) -> Iterator[World]:
    with open_world(tmp_path, monkeypatch, capsys, database_url) as world:
        world.at("2027-04-19T08:00:00+02:00")
        world.run("init")
        yield world


def text_of(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def set_up(world: World) -> None:
    address = world.partner.address
    world.partner.documents["/nieuws.xml"] = feed(
        entry(1, "Nieuws voor iedereen"), entry(2, "Tweede bericht")
    )
    world.partner.documents["/agenda.ics"] = calendar()
    world.ask("source", "add", f"{address}/nieuws.xml", "--kind", "feed", "--name", "Partner")
    world.ask("source", "add", f"{address}/agenda.ics", "--kind", "agenda", "--name", "Agenda")
    world.ask("source", "add", f"{address}/weg.xml", "--kind", "feed", "--name", "Verdwenen")


def add_people(world: World, folder: Path) -> None:
    for address, role in ((EDITOR, "editor"), (APPROVER, "approver")):
        world.monkeypatch.setattr("sys.stdin", _Line(PASSWORD))
        world.ask("user", "add", address, "--role", role, "--password-stdin")
    path = folder / "lijst.csv"
    path.write_text(SUBSCRIBERS, encoding="utf-8")
    report = world.ask("subscriber", "import", str(path), "--ground", "Aangemeld op het congres")
    assert (report["read"], report["added"], report["rejected"]) == (4, 3, 1)
    assert report["errors"][0]["line"] == 5


class _Line:
    def __init__(self, text: str) -> None:
        self.text = text

    def readline(self) -> str:
        return self.text + "\n"

    def isatty(self) -> bool:
        return False


def approve_and_send(world: World, edition: str) -> None:
    world.ask("edition", "submit", edition, "--by", EDITOR)
    world.ask("edition", "approve", edition, "--by", APPROVER)
    done = world.ask("edition", "send", edition, "--wait")
    assert (done["state"], done["pending"], done["failed"]) == ("sent", 0, 0)
    assert done["sent"] == done["recipients"]


def test_a_month(world: World, tmp_path: Path) -> None:
    set_up(world)
    add_people(world, tmp_path)
    gather_twice(world)

    first = str(world.ask("edition", "draft")["id"])
    assert_filled(world, first)
    refuse_short_cuts(world, first)
    approve_and_send(world, first)

    mails = world.mailboxes.take()
    assert set(mails) == {SCHOOL, "begeleider@example.org", INSTITUTE}
    assert "Congres Samen sterker" in text_of(mails[SCHOOL])
    assert "scholen" in text_of(mails[SCHOOL])
    assert "lerarenopleidingen" in text_of(mails[INSTITUTE])
    assert mails["begeleider@example.org"]["To"].addresses[0].display_name == "Zoë Łukasz"

    leave_with_one_click(world, mails[SCHOOL])
    read_archive(world, first)

    world.at("2027-05-03T08:00:00+02:00")
    second = draft_what_came_since(world)
    approve_and_send(world, second)
    assert set(world.mailboxes.take()) == {"begeleider@example.org", INSTITUTE}

    report = world.ask("report", "edition", first)
    assert sum(row["left"] for row in report["rows"]) == 1


def gather_twice(world: World) -> None:
    first = world.ask("gather")
    outcomes = {one["slug"]: (one["outcome"], one["new"]) for one in first["sources"]}
    assert outcomes == {"partner": ("ok", 2), "agenda": ("ok", 2), "verdwenen": ("failed", 0)}

    again = world.ask("gather", "--source", "partner", "--source", "agenda")
    assert (again["new"], again["updated"]) == (0, 0)
    assert {one["outcome"] for one in again["sources"]} == {"not_modified"}


def assert_filled(world: World, edition: str) -> None:
    shown = world.ask("edition", "show", edition)
    titles = [block["fields"].get("title") for block in shown["blocks"]]
    assert {"Nieuws voor iedereen", "Tweede bericht", "Congres Samen sterker"} <= set(titles)
    assert "Bijeenkomst in maart" not in titles
    assert world.ask("edition", "check", edition)["passed"]


def refuse_short_cuts(world: World, edition: str) -> None:
    world.run("edition", "send", edition, status=1)
    world.run("edition", "approve", edition, "--by", APPROVER, status=1)
    world.ask("edition", "submit", edition, "--by", EDITOR)
    world.run("edition", "approve", edition, "--by", EDITOR, status=1)
    world.ask("edition", "return", edition, "--by", APPROVER, "--because", "Nog één keer lezen")


def draft_what_came_since(world: World) -> str:
    world.partner.documents["/nieuws.xml"] = feed(
        entry(1, "Nieuws voor iedereen, verbeterd"), entry(2, "Tweede bericht"), entry(3, "Derde")
    )
    changed = world.ask("gather")
    assert (changed["new"], changed["updated"]) == (1, 1)
    edition = str(world.ask("edition", "draft")["id"])
    shown = world.ask("edition", "show", edition)
    assert [b["fields"]["title"] for b in shown["blocks"] if b["kind"] == "article"] == ["Derde"]
    return edition


def test_an_announcement_reaches_exactly_its_segment(world: World, tmp_path: Path) -> None:
    set_up(world)
    add_people(world, tmp_path)
    world.ask("gather")
    events = world.ask("item", "list", "--kind", "event", "--from", "2027-06-01")
    assert [event["title"] for event in events] == ["Congres Samen sterker"]

    words = ("--kind", "announcement", "--event", str(events[0]["id"]))
    world.run("edition", "draft", *words, "--segment", "bestaat-niet", status=1)
    edition = str(world.ask("edition", "draft", *words, "--segment", "lerarenopleiding")["id"])
    approve_and_send(world, edition)

    mails = world.mailboxes.take()
    assert set(mails) == {INSTITUTE}
    assert "3 juni" in text_of(mails[INSTITUTE])


def test_sending_twice_sends_once(world: World, tmp_path: Path) -> None:
    set_up(world)
    add_people(world, tmp_path)
    world.ask("gather")
    edition = str(world.ask("edition", "draft")["id"])
    approve_and_send(world, edition)
    assert len(world.mailboxes.take()) == 3

    world.run("edition", "send", edition, "--wait")

    assert world.mailboxes.take() == {}


def test_errors_are_one_line_with_status_1(world: World) -> None:
    for words in (
        ("edition", "show", "99"),
        ("segment", "count", "bestaat-niet"),
        ("gather", "--source", "bestaat-niet"),
        ("subscriber", "show", "niemand@example.org"),
        ("edition", "submit", "1", "--by", "niemand@example.org"),
    ):
        error = world.run(*words, status=1)
        lines = [one for one in error.splitlines() if "clock was set" not in one]
        assert len(lines) == 1, (words, error)
        assert lines[0].startswith("newsletter: ")


def test_wrong_usage_ends_with_status_2(world: World) -> None:
    world.run("edition", "render", status=2)
    world.run("bestaat-niet", status=2)


def leave_with_one_click(world: World, message: EmailMessage) -> None:
    found = re.search(r"<(http[^>]+)>", str(message["List-Unsubscribe"]))
    assert found
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = found[1].removeprefix("http://127.0.0.1:8000")
    with world.site() as site:
        before = world.ask("segment", "count", "school")["count"]
        assert site.get(path).status_code == 200
        assert world.ask("segment", "count", "school")["count"] == before
        answer = site.post(path, data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert world.ask("segment", "count", "school")["count"] == before - 1


def read_archive(world: World, edition: str) -> None:
    with world.site() as site:
        assert "Tweede bericht" in site.get(f"/archief/{edition}").text
        assert site.get("/archief").status_code == 200
        assert "Congres Samen sterker" in site.get("/agenda").text
