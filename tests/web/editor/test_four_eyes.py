"""Four eyes: who had a hand in an edition, also by what stands in every mail, does not judge it."""

import html
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from newsletter.store.editions import events_of, get_edition
from newsletter.values import EditionStatus, Role
from newsletter.wiring import Services
from tests.fakes import FakeClock
from tests.web.desk import (
    add_block,
    begin,
    desk,
    edition_path,
    post,
    step,
    submitted,
    version,
)
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


def page(client: TestClient, edition: int) -> str:
    return html.unescape(client.get(edition_path(edition)).text)


def test_who_may_approve_is_told_what_a_change_costs_and_who_else_can(
    editor: TestClient, approver: TestClient, near: Services
) -> None:
    edition = begin(editor)
    alone = page(approver, edition)
    with TestClient(create_app(near), follow_redirects=False) as client:
        desk(client, near, Role.ADMINISTRATOR)
    both = page(approver, edition)
    add_block(approver, near, edition)
    written = page(approver, edition)

    cost = "Wijzig je iets of dien je zelf in, dan kun je deze editie niet meer goedkeuren."
    assert f"{cost} Dan kan niemand het meer." in alone
    assert f"{cost} Dan kan alleen Administrator het nog." in both
    assert cost not in written
    assert cost not in page(editor, edition)
    assert "Administrator en Approver kunnen goedkeuren." in both
    assert "Administrator kan goedkeuren." in written


def test_an_edition_that_nobody_can_approve_says_so_before_and_at_submission(
    editor: TestClient, approver: TestClient, marit: TestClient, near: Services
) -> None:
    edition = begin(editor)
    add_block(approver, near, edition)
    post(approver, edition_path(edition, f"/ongedaan?versie={version(near, edition)}"))
    asked = page(editor, edition)
    add_block(marit, near, edition)
    post(marit, edition_path(edition, f"/ongedaan?versie={version(near, edition)}"))
    nobody = (
        "Niemand kan deze editie goedkeuren, want Administrator en Approver werkten er zelf aan. "
        "Vraag een beheerder om nog iemand de rol eindredacteur te geven."
    )

    before = page(editor, edition)
    said = html.unescape(step(editor, near, edition, "/indienen"))

    assert "Administrator kan goedkeuren." in asked
    assert nobody in before
    assert f"Ingediend. {nobody}" in said
    assert nobody in judging(approver, edition)


def test_the_review_page_names_whom_to_ask(
    editor: TestClient, approver: TestClient, marit: TestClient, near: Services
) -> None:
    edition = begin(editor)
    add_block(marit, near, edition)
    post(marit, edition_path(edition, f"/ongedaan?versie={version(near, edition)}"))
    said = html.unescape(step(editor, near, edition, "/indienen"))

    assert "Ingediend. Approver kan goedkeuren." in said
    assert "Vraag Approver om goed te keuren." in judging(marit, edition)
    assert "Approver kan goedkeuren." in judging(editor, edition)


@pytest.mark.usefixtures("editor")
def test_with_two_approvals_to_give_one_judge_is_too_few(
    near: Services,
) -> None:
    services = replace(near, settings=replace(near.settings, approvers=2))
    with TestClient(create_app(services), follow_redirects=False) as client:
        other = desk(client, services, Role.APPROVER)
        edition = submitted(other, services)
        with TestClient(create_app(services), follow_redirects=False) as second:
            marit = desk(second, services, Role.ADMINISTRATOR)
            shown = judging(marit, edition)

            assert (
                "Er zijn nog 2 akkoorden nodig en alleen Administrator kan goedkeuren, "
                "want Approver werkte er zelf aan."
            ) in judging(other, edition)
            assert "Keur goed" in shown
