"""The addresses for providers: there only when set, for their programs only, within limits."""

import base64
import json
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from newsletter.learn.sns import Certificates
from newsletter.wiring import Services
from subscribers.model import Subscriber
from tests.fakes import START
from tests.newsletter.learn.provided import TOPIC, Amazon, mailgun, postmark, ses_bounce
from tests.newsletter.learn.returning import add_reader, send
from web.app import create_app

USER = "postmark:een lang wachtwoord"
SIGNING = "key-3ax6xnjp29jd6fds4gc373sgvjxteol0"
PATHS = [f"/api/v1/returned/{name}" for name in ("ses", "postmark", "mailgun")]


def client_of(services: Services, **settings: object) -> TestClient:
    given = replace(services.settings, **settings)  # type: ignore[arg-type]  # by name
    return TestClient(create_app(replace(services, settings=given)))


@pytest.fixture
def reader(services: Services) -> int:
    who = add_reader(services.db)
    send(services.db, 1, who)
    return who


def status_of(services: Services, who: int) -> str:
    with services.db.read() as session:
        return session.get_one(Subscriber, who).status


@pytest.mark.parametrize("path", PATHS)
def test_without_its_setting_an_address_is_not_there(services: Services, path: str) -> None:
    assert client_of(services).post(path, content=b"{}").status_code == 404
    assert client_of(services).get(path).status_code == 405


def test_a_bounce_that_postmark_tells_is_processed(services: Services, reader: int) -> None:
    client = client_of(services, postmark_hook=USER)
    headers = {"Authorization": "Basic " + base64.b64encode(USER.encode()).decode()}

    answer = client.post(PATHS[1], content=json.dumps(postmark()), headers=headers)

    assert (answer.status_code, answer.text) == (200, "ok\n")
    assert status_of(services, reader) == "suppressed"


def test_a_bounce_that_mailgun_tells_is_processed(services: Services, reader: int) -> None:
    client = client_of(services, mailgun_hook_key=SIGNING)

    answer = client.post(PATHS[2], json=mailgun(SIGNING, at=services.clock()))

    assert (answer.status_code, status_of(services, reader)) == (200, "suppressed")


def test_a_bounce_that_ses_tells_is_processed(services: Services, reader: int) -> None:
    amazon = Amazon()
    client = client_of(services, ses_topics=frozenset({TOPIC}))
    client.app.state.certificates = Certificates(amazon.fetch)  # type: ignore[attr-defined]  # ours
    told = json.dumps(amazon.notification(ses_bounce()))

    answer = client.post(PATHS[0], content=told, headers={"Content-Type": "text/plain"})

    assert (answer.status_code, status_of(services, reader)) == (200, "suppressed")


def test_who_proves_nothing_is_refused_in_one_line(services: Services, reader: int) -> None:
    client = client_of(
        services, postmark_hook=USER, mailgun_hook_key=SIGNING, ses_topics=frozenset({TOPIC})
    )

    answers = [client.post(path, json=postmark()) for path in PATHS]

    assert [one.status_code for one in answers] == [403] * 3
    assert all(one.text.startswith("refused: ") and one.text.count("\n") == 1 for one in answers)
    assert status_of(services, reader) == "active"


@pytest.mark.parametrize("path", PATHS)
def test_more_than_a_megabyte_is_refused(services: Services, path: str) -> None:
    client = client_of(
        services, postmark_hook=USER, mailgun_hook_key=SIGNING, ses_topics=frozenset({TOPIC})
    )

    assert client.post(path, content=b"x" * 2_000_000).status_code == 413


def test_the_clock_of_tests_is_the_moment_that_is_signed(services: Services) -> None:
    assert services.clock() >= START
