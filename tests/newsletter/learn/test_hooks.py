"""What providers tell: understood in their documented formats, refused when it is not proved."""

import base64
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from newsletter.errors import HookRefused
from newsletter.learn import hooks, providers
from newsletter.learn.bounces import ProcessedBounce, Returns
from newsletter.learn.consequences import Outcome
from newsletter.learn.returned import BounceClass
from newsletter.learn.sns import Certificates, is_amazons
from newsletter.store import unknown_mail
from storage.session import Database
from subscribers.model import Subscriber
from tests.factories import KEY
from tests.fakes import START
from tests.newsletter.learn.provided import (
    CERTIFICATE,
    SUBSCRIBE,
    TOPIC,
    Amazon,
    mailgun,
    postmark,
    ses_bounce,
    ses_complaint,
)
from tests.newsletter.learn.returning import LINKS, add_reader, send

USER = "postmark:een lang wachtwoord"
SIGNING = "key-3ax6xnjp29jd6fds4gc373sgvjxteol0"
B = BounceClass
WORDLESS = {"status": "5.0.0", "diagnosticCode": ""}
SPAM = {"status": "5.7.1", "diagnosticCode": "550 spam"}
NOT_AGAIN = {"code": 605, "description": "Not delivering to previously bounced address"}


@pytest.fixture
def amazon() -> Amazon:
    return Amazon()


@pytest.fixture
def reader(db: Database) -> int:
    who = add_reader(db)
    send(db, 1, who, START - timedelta(days=1))
    return who


def body(told: Mapping[str, Any]) -> bytes:
    return json.dumps(told).encode()


def ses(db: Database, amazon: Amazon, told: Mapping[str, Any]) -> ProcessedBounce | None:
    return hooks.take_ses(
        Returns(db, LINKS, KEY),
        body(told),
        topics=frozenset({TOPIC}),
        certificates=Certificates(amazon.fetch),
        fetch=amazon.fetch,
        now=START,
    )


def from_postmark(
    db: Database, told: Mapping[str, Any], user: str = USER
) -> ProcessedBounce | None:
    authorization = "Basic " + base64.b64encode(user.encode()).decode()
    return hooks.take_postmark(
        Returns(db, LINKS, KEY),
        body(told),
        authorization=authorization,
        expected=USER,
        now=START,
    )


def from_mailgun(db: Database, told: Mapping[str, Any]) -> ProcessedBounce | None:
    return hooks.take_mailgun(Returns(db, LINKS, KEY), body(told), key=SIGNING, now=START)


def status_of(db: Database, who: int) -> str:
    with db.read() as session:
        return session.get_one(Subscriber, who).status


def test_a_bounce_of_each_provider_gives_up_who_got_an_edition_once(
    db: Database, amazon: Amazon, reader: int
) -> None:
    tell: list[Callable[[], ProcessedBounce | None]] = [
        lambda: ses(db, amazon, amazon.notification(ses_bounce())),
        lambda: from_postmark(db, postmark()),
        lambda: from_mailgun(db, mailgun(SIGNING)),
    ]

    done = [one() for one in tell for _ in range(2)]

    assert [one.is_new for one in done if one] == [True, False] * 3
    assert [one.has_changed for one in done if one] == [True, *[False] * 5]
    assert [one.outcome for one in done if one][::2] == [Outcome.SUPPRESSED] * 3
    assert status_of(db, reader) == "suppressed"


def test_a_complaint_of_each_provider_is_leaving(db: Database, amazon: Amazon) -> None:
    people = [add_reader(db, f"{name}@example.org") for name in ("een", "twee", "drie")]
    for edition, who in enumerate(people, start=1):
        send(db, edition, who, START - timedelta(days=1))

    ses(db, amazon, amazon.notification(ses_complaint(address="een@example.org")))
    from_postmark(db, postmark("SpamComplaint", Email="twee@example.org"))
    from_mailgun(db, mailgun(SIGNING, event="complained", recipient="drie@example.org"))

    assert [status_of(db, who) for who in people] == ["suppressed"] * 3


def test_the_token_of_the_envelope_sender_says_whom_it_is_about(
    db: Database, amazon: Amazon, reader: int
) -> None:
    token = LINKS.bounce_tokens([(reader, 1)])[0]
    send(db, 2, reader)

    told = [
        ses(db, amazon, amazon.notification(ses_bounce(source=f"bounces+{token}@example.org"))),
        from_postmark(db, postmark(Metadata={"sender": f"bounces+{token}"})),
        from_mailgun(db, mailgun(SIGNING, variables={"sender": f"bounces+{token}"})),
    ]

    assert [(one.about.proof, one.about.edition_id) for one in told if one and one.about] == [
        ("token", 1)
    ] * 3


def test_what_a_provider_tells_of_a_stranger_changes_nothing(db: Database, reader: int) -> None:
    done = from_postmark(db, postmark(Email="vreemd@example.org"))

    assert done is not None
    assert (done.about, done.is_unknown, status_of(db, reader)) == (None, False, "active")


@pytest.mark.parametrize(
    ("told", "kind", "ours"),
    [
        (ses_bounce(), B.PERMANENT, False),
        (ses_bounce(bounceType="Transient"), B.TEMPORARY, False),
        (ses_bounce(bounceSubType="Suppressed", recipient=WORDLESS), B.TEMPORARY, False),
        (ses_bounce(bounceSubType="NoEmail", recipient=WORDLESS), B.PERMANENT, False),
        (ses_bounce(recipient=SPAM), B.TEMPORARY, True),
        (ses_bounce(bounceType="Undetermined", recipient={"status": "4.4.7"}), B.TEMPORARY, False),
    ],
)
def test_what_ses_tells_has_one_meaning(
    told: Mapping[str, Any], kind: BounceClass, *, ours: bool
) -> None:
    report = providers.read_ses(json.dumps(told), number="1").report

    assert report is not None
    (one,) = report.recipients
    assert (report.kind, one.address, one.is_ours) == (kind, "jan@example.org", ours)


@pytest.mark.parametrize(
    ("told", "kind", "ours", "late"),
    [
        (postmark("HardBounce"), B.PERMANENT, False, False),
        (postmark("BadEmailAddress", Details=""), B.PERMANENT, False, False),
        (postmark("HardBounce", Details="smtp;554 5.7.1 blocked"), B.TEMPORARY, True, False),
        (postmark("SoftBounce", Details="smtp;452 4.2.2 full"), B.TEMPORARY, False, False),
        (postmark("Transient", Details="smtp;450 try later"), B.TEMPORARY, False, True),
        (postmark("Blocked", Details=""), B.TEMPORARY, True, False),
        (postmark("AutoResponder"), B.AUTO_REPLY, False, False),
        (postmark("SpamComplaint"), B.COMPLAINT, False, False),
    ],
)
def test_what_postmark_tells_has_one_meaning(
    told: Mapping[str, Any], kind: BounceClass, *, ours: bool, late: bool
) -> None:
    report = providers.read_postmark(told).report

    assert report is not None
    (one,) = report.recipients
    assert (report.kind, one.is_ours, one.is_late) == (kind, ours, late)


@pytest.mark.parametrize(
    ("fields", "kind", "late"),
    [
        ({}, B.PERMANENT, False),
        ({"severity": "temporary"}, B.TEMPORARY, True),
        ({"delivery-status": NOT_AGAIN}, B.TEMPORARY, False),
        ({"event": "complained"}, B.COMPLAINT, False),
    ],
)
def test_what_mailgun_tells_has_one_meaning(
    fields: Mapping[str, Any], kind: BounceClass, *, late: bool
) -> None:
    report = providers.read_mailgun(mailgun(SIGNING, **fields)["event-data"]).report

    assert report is not None
    (one,) = report.recipients
    assert (report.kind, one.is_late) == (kind, late)


def test_what_is_no_returned_mail_is_taken_and_changes_nothing(
    db: Database, amazon: Amazon, reader: int
) -> None:
    assert ses(db, amazon, amazon.notification({"notificationType": "Delivery"})) is None
    assert ses(db, amazon, amazon.notification("Successfully validated SNS topic")) is None
    assert ses(db, amazon, amazon.notification(ses_complaint(kind="not-spam"))) is None
    assert from_postmark(db, postmark() | {"RecordType": "Delivery"}) is None
    assert from_mailgun(db, mailgun(SIGNING, event="delivered")) is None
    assert status_of(db, reader) == "active"


def test_a_subscription_to_our_topic_is_confirmed_at_amazon_alone(
    db: Database, amazon: Amazon
) -> None:
    assert ses(db, amazon, amazon.confirmation()) is None
    assert amazon.visited == [CERTIFICATE, SUBSCRIBE]

    elsewhere = amazon.confirmation(SubscribeURL="https://sns.eu-west-1.amazonaws.com.example.org/")
    with pytest.raises(HookRefused):
        ses(db, amazon, elsewhere)
    assert "example.org" not in "".join(amazon.visited)


@pytest.mark.parametrize(
    "fields",
    [
        {"TopicArn": "arn:aws:sns:eu-west-1:999999999999:bounces"},
        {"SignatureVersion": "1"},
        {"SigningCertURL": "https://example.org/SimpleNotificationService-abc.pem"},
        {"SigningCertURL": CERTIFICATE.replace("https", "http")},
        {"SigningCertURL": CERTIFICATE.replace("amazonaws.com", "amazonaws.com:8443")},
        {"SigningCertURL": CERTIFICATE.replace("sns.", "s3.")},
        {"SigningCertURL": CERTIFICATE.replace(".pem", ".txt")},
        {"Timestamp": (START - timedelta(days=2)).isoformat()},
        {"Timestamp": (START + timedelta(days=2)).isoformat()},
        {"Timestamp": "gisteren"},
        {"Timestamp": "2027-04-22T10:00:00"},
        {"Type": "Iets"},
    ],
)
def test_what_is_not_proved_to_be_of_our_topic_is_refused(
    db: Database, amazon: Amazon, reader: int, fields: dict[str, str]
) -> None:
    with pytest.raises(HookRefused):
        ses(db, amazon, amazon.notification(ses_bounce(), **fields))

    assert status_of(db, reader) == "active"
    assert [url for url in amazon.visited if url != CERTIFICATE] == []


@pytest.mark.parametrize(
    "changed", [{"Message": "{}"}, {"Signature": "AAAA"}, {"Signature": "é"}, {"MessageId": "2"}]
)
def test_a_changed_notification_is_refused(
    db: Database, amazon: Amazon, changed: dict[str, str]
) -> None:
    with pytest.raises(HookRefused):
        ses(db, amazon, amazon.notification(ses_bounce()) | changed)


def test_a_certificate_of_another_time_is_refused(db: Database) -> None:
    over = Amazon(ends_at=START - timedelta(days=1))

    with pytest.raises(HookRefused):
        ses(db, over, over.notification(ses_bounce()))


def test_a_certificate_is_fetched_once_a_day(amazon: Amazon) -> None:
    certificates = Certificates(amazon.fetch)

    for day in (0, 0, 1):
        certificates.key_at(CERTIFICATE, START + timedelta(days=day))

    assert len(amazon.visited) == 2


@pytest.mark.parametrize("url", ["", "https://", "https://sns.eu.amazonaws.com:x/", "//[", "sns"])
def test_no_address_is_not_amazons(url: str) -> None:
    assert not is_amazons(url)


@pytest.mark.parametrize("user", ["postmark:anders", "", USER + "x", "é:é"])
def test_postmark_without_its_password_is_refused(db: Database, reader: int, user: str) -> None:
    with pytest.raises(HookRefused):
        from_postmark(db, postmark(), user)

    assert status_of(db, reader) == "active"


@pytest.mark.parametrize("authorization", ["", "Basic", "Basic !!!", "Bearer x", f"Basic {USER}"])
def test_another_header_is_refused(db: Database, authorization: str) -> None:
    with pytest.raises(HookRefused):
        hooks.take_postmark(
            Returns(db, LINKS, KEY),
            body(postmark()),
            authorization=authorization,
            expected=USER,
            now=START,
        )


@pytest.mark.parametrize(
    "told",
    [
        mailgun("another key of sixteen"),
        mailgun(SIGNING, at=START - timedelta(hours=13)),
        mailgun(SIGNING, at=START + timedelta(hours=13)),
        {"signature": {}, "event-data": {}},
        {"signature": [], "event-data": {}},
        {},
    ],
)
def test_mailgun_without_a_fresh_signature_is_refused(
    db: Database, reader: int, told: Mapping[str, Any]
) -> None:
    with pytest.raises(HookRefused):
        from_mailgun(db, told)

    assert status_of(db, reader) == "active"


def test_a_signature_of_mailgun_is_for_one_event(db: Database, reader: int) -> None:
    """It does not cover what is told: who saw one could tell anything with it."""
    from_mailgun(db, mailgun(SIGNING, id="eerste", recipient="ander@example.org"))

    with pytest.raises(HookRefused):
        from_mailgun(db, mailgun(SIGNING, id="tweede"))

    assert status_of(db, reader) == "active"


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"[]", b"1", b"\xff", b"[" * 200_000, rb'{"a": "\ud800"}']
)
def test_what_is_no_object_of_json_is_refused(db: Database, raw: bytes) -> None:
    returns = Returns(db, LINKS, KEY)

    with pytest.raises(HookRefused):
        hooks.take_mailgun(returns, raw, key=SIGNING, now=START)


@pytest.mark.parametrize(
    "fields",
    [
        {"Email": None, "Metadata": None},
        {"Metadata": "x"},
        {"ID": None, "Email": {"a": [1]}},
        {"Details": ["x"] * 10_000},
    ],
)
def test_fields_of_another_kind_do_no_harm(
    db: Database, reader: int, fields: Mapping[str, Any]
) -> None:
    with suppress(HookRefused):
        from_postmark(db, postmark(**fields))

    with db.read() as session:
        assert unknown_mail.count_unknown(session) == 0
