"""Pressing send, and the minutes in which it can be undone."""

import re
from dataclasses import replace
from datetime import date, timedelta
from threading import Thread

import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from newsletter.model import Delivery
from newsletter.store.deliveries import figures
from newsletter.store.editions import events_of, get_edition
from newsletter.values import EditionStatus, Role
from newsletter.wiring import Services
from tests.fakes import FakeClock, FakeTransport
from tests.web.desk import (
    advance,
    approved,
    begin,
    edition_path,
    freeze,
    make_user,
    post,
    step,
    token,
)
from tests.web.desk import enter as enter_desk
from web.app import create_app
from web.forms import moment_value


@pytest.fixture
def near(services: Services, transport: FakeTransport) -> Services:
    waiting = replace(services.settings, undo_minutes=5)
    return replace(services, settings=waiting, open_transport=lambda: transport)


def state(near: Services, edition: int) -> EditionStatus:
    with near.db.read() as session:
        return figures(session, edition).state


def seen(client: TestClient, edition: int) -> str:
    page = client.get(edition_path(edition, "/verzenden")).text
    found = re.search(r'name="seen" value="([^"]+)"', page)
    assert found
    return found[1]


def test_pressing_send_waits_five_minutes_and_says_so(
    editor: TestClient, approver: TestClient, near: Services, clock: FakeClock
) -> None:
    edition = approved(editor, approver, near)
    before = editor.get(edition_path(edition, "/verzenden")).text

    waiting = step(editor, near, edition, "/verstuur")
    clock.later(minutes=4, seconds=59)
    freeze(near)
    still = state(near, edition)
    clock.later(seconds=1)
    freeze(near)

    assert "De eerste mail gaat 5 minuten later weg." in before
    assert "gaat om 10.05 uur naar" in waiting
    assert "Tot 10.05 uur kun je het ongedaan maken." in waiting
    assert 'data-until="2027-04-20T08:05:00+00:00"' in waiting
    assert '<noscript><meta http-equiv="refresh" content="20"></noscript>' in waiting
    assert (still, state(near, edition)) == (EditionStatus.SCHEDULED, EditionStatus.SENDING)


def test_who_has_no_script_can_let_the_page_stand_still(
    editor: TestClient, approver: TestClient, near: Services
) -> None:
    edition = approved(editor, approver, near)
    waiting = step(editor, near, edition, "/verstuur")

    still = editor.get(edition_path(edition, "/verzenden?stil=ja")).text

    assert 'ververst zichzelf elke 20 seconden. <a href="?stil=ja">' in waiting
    assert 'http-equiv="refresh"' not in still
    assert f'<a href="{edition_path(edition, "/verzenden")}">laat hem zichzelf' in still


def test_undo_brings_it_back_to_approved(
    editor: TestClient, approver: TestClient, near: Services, clock: FakeClock
) -> None:
    edition = approved(editor, approver, near)
    advance(editor, near, edition, "/verstuur")

    back = step(approver, near, edition, "/terughalen")
    clock.later(hours=1)
    freeze(near)

    assert "Verstuur naar 5 abonnees" in back
    assert state(near, edition) is EditionStatus.APPROVED


def test_a_form_that_the_browser_sends_again_after_the_undo_sends_nothing(
    editor: TestClient, approver: TestClient, near: Services, clock: FakeClock
) -> None:
    edition = approved(editor, approver, near)
    form = {"seen": seen(editor, edition)}
    advance(editor, near, edition, "/verstuur", **form)
    clock.later(minutes=1)
    advance(editor, near, edition, "/terughalen")

    again = post(editor, edition_path(edition, "/verstuur"), form)

    assert again.status_code == 303
    assert state(near, edition) is EditionStatus.APPROVED


def test_whoever_cannot_wait_sends_at_once(
    editor: TestClient, approver: TestClient, near: Services
) -> None:
    edition = approved(editor, approver, near)
    advance(editor, near, edition, "/verstuur")

    page = step(editor, near, edition, "/verstuur", now="ja")
    freeze(near)

    assert "Het verzenden begint." in page
    assert state(near, edition) is EditionStatus.SENDING


def test_a_planned_edition_is_not_about_to_leave(
    editor: TestClient, approver: TestClient, near: Services
) -> None:
    edition = approved(editor, approver, near)
    at = moment_value(near.clock() + timedelta(days=2))

    planned = step(editor, near, edition, "/inplannen", at=at)

    assert "Haal terug" in planned
    assert "count-down" not in planned
    assert "Wacht niet" not in planned


def test_what_began_and_of_which_nothing_left_is_taken_back(
    editor: TestClient, approver: TestClient, near: Services, clock: FakeClock
) -> None:
    edition = approved(editor, approver, near)
    advance(editor, near, edition, "/verstuur", now="ja")
    freeze(near)

    sending = editor.get(edition_path(edition, "/verzenden")).text
    back = step(editor, near, edition, "/terughalen")

    assert "Haal terug" in sending
    assert "Verstuur naar 5 abonnees" in back


def test_the_script_is_told_only_what_it_does_not_know(
    editor: TestClient, approver: TestClient, near: Services, clock: FakeClock
) -> None:
    edition = approved(editor, approver, near)
    known = seen(editor, edition)
    path = edition_path(edition, "/stand")
    same = editor.get(path, params={"stand": known})
    clock.later(seconds=1)
    advance(approver, near, edition, "/verstuur", now="ja")
    other = editor.get(path, params={"stand": known})
    freeze(near)
    begun = editor.get(path, params={"stand": known})

    assert (same.status_code, same.text) == (204, "")
    assert other.status_code == 205
    assert begun.text.count('id="live" data-state="sending"') == 1
    assert "desknav" not in begun.text
    assert len(begun.text) < 5000


@pytest.mark.long
def test_two_people_who_press_send_together_a_hundred_times_start_it_once(
    editor: TestClient, approver: TestClient, near: Services, clock: FakeClock
) -> None:
    edition = approved(editor, approver, near)
    answers: list[int] = []

    def press(client: TestClient) -> None:
        form = {"csrf": token(client)}
        for _ in range(50):
            answer = client.post(edition_path(edition, "/verstuur"), data=form)
            answers.append(answer.status_code)

    presses = [Thread(target=press, args=(client,)) for client in (editor, approver)]
    for one in presses:
        one.start()
    for one in presses:
        one.join()
    clock.later(minutes=5)
    for _ in range(2):
        freeze(near)
        post(editor, edition_path(edition, "/verstuur"))

    with near.db.read() as session:
        events = [one.what for one in events_of(session, edition)]
        rows = session.scalar(select(func.count()).select_from(Delivery))
        people = session.scalar(select(func.count(Delivery.subscriber_id.distinct())))
    assert answers == [303] * 100
    assert events.count("send_now") == events.count("sending") == 1
    assert (rows, people) == (5, 5)


def test_another_moment_than_the_approved_one_goes_to_an_approver_again(
    editor: TestClient, approver: TestClient, near: Services
) -> None:
    edition = begin(editor)
    at = moment_value(near.clock() + timedelta(days=2))
    head = {"title": "Met een moment", "subject": "A", "dated_on": "2027-04-22", "planned_at": at}
    advance(editor, near, edition, "/kop", **head)
    advance(editor, near, edition, "/indienen")
    offered = step(approver, near, edition, "/goedkeuren")

    moved = step(editor, near, edition, "/ander-moment", on="2027-04-23", time="10:00")
    anew = step(approver, near, edition, "/goedkeuren")

    assert "Dat vraagt een nieuw akkoord." in offered
    assert "Een eindredacteur moet nog akkoord geven." in moved
    assert "gaat vrijdag 23 april om 10.00 uur naar" in moved
    assert "Plan in voor 5 abonnees" in anew
    with near.db.read() as session:
        told = [(one.what, one.note) for one in events_of(session, edition)]
        dated_on = get_edition(session, edition).dated_on
    assert ("submitted", "Nieuw moment: over drie dagen om 10.00 uur.") in told
    assert dated_on == date(2027, 4, 23)


def test_the_day_of_sending_is_held_beside_the_date_on_the_edition(
    editor: TestClient, approver: TestClient, near: Services
) -> None:
    edition = begin(editor)
    head = {"title": "Zonder moment", "subject": "A", "dated_on": "2027-04-22", "planned_at": ""}
    advance(editor, near, edition, "/kop", **head)
    advance(editor, near, edition, "/indienen")

    today = step(approver, near, edition, "/goedkeuren")
    fitting = step(editor, near, edition, "/inplannen", on="2027-04-22", time="10:00")

    told = "draagt de datum donderdag 22 april, maar gaat dan dinsdag 20 april uit."
    assert told in today
    assert "draagt de datum" not in fitting


def test_a_draft_says_in_words_when_it_goes(editor: TestClient, near: Services) -> None:
    edition = begin(editor)
    head = {"title": "A", "subject": "A", "dated_on": "2027-04-24"}

    page = step(editor, near, edition, "/kop", **head, planned_at="2027-04-24T22:30")

    assert "Gaat uit: zaterdag 24 april 2027 om 22.30 uur, over vier dagen." in page
    assert "Dat is in de nacht." in page
    assert "Dat is op een zaterdag." in page


def test_a_planned_moment_that_nobody_approved_is_moved_at_once(
    editor: TestClient, approver: TestClient, near: Services
) -> None:
    edition = approved(editor, approver, near)
    advance(editor, near, edition, "/inplannen", on="2027-04-22", time="10:00")

    moved = step(editor, near, edition, "/inplannen", on="2027-04-23", time="9.30")

    assert "gaat vrijdag 23 april om 9.30 uur naar" in moved


def test_a_moment_far_away_is_asked_once_more(
    editor: TestClient, approver: TestClient, near: Services
) -> None:
    edition = approved(editor, approver, near)
    path = edition_path(edition, "/inplannen")
    far = {"on": "2027-12-03", "time": "10:00"}

    asked = post(editor, path, far)
    sure = re.search(r'name="sure" value="([^"]+)"', asked.text)
    assert sure
    other = post(editor, path, {**far, "on": "2027-12-04", "sure": sure[1]})
    planned = step(editor, near, edition, "/inplannen", **far, sure=sure[1])

    assert asked.status_code == other.status_code == 422
    assert "Vrijdag 3 december 2027 om 10.00 uur, over 227 dagen. Dat is wintertijd." in asked.text
    assert "Ja, plan in" in asked.text
    assert "gaat vrijdag 3 december om 10.00 uur naar" in planned
    assert "Dat is <strong>over 227 dagen</strong>, wintertijd." in planned


def test_a_moment_that_is_not_there_offers_the_next_and_one_that_comes_twice_asks(
    editor: TestClient, approver: TestClient, near: Services
) -> None:
    edition = approved(editor, approver, near)
    path = edition_path(edition, "/inplannen")

    twice = post(editor, path, {"on": "2027-10-31", "time": "02:30"})
    gone = post(editor, path, {"on": "2028-03-26", "time": "02:30"})
    form = {"on": "2027-10-31", "time": "02:30", "once": "tweede"}
    asked = post(editor, path, form).text
    sure = {"sure": "2027-10-31T01:30:00+00:00"}
    second = step(editor, near, edition, "/inplannen", **form, **sure)

    assert "De tweede keer 2.30 uur (wintertijd)" in twice.text
    assert "2.30 uur bestaat dan niet. Het eerstvolgende moment is 3.00 uur." in gone.text
    assert 'name="at" value="2028-03-26T01:00:00+00:00"' in gone.text
    assert '<input type="hidden" name="once" value="tweede">' in asked
    assert sure["sure"] in asked
    assert "om 2.30 uur naar" in second
    assert "wintertijd" in second


def test_the_page_says_what_was_approved_and_by_whom(
    editor: TestClient, approver: TestClient, near: Services
) -> None:
    edition = approved(editor, approver, near)

    page = editor.get(edition_path(edition, "/verzenden")).text

    with near.db.read() as session:
        seal = figures(session, edition).content_hash
    assert "Goedgekeurd door Approver" in page
    assert f'<span class="code">{seal[:8]}</span>' in page


def test_an_approver_may_send_what_an_editor_made_and_a_stranger_may_not(
    editor: TestClient, approver: TestClient, near: Services
) -> None:
    edition = approved(editor, approver, near)
    with TestClient(create_app(near), follow_redirects=False) as stranger:
        refused = stranger.post(edition_path(edition, "/verstuur"))
    other = make_user(near, Role.EDITOR, "Cor")
    with TestClient(create_app(near), follow_redirects=False) as cor:
        enter_desk(cor, near, other)
        advance(cor, near, edition, "/verstuur")

    assert refused.status_code in {303, 403}
    assert state(near, edition) is EditionStatus.SCHEDULED
