"""Segments: what people type becomes conditions, and conditions become bound clauses."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.session import Database
from subscribers import segments
from subscribers.errors import UnknownCondition, UnknownSegment
from subscribers.model import Partnership, Subscriber, SubscriberTheme
from subscribers.segments import CONDITIONS, DEFAULT_SEGMENTS, parse_expression, where
from subscribers.values import Audience, SubscriberStatus
from tests.factories import make_subscriber
from tests.fakes import START

# For each condition: what selects "jan" and not "piet".
SELECTS_JAN: Mapping[str, str] = {
    "audience": "school",
    "region": "oost",
    "partnership": "samen-sterk",
    "organisation": "Lyceum Éénhoorn",
    "role": "Schoolopleider",
    "theme": "visie",
    "status not": "unsubscribed",
}
HOSTILE = "x' or 1=1 --"


@pytest.fixture
def people(session: Session) -> Session:
    session.add(Partnership(slug="samen-sterk", name="Samen Sterk"))
    jan = make_subscriber(
        session,
        region="Oost",
        partnership="Samen Sterk",
        organisation="Lyceum Éénhoorn",
        role="schoolopleider",
    )
    session.add(SubscriberTheme(theme="visie", subscriber_id=jan.id))
    piet = make_subscriber(
        session,
        "piet@example.org",
        audience=None,
        status=SubscriberStatus.UNSUBSCRIBED,
        region="West",
    )
    session.add(SubscriberTheme(theme="hr-beleid", subscriber_id=piet.id))
    session.flush()
    return session


def found(session: Session, conditions: Mapping[str, Any]) -> list[str]:
    chosen = select(Subscriber.email).where(*where(conditions)).order_by(Subscriber.email)
    return [email.split("@")[0] for email in session.scalars(chosen)]


@pytest.mark.parametrize("name", CONDITIONS)
def test_each_condition_selects(people: Session, name: str) -> None:
    assert found(people, {name: SELECTS_JAN[name]}) == ["jan"]


@pytest.mark.parametrize("name", [name for name, one in CONDITIONS.items() if not one.values])
def test_values_are_bound(people: Session, name: str) -> None:
    chosen = select(func.count()).where(*where({name: HOSTILE}))

    assert found(people, {name: HOSTILE}) == []
    assert HOSTILE not in str(chosen)


def test_all_conditions_hold_and_any_value_of_a_list(people: Session) -> None:
    assert found(people, {"region": ["Oost", "West"]}) == ["jan", "piet"]
    assert found(people, {"region": ["Oost", "West"], "audience": "school"}) == ["jan"]
    assert found(people, {"audience": ["school", "geen"]}) == ["jan", "piet"]
    assert found(people, {"audience": None}) == ["piet"]
    assert found(people, {"status not": ["active", "pending"]}) == ["piet"]
    assert found(people, {}) == ["jan", "piet"]


@pytest.mark.parametrize(
    "conditions",
    [{"shoe": "42"}, {"audience": "leerling"}, {"region": 3}, {"region": ""}, {"region": []}],
)
def test_conditions_that_mean_nothing_are_refused(conditions: Mapping[str, Any]) -> None:
    with pytest.raises(UnknownCondition):
        where(conditions)


@pytest.mark.parametrize(
    ("expression", "conditions"),
    [
        ("audience = school", {"audience": "school"}),
        ("audience=school and region=Oost", {"audience": "school", "region": "Oost"}),
        ("audience = school AND region = Oost", {"audience": "school", "region": "Oost"}),
        ("region = Oost, Noord-Holland ", {"region": ["Oost", "Noord-Holland"]}),
        ('organisation = "Land and Zee"', {"organisation": "Land and Zee"}),
        ('organisation = "A, B", Land-and-Zee', {"organisation": ["A, B", "Land-and-Zee"]}),
        ('organisation = "a = b"', {"organisation": "a = b"}),
        ("status != pending", {"status not": "pending"}),
        ("audience = geen", {"audience": "geen"}),
        ("Role = Hoofd Opleidingen", {"role": "Hoofd Opleidingen"}),
    ],
)
def test_an_expression_becomes_conditions(expression: str, conditions: Mapping[str, Any]) -> None:
    assert parse_expression(expression) == conditions


@pytest.mark.parametrize(
    ("expression", "place", "naming"),
    [
        ("", 1, "a field, = and a value"),
        ("school", 1, "a field, = and a value"),
        ("= school", 1, "a field, = and a value"),
        ("audience = school and", 22, "a field, = and a value"),
        ("audience = school and  shoe = 42", 24, "'shoe'; there are audience, region"),
        ("audience = leerling", 1, "'leerling'; it is school, lerarenopleiding, geen"),
        ("audience = ", 12, "not a value"),
        ("region = Oost, , West", 16, "not a value"),
        ('region = "Oost', 10, "not a value"),
        ("region = Oost region = West", 10, "not a value"),
        ("region = Oost and region = West", 19, "named twice"),
        ("region != Oost", 1, "no field 'region not'"),
    ],
)
def test_a_wrong_expression_says_where_and_what(expression: str, place: int, naming: str) -> None:
    with pytest.raises(UnknownCondition) as wrong:
        parse_expression(expression)

    assert str(wrong.value).startswith(f"at character {place}:")
    assert naming in str(wrong.value)


@given(text=st.text(alphabet="audience = school,and\"!' ", max_size=60) | st.text(max_size=60))
def test_any_text_is_conditions_or_an_error(text: str) -> None:
    try:
        conditions = parse_expression(text)
    except UnknownCondition:
        return

    assert len(where(conditions)) == len(conditions) > 0


def test_the_shipped_segments_are_added_once(db: Database) -> None:
    added = [segments.add_default_segments(db) for _ in range(2)]

    with db.read() as session:
        slugs = [one.slug for one in segments.list_segments(session)]
        audiences = [segments.audience_of(session, slug) for slug in slugs]
    assert added == [3, 0]
    assert (
        slugs == [slug for slug, *_ in DEFAULT_SEGMENTS] == ["school", "lerarenopleiding", "overig"]
    )
    assert audiences == [Audience.SCHOOL, Audience.TEACHER_EDUCATION, None]


def test_a_saved_segment_is_replaced_by_the_next_of_its_name(db: Database) -> None:
    segments.add_default_segments(db)
    segments.save_segment(db, "oost", conditions={"region": "Oost"}, name="Regio Oost", now=START)
    segments.save_segment(db, "oost", conditions={"region": ["Oost", "Twente"]}, now=START)

    with db.read() as session:
        last = segments.list_segments(session)[-1]
    assert (last.slug, last.name) == ("oost", "Regio Oost")
    assert last.conditions == {"region": ["Oost", "Twente"]}


@pytest.mark.parametrize(
    ("slug", "conditions"), [("oost", {"shoe": "42"}), ("Oost West", {"region": "Oost"})]
)
def test_a_segment_that_means_nothing_is_not_saved(
    db: Database, slug: str, conditions: Mapping[str, Any]
) -> None:
    with pytest.raises(UnknownCondition):
        segments.save_segment(db, slug, conditions=conditions, now=START)

    with db.read() as session:
        assert segments.list_segments(session) == []


def test_an_unknown_segment_is_named(session: Session) -> None:
    with pytest.raises(UnknownSegment, match="'nergens'"):
        segments.conditions_of(session, ["nergens"])
