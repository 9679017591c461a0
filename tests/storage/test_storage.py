"""The ground: moments, transactions, inserting unless present, the lock, and the migrations."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import insert, inspect, select, text
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import selectinload

from feeds.model import Item, Sighting, Source
from newsletter.model import DeskSession, JobDue, Run, Variant
from storage import dialect, migrate
from storage.base import Base
from storage.errors import NumberTooLarge
from storage.session import Database
from storage.text import folded
from subscribers.addresses import normalise
from subscribers.evidence import find_or_add
from subscribers.model import Consent, Organisation, Partnership, Subscriber
from tests.conftest import POSTGRES_URL

NOON = datetime(2027, 4, 22, 12, 0, tzinfo=timezone(timedelta(hours=2)))


def job(name: str, due_at: datetime = NOON) -> JobDue:
    return JobDue(name=name, due_at=due_at)


def test_a_moment_comes_back_aware_and_in_utc(db: Database) -> None:
    with db.write() as session:
        session.add(job("a"))

    with db.read() as session:
        assert session.get_one(JobDue, "a").due_at == NOON
        assert session.get_one(JobDue, "a").due_at.tzinfo is UTC


def test_a_moment_without_zone_is_refused(db: Database) -> None:
    with pytest.raises(StatementError, match="needs a time zone"), db.write() as session:
        session.add(job("a", datetime(2027, 4, 22, 12, 0)))  # noqa: DTZ001 - the mistake under test


def test_a_number_that_no_column_holds_is_nobodys(db: Database) -> None:
    with pytest.raises(NumberTooLarge), db.read() as session:
        session.scalars(select(Run).where(Run.id == 10**20)).all()


def test_an_error_undoes_the_whole_write(db: Database) -> None:
    with db.write() as session:
        session.add(job("a"))

    with pytest.raises(IntegrityError), db.write() as session:
        session.execute(
            insert(JobDue), [{"name": "b", "due_at": NOON}, {"name": "a", "due_at": NOON}]
        )

    with db.read() as session:
        assert session.scalars(select(JobDue.name)).all() == ["a"]


def test_insert_new_leaves_what_is_there(db: Database) -> None:
    table = Base.metadata.tables["job_due"]
    with db.write() as session:
        session.add(job("a"))
    with db.write() as session:
        later = NOON + timedelta(days=1)
        rows = [{"name": "a", "due_at": later}, {"name": "b", "due_at": later}]
        dialect.insert_new(session, table, rows)

    with db.read() as session:
        found = session.execute(select(JobDue.name, JobDue.due_at).order_by(JobDue.name)).all()
    assert [tuple(row) for row in found] == [("a", NOON), ("b", later)]


def test_foreign_keys_are_enforced(db: Database) -> None:
    with pytest.raises(IntegrityError), db.write() as session:
        session.add(DeskSession(token_hash="x", user_id=99, csrf="", created_at=NOON, seen_at=NOON))


def test_the_lock_is_held_by_one(db: Database, database_url: str) -> None:
    other = Database(database_url)
    with (
        dialect.lock(db.engine, "worker") as mine,
        dialect.lock(other.engine, "worker") as theirs,
    ):
        assert mine is not None
        assert mine.is_held()
        assert theirs is None
    with dialect.lock(other.engine, "worker") as theirs:
        assert theirs is not None
    other.close()


@pytest.mark.postgresql
@pytest.mark.skipif(not POSTGRES_URL, reason="a server gives a lock up, a file system does not")
def test_a_lock_that_the_server_gave_up_is_not_held(db: Database) -> None:
    with dialect.lock(db.engine, "worker", ask_s=0) as held:
        assert held is not None
        with db.write() as session:
            session.execute(
                text("select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'")
            )

        assert not held.is_held()
        assert not held.is_held()


def test_the_migrations_make_the_tables_of_the_classes(db: Database) -> None:
    tables = set(inspect(db.engine).get_table_names())

    assert tables == set(Base.metadata.tables) | {"alembic_version"}
    assert migrate.is_current(db.engine)
    assert migrate.differences(db.engine, Base.metadata) == []


def test_a_run_keeps_its_report(db: Database) -> None:
    with db.write() as session:
        session.add(Run(stage="gather", due_at=NOON, started_at=NOON, report={"new": 3}))

    with db.read() as session:
        assert session.scalars(select(Run.report)).one() == {"new": 3}


def test_a_key_of_a_subscriber_is_never_given_out_again(db: Database) -> None:
    """The links in an erased person's mail hold it: they would open the next person's page."""
    with db.write() as session:
        first = find_or_add(session, normalise("een@example.org"), now=NOON)
        number = first.id
        session.delete(first)
        session.flush()

        second = find_or_add(session, normalise("twee@example.org"), now=NOON)

    assert second.id > number


def test_a_step_that_copies_a_table_keeps_what_refers_to_it(tmp_path: Path) -> None:
    db = Database(f"sqlite:///{tmp_path / 'old.db'}")
    migrate.migrate(db.engine, Base.metadata, to="68d247107d89")
    with db.write() as session:
        session.execute(text(OLD_SUBSCRIBER.format("een@example.org", "NULL", "asked")))
        session.execute(text(OLD_CONSENT))

    migrate.migrate(db.engine, Base.metadata)

    with db.read() as session:
        assert [fact.source for fact in session.scalars(select(Consent))] == ["test"]
    assert migrate.differences(db.engine, Base.metadata) == []
    db.close()


def test_what_was_known_of_the_field_before_is_known_after(tmp_path: Path) -> None:
    db = Database(f"sqlite:///{tmp_path / 'old.db'}")
    migrate.migrate(db.engine, Base.metadata, to="a91e5d07c3f4")
    people = (
        ("een", "'school'", "imported"),
        ("twee", "NULL", "imported"),
        ("drie", "NULL", "asked"),
    )
    with db.write() as session:
        for name, side, ground in people:
            session.execute(text(OLD_SUBSCRIBER.format(name, side, ground)))
        session.execute(
            text("INSERT INTO partnership VALUES (1,'samen','Samen','Oost','experienced')")
        )
        for number, name, of in ((1, "Lyceum Één", "1"), (2, "lyceum een", "1"), (3, "C", "NULL")):
            session.execute(
                text(f"INSERT INTO organisation VALUES ({number},'{name}','school',{of})")  # noqa: S608 - our own
            )

    migrate.migrate(db.engine, Base.metadata)

    with db.read() as session:
        said = session.execute(select(Subscriber.email, Subscriber.audience_said)).all()
        partnership = session.scalars(
            select(Partnership).options(selectinload(Partnership.organisations))
        ).one()
        organisations = session.scalars(select(Organisation.name).order_by(Organisation.id)).all()
    assert [tuple(one) for one in said] == [("een", True), ("twee", False), ("drie", True)]
    assert (partnership.region, partnership.stage, partnership.is_shown) == (
        "Oost",
        "erkend",
        False,
    )
    assert [one.name for one in partnership.organisations] == ["Lyceum Één"]
    assert organisations == ["Lyceum Één", "C"]
    assert migrate.differences(db.engine, Base.metadata) == []
    db.close()


def test_items_of_before_are_sightings_of_their_source(tmp_path: Path) -> None:
    db = Database(f"sqlite:///{tmp_path / 'old.db'}")
    migrate.migrate(db.engine, Base.metadata, to="b7d0c41e92aa")
    with db.write() as session:
        session.execute(text(OLD_SOURCE))
        session.execute(text(OLD_ITEM))

    migrate.migrate(db.engine, Base.metadata)

    with db.read() as session:
        seen = session.scalars(select(Sighting)).one()
        item = session.get_one(Item, seen.item_id)
        source = session.get_one(Source, seen.source_id)
    assert (seen.key, seen.url, item.because, item.backlog) == (
        "k1",
        "https://a.example/1",
        {},
        False,
    )
    assert (source.recent, source.previous_url) == ("", "")
    with db.read() as session:
        found_by = session.scalars(select(Item.found_by)).one()
    assert found_by == folded(f"{item.title} {item.summary} {item.location}")
    assert found_by
    assert migrate.differences(db.engine, Base.metadata) == []
    db.close()


def test_what_was_approved_before_there_were_cuts_is_that_of_its_side(tmp_path: Path) -> None:
    db = Database(f"sqlite:///{tmp_path / 'old.db'}")
    migrate.migrate(db.engine, Base.metadata, to="d31f7a9b5c08")
    with db.write() as session:
        session.execute(text(OLD_EDITION))
        for side in ("'school'", "NULL"):
            session.execute(text(OLD_VARIANT.format(side)))

    migrate.migrate(db.engine, Base.metadata)

    with db.read() as session:
        assert list(session.scalars(select(Variant.cut).order_by(Variant.id))) == [
            "school",
            "overig",
        ]
    assert migrate.differences(db.engine, Base.metadata) == []
    db.close()


OLD_EDITION = """
insert into edition (id, kind, title, subject, preheader, dated_on, segments, status, status_since,
 version, created_at, content_hash, in_doubt_policy)
values (1, 'newsletter', '', '', '', '2027-04-20', '[]', 'approved', '2027-04-20', 1, '2027-04-20',
 'x', 'resend')
"""
OLD_SUBSCRIBER = """
insert into subscriber (email, email_key, name, audience, role, organisation, partnership, region,
 status, wants_newsletter, wants_announcements, since, ground, changed_at)
values ('{0}', '{0}', '', {1}, '', '', '', '', 'active', 1, 1, '2027-04-20', '{2}', '2027-04-20')
"""
OLD_VARIANT = """
insert into edition_variant (edition_id, audience, subject, preheader, html, text, marker)
values (1, {}, 's', 'p', 'h', 't', 'slotx')
"""
OLD_CONSENT = """
insert into consent (id, subscriber_id, kind, at, topics, ground, text_shown, source)
values (1, 1, 'asked', '2027-04-20', '[]', '', '', 'test')
"""
OLD_SOURCE = """
insert into source (id, slug, name, kind, url, themes, audiences, active, created_at, etag,
 last_modified, body_hash, interval_minutes, failures_in_row, last_error, last_error_line)
values (1, 'a', 'A', 'feed', 'https://a.example/feed', '[]', '[]', 1, '2027-04-20', '', '', '', 60,
 0, '', '')
"""
OLD_ITEM = """
insert into item (id, source_id, kind, key, fingerprint, status, title, summary, own_title,
 own_summary, url, image_url, author, themes, audiences, details, first_seen_at, all_day, location,
 series, cancelled)
values (7, 1, 'news', 'k1', '', 'new', 'Titel', '', '', '', 'https://a.example/1', '', '', '[]',
 '[]', '{}', '2027-04-20', 0, '', '', 0)
"""
