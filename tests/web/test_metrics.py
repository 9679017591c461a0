"""/metrics: figures for a program that watches, and nobody else's."""

from dataclasses import replace
from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import insert
from starlette.testclient import TestClient

from newsletter.model import Delivery
from newsletter.send.watching.meter import TICK, Meter, put
from newsletter.values import DeliveryState, EditionStatus
from newsletter.wiring import Services
from storage.session import Database
from tests.factories import make_edition
from tests.fakes import START
from tests.queries import counted
from web.app import create_app

NEAR = ("127.0.0.1", 50_000)
TOKEN = "abcdefghijklmnop"


def asking(services: Services, *, client: tuple[str, int] = NEAR) -> TestClient:
    return TestClient(create_app(services), base_url="http://127.0.0.1:8000", client=client)


def read(text: str) -> dict[str, float]:
    """Return the figures by name, with what labels they have behind it."""
    return {
        " ".join([one.name, *(value for _, value in sorted(one.labels.items()))]): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }


def make_sending(db: Database, **numbers: int) -> int:
    with db.write() as session:
        edition = make_edition(
            session,
            status=EditionStatus.SENDING,
            due_at=START - timedelta(minutes=2),
            materialised_at=START,
            size=sum(numbers.values()),
        )
        rows = [
            {"edition_id": edition.id, "state": state, "at": START}
            for state, number in numbers.items()
            for _ in range(number)
        ]
        session.execute(insert(Delivery), rows)
        return edition.id


def test_figures_tell_how_the_sending_stands(services: Services) -> None:
    edition_id = make_sending(services.db, sent=3, pending=2, in_doubt=1)
    meter = Meter(services.db, now=START)
    meter.add(edition_id, {"sent 2xx": 3, "failed 5xx": 2, "in_doubt none": 1}, now=START)
    meter.waited(timedelta(seconds=2.5))
    meter.note_relay(is_up=True)
    meter.write(START)
    with services.db.write() as session:
        put(session, TICK, 1, now=START - timedelta(seconds=4))

    found = read(asking(services).get("/metrics").text)

    expected = {
        f"newsletter_deliveries {edition_id} sent": 3,
        f"newsletter_deliveries {edition_id} pending": 2,
        f"newsletter_deliveries {edition_id} failed": 0,
        "newsletter_in_doubt": 1,
        "newsletter_answers_total 2xx sent": 3,
        "newsletter_answers_total 5xx failed": 2,
        "newsletter_answers_total none in_doubt": 1,
        "newsletter_messages_per_second": 6 / 30,
        "newsletter_pace_waits_total": 1,
        "newsletter_pace_wait_seconds_total": 2.5,
        "newsletter_oldest_due_seconds": 120,
        "newsletter_relay_up": 1,
        "newsletter_tick_age_seconds": 4,
        "newsletter_sign_ups_waiting": 0,
        "newsletter_lease_takeovers_total": 0,
    }
    assert {name: found.get(name) for name in expected} == pytest.approx(expected)


def test_figures_of_nothing_are_there_too(services: Services) -> None:
    answer = asking(services).get("/metrics")

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert read(answer.text)["newsletter_oldest_due_seconds"] == 0


@pytest.mark.parametrize(
    ("client", "headers"),
    [
        (("192.0.2.7", 50_000), {}),
        (NEAR, {"X-Forwarded-For": "192.0.2.7"}),
        (NEAR, {"Host": "nieuwsbrief.example.org"}),
        (NEAR, {"Authorization": f"Bearer {TOKEN}", "Via": "1.1 proxy"}),
    ],
)
def test_without_a_token_only_this_machine_reads_them(
    services: Services, client: tuple[str, int], headers: dict[str, str]
) -> None:
    answer = asking(services, client=client).get("/metrics", headers=headers)

    assert (answer.status_code, answer.text) == (403, "not from there\n")


@pytest.mark.parametrize(
    ("given", "status"),
    [
        (f"Bearer {TOKEN}", 200),
        (f"bearer {TOKEN}", 200),
        ("Bearer wrong", 401),
        ("Bearer \u00e9", 401),
        (f"Basic {TOKEN}", 401),
        ("", 401),
    ],
)
def test_with_a_token_everybody_needs_it(services: Services, given: str, status: int) -> None:
    guarded = replace(services, settings=replace(services.settings, metrics_token=TOKEN))

    answer = asking(guarded).get("/metrics", headers={"Authorization": given.encode()})

    assert answer.status_code == status


def test_look_asks_the_same_however_many_deliveries(services: Services) -> None:
    client = asking(services)
    make_sending(services.db, sent=1)
    client.get("/metrics")
    with counted(services.db.engine) as few:
        client.get("/metrics")
    with services.db.write() as session:
        one = {"edition_id": 1, "state": DeliveryState.SENT.value, "at": START}
        session.execute(insert(Delivery), [one] * 500)

    with counted(services.db.engine) as many:
        client.get("/metrics")

    assert len(many) == len(few) <= 8
