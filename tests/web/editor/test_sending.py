"""Planning, pausing, stopping, and sending once."""

from datetime import timedelta
from threading import Event

from starlette.testclient import TestClient

from newsletter.send.loop.ends import End, bring_to_end
from newsletter.send.worker import run_worker
from newsletter.wiring import Services
from subscribers.values import Audience, SubscriberStatus
from tests.fakes import FakeClock, FakeTransport
from tests.web.desk import (
    advance,
    approved,
    begin,
    edition_path,
    freeze,
    make_subscriber,
    post,
    step,
)
from web.forms import moment_value


def test_planning_and_taking_the_plan_back(
    editor: TestClient, approver: TestClient, near: Services
) -> None:
    edition = approved(editor, approver, near)
    at = moment_value(near.clock() + timedelta(days=2))

    past = post(editor, edition_path(edition, "/inplannen"), {"at": "2020-01-01T10:00"})
    none = post(editor, edition_path(edition, "/inplannen"), {"at": ""})
    planned = step(editor, near, edition, "/inplannen", at=at)
    back = step(editor, near, edition, "/terughalen")

    assert (past.status_code, none.status_code) == (422, 422)
    assert "Ingepland: overmorgen, 10.00 uur." in planned
    assert "gaat donderdag 22 april om 10.00 uur naar" in planned
    assert "Dat is <strong>overmorgen</strong>." in planned
    assert "Haal terug" in planned
    assert "Verstuur naar 5 abonnees" in back


def test_the_approved_moment_is_the_only_one(
    editor: TestClient, approver: TestClient, near: Services
) -> None:
    edition = begin(editor)
    at = moment_value(near.clock() + timedelta(days=2))
    head = {"title": "Met een moment", "subject": "A", "dated_on": "2027-04-22", "planned_at": at}
    advance(editor, near, edition, "/kop", **head)
    advance(editor, near, edition, "/indienen")
    last_look = step(approver, near, edition, "/goedkeuren")

    other = moment_value(near.clock() + timedelta(days=3))
    refused = post(editor, edition_path(edition, "/inplannen"), {"at": other})
    planned = step(editor, near, edition, "/inplannen", at=at)

    assert "Plan in voor 5 abonnees" in last_look
    assert refused.status_code == 409
    assert "Haal terug" in planned


def test_pausing_going_on_and_stopping(
    editor: TestClient, approver: TestClient, near: Services
) -> None:
    edition = approved(editor, approver, near)
    advance(editor, near, edition, "/verstuur")

    freeze(near)
    sending = editor.get(edition_path(edition, "/verzenden")).text
    paused = step(editor, near, edition, "/pauze")
    today = editor.get("/redactie").text
    on = step(editor, near, edition, "/hervat")
    stopped = step(editor, near, edition, "/stop")

    assert 'data-refresh="3"' in sending
    assert "0 van de 5" in sending
    assert "staat op pauze" in paused
    assert "Ga verder met verzenden" in paused
    assert "wordt verzonden" in on
    assert "is afgebroken" in stopped
    assert "<h1>Editie 1 staat op pauze</h1>" in today
    assert 'value="0" aria-label="Verzonden"' in stopped
    result = editor.get(edition_path(edition, "/resultaat")).text
    assert "5 mensen</strong> sloegen we over, omdat het verzenden is gestopt." in result
    assert "afgebroken op" in result


def test_what_is_read_again_while_sending_says_where_the_edition_stands(
    editor: TestClient, approver: TestClient, near: Services
) -> None:
    edition = approved(editor, approver, near)
    last_look = step(editor, near, edition, "/verstuur")
    freeze(near)
    sending = editor.get(edition_path(edition, "/verzenden")).text

    assert 'data-refresh="2"' in last_look.split('id="live" data-state="scheduled"')[1]
    assert 'data-refresh="3"' in sending.split('id="live" data-state="sending"')[1]
    for page in (last_look, sending):
        assert '<p class="only-read" role="status" id="gezegd"></p>' in page


def test_who_gets_nothing_is_counted_with_the_reason(editor: TestClient, near: Services) -> None:
    make_subscriber(near, "weg@example.org", Audience.SCHOOL, status=SubscriberStatus.UNSUBSCRIBED)
    make_subscriber(near, "stuk@example.org", Audience.SCHOOL, status=SubscriberStatus.SUPPRESSED)
    make_subscriber(near, "nog@example.org", None, status=SubscriberStatus.PENDING)
    make_subscriber(near, "anders@example.org", None, wants_newsletter=False)
    edition = begin(editor)

    page = editor.get(edition_path(edition, "/verzenden")).text

    for words in (
        "Heeft zich afgemeld",
        "Adres werkt niet meer",
        "Nog niet bevestigd",
        "Wil dit soort",
    ):
        assert words in page
    assert "weg@example.org" not in page


def test_two_people_who_press_send_start_it_once(
    editor: TestClient,
    approver: TestClient,
    near: Services,
    transport: FakeTransport,
    clock: FakeClock,
) -> None:
    edition = approved(editor, approver, near)

    for client in (editor, approver, editor):
        advance(client, near, edition, "/verstuur")
        clock.later(seconds=1)
    run_worker(near, stop=Event(), until_complete=edition)
    again = post(editor, edition_path(edition, "/verstuur"))

    assert again.status_code == 303
    assert len(transport.accepted) == 4


def test_a_sending_that_was_stopped_for_its_event_says_why(
    editor: TestClient, approver: TestClient, near: Services
) -> None:
    edition = approved(editor, approver, near)
    advance(editor, near, edition, "/verstuur")
    freeze(near)

    def stopped(end: End) -> str:
        with near.db.write() as session:
            bring_to_end(session, edition, end, now=near.clock())
        return str(editor.get(edition_path(edition, "/verzenden")).text)

    changed = stopped(End.EVENT_CHANGED)
    advance(editor, near, edition, "/hervat")
    too_late = stopped(End.TOO_LATE)

    assert "<strong>De bijeenkomst is verzet of afgezegd.</strong>" in changed
    assert "staat op pauze" in changed
    assert "Het laatste moment om te versturen was voorbij." in too_late
    assert "is afgebroken" in too_late
