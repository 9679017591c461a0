"""Choosing a moment at the last look: near, unusual, too late, or from a form of earlier."""

import re
from dataclasses import replace

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from feeds.model import Item
from newsletter.model import Edition
from newsletter.wiring import Services
from tests.fakes import FakeClock, FakeTransport
from tests.web.desk import advance, approved, begin, edition_path, post, step


@pytest.fixture
def near(services: Services, transport: FakeTransport) -> Services:
    waiting = replace(services.settings, undo_minutes=5)
    return replace(services, settings=waiting, open_transport=lambda: transport)


def announcement(editor: TestClient, near: Services, **head: str) -> int:
    """Return an announcement of the event of 10 May at ten o'clock."""
    with near.db.read() as session:
        event = session.scalars(select(Item.id).where(Item.kind == "event")).one()
    form = {"kind": "announcement", "event": event, "segment": "school"}
    begun = post(editor, "/redactie/edities", form)
    edition = int(begun.headers["location"].rsplit("/", 1)[1])
    if head:
        advance(
            editor, near, edition, "/kop", title="A", subject="A", dated_on="2027-05-03", **head
        )
    return edition


def test_a_moment_that_is_near_can_be_undone_as_long_as_any_other(
    editor: TestClient, approver: TestClient, near: Services, clock: FakeClock
) -> None:
    edition = approved(editor, approver, near)
    soon = {"on": "2027-04-20", "time": "10:01"}

    told = editor.get(edition_path(edition, "/moment"), params=soon).text
    planned = step(editor, near, edition, "/inplannen", **soon)
    clock.later(minutes=4)
    back = step(editor, near, edition, "/terughalen")

    words = "Het gaat dan om 10.05 uur: je hebt 5 minuten om het ongedaan te maken."
    assert words in told
    assert "Ingepland: vandaag, 10.05 uur. Zo heb je 5 minuten om het" in planned
    assert "gaat om 10.05 uur naar" in planned
    assert "Maak ongedaan" in planned
    assert "Teruggehaald." in back


def test_a_moment_after_those_minutes_stays_what_it_is(
    editor: TestClient, approver: TestClient, near: Services
) -> None:
    edition = approved(editor, approver, near)
    moment = {"on": "2027-04-20", "time": "10:06"}

    told = editor.get(edition_path(edition, "/moment"), params=moment).text
    planned = step(editor, near, edition, "/inplannen", **moment)

    assert "ongedaan" not in told
    assert "Ingepland: vandaag, 10.06 uur.<" in planned


def test_an_approved_moment_that_has_come_near_can_be_undone_as_well(
    editor: TestClient, approver: TestClient, near: Services, clock: FakeClock
) -> None:
    at = "2027-04-20T10:20"
    edition = begin(editor)
    head = {"title": "A", "subject": "A", "dated_on": "2027-04-22", "planned_at": at}
    advance(editor, near, edition, "/kop", **head)
    advance(editor, near, edition, "/indienen")
    advance(approver, near, edition, "/goedkeuren")
    clock.later(minutes=18)

    planned = step(editor, near, edition, "/inplannen", at="2027-04-20T08:20:00+00:00")

    assert "Ingepland: vandaag, 10.23 uur." in planned


@pytest.mark.parametrize(
    ("on", "time", "words"),
    [
        ("2027-04-24", "10:00", "Dat is op een zaterdag."),
        ("2027-04-22", "22:15", "Dat is in de nacht."),
        ("2027-04-27", "10:00", "Dat is op een feestdag: Koningsdag."),
    ],
)
def test_an_unusual_moment_is_asked_once_more_and_taken(
    editor: TestClient, approver: TestClient, near: Services, on: str, time: str, words: str
) -> None:
    edition = approved(editor, approver, near)
    form = {"on": on, "time": time}

    told = editor.get(edition_path(edition, "/moment"), params=form).text
    asked = post(editor, edition_path(edition, "/inplannen"), form)
    sure = re.search(r'name="sure" value="([^"]+)"', asked.text.split("moment-fields")[1])
    assert sure
    planned = step(editor, near, edition, "/inplannen", **form, sure=sure[1])

    assert words in told
    assert asked.status_code == 422
    assert words in asked.text
    assert "<strong>Klopt dat?</strong>" in asked.text
    assert "Ja, plan in" in asked.text
    assert words in planned


def test_an_unusual_moment_that_was_approved_is_not_asked_again(
    editor: TestClient, approver: TestClient, near: Services
) -> None:
    edition = begin(editor)
    head = {"title": "A", "subject": "A", "dated_on": "2027-04-24"}
    advance(editor, near, edition, "/kop", **head, planned_at="2027-04-24T10:00")
    advance(editor, near, edition, "/indienen")
    page = step(approver, near, edition, "/goedkeuren")
    button = page.split("/inplannen")[1].split("</form>")[0]
    fields = dict(re.findall(r'name="(at|sure|seen)" value="([^"]+)"', button))

    planned = step(editor, near, edition, "/inplannen", **fields)

    assert "gaat zaterdag 24 april om 10.00 uur naar" in planned


@pytest.mark.parametrize(
    ("rest", "head"), [("/inplannen", ""), ("/ander-moment", "2027-05-03T10:00")]
)
def test_a_moment_after_the_event_is_refused_at_its_field(
    editor: TestClient, approver: TestClient, near: Services, rest: str, head: str
) -> None:
    edition = announcement(editor, near, **({"planned_at": head} if head else {}))
    advance(editor, near, edition, "/indienen")
    advance(approver, near, edition, "/goedkeuren")
    with near.db.read() as session:
        version = session.get_one(Edition, edition).version

    late = {"on": "2027-05-11", "time": "10:00", "version": version}
    refused = post(editor, edition_path(edition, rest), late)

    words = "De bijeenkomst is dan al begonnen. Kies uiterlijk maandag 10 mei om 10.00 uur."
    assert refused.status_code == 422
    assert f'<span class="error" id="on-error">{words}</span>' in refused.text
    assert 'value="2027-05-11"' in refused.text


def test_a_form_of_earlier_says_who_did_what_since(
    editor: TestClient, approver: TestClient, near: Services, clock: FakeClock
) -> None:
    edition = approved(editor, approver, near)
    page = editor.get(edition_path(edition, "/verzenden")).text
    old = re.search(r'name="seen" value="([^"]+)"', page)
    assert old
    clock.later(minutes=1)
    advance(approver, near, edition, "/verstuur", seen=old[1])
    clock.later(minutes=1)

    told = [
        step(editor, near, edition, rest, seen=old[1], on="2027-04-22", time="10:00")
        for rest in ("/verstuur", "/inplannen")
    ]

    for one in told:
        assert "Er is niets gewijzigd, want het staat er intussen anders voor." in one
        assert "gaf opdracht om editie 1 te verzenden, vandaag, 10.01 uur." in one
        assert "gaat om 10.06 uur naar" in one


def test_an_announcement_for_nobody_is_asked_for_whom(editor: TestClient, near: Services) -> None:
    with near.db.read() as session:
        event = session.scalars(select(Item.id).where(Item.kind == "event")).one()

    def begin_for(segment: str) -> str:
        form = {"kind": "announcement", "event": event, "segment": segment}
        answer = post(editor, "/redactie/edities", form)
        assert answer.status_code == 422
        return str(answer.text)

    for segment in ("", "weg"):
        page = begin_for(segment)
        assert '<span class="error" id="segment-error">Kies voor wie de aankondiging is.' in page
        assert f'<option value="{event}" selected>' in page


def test_an_announcement_is_called_so_while_it_is_judged(
    editor: TestClient, approver: TestClient, near: Services
) -> None:
    edition = announcement(editor, near)
    advance(editor, near, edition, "/indienen")

    pages = [
        approver.get(edition_path(edition, rest)).text for rest in ("", "/beoordelen", "/verzenden")
    ]

    assert "Beoordeel deze aankondiging" in pages[0]
    assert "diende deze aankondiging vandaag om 10.00 uur in" in pages[1]
    assert "gaat na het akkoord naar" in pages[2]
    assert "Naar de aankondiging" in pages[2]
    for page in pages[1:]:
        assert "deze editie" not in page.split("<main")[1].replace("Stand van deze editie", "")
