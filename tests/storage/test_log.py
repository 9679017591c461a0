"""The log: an entry and its change are one transaction, and nothing in it can change."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from newsletter.model import Revision
from newsletter.store.editions import events_of, last_event, log_event
from storage import migrate
from storage.base import Base
from storage.log import LogEntry, record
from storage.session import Database
from tests.factories import make_edition, make_user

NOON = datetime(2027, 4, 22, 12, 0, tzinfo=UTC)
GROWS = "the log only grows"


def entries(db: Database) -> list[LogEntry]:
    with db.read() as session:
        return list(session.scalars(select(LogEntry).order_by(LogEntry.id)))


def test_an_entry_says_who_did_what_to_what(db: Database) -> None:
    with db.write() as session:
        by = make_user(session, "fenna@example.org")
        record(session, "source.followed", now=NOON, by=by, about="De Bron", detail={"new": 3})

    (one,) = entries(db)
    assert (one.at, one.user_id, one.via, one.what, one.about, one.note, one.detail) == (
        NOON,
        by,
        "",
        "source.followed",
        "De Bron",
        "",
        {"new": 3},
    )


def test_an_entry_is_found_by_its_words_and_figures_folded(db: Database) -> None:
    detail = {"new": 3, "hash": "3F2A", "sides": ["school", {"more": None}], "none": {}}
    with db.write() as session:
        record(session, "source.followed", now=NOON, about="Één  BRON", note="Fijn", detail=detail)
        record(session, "source.followed", now=NOON, note="x" * 5000)

    with db.read() as session:
        first, long = session.scalars(select(LogEntry.found_by).order_by(LogEntry.id))

    assert first == "een bron fijn 3 3f2a school"
    assert long == "x" * 4000


def test_an_entry_knows_who_its_session_acts_for(db: Database) -> None:
    with db.write() as session:
        fenna, bas = (make_user(session, f"{name}@example.org") for name in ("fenna", "bas"))
    with db.acting(by=fenna).write() as session:
        record(session, "source.followed", now=NOON)
        record(session, "source.followed", now=NOON, by=bas)
        record(session, "source.followed", now=NOON, by=None)
    with db.acting(via="cli").write() as session:
        record(session, "source.followed", now=NOON)
    with db.write() as session:
        record(session, "source.followed", now=NOON)

    assert [(one.user_id, one.via) for one in entries(db)] == [
        (fenna, ""),
        (bas, ""),
        (None, ""),
        (None, "cli"),
        (None, ""),
    ]


def test_no_change_no_entry(db: Database) -> None:
    def break_off() -> None:
        with db.write() as session:
            record(session, "source.followed", now=NOON)
            make_user(session, "fenna@example.org")
            make_user(session, "fenna@example.org")

    with pytest.raises(IntegrityError):
        break_off()

    assert entries(db) == []


@pytest.mark.parametrize("what", ["followed", "Source.followed", "source.", "a.b.c", "source. x"])
def test_a_name_is_a_noun_and_what_was_done(db: Database, what: str) -> None:
    with pytest.raises(ValueError, match="noun"), db.write() as session:
        record(session, what, now=NOON)


def test_what_it_is_about_is_cut_to_fit(db: Database) -> None:
    with db.write() as session:
        record(session, "source.followed", now=NOON, about="x" * 500)

    assert [one.about for one in entries(db)] == ["x" * 200]


def test_what_happened_to_an_edition_is_in_the_same_log(db: Database) -> None:
    with db.write() as session:
        edition = make_edition(session)
        log_event(session, edition.id, what="approved", now=NOON, detail={"hash": "3f2a"})
        record(session, "source.followed", now=NOON)
        record(session, "item.taken", now=NOON, edition_id=edition.id)

    with db.read() as session:
        (event,) = events_of(session, edition.id)
        assert last_event(session, edition.id) == event
    assert (event.what, event.detail) == ("approved", {"hash": "3f2a"})
    names = ["edition.approved", "source.followed", "item.taken"]
    assert [one.what for one in entries(db)] == names


def refuses(engine: Engine, statement: str) -> bool:
    try:
        with engine.begin() as connection:
            connection.execute(text(statement))
    except DBAPIError as refusal:
        return GROWS in str(refusal.orig)
    return False


def test_nothing_changes_or_removes_an_entry(db: Database) -> None:
    with db.write() as session:
        record(session, "source.followed", now=NOON)
    replace = (
        "insert into log_entry (id, at, via, what, about, note, detail)"
        " values (1, '2027-04-22', '', 'source.forged', '', '', '{}')"
    )
    tried = ["update log_entry set what = 'source.forged'", "delete from log_entry"]
    if db.engine.dialect.name == "sqlite":
        tried.append(replace.replace("insert", "insert or replace", 1))
    else:
        tried += [f"{replace} on conflict (id) do update set what = 'source.forged'"]
        tried += ["truncate log_entry cascade"]

    assert [one for one in tried if not refuses(db.engine, one)] == []

    assert [(one.id, one.what) for one in entries(db)] == [(1, "source.followed")]


def test_no_session_changes_or_removes_an_entry(db: Database) -> None:
    with db.write() as session:
        record(session, "source.followed", now=NOON)

    with pytest.raises(DBAPIError, match=GROWS), db.write() as session:
        session.scalars(select(LogEntry)).one().note = "iets anders"
    with pytest.raises(DBAPIError, match=GROWS), db.write() as session:
        session.delete(session.scalars(select(LogEntry)).one())
    with pytest.raises(DBAPIError, match=GROWS), db.write() as session:
        session.execute(update(LogEntry).values(note="iets anders"))
    with pytest.raises(DBAPIError, match=GROWS), db.write() as session:
        session.execute(delete(LogEntry))

    assert [(one.what, one.note) for one in entries(db)] == [("source.followed", "")]


def test_the_log_takes_over_what_happened_before(tmp_path: Path) -> None:
    db = Database(f"sqlite:///{tmp_path / 'old.db'}")
    migrate.migrate(db.engine, Base.metadata, to="f3d9e1b74c58")
    with db.engine.begin() as connection:
        for statement in OLD:
            connection.execute(text(statement))

    migrate.migrate(db.engine, Base.metadata)

    with db.read() as session:
        (event,) = events_of(session, 1)
        assert session.scalars(select(Revision.event_id)).one() == event.id
        assert session.scalars(select(LogEntry.found_by)).one() == "te lang."
    assert (event.id, event.at, event.what, event.note) == (41, NOON, "returned", "Te lang.")
    assert refuses(db.engine, "delete from log_entry")
    assert refuses(db.engine, "update log_entry set note = 'Te kort.'")
    with db.write() as session:
        assert log_event(session, 1, what="submitted", now=NOON) in session
    assert [one.id for one in entries(db)] == [41, 42]
    db.close()


OLD = (
    "insert into edition (id, kind, title, subject, preheader, dated_on, segments, status,"
    " status_since, version, created_at, content_hash, in_doubt_policy, filling, without, heads,"
    " orders, listed)"
    " values (1, 'newsletter', '', '', '', '2027-04-20', '[]', 'draft', '2027-04-20', 1,"
    " '2027-04-20', '', 'resend', '{}', '[]', '{}', '{}', 1)",
    "insert into edition_event (id, edition_id, at, what, note)"
    " values (41, 1, '2027-04-22 12:00:00.000000', 'returned', 'Te lang.')",
    "insert into edition_revision (id, edition_id, version, at, event_id, what, about, content)"
    " values (1, 1, 1, '2027-04-22 12:00:00.000000', 41, 'head', '{}', '{}')",
)
