"""An edition whose moment passed while nobody ran: Today, the page of sending and a mail say so."""

from dataclasses import replace
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from newsletter.pipeline import STAGES
from newsletter.wiring import Services
from tests.fakes import FakeClock, FakeTransport
from tests.web.desk import advance, approved, edition_path, enter, freeze

SAID = "uitgaan, maar toen draaide het programma niet."


@pytest.fixture
def overslept(editor: TestClient, approver: TestClient, near: Services, clock: FakeClock) -> int:
    """An edition that was planned for in an hour; the program runs again a day later."""
    edition = approved(editor, approver, near)
    at = (clock() + timedelta(hours=1)).isoformat()
    advance(editor, near, edition, "/inplannen", at=at, sure=at)
    clock.later(days=1, hours=1)
    STAGES["send"].do(near, clock())
    enter(editor, near, "editor@example.org")  # the session of yesterday is over
    return edition


def test_it_waits_on_today_and_is_explained_where_it_is_sent(
    editor: TestClient, overslept: int
) -> None:
    today = editor.get("/redactie").text
    page = editor.get(edition_path(overslept, "/verzenden")).text
    log = editor.get("/redactie/logboek").text

    assert f"Zou gisteren om 11.00 uur {SAID}" in today
    assert f"zou gisteren om 11.00 uur {SAID}" in page
    assert "Verstuur naar" in page
    assert "ging niet uit, want het programma draaide toen niet" in log


def test_its_people_are_told_by_mail(overslept: int, near: Services, clock: FakeClock) -> None:
    relay = FakeTransport()

    STAGES["tell"].do(replace(near, open_transport=lambda: relay), clock())

    told = [message.decode() for _, _, message in relay.accepted]
    assert told
    assert all("niet uitgegaan" in one for one in told)


def test_it_can_be_sent_all_the_same_and_nothing_is_said_any_more(
    editor: TestClient, overslept: int, near: Services
) -> None:
    advance(editor, near, overslept, "/verstuur")
    freeze(near)

    page = editor.get(edition_path(overslept, "/verzenden")).text

    assert "wordt verzonden" in page
    assert SAID not in page + editor.get("/redactie").text


def test_the_settings_say_how_late_is_too_late(
    editor: TestClient, approver: TestClient, near: Services, clock: FakeClock
) -> None:
    edition = approved(editor, approver, near)
    advance(editor, near, edition, "/verstuur")
    clock.later(days=1)

    patient = replace(near, settings=replace(near.settings, late_hours=48))
    STAGES["send"].do(patient, clock())
    enter(editor, near, "editor@example.org")

    page = editor.get(edition_path(edition, "/verzenden")).text
    assert "wordt verzonden" in page
    assert "later begonnen dan gepland" in page
