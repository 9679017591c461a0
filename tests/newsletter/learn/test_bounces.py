"""Bounces: what a returned message says, whom it is about, and what follows."""

import mailbox
import os
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from newsletter.learn import bounces
from newsletter.learn.bounces import ProcessedBounce, Returns
from newsletter.learn.mailboxes import read_messages
from newsletter.learn.reading import read_bounce
from newsletter.learn.returned import BounceClass
from newsletter.learn.wording import classify
from newsletter.model import Delivery
from newsletter.values import DeliveryState
from storage.session import Database
from subscribers.addresses import address_hash
from subscribers.links import Links
from subscribers.model import Consent, Subscriber, Suppression
from subscribers.values import SubscriberStatus
from tests.factories import KEY, make_edition, make_subscriber
from tests.fakes import START

B = BounceClass
LINKS = Links(key=KEY, base_url="https://nieuwsbrief.example.org")
EDITION = 3


def delivery_report(
    *,
    to: str = "bounces@example.org",
    action: str = "failed",
    status: str = "5.1.1",
    diagnostic: str = "smtp; 550 5.1.1 No such user here",
    original: str = "",
) -> bytes:
    return f"""\
Return-Path: <>
From: MAILER-DAEMON@mx.example.net
To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
Arrival-Date: Thu, 22 Apr 2027 10:00:00 +0200

Final-Recipient: rfc822; jan@example.org
Action: {action}
Status: {status}
Diagnostic-Code: {diagnostic}

--b
Content-Type: text/rfc822-headers

{original}
--b--
""".encode()


def complaint(*, to: str, kind: str = "abuse", original: str = "") -> bytes:
    return f"""\
From: feedback@provider.example.net
To: {to}
Content-Type: multipart/report; report-type=feedback-report; boundary="b"

--b
Content-Type: text/plain

This is an email abuse report.
--b
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: SomeGenerator/1.0
Version: 1
Original-Rcpt-To: jan@example.org

--b
Content-Type: message/rfc822

{original}Subject: Nieuwsbrief

Hallo
--b--
""".encode()


def auto_reply(to: str) -> bytes:
    message = EmailMessage()
    message["From"], message["To"] = "jan@example.org", to
    message["Auto-Submitted"] = "auto-replied (vacation)"
    message["Subject"] = "Afwezig"
    message.set_content("Ik ben er niet.")
    return message.as_bytes()


def subscriber(db: Database, status: SubscriberStatus = SubscriberStatus.ACTIVE) -> int:
    with db.write() as session:
        who = make_subscriber(session, status=status).id
        make_edition(session, id=EDITION)
        sent = DeliveryState.SENT
        session.add(Delivery(edition_id=EDITION, subscriber_id=who, state=sent, at=START))
        return who


def verp(subscriber_id: int) -> str:
    return f"bounces+{bounce_token(subscriber_id)}@example.org"


def bounce_token(subscriber_id: int) -> str:
    return LINKS.bounce_tokens([(subscriber_id, EDITION)])[0]


def process(db: Database, raw: bytes) -> ProcessedBounce:
    mark = bounces.mark_of(raw)
    return bounces.process_report(
        Returns(db, LINKS, KEY), "1.eml", read_bounce(raw), mark=mark, now=START
    )


def state_of(db: Database) -> tuple[list[str], list[str], list[tuple[str, int | None]]]:
    """Return the statuses, the reasons on the suppression list, and the evidence."""
    with db.read() as session:
        facts = session.execute(select(Consent.kind, Consent.edition_id).order_by(Consent.id))
        return (
            list(session.scalars(select(Subscriber.status))),
            list(session.scalars(select(Suppression.reason))),
            [(kind, edition) for kind, edition in facts],
        )


@pytest.mark.parametrize(
    ("action", "status", "diagnostic", "kind"),
    [
        ("failed", "5.1.1", "", B.PERMANENT),
        ("failed", "5.1.2", "", B.PERMANENT),
        ("failed", "5.1.3", "", B.PERMANENT),
        ("failed", "5.1.6", "", B.PERMANENT),
        ("failed", "5.1.10", "", B.PERMANENT),
        ("failed", "5.1.1", "smtp; 550 Dit e-mailadres is opgeheven", B.PERMANENT),
        ("failed", "5.1.1", "smtp; 550 Delivery failed", B.PERMANENT),
        ("failed", "5.1.0", "smtp; 556 domain does not accept mail", B.PERMANENT),
        ("failed", "5.2.1", "smtp; 550 5.2.1 User unknown", B.PERMANENT),
        ("failed", "5.0.0", "smtp; 550 No such user here", B.PERMANENT),
        ("failed", "5.0.0", "smtp; 554 refused: no such user", B.PERMANENT),
        ("failed", "5.2.1", "smtp; 550 5.2.1 mailbox disabled for now", B.TEMPORARY),
        ("failed", "5.2.2", "smtp; 552 5.2.2 mailbox full", B.TEMPORARY),
        ("failed", "5.7.1", "smtp; 550 5.7.1 spam; the user does not exist", B.TEMPORARY),
        ("failed", "5.6.0", "", B.TEMPORARY),
        ("failed", "4.4.7", "", B.TEMPORARY),
        ("delayed", "4.2.2", "", B.TEMPORARY),
        ("delayed", "5.1.1", "", B.TEMPORARY),
        ("delivered", "2.0.0", "", B.NONE),
        ("relayed", "", "", B.NONE),
        ("expanded", "2.1.5", "", B.NONE),
        ("", "", "", B.NONE),
    ],
)
def test_a_recipients_report_has_one_meaning(
    action: str, status: str, diagnostic: str, kind: BounceClass
) -> None:
    assert classify(action, status, diagnostic) == kind


def test_a_delivery_report_is_read() -> None:
    report = read_bounce(delivery_report(status="5.0.0 (failed)"))

    (recipient,) = report.recipients
    assert report.kind == B.PERMANENT
    assert (recipient.address, recipient.status) == ("jan@example.org", "5.1.1")
    assert recipient.reason == "smtp; 550 5.1.1 No such user here"


def test_an_internationalised_report_is_read() -> None:
    raw = delivery_report().replace(b"message/delivery-status", b"message/global-delivery-status")

    report = read_bounce(raw.replace(b"rfc822; jan", "utf-8; jané".encode()))

    assert (report.kind, report.recipients[0].status) == (B.PERMANENT, "5.1.1")


def test_a_plain_report_is_read_by_its_code() -> None:
    message = EmailMessage()
    message["From"] = "MAILER-DAEMON@mx.example.net"
    message.set_content(
        "Hi. This is the qmail-send program.\n\n<jan@example.org>:\n"
        "Sorry, no mailbox here by that name. (#5.1.1)\n"
    )

    report = read_bounce(message.as_bytes())

    assert (report.kind, report.recipients[0].status) == (B.PERMANENT, "5.1.1")


@pytest.mark.parametrize("name", ["X-Autoreply", "Precedence", "Auto-Submitted"])
def test_an_auto_reply_is_no_bounce(name: str) -> None:
    message = EmailMessage()
    message["From"] = "jan@example.org"
    message[name] = "auto_reply" if name == "Precedence" else "auto-generated"
    message.set_content("Ik ben er niet; 5.1.1 is mijn kamer.")

    assert read_bounce(message.as_bytes()).kind == B.AUTO_REPLY


@pytest.mark.parametrize("raw", [b"", b"\r\n", b"Hallo", b"Auto-Submitted: no\n\nHallo"])
def test_anything_else_is_none(raw: bytes) -> None:
    assert (read_bounce(raw).kind, read_bounce(raw).recipients) == (B.NONE, ())


def test_a_permanent_failure_suppresses_once(db: Database) -> None:
    raw = delivery_report(to=verp(subscriber(db)).upper())

    changed = [process(db, raw).has_changed for _ in range(2)]

    assert changed == [True, False]
    assert state_of(db) == (["suppressed"], ["bounce"], [])
    with db.read() as session:
        assert session.get(Suppression, address_hash(KEY, "jan@example.org")) is not None


@pytest.mark.parametrize(
    "original",
    [
        "Message-ID: <{bounce}@example.org>",
        "List-Unsubscribe: <mailto:x@example.org>,\n <{one_click}>",
        "list-unsubscribe: <{footer}>",
        "Return-Path: <bounces+{bounce}@example.org>",
    ],
)
def test_our_own_headers_in_the_report_say_whom_it_is_about(db: Database, original: str) -> None:
    who = subscriber(db)
    original = original.format(
        bounce=bounce_token(who),
        one_click=LINKS.one_click_url(who, EDITION),
        footer=LINKS.unsubscribe_url(who, EDITION),
    )

    done = process(db, delivery_report(original=original))

    assert done.about is not None
    assert (done.about.subscriber_id, done.about.edition_id) == (who, EDITION)
    assert state_of(db)[0] == ["suppressed"]


def test_an_address_alone_suppresses_nobody(db: Database) -> None:
    subscriber(db)

    done = process(db, delivery_report(to="bounces+" + "a" * 26 + "@example.org"))

    assert (done.report.kind, done.about, done.has_changed) == (B.PERMANENT, None, False)
    assert state_of(db) == (["active"], [], [])


@pytest.mark.parametrize("status", ["4.2.2", "5.2.2", "5.6.1", "5.7.1", "5.7.26"])
def test_what_is_temporary_or_ours_suppresses_nobody(db: Database, status: str) -> None:
    to = verp(subscriber(db))

    done = process(db, delivery_report(to=to, status=status, diagnostic="smtp; 550 no"))

    assert (done.report.kind, done.has_changed) == (B.TEMPORARY, False)
    assert done.report.recipients[0].is_ours == status.startswith(("5.6", "5.7"))
    assert state_of(db) == (["active"], [], [])


def test_a_complaint_withdraws_and_suppresses_once(db: Database) -> None:
    raw = complaint(to=verp(subscriber(db)))

    done = [process(db, raw) for _ in range(2)]

    assert [(one.report.kind, one.has_changed) for one in done] == [
        (B.COMPLAINT, True),
        (B.COMPLAINT, False),
    ]
    assert state_of(db) == (["suppressed"], ["complaint"], [("withdrawn", EDITION)])


def test_a_redacted_complaint_is_resolved_by_our_headers(db: Database) -> None:
    original = f"List-Unsubscribe: <{LINKS.one_click_url(subscriber(db), EDITION)}>\n"

    process(db, complaint(to="abuse@example.org", original=original))

    assert state_of(db)[:2] == (["suppressed"], ["complaint"])


def test_not_spam_is_no_complaint(db: Database) -> None:
    done = process(db, complaint(to=verp(subscriber(db)), kind="not-spam"))

    assert done.report.kind == B.NONE
    assert state_of(db) == (["active"], [], [])


def test_an_auto_reply_changes_nothing(db: Database) -> None:
    done = process(db, auto_reply(verp(subscriber(db))))

    assert (done.report.kind, done.has_changed) == (B.AUTO_REPLY, False)
    assert state_of(db) == (["active"], [], [])


def test_a_bounce_of_somebody_who_is_gone_changes_nothing(db: Database) -> None:
    assert not process(db, delivery_report(to=verp(999))).has_changed


def write_file(folder: Path, raws: list[bytes]) -> Path:
    path = folder / "one.eml"
    path.write_bytes(raws[0])
    return path


def write_folder(folder: Path, raws: list[bytes]) -> Path:
    for number, raw in enumerate(raws):
        (folder / f"{number}.eml").write_bytes(raw)
    (folder / ".hidden").write_bytes(b"x")
    return folder


def write_maildir(folder: Path, raws: list[bytes]) -> Path:
    box = mailbox.Maildir(folder / "box")
    for raw in raws:
        box.add(raw)
    return folder / "box"


def write_mbox(folder: Path, raws: list[bytes]) -> Path:
    box = mailbox.mbox(folder / "box.mbox")
    for raw in raws:
        box.add(raw)
    box.close()
    return folder / "box.mbox"


@pytest.mark.parametrize(
    ("write", "messages"), [(write_file, 1), (write_folder, 3), (write_maildir, 3), (write_mbox, 3)]
)
def test_messages_are_read_from_each_kind_of_place(
    db: Database, tmp_path: Path, write: Callable[[Path, list[bytes]], Path], messages: int
) -> None:
    folder = tmp_path / "mail"
    folder.mkdir()
    raws = [delivery_report(to=verp(1)), auto_reply("x@example.org"), b"To: x\n\nFrom here\n"]
    path = write(folder, raws)

    done = bounces.process_paths(Returns(db, LINKS, KEY), [path], now=START)

    kinds = sorted(one.report.kind for one in done)
    assert kinds == ["auto_reply", "none", "permanent"] if messages == 3 else ["permanent"]
    assert len({one.file for one in done}) == messages


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("From x Thu Apr 22 10:00:00 2027\nTo: a\n\nFrom here on\n", [""]),
        ("From x Thu Apr 22 10:00:00 2027\nTo: a\n\nFrom y Thu Apr 22 10:01 2027\n", ["#1", "#2"]),
        ("From: a\n\nFrom x Thu Apr 22 10:00:00 2027\n", [""]),
        ("From the start this is no mail\n", [""]),
        ("", [""]),
    ],
)
def test_an_mbox_is_cut_where_a_message_begins(tmp_path: Path, text: str, names: list[str]) -> None:
    file = tmp_path / "box"
    file.write_text(text)

    assert [name for name, _ in read_messages(file)] == [f"{file}{one}" for one in names]


def test_a_path_that_is_not_there_is_an_error(db: Database, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        bounces.process_paths(Returns(db, LINKS, KEY), [tmp_path / "nothing"], now=START)


def test_a_message_is_shown_in_the_contracts_words(db: Database) -> None:
    shown = bounces.as_json(process(db, delivery_report(to=verp(subscriber(db)))))

    assert shown == {
        "file": "1.eml",
        "class": "permanent",
        "recipients": [
            {
                "address": "jan@example.org",
                "status": "5.1.1",
                "reason": "smtp; 550 5.1.1 No such user here",
            }
        ],
        "known": True,
        "changed": True,
    }


def test_the_folder_is_emptied_and_what_is_old_removed(db: Database, tmp_path: Path) -> None:
    folder = tmp_path / "bounces"
    assert bounces.process_folder(Returns(db, LINKS, KEY), folder, now=START) == {}
    (folder / "read").mkdir(parents=True)
    old, kept = folder / "read" / "old.eml", folder / "read" / "kept.eml"
    for path, age in ((old, 91), (kept, 89)):
        path.write_bytes(b"x")
        moment = (START - timedelta(days=age)).timestamp()
        os.utime(path, (moment, moment))
    (folder / "new.eml").write_bytes(delivery_report(to=verp(subscriber(db))))

    counts = bounces.process_folder(Returns(db, LINKS, KEY), folder, now=START)

    assert {name: count for name, count in counts.items() if count} == {
        "permanent": 1,
        "changed": 1,
    }
    assert sorted(one.name for one in folder.iterdir()) == ["read"]
    assert sorted(one.name for one in (folder / "read").iterdir()) == ["kept.eml", "new.eml"]


def test_what_is_about_somebody_gone_is_not_kept(db: Database, tmp_path: Path) -> None:
    folder = tmp_path / "bounces"
    folder.mkdir()
    (folder / "gone.eml").write_bytes(delivery_report(to=verp(999)))
    (folder / "about_nobody.eml").write_bytes(b"Subject: x\n\n")

    bounces.process_folder(Returns(db, LINKS, KEY), folder, now=START)

    assert [one.name for one in (folder / "unknown").iterdir()] == ["about_nobody.eml"]


def nested(depth: int) -> bytes:
    head = "".join(
        f'Content-Type: multipart/mixed; boundary="{n}"\n\n--{n}\n' for n in range(depth)
    )
    return head.encode()


HOSTILE = {
    "too deep": nested(5_000),
    "too large": delivery_report() + b"x" * 5_000_000,
    "one long line": b"To: " + b"a" * 3_000_000,
    "endless headers": b"X: y\n" * 200_000,
    "bad charset": b'Content-Type: text/plain; charset="nonsense"\nFrom: MAILER-DAEMON\n\n5.1.1',
    "bad parameter": b"Content-Type: multipart/mixed; boundary*0*=utf-8''%ff; boundary*x=\n\n--\n",
    "bytes in headers": b"From: MAILER-DAEMON \xff\xfe\nTo: \xe9\nAuto-Submitted: \xff\n\n\xff",
    "bad transfer encoding": b"From: MAILER-DAEMON\nContent-Transfer-Encoding: base64\n\n!!!",
    "zero bytes": b"\x00" * 10_000,
    "no end": delivery_report().partition(b"Reporting-MTA")[0],
}


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_messages_are_read_without_an_error(raw: bytes) -> None:
    assert read_bounce(raw).kind in set(BounceClass)


@given(data=st.data())
def test_no_message_raises(data: st.DataObject) -> None:
    raw = bytearray(data.draw(st.sampled_from([delivery_report(), complaint(to="x@example.org")])))
    edits: list[tuple[int, Any]] = data.draw(
        st.lists(st.tuples(st.integers(0, len(raw) - 1), st.binary(max_size=6)), max_size=8)
    )
    for place, piece in edits:
        raw[place : place + len(piece)] = piece

    assert read_bounce(bytes(raw)).kind in set(BounceClass)
