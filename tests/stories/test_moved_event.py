"""An event moves or is called off while an edition is on its way: nothing untrue goes out."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stories.test_month import (
    APPROVER,
    CALENDAR,
    EDITOR,
    PASSWORD,
    add_people,
    calendar,
    entry,
    feed,
    set_up,
    text_of,
)
from tests.stories.world import World, open_world

MOVED = CALENDAR.replace("20270603T", "20270604T")
OFF = CALENDAR.replace("SUMMARY:Congres", "STATUS:CANCELLED\nSUMMARY:Congres")


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
        set_up(world)
        add_people(world, tmp_path)
        world.ask("gather")
        yield world


def announcement(world: World) -> str:
    (event,) = world.ask("item", "list", "--kind", "event", "--from", "2027-05-01")
    made = world.ask(
        "edition", "draft", "--kind", "announcement", "--event", str(event["id"]),
        "--segment", "school",
    )  # fmt: skip
    return str(made["id"])


def put(world: World, text: str) -> None:
    world.partner.documents["/agenda.ics"] = calendar(text)


@pytest.mark.parametrize(("text", "rule"), [(MOVED, "changed.moved"), (OFF, "changed.cancelled")])
def test_an_approved_edition_is_taken_back_when_its_event_changes(
    world: World, text: str, rule: str
) -> None:
    edition = announcement(world)
    world.ask("edition", "submit", edition, "--by", EDITOR)
    world.ask("edition", "approve", edition, "--by", APPROVER)
    world.ask("edition", "schedule", edition, "--at", "2027-04-20T10:00+02:00")
    put(world, text)

    world.ask("gather", "--source", "agenda")

    assert world.ask("edition", "show", edition)["state"] == "draft"
    assert rule in world.findings(edition)
    told = world.mailboxes.take()
    assert set(told) == {EDITOR, APPROVER}
    assert "Congres Samen sterker" in text_of(told[EDITOR])
    world.at("2027-04-20T10:05:00+02:00")
    world.run("edition", "send", edition, "--wait", status=1)
    assert world.mailboxes.take() == {}


def test_a_draft_is_flagged_and_follows_the_event_with_one_button(world: World) -> None:
    edition = announcement(world)
    put(world, MOVED)
    world.ask("gather", "--source", "agenda")

    assert world.findings(edition)[:1] == ["changed.moved"]
    with world.site() as site:
        site.post("/redactie/inloggen", data={"email": EDITOR, "password": PASSWORD})
        html = site.get(f"/redactie/edities/{edition}").text
        assert "is verzet van donderdag 3 juni" in html
        block = re.findall(r"blok=(\d+)", html)[0]
        html = site.get(f"/redactie/edities/{edition}?blok={block}").text
        (form,) = [one for one in html.split("<form") if f"blokken/{block}/volg" in one]
        fields = dict(re.findall(r'name="(csrf|version)" value="([^"]+)"', form))
        site.post(f"/redactie/edities/{edition}/blokken/{block}/volg", data=fields)

    assert "changed.moved" not in world.findings(edition)
    assert "vrijdag 4 juni" in world.ask("edition", "show", edition)["subject"]


def test_an_edition_in_review_cannot_be_approved_when_its_event_changed(world: World) -> None:
    edition = announcement(world)
    world.ask("edition", "submit", edition, "--by", EDITOR)
    put(world, OFF)
    world.ask("gather", "--source", "agenda")

    assert "is draft" in world.run("edition", "approve", edition, "--by", APPROVER, status=1)


def test_one_story_of_two_partners_is_one_item_that_names_both(world: World) -> None:
    world.partner.documents["/ander.xml"] = feed(entry(1, "Nieuws voor iedereen, overgenomen"))
    address = f"{world.partner.address}/ander.xml"
    world.ask("source", "add", address, "--kind", "feed", "--name", "Ander")
    world.ask("gather", "--source", "ander")

    news = world.ask("item", "list", "--kind", "news")
    (first,) = [one for one in news if one["title"].startswith("Nieuws voor iedereen")]
    shown = world.ask("item", "show", str(first["id"]))
    assert (shown["source"], shown["also_in"]) == ("partner", ["ander"])


def test_what_the_partner_took_away_is_marked_and_stays(world: World) -> None:
    put(world, OTHER_MEETING)
    world.at("2027-04-20T08:00:00+02:00")
    world.ask("gather", "--source", "agenda")
    put(world, OTHER_MEETING.replace("2027061", "2027062"))
    world.at("2027-04-22T08:00:00+02:00")
    world.ask("gather", "--source", "agenda")

    listed = world.ask("item", "list", "--kind", "event", "--from", "2027-05-01")
    told = {one["title"]: (one["missing_since"], one["vanished_at"]) for one in listed}
    missing_since, vanished_at = told["Congres Samen sterker"]
    assert missing_since.startswith("2027-04-20T08:00:0")  # the clock runs on from where it was set
    assert vanished_at.startswith("2027-04-22T08:00:0")
    assert told["Studiedag"] == (None, None)


OTHER_MEETING = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Partner//NL
BEGIN:VEVENT
UID:studiedag@partner.example.org
DTSTAMP:20270401T080000Z
DTSTART;TZID=Europe/Amsterdam:20270617T093000
SUMMARY:Studiedag
END:VEVENT
END:VCALENDAR
"""
