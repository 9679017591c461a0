"""The result: sentences, groups with what to do, who was left out, and the ledger for some."""

import re
from collections.abc import Iterator
from threading import Event

import pytest
from starlette.testclient import TestClient

from newsletter.model import Delivery
from newsletter.send.worker import run_worker
from newsletter.store.editions import events_of
from newsletter.values import DeliveryState, Role
from newsletter.wiring import Services
from subscribers.model import Subscriber
from subscribers.values import Audience, SubscriberStatus
from tests.fakes import START
from tests.queries import counted
from tests.web.desk import advance, approved, desk, edition_path, freeze, make_subscriber, post
from web.app import create_app


@pytest.fixture
def administrator(near: Services) -> Iterator[TestClient]:
    with TestClient(create_app(near), follow_redirects=False) as client:
        yield desk(client, near, Role.ADMINISTRATOR)


@pytest.fixture
def sent(editor: TestClient, approver: TestClient, near: Services) -> int:
    """An edition to five, of which one left meanwhile and one was refused."""
    make_subscriber(near, "weg@example.org", Audience.SCHOOL, status=SubscriberStatus.UNSUBSCRIBED)
    make_subscriber(near, "stuk@example.org", Audience.SCHOOL, status=SubscriberStatus.SUPPRESSED)
    left = make_subscriber(near, "later@example.org", Audience.SCHOOL)
    edition = approved(editor, approver, near)
    advance(editor, near, edition, "/verstuur")
    freeze(near)
    with near.db.write() as session:
        session.get_one(Subscriber, left).status = SubscriberStatus.UNSUBSCRIBED
    run_worker(near, stop=Event(), until_complete=edition)
    return edition


def test_what_was_never_being_sent_has_no_result(
    editor: TestClient, approver: TestClient, near: Services
) -> None:
    edition = approved(editor, approver, near)
    planned = editor.get(edition_path(edition, "/resultaat")).status_code
    post(editor, edition_path(edition, "/stop"))

    stopped = editor.get(edition_path(edition, "/resultaat")).status_code

    assert (planned, stopped) == (404, 404)
    assert "/resultaat" not in editor.get(edition_path(edition)).text


def test_who_did_not_get_it_stands_in_groups(editor: TestClient, sent: int) -> None:
    page = editor.get(edition_path(sent, "/resultaat")).text

    refused = page.split("Wie de mail niet aannam")[1].split("</section>")[0]
    skipped = page.split("Wie we oversloegen")[1].split("</section>")[0]
    left_out = page.split("Wie er niet bij hoorde")[1].split("</section>")[0]
    assert "Adres bestaat niet of is dicht" in refused
    assert "Heeft zich intussen afgemeld" in skipped
    assert "Heeft zich afgemeld" in left_out
    assert "Adres werkt niet meer" in left_out
    assert "@example.org" not in page


def test_more_refusals_of_more_kinds_cost_no_query_more(
    editor: TestClient, near: Services, sent: int
) -> None:
    path = edition_path(sent, "/resultaat")
    with counted(near.db.engine) as few:
        editor.get(path)
    with near.db.write() as session:
        session.add_all(
            Delivery(
                edition_id=sent,
                cut="school",
                state=DeliveryState.FAILED,
                code=550 + number % 4,
                reply=f"5.{number % 7}.1 unknown",
                at=START,
            )
            for number in range(30)
        )

    with counted(near.db.engine) as many:
        page = editor.get(path).text

    assert len(many) == len(few)
    refused = page.split("Wie de mail niet aannam")[1].split("</section>")[0]
    assert sum(map(int, re.findall(r'data-label="Mensen:">(\d+)<', refused))) == 31


def test_who_was_left_out_is_counted_as_it_was_when_it_began(
    editor: TestClient, near: Services, sent: int
) -> None:
    make_subscriber(near, "nu@example.org", Audience.SCHOOL, status=SubscriberStatus.PENDING)

    page = editor.get(edition_path(sent, "/resultaat")).text

    assert "Nog niet bevestigd" not in page


def test_the_ledger_is_for_administrators_and_taking_it_is_on_record(
    editor: TestClient, administrator: TestClient, near: Services, sent: int
) -> None:
    path = edition_path(sent, "/grootboek")

    refused = post(editor, path)
    taken = post(administrator, path)

    assert "/grootboek" not in editor.get(edition_path(sent, "/resultaat")).text
    assert "Haal het grootboek op" in administrator.get(edition_path(sent, "/resultaat")).text
    assert refused.status_code == 403
    assert taken.headers["content-disposition"] == f'attachment; filename="grootboek-{sent}.csv"'
    failed = "school1@example.org;;school;school;mislukt;Adres bestaat niet of is dicht;550;"
    assert failed in taken.text
    assert len(taken.text.splitlines()) == 7
    with near.db.read() as session:
        taken_by = [one.user_id for one in events_of(session, sent) if one.what == "ledger_taken"]
    assert len(taken_by) == 1


def test_the_ledger_of_no_edition_is_no_page(administrator: TestClient) -> None:
    assert post(administrator, edition_path(99, "/grootboek")).status_code == 404
