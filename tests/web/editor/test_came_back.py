"""Teruggekomen mail at the desk: what nobody understood, who refuses us, and taking it back."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from newsletter.returned_rows import ReturnedMail
from newsletter.store import unknown_mail
from newsletter.values import Role
from newsletter.wiring import Services
from storage.log import LogEntry
from subscribers import consent
from subscribers.evidence import make_fact
from subscribers.model import Subscriber, Suppression
from subscribers.values import ConsentKind, SubscriberStatus, SuppressionReason
from tests.fakes import START
from tests.newsletter.learn.returning import add_reader, process, report, send
from tests.queries import counted
from tests.web.desk import desk, post
from web.app import create_app

PAGE = "/redactie/teruggekomen"
HUMAN = (
    b"From: Mieke <mieke@example.org>\nSubject: =?utf-8?q?Vraag_=3Cb=3E?=\n\n"
    b"Dag,\n<script>alert(1)</script>\n"
)


@pytest.fixture
def editor(services: Services) -> Iterator[TestClient]:
    with TestClient(create_app(services), follow_redirects=False) as client:
        yield desk(client, services)


@pytest.fixture
def administrator(services: Services) -> Iterator[TestClient]:
    with TestClient(create_app(services), follow_redirects=False) as client:
        yield desk(client, services, Role.ADMINISTRATOR)


@pytest.fixture
def reader(services: Services) -> int:
    """Somebody who confirmed, got edition 1, and whose address does not exist."""
    who = add_reader(services.db)
    with services.db.write() as session:
        row = session.get_one(Subscriber, who)
        session.add(make_fact(row, ConsentKind.CONFIRMED, START, source="mail"))
    send(services.db, 1, who)
    return who


def came_back(services: Services, raw: bytes) -> None:
    process(services.db, raw, services.clock(), key=services.settings.hash_key)


def status_of(services: Services, who: int) -> str:
    with services.db.read() as session:
        return session.get_one(Subscriber, who).status


def test_what_nobody_understood_is_listed_as_text_until_it_is_dealt_with(
    services: Services, editor: TestClient
) -> None:
    came_back(services, HUMAN)

    page = editor.get(PAGE).text
    today = editor.get("/redactie").text
    answers = [post(editor, f"{PAGE}/1/klaar") for _ in range(2)]

    assert "Vraag &lt;b&gt;" in page
    assert "Mieke &lt;mieke@example.org&gt;" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert(1)" not in page
    assert "Bekijk één teruggekomen mail" in today or "Bekijk 1 teruggekomen mail" in today
    assert [one.status_code for one in answers] == [303, 303]
    assert "Niets te doen" in editor.get(PAGE).text
    with services.db.read() as session:
        told = session.scalars(select(LogEntry).where(LogEntry.what == "mail.dealt_with")).all()
    assert [one.detail for one in told] == [{"mail": 1}]


def test_what_was_dealt_with_too_soon_is_put_back(services: Services, editor: TestClient) -> None:
    came_back(services, HUMAN)
    done = post(editor, f"{PAGE}/1/klaar")
    after = editor.get(PAGE).text

    put_back = [post(editor, f"{PAGE}/1/terug") for _ in range(2)]
    page = editor.get(PAGE).text

    assert f'action="{PAGE}/1/terug"' in after
    assert "Niets te doen" in after
    assert [one.status_code for one in (done, *put_back)] == [303] * 3
    assert "Vraag &lt;b&gt;" in page
    assert "er is niets gewijzigd" in page, "the second time"
    with services.db.read() as session:
        told = session.scalars(select(LogEntry.what).where(LogEntry.what.like("mail.%"))).all()
    assert told == ["mail.dealt_with", "mail.put_back"]


def test_what_the_mailbox_was_told_of_is_not_put_back(
    services: Services, editor: TestClient
) -> None:
    came_back(services, HUMAN)
    post(editor, f"{PAGE}/1/klaar")
    with services.db.write() as session:
        unknown_mail.settle(session, [1])

    post(editor, f"{PAGE}/1/terug")

    assert "Niets te doen" in editor.get(PAGE).text


def test_an_editor_lets_a_stopped_address_get_mail_again(
    services: Services, editor: TestClient, reader: int
) -> None:
    came_back(services, report(reader, 1))
    before = editor.get(PAGE).text

    post(editor, f"{PAGE}/adres/{reader}/weer")

    assert "j***@example.org" in before
    assert "jan@example.org" not in before
    assert status_of(services, reader) == "active"
    with services.db.read() as session:
        assert session.scalars(select(Suppression)).all() == []
        assert session.scalars(select(ReturnedMail)).one().undone_at == services.clock()
    assert "er geen adres geblokkeerd" in editor.get(PAGE).text


def test_an_administrator_sees_the_address_and_what_came_back(
    services: Services, administrator: TestClient, reader: int
) -> None:
    came_back(services, report(reader, 1))

    assert f'href="/redactie/abonnees/{reader}">jan@example.org</a>' in (
        administrator.get(PAGE).text
    )
    one = administrator.get(f"/redactie/abonnees/{reader}").text
    assert "kwam terug, en daarmee is dit adres geblokkeerd" in one
    assert "550 5.1.1 No such user here" in one
    assert "Laat weer mail krijgen" in one


@pytest.mark.parametrize(
    ("said", "after"),
    [
        (ConsentKind.CONFIRMED, "active"),
        (ConsentKind.IMPORTED, "active"),
        (ConsentKind.ASKED, "pending"),
        (ConsentKind.WITHDRAWN, "suppressed"),
    ],
)
def test_who_is_taken_up_again_is_what_they_were(
    services: Services, editor: TestClient, said: ConsentKind, after: str
) -> None:
    who = add_reader(services.db)
    key = services.settings.hash_key
    with services.db.write() as session:
        row = session.get_one(Subscriber, who)
        session.add(make_fact(row, said, START, source="mail"))
        consent.suppress_in(session, who, reason=SuppressionReason.BOUNCE, key=key, now=START)

    post(editor, f"{PAGE}/adres/{who}/weer")

    assert status_of(services, who) == after


def test_a_complaint_is_not_taken_back(services: Services, editor: TestClient, reader: int) -> None:
    key, reason = services.settings.hash_key, SuppressionReason.COMPLAINT
    consent.suppress(services.db, reader, reason=reason, key=key, now=START)

    answers = [post(editor, f"{PAGE}/adres/{who}/weer").status_code for who in (reader, 999)]

    assert answers == [303, 404]
    assert status_of(services, reader) == SubscriberStatus.SUPPRESSED


def test_who_refuses_us_is_told_without_addresses(
    services: Services, editor: TestClient, reader: int
) -> None:
    said = "smtp; 550 5.7.1 mail to jan@example.org is spam"
    came_back(services, report(reader, 1, status="5.7.1", said=said))

    page = editor.get(PAGE).text

    assert "Mailservers sturen onze mail terug om wie wij zijn" in page
    assert "mail to (adres) is spam" in page
    assert "jan@example.org" not in page


def test_the_page_asks_as_much_for_three_as_for_one(services: Services, editor: TestClient) -> None:
    def fill(number: int) -> None:
        who = add_reader(services.db, f"r{number}@example.org")
        send(services.db, number, who, START - timedelta(days=number))
        came_back(services, report(who, number, address=f"r{number}@example.org"))
        came_back(services, HUMAN + str(number).encode())

    fill(1)
    editor.get(PAGE)
    with counted(services.db.engine) as one:
        editor.get(PAGE)
    fill(2)
    fill(3)
    with counted(services.db.engine) as three:
        editor.get(PAGE)

    assert len(three) == len(one)
