"""Vandaag: what the program could not do in time."""

from datetime import timedelta

from starlette.testclient import TestClient

from newsletter.model import Run
from newsletter.wiring import Services
from tests.web.desk import desk, post


def test_a_job_that_was_missed_or_failed_in_the_last_day_is_told(
    client: TestClient, services: Services
) -> None:
    now = services.clock()
    missed = now - timedelta(hours=8)
    long_ago = now - timedelta(days=3)
    with services.db.write() as session:
        for stage, due_at, started_at, error in (
            ("draft", long_ago, long_ago, "OSError: disk full"),
            ("clean_up", missed, now, ""),
            ("gather", missed, missed, "OSError: disk full"),
        ):
            session.add(
                Run(stage=stage, due_at=due_at, started_at=started_at, report={}, error=error)
            )
    desk(client, services)

    page = client.get("/redactie").text

    assert "Twee taken van het programma gingen niet op tijd of niet goed." in page
    assert "Het opruimen van oude gegevens moest" in page
    assert "Het ophalen uit de bronnen lukte" in page
    assert "Het vullen van het concept" not in page
    assert "disk full" not in page


def test_nothing_is_told_when_all_went_well(client: TestClient, services: Services) -> None:
    desk(client, services)

    assert "van het programma" not in client.get("/redactie").text


def test_one_side_is_named_once_and_more_are_counted_apart(
    editor: TestClient, services: Services
) -> None:
    event = editor.get("/redactie/edities").text.split('<option value="')[1].split('"')[0]
    fields = {"kind": "announcement", "event": event, "segment": "school"}
    post(editor, "/redactie/edities", fields)
    one = editor.get("/redactie").text
    post(editor, "/redactie/edities", {"kind": "newsletter"})
    more = editor.get("/redactie").text

    assert "Gaat naar 3 abonnees bij " in " ".join(one.split())
    assert "Gaat naar 5 abonnees: " in " ".join(more.split())


def test_without_subscribers_the_page_says_how_they_come(
    client: TestClient, services: Services
) -> None:
    desk(client, services)

    page = client.get("/redactie/abonnees").text

    assert "Er zijn nog geen abonnees" in page
    assert 'href="/aanmelden">Bekijk het aanmeldformulier' in page
