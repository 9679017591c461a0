"""How many people a selection holds, and who gets nothing."""

from sqlalchemy.orm import Session

from subscribers.counts import LeftOut, SegmentCount, count_left_out, count_segments
from subscribers.model import Segment
from subscribers.segments import DEFAULT_SEGMENTS, list_segments
from subscribers.values import Audience, SubscriberStatus, Topic
from tests.factories import make_subscriber

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

    assert count_segments(session, list_segments(session)) == {
        "school": SegmentCount(2, 1, 2),
        "lerarenopleiding": SegmentCount(1, 1, 1),
        "overig": SegmentCount(0, 0, 0),
    }
    assert count_segments(session, []) == {}


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
