"""How many people a selection holds, and who gets nothing."""

import pytest
from sqlalchemy.orm import Session

from storage.session import Database
from subscribers.counts import LeftOut, SegmentCount, count_left_out, count_list, count_reach
from subscribers.errors import UnknownSegment
from subscribers.model import Segment, Subscriber
from subscribers.segments import DEFAULT_SEGMENTS, list_segments
from subscribers.store import counts_by_audience
from subscribers.values import Audience, SubscriberStatus, Topic
from tests.factories import make_subscriber
from tests.queries import counted

S = SubscriberStatus


def add(
    session: Session,
    name: str,
    audience: Audience | None,
    status: SubscriberStatus = S.ACTIVE,
    *,
    newsletter: bool = True,
) -> None:
    make_subscriber(
        session,
        f"{name}@example.org",
        audience=audience,
        status=status,
        wants_newsletter=newsletter,
    )


def add_people(session: Session) -> None:
    for slug, name, conditions in DEFAULT_SEGMENTS:
        session.add(Segment(slug=slug, name=name, conditions=dict(conditions)))
    add(session, "a", Audience.SCHOOL)
    add(session, "b", Audience.SCHOOL, newsletter=False)
    add(session, "c", Audience.SCHOOL, S.UNSUBSCRIBED)
    add(session, "d", Audience.SCHOOL, S.SUPPRESSED, newsletter=False)
    add(session, "e", Audience.TEACHER_EDUCATION)
    add(session, "f", None, S.PENDING)
    session.flush()


def test_each_segment_is_counted_by_what_its_people_want(session: Session) -> None:
    add_people(session)

    counted = count_list(session, list_segments(session))

    assert counted.segments == {
        "school": SegmentCount(2, 1, 2),
        "lerarenopleiding": SegmentCount(1, 1, 1),
        "overig": SegmentCount(0, 0, 0),
    }
    assert counted.by_status == {
        S.ACTIVE: 3,
        S.PENDING: 1,
        S.PAUSED: 0,
        S.UNSUBSCRIBED: 1,
        S.SUPPRESSED: 1,
    }
    assert count_list(session, []).segments == {}


def test_who_gets_nothing_is_counted_once_by_reason(session: Session) -> None:
    add_people(session)

    every = ["school", "lerarenopleiding", "overig"]

    assert count_left_out(session, every, Topic.NEWSLETTER) == {
        LeftOut.OTHER_TOPIC: 1,
        LeftOut.LEFT: 1,
        LeftOut.BROKEN: 1,
        LeftOut.UNCONFIRMED: 1,
    }
    assert count_left_out(session, ["lerarenopleiding"], Topic.NEWSLETTER) == {}
    assert count_left_out(session, [], Topic.ANNOUNCEMENTS) == {}


def add_everybody(session: Session) -> None:
    """One more of each kind than of the kind before: no two of the counts are the same."""
    add_people(session)
    number = 0
    for audience in (*Audience, None):
        for status in S:
            for wants in (False, True):
                number += 1
                for one in range(number):
                    add(session, f"{number}-{one}", audience, status, newsletter=wants)
    oost = {"region": "oost", "status not": "pending"}
    session.add(Segment(slug="oost", name="Oost", conditions=oost))
    session.add(Segment(slug="iedereen", name="Iedereen", conditions={}))
    everybody = session.query(Subscriber).order_by(Subscriber.id)
    for row in everybody:
        row.region = ("Oost", "West", "")[row.id % 3]
    session.flush()


@pytest.mark.parametrize("topic", Topic)
@pytest.mark.parametrize(
    "slugs",
    [
        ["school"],
        ["overig"],
        ["school", "lerarenopleiding", "overig"],
        ["oost"],
        ["school", "oost"],
        ["iedereen"],
        [],
    ],
)
def test_one_walk_counts_what_the_two_counts_do(
    session: Session, topic: Topic, slugs: list[str]
) -> None:
    add_everybody(session)

    reach = count_reach(session, slugs, topic)

    assert reach.people == counts_by_audience(session, slugs, topic)
    assert reach.left_out == count_left_out(session, slugs, topic)
    assert bool(reach.people) == bool(slugs)


def test_reach_takes_one_query_beside_the_segments(db: Database) -> None:
    with db.write() as session:
        add_people(session)

    with db.read() as session, counted(db.engine) as statements:
        reach = count_reach(session, ["school", "overig"], Topic.NEWSLETTER)

    assert reach.people == {Audience.SCHOOL: 1}
    assert sum(reach.left_out.values()) == 4
    assert len(statements) == 2


def test_reach_of_an_unknown_segment_is_refused(session: Session) -> None:
    with pytest.raises(UnknownSegment):
        count_reach(session, ["weg"], Topic.NEWSLETTER)


@pytest.mark.parametrize("slug", ["school", "oost", "nieuw"])
def test_reach_is_counted_from_one_index(db: Database, slug: str) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("how SQLite goes about it")
    with db.write() as session:
        add_people(session)
        session.add(Segment(slug="oost", name="Oost", conditions={"region": "oost", "role": "x"}))
        new = {"joined since": "2027-01-01", "audience": "school"}
        session.add(Segment(slug="nieuw", name="Nieuw", conditions=new))

    with db.read() as session, counted(db.engine) as statements:
        count_reach(session, [slug], Topic.ANNOUNCEMENTS)
    statement = statements[-1]
    with db.engine.connect() as connection:
        plan = connection.exec_driver_sql(
            f"explain query plan {statement}", ("x",) * statement.count("?")
        ).all()

    assert [row[3] for row in plan] == ["SCAN subscriber USING COVERING INDEX ix_subscriber_reach"]
