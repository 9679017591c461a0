"""What Amazon SES tells by mail, bare or as SNS hands it on: it proves as little as any mail."""

import json
from typing import Any

import pytest

from newsletter.learn.reading import read_bounce
from newsletter.learn.returned import BounceClass
from storage.session import Database
from subscribers.model import Subscriber
from subscribers.values import SubscriberStatus
from tests.newsletter.learn.provided import ses_bounce, ses_complaint
from tests.newsletter.learn.returning import LINKS, add_reader, process, send

FOOTER = "\n\n--\nTo stop these messages:\nhttps://sns.example.net/unsubscribe?a=b\n"


def mailed(text: str) -> bytes:
    return (
        "From: Bounces <no-reply@sns.example.net>\nTo: bounces@example.org\n"
        f"Subject: AWS Notification Message\nContent-Type: text/plain\n\n{text}{FOOTER}"
    ).encode()


def handed_on(told: dict[str, Any]) -> str:
    return json.dumps({"Type": "Notification", "TopicArn": "arn", "Message": json.dumps(told)})


def as_events(told: dict[str, Any]) -> str:
    told["eventType"] = told.pop("notificationType")
    return json.dumps(told)


@pytest.mark.parametrize("told", [json.dumps, handed_on, as_events])
def test_a_bounce_and_a_complaint_are_read(told: Any) -> None:
    bounce = read_bounce(mailed(told(ses_bounce())))
    complaint = read_bounce(mailed(told(ses_complaint())))

    assert bounce.kind is BounceClass.PERMANENT
    assert [(one.address, one.status) for one in bounce.recipients] == [
        ("jan@example.org", "5.1.1")
    ]
    assert complaint.kind is BounceClass.COMPLAINT
    assert [one.address for one in complaint.recipients] == ["jan@example.org"]


def test_lines_that_mail_has_cut_are_read() -> None:
    text = json.dumps(ses_bounce(recipient={"diagnosticCode": "smtp; 550 5.1.1 user @ unknown"}))

    report = read_bounce(mailed(text.replace("@ ", "\n ")))

    assert report.kind is BounceClass.PERMANENT


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"notificationType": "Delivery", "delivery": {}, "mail": {"source": "a"}}),
        json.dumps(ses_complaint(kind="not-spam")),
        "{",
        "{" * 50_000,
        '{"a":' * 50_000,
        "[]",
        '{"Message": "[]"}',
        '{"Message": "Hallo"}',
        '{"notificationType": "Bounce", "mail": {}}',
        '{"notificationType": "Bounce", "mail": {}, "bounce": {"bouncedRecipients": 3}}',
        '{"notificationType": "Bounce"} Dit is wat er stond, wat moet ik doen?',
    ],
)
def test_what_tells_of_nothing_that_came_back_is_of_no_class(text: str) -> None:
    report = read_bounce(mailed(text))

    assert (report.kind, report.recipients) == (BounceClass.NONE, ())


def test_it_counts_for_whom_it_shows_a_token_of_ours_and_for_nobody_else(db: Database) -> None:
    jan, piet = add_reader(db), add_reader(db, "piet@example.org")
    send(db, 1, jan)
    send(db, 2, piet)
    token = LINKS.bounce_tokens([(jan, 1)])[0]

    shown = process(db, mailed(json.dumps(ses_bounce(source=f"bounces+{token}@example.org"))))
    bare = process(db, mailed(json.dumps(ses_bounce(address="piet@example.org"))))

    assert (shown.has_changed, bare.has_changed, bare.is_unknown) == (True, False, True)
    with db.read() as session:
        assert session.get_one(Subscriber, jan).status == SubscriberStatus.SUPPRESSED
        assert session.get_one(Subscriber, piet).status == SubscriberStatus.ACTIVE
