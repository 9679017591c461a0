"""Returned mail from a mailbox: a real Dovecot, over TLS."""

import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from newsletter.errors import MailboxUnusable
from newsletter.learn.bounces import RAW_KEPT, Returns
from newsletter.learn.imap import process_mailbox
from newsletter.pipeline import STAGES
from newsletter.returned_rows import UnknownMail
from newsletter.returns import BounceMailbox
from newsletter.wiring import Services
from storage.session import Database
from subscribers.model import Subscriber
from tests.factories import KEY
from tests.newsletter.learn import dovecot
from tests.newsletter.learn.dovecot import NOW, Dovecot
from tests.newsletter.learn.returning import LINKS, add_reader, report, send

HUMAN = b"From: mieke@example.org\nSubject: Vraag\n\nWie kan ik bellen?\n"
READ = ["NewsletterRead", r"\Seen"]
WAITS = ["NewsletterWaits", r"\Flagged"]

needs_dovecot = pytest.mark.skipif(
    not dovecot.IS_THERE, reason="there is no dovecot-imapd on this machine"
)


@pytest.fixture
def server() -> Iterator[Dovecot]:
    with dovecot.running() as running:
        yield running


def read(db: Database, server: Dovecot, *, days: int = 0) -> dict[str, int]:
    returns = Returns(db, LINKS, KEY)
    now = NOW + timedelta(days=days)
    return process_mailbox(returns, server.mailbox(), now=now, context=server.context)


def without_recent(flags: list[list[str]]) -> list[list[str]]:
    return [[flag for flag in one if flag != r"\Recent"] for one in flags]


@needs_dovecot
@pytest.mark.long
def test_what_is_understood_is_read_once_and_the_rest_stays_for_a_person(
    db: Database, server: Dovecot
) -> None:
    who = add_reader(db)
    send(db, 1, who, NOW)
    server.put(report(who, 1))
    server.put(HUMAN)

    first, second = read(db, server), read(db, server)

    assert {name: count for name, count in first.items() if count} == {
        "permanent": 1,
        "none": 1,
        "changed": 1,
        "unknown": 1,
    }
    assert not any(second.values())
    assert without_recent(server.flags()) == [READ, WAITS]
    with db.read() as session:
        assert session.get_one(Subscriber, who).status == "suppressed"
        (waiting,) = session.scalars(select(UnknownMail))
        assert (waiting.via, waiting.subject) == ("mailbox", "Vraag")


@needs_dovecot
@pytest.mark.long
def test_what_the_desk_dealt_with_is_put_away_as_read(db: Database, server: Dovecot) -> None:
    server.put(HUMAN)
    read(db, server)
    with db.write() as session:
        session.scalars(select(UnknownMail)).one().dealt_at = NOW

    read(db, server)

    assert without_recent(server.flags()) == [READ]


@needs_dovecot
@pytest.mark.long
def test_old_mail_is_removed_and_what_another_program_deleted_is_left(
    db: Database, server: Dovecot
) -> None:
    who = add_reader(db)
    send(db, 1, who, NOW)
    server.put(report(who, 1), at=NOW - RAW_KEPT - timedelta(days=2))
    server.put(HUMAN, at=NOW)
    server.put(b"From: x@example.org\n\nweg", at=NOW - timedelta(days=900))
    with server.open() as client:
        client.delete_messages(client.search("ALL")[-1:])

    read(db, server)

    flags = without_recent(server.flags())
    assert flags == [WAITS, [r"\Deleted"]]


@needs_dovecot
@pytest.mark.long
def test_a_huge_message_is_fetched_for_as_much_as_is_read(db: Database, server: Dovecot) -> None:
    who = add_reader(db)
    send(db, 1, who, NOW)
    server.put(report(who, 1) + b"x" * 76 + (b"\n" + b"y" * 76) * 150_000)

    assert read(db, server)["permanent"] == 1


@needs_dovecot
@pytest.mark.long
def test_a_mailbox_behind_starttls_is_read(db: Database, server: Dovecot) -> None:
    server.put(HUMAN)
    mailbox = replace(server.mailbox(), port=server.starttls, security="starttls")

    counts = process_mailbox(Returns(db, LINKS, KEY), mailbox, now=NOW, context=server.context)

    assert counts["unknown"] == 1


@needs_dovecot
@pytest.mark.long
def test_what_is_wrong_with_the_mailbox_is_said_without_the_password(
    db: Database, server: Dovecot
) -> None:
    returns = Returns(db, LINKS, KEY)
    stranger = ssl.create_default_context()
    for mailbox, context, says in (
        (server.mailbox(password="verkeerd wachtwoord"), server.context, "user and password"),
        (server.mailbox(folder="Nergens"), server.context, "error"),
        (server.mailbox(), stranger, "CERTIFICATE"),
    ):
        with pytest.raises(MailboxUnusable) as raised:
            process_mailbox(returns, mailbox, now=NOW, context=context)

        assert says.lower() in str(raised.value).lower()
        assert "verkeerd" not in str(raised.value)
        assert dovecot.PASSWORD not in str(raised.value)


@needs_dovecot
@pytest.mark.long
def test_the_job_reads_the_mailbox_of_the_setting(services: Services, server: Dovecot) -> None:
    server.put(HUMAN)
    mailbox = BounceMailbox("127.0.0.1", server.starttls, "none", dovecot.USER, dovecot.PASSWORD)
    settings = replace(services.settings, bounce_mailbox=mailbox)

    report = STAGES["bounces"].do(replace(services, settings=settings), NOW)

    assert report == {"none": 1, "unknown": 1}
    assert without_recent(server.flags()) == [WAITS]


def test_a_server_that_hangs_up_is_an_error_of_one_line(db: Database) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        hanging_up = threading.Thread(target=_hang_up, args=(listening,))
        hanging_up.start()
        mailbox = BounceMailbox("127.0.0.1", port, "none", "x", "geheim wachtwoord")

        with pytest.raises(MailboxUnusable) as raised:
            process_mailbox(Returns(db, LINKS, KEY), mailbox, now=NOW)

        hanging_up.join()
    assert str(raised.value).startswith(f"127.0.0.1:{port}: ")
    assert "geheim" not in str(raised.value)


def _hang_up(listening: socket.socket) -> None:
    listening.accept()[0].close()
