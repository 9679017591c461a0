"""Four eyes: who had a hand in an edition, also by what stands in every mail, does not judge it."""

import html
import re
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from newsletter.store.editions import events_of, get_edition
from newsletter.values import EditionStatus, Role
from newsletter.wiring import Services
from tests.fakes import FakeClock
from tests.web.desk import desk, edition_path, post, submitted, version
from tests.web.editor.test_organisation import send
from web.app import create_app

SEAL = re.compile(r'name="seal" value="(\w{64})"')


@pytest.fixture
def marit(near: Services) -> Iterator[TestClient]:
    with TestClient(create_app(near), follow_redirects=False) as client:
        yield desk(client, near, Role.ADMINISTRATOR)


def state(near: Services, edition: int) -> EditionStatus:
    with near.db.read() as session:
        return get_edition(session, edition).state


def judging(client: TestClient, edition: int) -> str:
    return html.unescape(client.get(edition_path(edition, "/beoordelen")).text)


def approve(client: TestClient, near: Services, edition: int) -> int:
    fields = {"version": version(near, edition)}
    return post(client, edition_path(edition, "/goedkeuren"), fields).status_code


def test_who_changed_what_stands_in_every_mail_does_not_approve(
    editor: TestClient, marit: TestClient, approver: TestClient, near: Services
) -> None:
    edition = submitted(editor, near)
    assert "Keur goed" in judging(marit, edition)

    send(marit, {"tagline": "Van de beheerder."})

    assert "Keur goed" not in judging(marit, edition)
    assert approve(marit, near, edition) == 403
    assert state(near, edition) is EditionStatus.IN_REVIEW
    assert f"/edities/{edition}/beoordelen" not in marit.get("/redactie").text
    assert approve(approver, near, edition) == 303


def test_who_changed_it_before_an_edition_was_begun_may_approve(
    editor: TestClient, marit: TestClient, near: Services, clock: FakeClock
) -> None:
    send(marit, {"tagline": "Van de beheerder."})
    clock.later(minutes=1)
    edition = submitted(editor, near)

    assert approve(marit, near, edition) == 303


def test_a_judge_sees_that_the_organisation_changed_since_they_looked(
    editor: TestClient,
    approver: TestClient,
    marit: TestClient,
    near: Services,
    clock: FakeClock,
) -> None:
    edition = submitted(editor, near)
    before = judging(approver, edition)
    clock.later(minutes=5)

    send(marit, {"tagline": "Van de beheerder."})

    after = judging(approver, edition)
    assert "De organisatie</strong>" not in before
    assert "Anders dan toen je keek" in after
    assert "Administrator wijzigde de gegevens die in elke mail staan" in after
    assert SEAL.findall(after) != SEAL.findall(before)
    stale = {"version": version(near, edition), "seal": SEAL.findall(before)[0]}
    assert post(approver, edition_path(edition, "/goedkeuren"), stale).status_code == 409
    with near.db.read() as session:
        last = events_of(session, edition)[-1]
    assert last.what == "organisation_followed"
    assert "gegevens van de organisatie gewijzigd" in editor.get(edition_path(edition)).text
