"""Consent: from asking to leaving, with evidence, and with nothing that tells who is known."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from newsletter.model import Delivery
from storage.session import Database
from subscribers import consent
from subscribers.addresses import address_hash
from subscribers.consent import SignUp
from subscribers.errors import GroundMissing, InvalidAddress, SuppressedAddress
from subscribers.model import Consent, Subscriber, Suppression
from subscribers.themes import themes_of
from subscribers.values import Audience, SubscriberStatus, SuppressionReason, Topic
from tests.factories import KEY, make_edition, make_subscriber
from tests.fakes import START
from tests.subscribers.making import at_once

S = SubscriberStatus
TEXT = "Ja, ik wil de nieuwsbrief ontvangen."
DAY = timedelta(days=1)


def sign_up(db: Database, *, now: datetime = START, **fields: Any) -> SignUp:
    given: dict[str, Any] = {
        "email": "Jan@example.org",
        "audience": Audience.SCHOOL,
        "topics": [Topic.NEWSLETTER],
        "text_shown": TEXT,
        "source": "form",
    }
    return consent.sign_up(db, now=now, **(given | fields))


def subscribe(db: Database, *, now: datetime = START) -> int:
    subscriber_id = sign_up(db, now=now).subscriber_id
    assert subscriber_id is not None
    assert consent.confirm(db, subscriber_id, now=now)
    return subscriber_id


def add(db: Database, **fields: Any) -> int:
    with db.write() as session:
        return make_subscriber(session, "jan@example.org", **fields).id


def row_of(db: Database, subscriber_id: int) -> Subscriber:
    with db.read() as session:
        return session.get_one(Subscriber, subscriber_id)


def facts_of(db: Database, subscriber_id: int) -> list[str]:
    with db.read() as session:
        kinds = select(Consent.kind).where(Consent.subscriber_id == subscriber_id)
        return list(session.scalars(kinds.order_by(Consent.id)))


def suppressions(db: Database) -> dict[str, str]:
    with db.read() as session:
        return {row.address_hash: row.reason for row in session.scalars(select(Suppression))}


HASH = address_hash(KEY, "jan@example.org")


def test_asking_leaves_evidence_and_mails_nobody_yet(db: Database) -> None:
    signed = sign_up(db, name=" Jan\r\nde  Vries ", partnership="Samen")

    assert signed.subscriber_id is not None
    row = row_of(db, signed.subscriber_id)
    with db.read() as session:
        fact = session.scalars(select(Consent)).one()
    assert signed.confirm
    assert (row.status, row.email, row.email_key) == (
        S.PENDING,
        "Jan@example.org",
        "jan@example.org",
    )
    assert (row.name, row.partnership, row.audience) == ("Jan de Vries", "Samen", "school")
    assert (row.wants_newsletter, row.wants_announcements) == (True, False)
    assert (fact.kind, fact.at, fact.topics) == ("asked", START, ["newsletter"])
    assert (fact.text_shown, fact.source) == (TEXT, "form")


def test_confirming_makes_active_once(db: Database) -> None:
    signed = sign_up(db)
    assert signed.subscriber_id is not None

    answers = [consent.confirm(db, signed.subscriber_id, now=START + DAY) for _ in range(3)]

    row = row_of(db, signed.subscriber_id)
    assert answers == [True, True, True]
    assert (row.status, row.confirmed_at, row.since) == (S.ACTIVE, START + DAY, START + DAY)
    assert facts_of(db, row.id) == ["asked", "confirmed"]


def test_who_is_active_is_neither_asked_nor_changed(db: Database) -> None:
    subscriber_id = subscribe(db)

    again = sign_up(db, email="JAN@example.org", audience=None, name="X", now=START + 2 * DAY)

    assert again == SignUp(subscriber_id, confirm=False)
    assert (row_of(db, subscriber_id).audience, row_of(db, subscriber_id).name) == ("school", "")
    assert facts_of(db, subscriber_id) == ["asked", "confirmed"]


def test_an_address_is_asked_once_a_day_and_its_form_may_be_corrected(db: Database) -> None:
    hours = [0, 1, 23, 24, 25, 47, 48]

    asked = [
        sign_up(db, audience=None if hour else Audience.SCHOOL, now=START + timedelta(hours=hour))
        for hour in hours
    ]

    subscriber_id = asked[0].subscriber_id
    assert subscriber_id is not None
    assert [one.confirm for one in asked] == [True, False, False, True, False, False, True]
    assert row_of(db, subscriber_id).audience is None
    assert row_of(db, subscriber_id).since == START + timedelta(hours=48)


def test_who_left_comes_back_only_by_confirming_anew(db: Database) -> None:
    subscriber_id = subscribe(db)
    assert consent.leave(db, subscriber_id, source="link", now=START + DAY)

    assert not consent.confirm(db, subscriber_id, now=START + DAY)  # the old link, once more
    assert row_of(db, subscriber_id).status == S.UNSUBSCRIBED
    back = sign_up(db, now=START + 3 * DAY)
    assert back == SignUp(subscriber_id, confirm=True)
    assert row_of(db, subscriber_id).status == S.UNSUBSCRIBED
    assert consent.confirm(db, subscriber_id, now=START + 3 * DAY)
    assert row_of(db, subscriber_id).status == S.ACTIVE
    assert facts_of(db, subscriber_id) == ["asked", "confirmed", "withdrawn", "asked", "confirmed"]


def test_who_answered_and_left_the_same_day_is_asked_once_more(db: Database) -> None:
    subscriber_id = subscribe(db)
    consent.leave(db, subscriber_id, source="link", now=START)

    again = [sign_up(db, now=START + timedelta(minutes=one)) for one in (1, 2)]

    assert [one.confirm for one in again] == [True, False]


def test_a_suppressed_address_is_neither_asked_nor_confirmed(db: Database) -> None:
    subscriber_id = add(db, status=S.SUPPRESSED)

    assert sign_up(db) == SignUp(None, confirm=False)
    assert not consent.confirm(db, subscriber_id, now=START)
    assert row_of(db, subscriber_id).status == S.SUPPRESSED
    assert facts_of(db, subscriber_id) == []


def test_confirming_for_nobody_does_nothing(db: Database) -> None:
    assert not consent.confirm(db, 999, now=START)


def test_a_form_without_an_address_is_refused(db: Database) -> None:
    with pytest.raises(InvalidAddress):
        sign_up(db, email="jan@example.org, piet@example.org")


def test_leaving_counts_once_and_names_the_edition(db: Database) -> None:
    subscriber_id = subscribe(db)

    left = [
        consent.leave(db, subscriber_id, source="one-click", edition_id=7, now=START + DAY)
        for _ in range(2)
    ]

    with db.read() as session:
        fact = session.scalars(select(Consent).order_by(Consent.id.desc())).first()
    assert fact is not None
    assert left == [True, False]
    assert row_of(db, subscriber_id).status == S.UNSUBSCRIBED
    assert (fact.kind, fact.edition_id, fact.source) == ("withdrawn", 7, "one-click")
    assert suppressions(db) == {}
    assert not consent.leave(db, 999, source="link", now=START)


def test_preferences_are_stored_with_evidence_of_the_change(db: Database) -> None:
    subscriber_id = subscribe(db)
    chosen: dict[str, Any] = {
        "audience": Audience.TEACHER_EDUCATION,
        "topics": [Topic.ANNOUNCEMENTS],
        "name": "Jan",
        "themes": ["visie", "hr-beleid"],
    }

    done = [consent.change(db, subscriber_id, now=START + DAY, **chosen) for _ in range(2)]

    row = row_of(db, subscriber_id)
    with db.read() as session:
        themes = themes_of(session, [subscriber_id])
    assert done == [True, True]
    assert (row.audience, row.name, row.changed_at) == ("lerarenopleiding", "Jan", START + DAY)
    assert (row.wants_newsletter, row.wants_announcements) == (False, True)
    assert themes == {subscriber_id: ["hr-beleid", "visie"]}
    assert facts_of(db, subscriber_id) == ["asked", "confirmed", "changed"]


def test_themes_that_are_left_out_of_the_form_stay(db: Database) -> None:
    subscriber_id = subscribe(db)
    topics = [Topic.NEWSLETTER]
    consent.change(db, subscriber_id, audience=None, topics=topics, themes=["visie"], now=START)

    consent.change(db, subscriber_id, audience=None, topics=topics, now=START)

    with db.read() as session:
        assert themes_of(session, [subscriber_id]) == {subscriber_id: ["visie"]}


def test_only_an_active_subscriber_has_preferences(db: Database) -> None:
    subscriber_id = add(db, status=S.UNSUBSCRIBED)

    changed = consent.change(db, subscriber_id, audience=None, topics=[], now=START)

    assert not changed
    assert row_of(db, subscriber_id).audience == "school"


def test_adding_somebody_needs_a_ground_and_keeps_it(db: Database) -> None:
    with pytest.raises(GroundMissing):
        consent.add(db, email="jan@example.org", audience=None, ground=" ", key=KEY, now=START)

    ids = [
        consent.add(
            db, email="jan@example.org", audience=None, ground="congres 2027", key=KEY, now=START
        )
        for _ in range(2)
    ]

    with db.read() as session:
        fact = session.scalars(select(Consent)).one()
    assert ids[0] == ids[1]
    assert (row_of(db, ids[0]).status, row_of(db, ids[0]).ground) == (S.ACTIVE, "imported")
    assert (fact.kind, fact.ground) == ("imported", "congres 2027")


@pytest.mark.parametrize("status", [S.UNSUBSCRIBED, S.SUPPRESSED])
def test_nobody_is_added_back(db: Database, status: SubscriberStatus) -> None:
    subscriber_id = add(db, status=status)

    with pytest.raises(SuppressedAddress):
        consent.add(db, email="jan@example.org", audience=None, ground="g", key=KEY, now=START)

    assert row_of(db, subscriber_id).status == status


def test_erasing_leaves_only_a_keyed_hash_and_numbers(db: Database) -> None:
    subscriber_id = subscribe(db)
    with db.write() as session:
        edition = make_edition(session)
        session.add(Delivery(edition_id=edition.id, subscriber_id=subscriber_id, state="sent"))

    erased = [consent.erase(db, "JAN@example.org", key=KEY, now=START) for _ in range(2)]

    with db.read() as session:
        left = [session.scalars(select(one)).all() for one in (Subscriber, Consent)]
        delivery = session.scalars(select(Delivery)).one()
    assert erased == [True, False]
    assert left == [[], []]
    assert (delivery.subscriber_id, delivery.state) == (None, "sent")
    assert suppressions(db) == {HASH: "erased"}


def test_the_erased_are_not_added_back_and_may_sign_up_themselves(db: Database) -> None:
    consent.erase(db, subscribe(db), key=KEY, now=START)

    with pytest.raises(SuppressedAddress):
        consent.add(db, email="jan@example.org", audience=None, ground="g", key=KEY, now=START)
    assert row_of(db, subscribe(db, now=START + DAY)).status == S.ACTIVE


def test_suppressing_happens_once_and_its_reason_outlives_erasure(db: Database) -> None:
    subscriber_id = subscribe(db)
    reason = SuppressionReason.BOUNCE

    done = [
        consent.suppress(db, subscriber_id, reason=reason, key=KEY, now=START) for _ in range(2)
    ]
    status = row_of(db, subscriber_id).status
    consent.erase(db, subscriber_id, key=KEY, now=START)

    assert (done, status) == ([True, False], S.SUPPRESSED)
    assert suppressions(db) == {HASH: "bounce"}


def test_a_bounce_does_not_bar_who_had_left(db: Database) -> None:
    subscriber_id = add(db, status=S.UNSUBSCRIBED)

    bounced = consent.suppress(
        db, subscriber_id, reason=SuppressionReason.BOUNCE, key=KEY, now=START
    )
    complained = consent.suppress(
        db, subscriber_id, reason=SuppressionReason.COMPLAINT, key=KEY, now=START
    )

    assert (bounced, complained) == (False, True)
    assert suppressions(db) == {HASH: "complaint"}


def test_a_confirmation_that_is_replayed_a_hundred_times_brings_nobody_back(db: Database) -> None:
    subscriber_id = subscribe(db)
    consent.leave(db, subscriber_id, source="afmelden", now=START)

    again = {consent.confirm(db, subscriber_id, now=START + DAY) for _ in range(100)}

    assert (again, row_of(db, subscriber_id).status) == ({False}, S.UNSUBSCRIBED)
    assert facts_of(db, subscriber_id).count("confirmed") == 1


def test_who_signs_up_twice_in_one_moment_is_one_person_with_one_mail(db: Database) -> None:
    ends = at_once(*[lambda: sign_up(db)] * 6)

    asked = [one for one in ends if isinstance(one, SignUp)]
    assert len({one.subscriber_id for one in asked}) == 1
    assert sorted(one.confirm for one in asked) == [False] * 5 + [True]
