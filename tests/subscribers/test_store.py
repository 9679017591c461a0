"""Queries: who gets a mailing, and no one else."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.session import Database
from subscribers import segments, store
from subscribers.errors import UnknownSegment
from subscribers.model import Consent, Subscriber
from subscribers.values import Audience, ConsentKind, Reader, SubscriberStatus, Topic
from tests.factories import make_subscriber
from tests.fakes import START
from tests.queries import counted

SCHOOL = {"audience": "school"}
INSTITUTE = {"audience": "lerarenopleiding"}


def names(session: Session, conditions: list[dict[str, str]], topic: Topic) -> list[str]:
    chosen = store.recipients_select(session, conditions, topic).with_only_columns(Subscriber.email)
    return [one.split("@")[0] for one in session.scalars(chosen.order_by(Subscriber.id))]


def fill(db: Database) -> None:
    segments.add_default_segments(db)
    with db.write() as session:
        make_subscriber(session, "school@example.org", region="Oost")
        make_subscriber(session, "pabo@example.org", audience=Audience.TEACHER_EDUCATION)
        make_subscriber(session, "geen@example.org", audience=None, region="Oost")
        make_subscriber(session, "stil@example.org", wants_newsletter=False)
        make_subscriber(session, "druk@example.org", wants_announcements=False)
        for status in set(SubscriberStatus) - {SubscriberStatus.ACTIVE}:
            make_subscriber(session, f"{status}@example.org", status=status, region="Oost")


def test_recipients_are_active_and_want_the_topic(db: Database) -> None:
    fill(db)

    with db.read() as session:
        newsletter = names(session, [SCHOOL], Topic.NEWSLETTER)
        announcement = names(session, [SCHOOL], Topic.ANNOUNCEMENTS)

    assert newsletter == ["school", "druk"]
    assert announcement == ["school", "stil"]


def test_somebody_in_two_segments_is_there_once(db: Database) -> None:
    fill(db)

    with db.read() as session:
        both = names(session, [SCHOOL, {"region": "Oost"}], Topic.NEWSLETTER)
        everybody = names(session, [{}, INSTITUTE], Topic.NEWSLETTER)
        nobody = names(session, [], Topic.NEWSLETTER)

    assert both == ["school", "geen", "druk"]
    assert everybody == ["school", "pabo", "geen", "druk"]
    assert nobody == []


def test_recipients_are_walked_by_key(db: Database) -> None:
    fill(db)
    walked: list[int] = []

    with db.read() as session:
        chosen = (
            store.recipients_select(session, [{}], Topic.NEWSLETTER)
            .order_by(Subscriber.id)
            .limit(1)
        )
        while page := session.execute(
            chosen.where(Subscriber.id > (walked[-1] if walked else 0))
        ).all():
            walked += [row.id for row in page]
        whole = session.execute(store.recipients_select(session, [{}], Topic.NEWSLETTER)).all()

    assert walked == sorted(row.id for row in whole)
    assert len(walked) == 4


def test_counts_by_audience_take_one_query_beside_the_segments(db: Database) -> None:
    fill(db)

    with db.read() as session, counted(db.engine) as statements:
        counts = store.counts_by_audience(
            session, ["school", "lerarenopleiding", "overig"], Topic.NEWSLETTER
        )

    assert counts == {Audience.SCHOOL: 2, Audience.TEACHER_EDUCATION: 1, None: 1}
    assert len(statements) == 2


def test_a_segment_counts_who_may_be_mailed(db: Database) -> None:
    fill(db)

    with db.read() as session:
        assert store.count_segment(session, "school") == 3


def test_segments_are_empty_in_which_nobody_wants_the_topic(db: Database) -> None:
    fill(db)
    both = ["school", "lerarenopleiding"]

    with db.write() as session:
        assert store.empty_among(session, both, Topic.NEWSLETTER) == []
        for one in session.scalars(select(Subscriber).where(Subscriber.audience == "school")):
            one.wants_newsletter = False
        assert store.empty_among(session, both, Topic.NEWSLETTER) == ["school"]
        assert store.empty_among(session, both, Topic.ANNOUNCEMENTS) == []
        assert store.empty_among(session, [], Topic.NEWSLETTER) == []
        with pytest.raises(UnknownSegment):
            store.empty_among(session, ["nergens"], Topic.NEWSLETTER)


def test_readers_are_the_active_ones_in_one_query(db: Database) -> None:
    with db.write() as session:
        jan = make_subscriber(session, "Jan@example.org", name="Jan", role="docent").id
        weg = make_subscriber(session, "x@example.org", status=SubscriberStatus.UNSUBSCRIBED).id

    with db.read() as session, counted(db.engine) as statements:
        readers = store.readers(session, [jan, weg, 999])

    reader = Reader(
        jan, "Jan@example.org", "Jan", Audience.SCHOOL, "docent", START, ConsentKind.ASKED
    )
    assert readers == {jan: reader}
    assert len(statements) == 2


def test_a_subscriber_is_found_by_address_in_any_case(db: Database) -> None:
    with db.write() as session:
        jan = make_subscriber(session, "Jan@example.org").id

    with db.read() as session:
        found = store.get_subscriber(session, "jan@EXAMPLE.org")
        unknown = store.get_subscriber(session, "piet@example.org")
        nonsense = store.get_subscriber(session, "geen adres")
        by_id = store.get_by_id(session, jan)

    assert found is not None
    assert by_id is not None
    assert (found.id, by_id.email, unknown, nonsense) == (jan, "Jan@example.org", None, None)


def test_subscribers_are_listed_by_page_query_and_segment(db: Database) -> None:
    fill(db)
    with db.write() as session:
        make_subscriber(session, "z@example.org", name="Anna 50% Bos", audience=None)

    with db.read() as session:
        first = store.list_subscribers(session, limit=2)
        second = store.list_subscribers(session, limit=2, after_id=first[-1].id)
        by_address = store.list_subscribers(session, query="SCHO")
        by_name = store.list_subscribers(session, query="50%")
        by_segment = store.list_subscribers(session, segment="overig", query="z")

    listed = [
        [row.email.split("@")[0] for row in page]
        for page in (first, second, by_address, by_name, by_segment)
    ]
    assert listed == [["school", "pabo"], ["geen", "stil"], ["school"], ["z"], ["z"]]


def test_everything_about_somebody_is_given(db: Database) -> None:
    with db.write() as session:
        jan = make_subscriber(session, name="Jan", themes=["visie"])
        session.add(
            Consent(subscriber_id=jan.id, kind=ConsentKind.ASKED, at=START, topics=["newsletter"])
        )

    with db.read() as session:
        everything = store.everything_about(session, "jan@example.org")
        nobody = store.everything_about(session, "piet@example.org")

    assert nobody is None
    assert everything is not None
    assert everything["email"] == "jan@example.org"
    assert everything["themes"] == ["visie"]
    assert everything["consents"] == [
        {
            "kind": "asked",
            "at": START,
            "topics": ["newsletter"],
            "ground": "",
            "text_shown": "",
            "text_version": "",
            "source": "",
            "edition_id": None,
        }
    ]
