"""What is kept how long, and the register, as the desk shows them."""

from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from newsletter import pipeline
from newsletter.model import Run
from newsletter.wiring import Services
from tests.fakes import START, FakeClock
from tests.web.desk import desk

PAGE, REGISTER = "/redactie/bewaren", "/redactie/verwerkingsregister"


@pytest.fixture
def editor(client: TestClient, services: Services) -> TestClient:
    return desk(client, services)


def night(services: Services, *, days: int, error: str = "", **report: int) -> None:
    at = START - timedelta(days=days)
    with services.db.write() as session:
        session.add(
            Run(
                stage="clean_up",
                due_at=at,
                started_at=at,
                finished_at=at,
                report=report,
                error=error,
            )
        )


def test_before_the_first_night_nothing_is_said_of_it(editor: TestClient) -> None:
    page = editor.get(PAGE).text

    assert "Dat is hier nog niet gebeurd" in page
    assert "Een aanmelding die niet is bevestigd" in page
    assert "14 dagen" in page


def test_the_last_night_and_those_before_are_counted(
    editor: TestClient, services: Services
) -> None:
    night(services, days=2, unconfirmed=4, deliveries=1000)
    night(services, days=1, unconfirmed=3)

    page = editor.get(PAGE).text

    row = page.split("Een aanmelding die niet is bevestigd")[1].split("</tr>")[0]
    assert "De laatste keer was gisteren" in page
    assert "In twee nachten" in page
    assert [">3<" in row, ">7<" in row] == [True, True]
    assert ">1.000<" in page.split("Wie welke editie kreeg")[1].split("</tr>")[0]
    assert "ging het mis" not in page


def test_a_night_that_failed_says_so(editor: TestClient, services: Services) -> None:
    night(services, days=1, error="OperationalError: locked")

    page = editor.get(PAGE).text

    assert "De laatste keer ging het mis" in page
    assert "OperationalError" not in page


def test_a_real_night_fills_the_page(
    editor: TestClient, services: Services, clock: FakeClock
) -> None:
    with services.db.write() as session:
        run = pipeline.begin_run(session, "clean_up", due_at=clock(), now=clock())
    assert pipeline.run_stage(services, run).error == ""

    assert "De laatste keer was vandaag om 10.00 uur" in editor.get(PAGE).text


def test_the_register_is_of_today(editor: TestClient, services: Services) -> None:
    page = editor.get(REGISTER).text

    assert "op dinsdag 20 april 2027 is ingesteld" in page
    assert services.settings.organisation.name in page
    assert "Een aanmelding die niet is bevestigd: 14 dagen" in page
    assert "nu op http" in page
