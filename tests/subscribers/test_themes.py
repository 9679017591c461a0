"""The themes of readers as bits: a theme keeps its own, and there is an end to them."""

from pathlib import Path

import pytest
from sqlalchemy import text

from storage import migrate
from storage.base import Base
from storage.session import Database
from subscribers.errors import TooManyThemes
from subscribers.themes import MOST, give_bits, number_of, read_bits, themes_in, themes_of
from tests.factories import make_subscriber

pytestmark = pytest.mark.database


def test_a_theme_keeps_the_bit_that_it_got_first(db: Database) -> None:
    with db.write() as session:
        first = give_bits(session, ["visie", "hr-beleid"])
        more = give_bits(session, ["onderzoek", "visie"])
        known = read_bits(session)

    assert first == {"hr-beleid": 1, "visie": 2}
    assert more == {"onderzoek": 4, "visie": 2}
    assert known == {"hr-beleid": 1, "visie": 2, "onderzoek": 4}


def test_what_readers_chose_comes_back_by_name(db: Database) -> None:
    with db.write() as session:
        jan = make_subscriber(session, "jan@example.org", themes=["visie", "hr-beleid"]).id
        mia = make_subscriber(session, "mia@example.org").id
        chosen = themes_of(session, [jan, mia])

    assert chosen == {jan: ["hr-beleid", "visie"]}


def test_there_is_room_for_63_themes_and_no_more(db: Database) -> None:
    themes = [f"thema-{one:02}" for one in range(MOST)]
    with db.write() as session:
        reader = make_subscriber(session, themes=themes)
        with pytest.raises(TooManyThemes, match="een-te-veel"):
            give_bits(session, ["een-te-veel"])
        assert themes_of(session, [reader.id]) == {reader.id: themes}
        assert give_bits(session, themes[:1]) == {themes[0]: 1}


def test_a_theme_that_nobody_chose_is_in_no_number() -> None:
    bits = {"visie": 1, "hr-beleid": 2}

    assert number_of(["visie", "visie", "anders"], bits) == 1
    assert themes_in(6, bits) == ["hr-beleid"]


def test_readers_keep_what_they_chose_before(tmp_path: Path) -> None:
    db = Database(f"sqlite:///{tmp_path / 'old.db'}")
    migrate.migrate(db.engine, Base.metadata, to="b1f60d92e7a4")
    with db.engine.begin() as connection:
        for statement in OLD:
            connection.execute(text(statement))

    migrate.migrate(db.engine, Base.metadata)

    with db.read() as session:
        assert themes_of(session, [1, 2, 3]) == {1: ["hr-beleid", "visie"], 2: ["visie"]}
        assert read_bits(session) == {"hr-beleid": 1, "visie": 2}
    db.close()


OLD = (
    "insert into subscriber (id, email, email_key, name, audience_said, role, organisation,"
    " partnership, region, status, wants_newsletter, wants_announcements, since, ground,"
    " changed_at)"
    " with three(n) as (values (1), (2), (3))"
    " select n, 'r' || n || '@example.org', 'r' || n || '@example.org', '', 0, '', '', '', '',"
    " 'active', 1, 1, '2027-04-22', 'imported', '2027-04-22' from three",
    "insert into subscriber_theme (theme, subscriber_id) values ('visie', 1), ('hr-beleid', 1),"
    " ('visie', 2)",
)
