"""What follows from returned mail: who is given up, who is not, and what people get to see."""

from collections.abc import Sequence
from datetime import timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import select

from newsletter.keys import message_key, message_token
from newsletter.learn.consequences import Outcome, is_given_up
from newsletter.learn.whose import Proof
from newsletter.model import Delivery
from newsletter.returned_rows import ReturnedMail, UnknownMail
from newsletter.store import returned as store
from newsletter.store import unknown_mail
from newsletter.store.returned import Went
from newsletter.values import DeliveryState
from storage.log import LogEntry
from storage.session import Database
from subscribers import consent
from subscribers.model import Consent, Subscriber
from subscribers.values import ConsentKind
from tests.factories import KEY, make_edition
from tests.fakes import START
from tests.newsletter.learn.returning import add_reader, process, report, send

DAY = timedelta(days=1)
FULL = {"status": "5.2.2", "said": "smtp; 552 5.2.2 mailbox full"}


def status_of(db: Database, who: int) -> str:
    with db.read() as session:
        return session.get_one(Subscriber, who).status


def outcomes(db: Database) -> list[tuple[str, str]]:
    with db.read() as session:
        rows = session.execute(select(ReturnedMail.outcome, ReturnedMail.proof))
        return [(row.outcome, row.proof) for row in rows]


def unknown(db: Database) -> list[UnknownMail]:
    with db.read() as session:
        return unknown_mail.open_unknown(session)


def went(*days: int, arrived: Sequence[int] = ()) -> list[Went]:
    found = [Went(day, START + day * DAY, bounced=day not in arrived) for day in days]
    return sorted(found, key=lambda one: one.at, reverse=True)


@pytest.mark.parametrize(
    ("editions", "given_up"),
    [
        (went(0, 7, 14), True),
        (went(0, 7, 13), False),
        (went(0, 14), False),
        (went(0, 1, 2, 3, 4), False),
        (went(0, 7, 14, 21, arrived=[14]), False),
        (went(0, 7, 14, 21, arrived=[0]), True),
        ([], False),
    ],
)
def test_an_address_is_given_up_after_three_editions_in_a_row_over_two_weeks(
    editions: Sequence[Went], *, given_up: bool
) -> None:
    assert is_given_up(editions) == given_up


def test_a_full_mailbox_is_counted_and_given_up_at_the_third_edition(db: Database) -> None:
    who = add_reader(db)
    statuses = []
    for edition, day in ((1, 0), (2, 7), (3, 14)):
        at = START + day * DAY
        send(db, edition, who, at)
        process(db, report(who, edition, **FULL), at)
        statuses.append(status_of(db, who))

    assert statuses == ["active", "active", "suppressed"]
    assert [one for one, _ in outcomes(db)] == ["counted", "counted", "suppressed"]


def test_an_edition_that_arrived_begins_the_count_anew(db: Database) -> None:
    who = add_reader(db)
    for edition in range(1, 6):
        at = START + 7 * edition * DAY
        send(db, edition, who, at)
        if edition != 3:
            process(db, report(who, edition, **FULL), at)

    assert status_of(db, who) == "active"


def test_the_same_report_counts_once(db: Database) -> None:
    who = add_reader(db)
    send(db, 1, who)

    done = [process(db, report(who, 1, **FULL)) for _ in range(3)]

    assert [one.is_new for one in done] == [True, False, False]
    assert len(outcomes(db)) == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "5.7.1", "said": "smtp; 550 5.7.1 Message rejected as spam"},
        {"status": "5.6.0", "said": "smtp; 554 5.6.0 message content rejected"},
        {"status": "5.0.0", "said": "smtp; 554 Your message was blocked using spamhaus"},
        {"status": "5.1.1", "said": "smtp; 550 5.7.26 unauthenticated mail is not accepted"},
    ],
)
def test_a_refusal_for_our_sake_suppresses_nobody_and_tells_people(
    db: Database, fields: dict[str, str]
) -> None:
    who = add_reader(db)
    for edition, day in ((1, 0), (2, 10), (3, 20)):
        send(db, edition, who, START + day * DAY)
        process(db, report(who, edition, **fields), START + day * DAY)

    assert status_of(db, who) == "active"
    assert {one for one, _ in outcomes(db)} == {"ours"}
    with db.read() as session:
        told = session.scalars(
            select(LogEntry.edition_id).where(LogEntry.what == "edition.refused_later")
        )
        assert sorted(filter(None, told)) == [1, 2, 3]


def test_a_delay_changes_and_keeps_nothing(db: Database) -> None:
    who = add_reader(db)
    send(db, 1, who)

    done = process(db, report(who, 1, action="delayed", status="4.4.1", said="smtp; timed out"))

    assert (done.report.kind, done.outcome, outcomes(db)) == ("temporary", None, [])


def test_a_token_of_an_edition_that_they_did_not_get_is_no_proof(db: Database) -> None:
    who = add_reader(db)
    with db.write() as session:
        make_edition(session, id=1)

    done = process(db, report(who, 1))

    assert (done.about, status_of(db, who)) == (None, "active")


def test_what_is_about_another_address_is_only_counted(db: Database) -> None:
    """Their mail may be passed on, or they may be a list of many members."""
    who = add_reader(db)
    send(db, 1, who)

    done = process(db, report(who, 1, address="doorgestuurd@example.net"))

    assert (done.outcome, status_of(db, who)) == (Outcome.COUNTED, "active")


def test_who_moved_since_is_not_given_up_for_the_old_address(db: Database) -> None:
    who = add_reader(db, "nieuw@example.org")
    send(db, 1, who)
    with db.write() as session:
        fact = Consent(subscriber_id=who, kind=ConsentKind.MOVED, at=START + DAY, topics=[])
        session.add(fact)

    done = process(db, report(who, 1, address="oud@example.org"), START + 2 * DAY)

    assert (done.outcome, status_of(db, who)) == (Outcome.NOTED, "active")


def test_our_message_id_proves_the_reader_whose_address_stands_beside_it(db: Database) -> None:
    who = add_reader(db)
    send(db, 1, who)
    token = message_token(1, who, key=message_key(KEY))

    done = process(
        db, report(who, 1, to="x@example.org", original=f"Message-ID: <{token}@example.org>")
    )

    assert done.about is not None
    assert (done.about.proof, status_of(db, who)) == (Proof.MESSAGE_ID, "suppressed")


def test_a_message_id_of_one_reader_proves_nothing_of_another(db: Database) -> None:
    mine, victim = add_reader(db), add_reader(db, "doelwit@example.org")
    send(db, 1, mine)
    with db.write() as session:
        session.add(Delivery(edition_id=1, subscriber_id=victim, state="sent", at=START))
    token = message_token(1, mine, key=message_key(KEY))
    original = f"Message-ID: <{token}@example.org>\nTo: doelwit@example.org"

    done = process(
        db,
        report(mine, 1, address="doelwit@example.org", to="x@example.org", original=original),
    )

    assert (done.about, status_of(db, victim)) == (None, "active")


def test_a_token_of_one_reader_does_not_give_up_another(db: Database) -> None:
    mine, victim = add_reader(db), add_reader(db, "doelwit@example.org")
    send(db, 1, mine)

    process(db, report(mine, 1, address="doelwit@example.org"))

    assert (status_of(db, mine), status_of(db, victim)) == ("active", "active")


def test_a_report_about_a_reader_without_proof_is_shown_to_a_person(db: Database) -> None:
    who = add_reader(db)

    done = process(db, report(who, 1, to="bounces@example.org"))
    process(db, report(who, 2, to="bounces@example.org", address="vreemd@example.org"))

    assert (done.is_unknown, status_of(db, who)) == (True, "active")
    (shown,) = unknown(db)
    assert (shown.kind, shown.sender) == ("permanent", "MAILER-DAEMON@mx.example.net")


def test_a_provider_who_was_checked_is_believed_about_who_got_an_edition(db: Database) -> None:
    who = add_reader(db)
    send(db, 1, who)
    raw = report(who, 1, to="x@example.org")

    done = process(db, raw, START + DAY, via="postmark", by_provider=True)

    assert done.about is not None
    assert (done.about.proof, status_of(db, who)) == (Proof.PROVIDER, "suppressed")


def test_mail_of_people_is_listed_with_what_is_needed_to_answer_it(db: Database) -> None:
    message = EmailMessage()
    message["From"], message["Subject"] = "Mieke <mieke@example.org>", "Re: nieuwsbrief \x07"
    message["Date"] = "Thu, 22 Apr 2027 10:00:00 +0200"
    message.set_content("Dag,\n\n<script>alert(1)</script> Wie kan ik bellen?\n" + "x" * 5_000)

    for _ in range(2):
        process(db, message.as_bytes())

    (shown,) = unknown(db)
    assert shown.sender == "Mieke <mieke@example.org>"
    assert shown.subject == "Re: nieuwsbrief"
    assert shown.sent_on == "Thu, 22 Apr 2027 10:00:00 +0200"
    assert shown.excerpt.startswith("Dag,\n<script>alert(1)</script> Wie kan ik bellen?\n")
    assert len(shown.excerpt) <= 1_000


@pytest.mark.parametrize(
    ("state", "resends", "after"),
    [
        (DeliveryState.IN_DOUBT, 0, "sent"),
        (DeliveryState.PENDING, 1, "sent"),
        (DeliveryState.DEFERRED, 1, "sent"),
        (DeliveryState.PENDING, 0, "pending"),
        (DeliveryState.FAILED, 0, "failed"),
    ],
)
def test_what_came_back_proves_that_the_relay_had_it(
    db: Database, state: DeliveryState, resends: int, after: str
) -> None:
    who = add_reader(db)
    send(db, 1, who, state=state, resends=resends)

    process(db, report(who, 1, action="delayed", status="4.4.1"))

    with db.read() as session:
        assert session.scalars(select(Delivery.state)).one() == after


def test_words_of_servers_and_mail_of_people_go_after_ninety_days(db: Database) -> None:
    who = add_reader(db)
    send(db, 1, who)
    process(db, report(who, 1, **FULL))
    process(db, b"From: mieke@example.org\n\nDag")
    with db.write() as session:
        early = store.forget_old(session, now=START + 90 * DAY)
        late = store.forget_old(session, now=START + 91 * DAY)

    assert (early, late) == (0, 2)
    assert process(db, report(who, 1, **FULL), START + 91 * DAY).is_new is False
    with db.read() as session:
        assert session.scalars(select(ReturnedMail.reason)).all() == [""]


def test_that_it_came_back_is_forgotten_after_a_year(db: Database) -> None:
    who = add_reader(db)
    send(db, 1, who)
    process(db, report(who, 1, **FULL))
    with db.write() as session:
        store.forget_old(session, now=START + 365 * DAY)
    kept = outcomes(db)
    with db.write() as session:
        store.forget_old(session, now=START + 366 * DAY)

    assert (kept, outcomes(db)) == ([("counted", "token")], [])
    assert process(db, report(who, 1, **FULL), START + 366 * DAY).is_new


def test_erasing_removes_what_names_them(db: Database) -> None:
    who = add_reader(db, "per_cent%@example.org")
    add_reader(db, "perXcentX@example.org")
    send(db, 1, who)
    process(db, report(who, 1, address="per_cent%@example.org"))
    process(db, b"From: Per_Cent%@example.org\n\nDag")
    process(db, b"From: perXcentX@example.org\n\nDag")
    with db.write() as session:
        unknown_mail.forget_naming(session, "per_cent%@example.org")
        consent.erase_in(session, who, key=KEY, now=START)

    assert (outcomes(db), [one.sender for one in unknown(db)]) == ([], ["perXcentX@example.org"])


def test_a_complaint_of_a_list_of_readers_is_about_one(db: Database) -> None:
    who, other = add_reader(db), add_reader(db, "ander@example.org")
    send(db, 1, who)
    raw = report(who, 1).replace(b"message/delivery-status", b"message/feedback-report")
    raw = raw.replace(b"Reporting-MTA", b"Feedback-Type: abuse\nReporting-MTA")

    done = process(db, raw)

    assert (done.outcome, status_of(db, who), status_of(db, other)) == (
        Outcome.COMPLAINED,
        "suppressed",
        "active",
    )
