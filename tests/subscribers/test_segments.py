"""Segments: conditions become bound clauses, and a segment may be made of others."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.model import Delivery
from newsletter.values import DeliveryState, EditionKind
from storage.session import Database
from subscribers import segments
from subscribers.conditions import ATTENDED, BEFORE, CONDITIONS, EVENTS, INVITED, SINCE
from subscribers.errors import (
    SegmentChanged,
    SegmentInUse,
    SegmentTooLarge,
    UnknownCondition,
    UnknownSegment,
)
from subscribers.model import Attendance, Partnership, Segment, Subscriber
from subscribers.segments import DEFAULT_SEGMENTS, parse_expression
from subscribers.selecting import clauses
from subscribers.store import count_segment
from subscribers.values import Audience, SubscriberStatus
from tests.factories import make_edition, make_event, make_subscriber
from tests.fakes import START

# For each condition: what selects "jan" and not "piet".
SELECTS_JAN: Mapping[str, str] = {
    "audience": "school",
    "region": "oost",
    "partnership": "samen-sterk",
    "organisation": "Lyceum Éénhoorn",
    "role": "Schoolopleider",
    "theme": "visie",
    "stage": "Aspirant",
    "status": "active",
    ATTENDED: "7",
    INVITED: "7",
    SINCE: "2027-04-20",
    BEFORE: "2027-04-21",
}
HOSTILE = "x' or 1=1 --"
NO_TEXTS = {SINCE, BEFORE, *EVENTS}
TEXTS = [name for name, one in CONDITIONS.items() if not one.values and name not in NO_TEXTS]


@pytest.fixture
def people(session: Session) -> Session:
    session.add(Partnership(slug="samen-sterk", name="Samen Sterk", stage="aspirant"))
    jan = make_subscriber(
        session,
        region="Oost",
        partnership="Samen Sterk",
        organisation="Lyceum Éénhoorn",
        role="schoolopleider",
        themes=["visie"],
    )
    piet = make_subscriber(
        session,
        "piet@example.org",
        audience=None,
        status=SubscriberStatus.UNSUBSCRIBED,
        region="West",
        themes=["hr-beleid"],
    )
    event = make_event(7, START, id=7)
    session.add(event)
    session.flush()
    edition = make_edition(session, kind=EditionKind.ANNOUNCEMENT, event_id=7)
    session.add(Attendance(event_id=7, subscriber_id=jan.id, at=START))
    for who, state in ((jan, DeliveryState.SENT), (piet, DeliveryState.FAILED)):
        session.add(Delivery(edition_id=edition.id, subscriber_id=who.id, state=state))
    session.flush()
    return session


def found(session: Session, conditions: Mapping[str, Any]) -> list[str]:
    chosen = select(Subscriber.email).where(*clauses(session, [conditions]))
    chosen = chosen.order_by(Subscriber.email)
    return [email.split("@")[0] for email in session.scalars(chosen)]


@pytest.mark.parametrize("name", CONDITIONS)
def test_each_condition_selects(people: Session, name: str) -> None:
    others = people.query(Subscriber).where(Subscriber.email == "piet@example.org")
    moved = START + timedelta(days=9 if name == BEFORE else -9)
    others.update({"since": moved})

    assert found(people, {name: SELECTS_JAN[name]}) == ["jan"]


@pytest.mark.parametrize("name", TEXTS)
def test_values_are_bound(people: Session, name: str) -> None:
    chosen = select(func.count()).where(*clauses(people, [{name: HOSTILE}]))

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
    [
        {"shoe": "42"},
        {"audience": "leerling"},
        {"region": 3},
        {"region": ""},
        {"region": "\u0301"},
        {"region": "x" * 201},
        {"region": []},
        {SINCE: "gisteren"},
        {SINCE: ["2027-01-01", "2027-01-02"]},
        {"attended": "congres"},
        {"invited": "0"},
        {"attended": HOSTILE},
        {"not": "x"},
        {"any": {"region": "x"}},
        {"not": {"shoe": "42"}},
    ],
)
def test_conditions_that_mean_nothing_are_refused(
    session: Session, conditions: Mapping[str, Any]
) -> None:
    with pytest.raises(UnknownCondition):
        clauses(session, [conditions])


@pytest.mark.parametrize("way", ["not", "any", "all"])
def test_what_is_nested_without_end_is_refused(session: Session, way: str) -> None:
    nested: dict[str, Any] = {"region": "x"}
    for _ in range(1_000):
        nested = {"not": {"all": [nested]}} if way == "not" else {way: [nested, {"role": "y"}]}

    with pytest.raises(SegmentTooLarge):
        clauses(session, [nested])


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


def test_a_row_of_before_is_read(people: Session) -> None:
    assert found(people, {"status not": ["pending", "active"]}) == ["piet"]
    assert found(people, {"region": ["oost", "west"], "status not": "active"}) == ["piet"]


def save(db: Database, **wheres: str) -> None:
    for slug, where in wheres.items():
        segments.save_segment(db, slug, conditions=parse_expression(where), now=START)


def whole(db: Database, slug: str) -> Mapping[str, Any]:
    with db.read() as session:
        return segments.conditions_of(session, [slug])[0]


def test_a_segment_made_of_others_selects_by_what_they_say(db: Database) -> None:
    save(db, oost="region = oost", leiders="role = leider", samen="segment = oost, leiders")
    save(db, zonder="audience = school and not segment = samen")

    assert whole(db, "samen") == {"any": [{"region": "oost"}, {"role": "leider"}]}
    assert whole(db, "zonder") == {
        "audience": "school",
        "not": {"any": [{"region": "oost"}, {"role": "leider"}]},
    }
    with db.read() as session:
        assert segments.get_segment(session, "samen").conditions == {"segment": ["oost", "leiders"]}
        assert segments.used_by(session, "oost") == ["samen", "zonder"]
        assert segments.used_by(session, "zonder") == []
        assert count_segment(session, "zonder") == 0

    save(db, oost="region = noord")
    assert whole(db, "samen") == {"any": [{"region": "noord"}, {"role": "leider"}]}


@pytest.mark.parametrize("where", ["segment = a", "segment = c", "region = x or not segment = c"])
def test_a_segment_is_not_made_of_itself(db: Database, where: str) -> None:
    save(db, a="region = oost", b="segment = a", c="segment = b")

    with pytest.raises(UnknownCondition, match="cannot be made of itself"):
        save(db, a=where)

    assert whole(db, "c") == {"region": "oost"}


def test_a_circle_that_got_in_by_another_way_is_no_endless_one(db: Database) -> None:
    with db.write() as session:
        session.add(Segment(slug="a", name="a", conditions={"segment": "b"}))
        session.add(Segment(slug="b", name="b", conditions={"not": {"segment": "a"}}))

    with pytest.raises(UnknownCondition, match="a -> b -> a"):
        whole(db, "a")


def test_a_segment_of_what_is_not_there_is_not_saved(db: Database) -> None:
    with pytest.raises(UnknownSegment, match="'nergens'"):
        save(db, a="segment = nergens")


def test_segments_of_segments_do_not_grow_without_end(db: Database) -> None:
    save(db, s0=" and ".join(f"role = t{one}" for one in range(30)))
    save(db, s1="segment = s0 or region = x", s2="not segment = s0 and not segment = s1")

    with pytest.raises(SegmentTooLarge, match=r"'s3' has .* at most 100"):
        save(
            db,
            s3="(segment = s2 or region = y) and not (segment = s2 or role = z)",
            s4="segment = s3 or not segment = s2 and region = a",
        )


def test_a_chain_of_segments_has_an_end(db: Database) -> None:
    save(db, s0="region = x")
    for number in range(1, 8):
        save(db, **{f"s{number}": f"segment = s{number - 1}"})

    with pytest.raises(SegmentTooLarge, match="more than 8"):
        save(db, s8="segment = s7")


def test_the_second_of_two_who_change_a_segment_is_refused(db: Database) -> None:
    save(db, a="region = oost")
    segments.save_segment(db, "a", conditions={"region": "noord"}, version=1, now=START)

    with pytest.raises(SegmentChanged):
        segments.save_segment(db, "a", conditions={"region": "west"}, version=1, now=START)
    assert whole(db, "a") == {"region": "noord"}
    segments.save_segment(db, "a", conditions={"region": "west"}, version=2, now=START)

    assert whole(db, "a") == {"region": "west"}
    with pytest.raises(SegmentChanged):
        segments.save_segment(db, "weg", conditions={"region": "west"}, version=1, now=START)


def test_a_segment_that_others_are_made_of_stays(db: Database) -> None:
    save(db, a="region = oost", b="segment = a")

    with pytest.raises(SegmentInUse) as refusal:
        remove(db, "a")
    remove(db, "b")
    remove(db, "a")

    assert refusal.value.by == ("b",)
    with db.read() as session:
        assert segments.list_segments(session) == []


def remove(db: Database, slug: str) -> None:
    with db.write() as session:
        segments.delete_segment(session, slug, now=START)


def test_a_segment_that_was_taken_away_comes_back_as_it_was(db: Database) -> None:
    segments.save_segment(db, "a", conditions={"region": "x"}, name="Aan zee", now=START)
    remove(db, "a")
    for _ in range(2):
        segments.put_back(db, "a", now=START)

    with db.read() as session:
        (back,) = segments.list_segments(session)
    assert (back.slug, back.name, back.conditions) == ("a", "Aan zee", {"region": "x"})
    with pytest.raises(UnknownSegment):
        segments.put_back(db, "b", now=START)


@pytest.mark.parametrize(
    ("where", "audience"),
    [
        ("audience = school and region = x", Audience.SCHOOL),
        ("not audience in (school, geen)", Audience.TEACHER_EDUCATION),
        ("audience = school, lerarenopleiding", None),
        ("region = x", None),
        ("audience = school or region = x", None),
        (
            " and ".join(f"partnership = {one}" for one in range(30)) + " and audience = school",
            None,
        ),
    ],
)
def test_the_side_of_a_segment_is_the_only_one_it_takes(
    db: Database, where: str, audience: Audience | None
) -> None:
    save(db, a=where)

    with db.read() as session:
        assert segments.audience_of(session, "a") is audience
