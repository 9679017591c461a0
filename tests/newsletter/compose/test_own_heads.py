"""A subject and a preheader of their own for the readers of one side."""

import pytest

from newsletter.compose import restoring
from newsletter.compose.own_heads import own_heads_mark, set_own_heads
from newsletter.errors import EditionChanged
from newsletter.store.editions import content_of, get_edition
from newsletter.values import Head
from storage.session import Database
from subscribers.values import Audience
from tests.factories import make_edition
from tests.fakes import START

SCHOOL, INSTITUTE = Audience.SCHOOL, Audience.TEACHER_EDUCATION


@pytest.fixture
def edition_id(db: Database) -> int:
    with db.write() as session:
        return make_edition(session, subject="Voor allen", preheader="Daarna").id


def heads(db: Database, edition_id: int) -> dict[Audience, Head]:
    with db.read() as session:
        return dict(content_of(get_edition(session, edition_id, with_blocks=True)).heads)


def mark(db: Database, edition_id: int) -> str:
    with db.read() as session:
        return own_heads_mark(get_edition(session, edition_id).heads)


def give(db: Database, edition_id: int, seen: str = "", **own: Head) -> None:
    given = {Audience(side): head for side, head in own.items()}
    seen = seen or mark(db, edition_id)
    set_own_heads(db, edition_id, given, seen=seen, now=START, by=None)


def test_what_is_empty_is_what_everybody_gets(db: Database, edition_id: int) -> None:
    give(db, edition_id, school=Head("Voor\r\n scholen", "  "), lerarenopleiding=Head())

    assert heads(db, edition_id) == {SCHOOL: Head("Voor scholen")}

    give(db, edition_id, lerarenopleiding=Head("", "Voor jullie studenten"))

    assert heads(db, edition_id) == {
        SCHOOL: Head("Voor scholen"),
        INSTITUTE: Head("", "Voor jullie studenten"),
    }

    give(db, edition_id, school=Head())

    assert heads(db, edition_id) == {INSTITUTE: Head("", "Voor jullie studenten")}


def test_who_saves_second_overwrites_nothing(db: Database, edition_id: int) -> None:
    seen = mark(db, edition_id)
    give(db, edition_id, school=Head("Van Anna"))

    with pytest.raises(EditionChanged):
        give(db, edition_id, seen, school=Head("Van Bea"))
    give(db, edition_id, seen, school=Head("Van Anna"))

    assert heads(db, edition_id) == {SCHOOL: Head("Van Anna")}


def test_it_can_be_undone_and_brought_back(db: Database, edition_id: int) -> None:
    give(db, edition_id, school=Head("Voor scholen"))
    with db.read() as session:
        version = get_edition(session, edition_id).version

    restoring.undo(db, edition_id, version=version, now=START, by=None)
    undone = heads(db, edition_id)
    restoring.redo(db, edition_id, version=version + 1, now=START, by=None)

    assert (undone, heads(db, edition_id)) == ({}, {SCHOOL: Head("Voor scholen")})
