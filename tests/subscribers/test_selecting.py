"""The compiled question selects exactly whom the plain reading of a segment selects."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.model import Delivery
from newsletter.values import DeliveryState, EditionKind
from storage.session import Database
from subscribers.conditions import CONDITIONS
from subscribers.expressions import parse
from subscribers.gathering import of_everybody
from subscribers.model import (
    Attendance,
    Organisation,
    Partnership,
    Segment,
    Subscriber,
)
from subscribers.reading import Facts, holds, kinds_of
from subscribers.segments import whole
from subscribers.selecting import clause_of, facts_of, read_words
from subscribers.store import count_of
from subscribers.trees import Tree, stored
from subscribers.values import Audience, SubscriberStatus
from tests.factories import make_edition, make_event, make_subscriber
from tests.queries import counted
from tests.subscribers.trees import trees

SEGMENTS = {
    "starters": "role = schoolopleider or joined since 2027-01-01",
    "verbonden": "segment = starters and not stage = aspirant",
    "iedereen": "everybody",
}
MIDNIGHT = datetime(2026, 12, 31, 23, tzinfo=UTC)  # of 1 January in Amsterdam


def add_people(session: Session) -> None:
    """Store people who differ in everything that conditions ask."""
    add_events(session)
    for slug, name, stage in (
        ("samen-sterk", "Samen Sterk", "aspirant"),
        ("de-tussendeur", "De Tussendeur", "academisch"),
        ("samen-sterk-2", "SAMEN  STERK", "academisch"),
        ("naamloos", "", "aspirant"),
    ):
        session.add(Partnership(slug=slug, name=name, stage=stage))
    session.flush()
    for number, (name, slugs) in enumerate(
        (
            ("LYCEUM ÉÉNHOORN", ["samen-sterk", "de-tussendeur"]),
            ("x' or 1=1 --", ["samen-sterk-2"]),
            ("Niemandsland", ["de-tussendeur"]),
        )
    ):
        place = Organisation(name=name, name_key=str(number), audience=Audience.SCHOOL)
        place.partnerships = [
            one for one in session.scalars(select(Partnership)) if one.slug in slugs
        ]
        session.add(place)
    for slug, where in SEGMENTS.items():
        session.add(Segment(slug=slug, name=slug, conditions=stored(parse(where))))
    texts = [
        ("Oost", "Samen Sterk", "Lyceum Éénhoorn", "schoolopleider"),
        ("OOST", "samen sterk", "lyceum eenhoorn", "Coördinator"),
        ("Noord-Holland", "De Tussendeur", "x' or 1=1 --", "COORDINATOR"),
        ("zuid and zee", "Vrij", "", "leraar  in opleiding"),
        ('De "Brug"', "", "Lyceum Eénhoorn", ""),
        ("", "de-tussendeur", "\u0301", "coördinator"),
        ("oost", "", "x' or 1=1 --", "docent"),
        ("", "", "", ""),
        ("", "\u0301", "Lyceum Éénhoorn", ""),
    ]
    sides = (*Audience, None)
    for number, (told, side) in enumerate(product(texts, sides), 1):
        region, partnership, organisation, role = told
        row = make_subscriber(
            session,
            f"r{number}@example.org",
            audience=side,
            status=list(SubscriberStatus)[number % 4],
            since=MIDNIGHT + timedelta(days=number % 3 - 1, seconds=-(number % 2)),
            region=region,
            partnership=partnership,
            organisation=organisation,
            role=role,
            themes=[[], ["visie"], ["hr-beleid"], ["visie", "hr-beleid"]][number % 4],
        )
        if number % 3:
            session.add(Attendance(event_id=number % 3, subscriber_id=row.id, at=MIDNIGHT))
        invite(session, row.id, number)
    session.flush()


def add_events(session: Session) -> None:
    """Store two events with announcements: of the first there were two, and one newsletter."""
    for number in (1, 2):
        session.add(make_event(number, MIDNIGHT, id=number))
    session.flush()
    for number, (kind, event) in enumerate(
        (
            (EditionKind.ANNOUNCEMENT, 1),
            (EditionKind.ANNOUNCEMENT, 1),
            (EditionKind.ANNOUNCEMENT, 2),
            (EditionKind.NEWSLETTER, 2),
        ),
        1,
    ):
        make_edition(session, id=number, kind=kind, event_id=event)


def invite(session: Session, reader: int, number: int) -> None:
    """Send somebody some of the announcements; not all of them arrive."""
    for edition in (1, 2, 3, 4):
        if (number + edition) % 3:
            state = list(DeliveryState)[(number * edition) % len(DeliveryState)]
            session.add(Delivery(edition_id=edition, subscriber_id=reader, state=state))
    session.flush()


@pytest.fixture
def people(db: Database) -> Iterator[tuple[Session, dict[int, Facts]]]:
    with db.write() as session:
        add_people(session)
    with db.read() as session:
        yield (
            session,
            {row.id: facts_of(session, row) for row in session.scalars(select(Subscriber))},
        )


def selected(session: Session, tree: Tree) -> set[int]:
    clause = clause_of(tree, read_words(session, [tree]))
    return set(session.scalars(select(Subscriber.id).where(clause)))


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(tree=trees(segments=tuple(SEGMENTS)))
def test_the_question_selects_whom_the_reading_does(
    people: tuple[Session, dict[int, Facts]], tree: Tree
) -> None:
    session, facts = people
    complete = whole(session, tree)

    expected = {one for one in facts if holds(complete, facts[one])}
    assert selected(session, complete) == expected
    every = of_everybody(session, stored(complete), tuple(SubscriberStatus))
    assert set(session.scalars(select(Subscriber.id).where(*every))) == expected


THEMES = (
    "theme = visie",
    "theme = visie and theme = hr-beleid",
    "theme = visie and not theme = hr-beleid",
    "theme in (visie, hr-beleid) and theme = visie and not theme = x and not theme = y",
    "theme = visie and theme = hr-beleid and audience = school and not region = oost",
    "not theme = visie and not theme = hr-beleid",
    "not theme = visie and not invited = 1 and not attended = 2",
    "audience = school, geen and theme = visie and not attended = 1",
    "theme = visie or not theme = hr-beleid and audience = school",
    "not (theme = visie and theme = hr-beleid) or invited = 1",
)


@pytest.mark.parametrize("where", THEMES)
def test_whoever_asks_of_everybody_gets_the_same_people(
    people: tuple[Session, dict[int, Facts]], where: str
) -> None:
    session, facts = people
    tree = parse(where)
    expected = {one for one in facts if holds(tree, facts[one])}

    every = of_everybody(session, stored(tree), tuple(SubscriberStatus))
    some = of_everybody(session, stored(tree), [SubscriberStatus.ACTIVE])

    assert 0 < len(expected) < len(facts)
    assert set(session.scalars(select(Subscriber.id).where(*every))) == expected
    assert set(session.scalars(select(Subscriber.id).where(*some))) == {
        one for one in expected if SubscriberStatus.ACTIVE in facts[one].has["status"]
    }


def test_what_is_asked_of_themes_is_answered_by_one_index(
    people: tuple[Session, dict[int, Facts]], db: Database
) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("how SQLite goes about it")
    session, _ = people
    tree = parse("theme = visie or not theme = hr-beleid and region = oost")
    with counted(db.engine) as statements:
        count_of(session, stored(tree))
    with db.engine.connect() as connection:
        values = ("x",) * statements[-1].count("?")
        plan = connection.exec_driver_sql(f"explain query plan {statements[-1]}", values).all()

    (way,) = [row[3] for row in plan]
    assert way == "SEARCH subscriber USING COVERING INDEX ix_subscriber_reach (status=?)"


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(tree=trees())
def test_everybody_active_is_of_one_of_the_kinds(
    people: tuple[Session, dict[int, Facts]], tree: Tree
) -> None:
    _, facts = people
    kinds = kinds_of([tree])
    sides = {(one.audience, holds(tree, one)) for one in kinds or []}
    active = [one for one in facts.values() if SubscriberStatus.ACTIVE in one.has["status"]]

    assert kinds is None or {(one.audience, holds(tree, one)) for one in active} <= sides


@pytest.mark.parametrize("field", [name for name, one in CONDITIONS.items() if one.columns])
def test_a_condition_on_a_text_asks_for_its_spellings_in_one_question(
    people: tuple[Session, dict[int, Facts]], db: Database, field: str
) -> None:
    session, _ = people
    tree = parse(f'{field} = "x\' or 1=1 --"')

    with counted(db.engine) as statements:
        found = selected(session, tree)

    assert (len(found) > 0) == (field == "organisation")
    assert len(statements) == (3 if field in {"partnership", "stage"} else 2)
    assert "1=1" not in " ".join(statements)


def test_the_spellings_come_from_an_index_by_leaps(
    people: tuple[Session, dict[int, Facts]], db: Database
) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("how SQLite goes about it")
    session, _ = people
    with counted(db.engine) as statements:
        read_words(session, [parse("region = oost")])
    (statement,) = statements
    with db.engine.connect() as connection:
        values = ("region",) * statement.count("?")
        plan = connection.exec_driver_sql(f"explain query plan {statement}", values).all()

    ways = [row[3] for row in plan if "subscriber " in row[3]]
    assert ways == [
        "SEARCH subscriber USING COVERING INDEX ix_subscriber_region",
        "SEARCH subscriber USING COVERING INDEX ix_subscriber_region (region>?)",
    ]


def test_who_names_no_partnership_belongs_to_that_of_their_organisation(session: Session) -> None:
    add_people(session)
    everybody = session.scalars(select(Subscriber)).all()
    named = {row.id for row in everybody if row.partnership == "De Tussendeur"}
    silent = [row for row in everybody if row.partnership == ""]
    follow = {row.id for row in silent if row.organisation == "Lyceum Eénhoorn"}

    assert named
    assert follow
    assert selected(session, parse("partnership = de-tussendeur")) == named | follow | {
        row.id for row in everybody if row.partnership == "de-tussendeur"
    }
    assert follow <= selected(session, parse("stage = aspirant and stage = academisch"))
