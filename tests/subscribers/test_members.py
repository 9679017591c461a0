"""Why somebody is in a segment, and some of its people by chance."""

import pytest
from sqlalchemy.orm import Session

from subscribers.errors import UnknownSegment
from subscribers.expressions import parse, text_of
from subscribers.members import sample, why
from subscribers.model import Segment
from subscribers.trees import stored
from subscribers.values import Audience, SubscriberStatus
from tests.factories import make_readers, make_subscriber

WHERE = "audience = school and segment = noordoost and not role = bestuurder"


@pytest.fixture
def people(session: Session) -> Session:
    noordoost = stored(parse("region in (noord, oost)"))
    session.add(Segment(slug="noordoost", name="Noordoost", conditions=noordoost))
    make_subscriber(session, "jan@example.org", region="Oost", role="schoolopleider")
    make_subscriber(session, "piet@example.org", region="OOST", role="Bestuurder")
    make_subscriber(
        session,
        "weg@example.org",
        audience=Audience.TEACHER_EDUCATION,
        region="Noord",
        status=SubscriberStatus.UNSUBSCRIBED,
    )
    return session


@pytest.mark.parametrize(
    ("email", "is_in", "gets_mail", "holding"),
    [
        ("Jan@example.org", True, True, [True, True, True]),
        ("piet@example.org", False, True, [True, True, False]),
        ("weg@example.org", False, False, [False, True, True]),
    ],
)
def test_each_condition_of_a_segment_is_told_of_one_person(
    people: Session, email: str, *, is_in: bool, gets_mail: bool, holding: list[bool]
) -> None:
    told = why(people, parse(WHERE), email)

    assert told is not None
    assert (told.is_in, told.gets_mail) == (is_in, gets_mail)
    assert [text_of(one.part) for one in told.reasons] == WHERE.split(" and ")
    assert [one.holds for one in told.reasons] == holding


def test_of_alternatives_each_is_told(people: Session) -> None:
    told = why(people, parse("region = west or role = schoolopleider"), "jan@example.org")

    assert told is not None
    assert told.is_in
    assert [one.holds for one in told.reasons] == [False, True]


def test_nobody_is_no_reason(people: Session) -> None:
    assert why(people, parse(WHERE), "niemand@example.org") is None
    assert why(people, parse(WHERE), "geen adres") is None
    with pytest.raises(UnknownSegment):
        why(people, parse("segment = weg"), "jan@example.org")


def test_a_sample_is_ten_who_may_be_mailed_and_others_every_time(people: Session) -> None:
    make_readers(people, 60)

    few = [row.email for row in sample(people, parse("segment = noordoost"))]
    drawn = [frozenset(row.id for row in sample(people, parse("region != west"))) for _ in range(5)]

    assert sorted(few) == ["jan@example.org", "piet@example.org"]
    assert {len(one) for one in drawn} == {10}
    assert len(set(drawn)) > 1
