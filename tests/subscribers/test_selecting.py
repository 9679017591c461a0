"""The compiled question selects exactly whom the plain reading of a segment selects."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.session import Database
from subscribers.conditions import CONDITIONS
from subscribers.expressions import parse
from subscribers.model import Organisation, Partnership, Segment, Subscriber, SubscriberTheme
from subscribers.reading import Facts, holds, kinds_of
from subscribers.segments import whole
from subscribers.selecting import clause_of, facts_of, read_words
from subscribers.trees import Tree, stored
from subscribers.values import Audience, SubscriberStatus
from tests.factories import make_subscriber
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
        )
        for theme in [[], ["visie"], ["hr-beleid"], ["visie", "hr-beleid"]][number % 4]:
            session.add(SubscriberTheme(theme=theme, subscriber_id=row.id))
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

    assert selected(session, complete) == {one for one in facts if holds(complete, facts[one])}


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
