"""Quiet hours, as who sends an edition sees them."""

from dataclasses import replace
from datetime import time

import pytest
from starlette.testclient import TestClient

from newsletter.limits import QuietHours
from newsletter.wiring import Services
from tests.fakes import FakeClock, FakeTransport
from tests.web.desk import advance, approved, edition_path

QUIET = QuietHours(time(10, 1), time(13))


@pytest.fixture
def near(services: Services, transport: FakeTransport) -> Services:
    quiet = replace(services.settings, quiet_hours=QUIET)
    return replace(services, settings=quiet, open_transport=lambda: transport)


def test_moment_in_quiet_hours_is_told_while_it_is_chosen(
    editor: TestClient, approver: TestClient, near: Services
) -> None:
    edition = approved(editor, approver, near)
    told = {
        moment: editor.get(
            edition_path(edition, "/moment"), params={"on": "2027-04-21", "time": moment}
        ).text
        for moment in ("10:00", "10:01", "13:00")
    }

    words = "Dat is in de stille uren: de eerste mail gaat morgen om 13.00 uur uit."
    assert [words in one for one in told.values()] == [False, True, False]


def test_what_is_due_in_quiet_hours_says_until_when_it_waits(
    editor: TestClient, approver: TestClient, near: Services, clock: FakeClock
) -> None:
    edition = approved(editor, approver, near)
    clock.later(minutes=5)
    advance(editor, near, edition, "/verstuur")

    page = editor.get(edition_path(edition, "/verzenden")).text

    assert "gaat dinsdag 20 april om 13.00 uur naar" in page
    assert "Het zijn nu stille uren. Daarom wacht het verzenden." in page
    assert "binnen een paar tellen" not in page
    assert "Haal terug" in page


def test_who_is_about_to_send_is_told_of_quiet_hours(
    editor: TestClient, approver: TestClient, near: Services, clock: FakeClock
) -> None:
    edition = approved(editor, approver, near)
    before = editor.get(edition_path(edition, "/verzenden")).text
    clock.later(minutes=5)

    page = editor.get(edition_path(edition, "/verzenden")).text

    words = "Nu zijn het stille uren: de eerste mail gaat vandaag om 13.00 uur uit."
    assert words in page
    assert "Het verzenden wacht tot na de stille uren. Tot dan kun je het terughalen." in page
    assert "De eerste mail gaat" not in page
    assert words not in before
