"""Following another system's list: who goes, who never comes back, and what is held."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from storage.log import LogEntry
from storage.session import Database
from subscribers import consent, syncing
from subscribers.errors import GroundMissing, TooManyMissing
from subscribers.importing import import_file
from subscribers.model import Consent, Subscriber
from subscribers.syncing import SyncReport, sync_file
from subscribers.values import SubscriberStatus, Topic
from subscribers.verdicts import REFUSED
from tests.factories import KEY, make_subscriber
from tests.fakes import START

S = SubscriberStatus


class Follower:
    """Writes the file of a night and follows it."""

    def __init__(self, db: Database, folder: Path) -> None:
        self.db, self.path = db, folder / "nacht.csv"

    def __call__(self, *names: str, more: str = "", **options: Any) -> SyncReport:
        lines = "".join(f"{name}@example.org,school\n" for name in names)
        self.path.write_text(f"email,audience\n{lines}{more}")
        given: dict[str, Any] = {
            "name": "leden",
            "ground": "lid",
            "key": KEY,
            "now": START,
        } | options
        return sync_file(self.db, self.path, **given)


@pytest.fixture
def follow(db: Database, tmp_path: Path) -> Follower:
    return Follower(db, tmp_path)


def statuses(db: Database) -> dict[str, str]:
    with db.read() as session:
        rows = session.execute(select(Subscriber.email, Subscriber.status))
        return {row.email.partition("@")[0]: row.status for row in rows}


def test_who_is_new_comes_in_and_who_is_gone_goes_with_evidence(
    db: Database, follow: Follower
) -> None:
    follow("jan", "piet")

    report = follow("piet", "klaas")

    with db.read() as session:
        facts = session.scalars(select(Consent).order_by(Consent.id)).all()
        told = session.scalars(select(LogEntry).where(LogEntry.what == "subscriber.let_go")).one()
    assert (report.imported.added, report.imported.unchanged, report.removed) == (1, 1, 1)
    assert statuses(db) == {"jan": S.UNSUBSCRIBED, "piet": S.ACTIVE, "klaas": S.ACTIVE}
    assert [(one.kind, one.source) for one in facts] == [
        ("imported", "sync leden"),
        ("imported", "sync leden"),
        ("imported", "sync leden"),
        ("withdrawn", "sync leden"),
    ]
    assert told.detail == {"count": 1}


def test_the_same_file_again_changes_nothing(db: Database, follow: Follower) -> None:
    follow("jan", "piet")

    report = follow("jan", "piet")

    assert (report.imported.unchanged, report.imported.added, report.removed) == (2, 0, 0)


def test_nobody_comes_back_by_a_list(db: Database, follow: Follower) -> None:
    follow("jan", "piet", "kees")
    with db.read() as session:
        ids = {row.email: row.id for row in session.scalars(select(Subscriber))}
    consent.leave(db, ids["jan@example.org"], source="one-click", now=START)
    consent.erase(db, ids["kees@example.org"], key=KEY, now=START)
    follow("jan", "kees")

    report = follow("jan", "piet", "kees")

    assert statuses(db) == {"jan": S.UNSUBSCRIBED, "piet": S.UNSUBSCRIBED}
    assert [one.reason for one in report.imported.errors] == [
        REFUSED["unsubscribed"],
        REFUSED["unsubscribed"],
        REFUSED["erased"],
    ]


def test_only_who_came_by_this_list_goes(db: Database, follow: Follower, tmp_path: Path) -> None:
    with db.write() as session:
        make_subscriber(session, "zelf@example.org")
    other = tmp_path / "ander.csv"
    other.write_text("email\ningelezen@example.org\n")
    import_file(db, other, ground="congres", key=KEY, now=START)
    follow("anders", name="andere lijst")
    consent.sign_up(
        db,
        email="beide@example.org",
        audience=None,
        topics=[Topic.NEWSLETTER],
        text_shown="Ja",
        source="form",
        now=START,
    )
    follow("zelf", "ingelezen", "jan", "beide")

    report = follow()

    others = ("zelf", "ingelezen", "anders", "beide")
    assert report.removed == 1
    assert statuses(db) == {"jan": S.UNSUBSCRIBED} | dict.fromkeys(others, S.ACTIVE)


def test_many_go_only_when_that_was_allowed(db: Database, follow: Follower) -> None:
    people = [f"p{number}" for number in range(syncing.FEW + 2)]
    follow(*people)

    with pytest.raises(TooManyMissing) as refused:
        follow("nieuw")
    assert (refused.value.missing, refused.value.most) == (12, 10)
    assert statuses(db) == dict.fromkeys(people, S.ACTIVE)
    assert follow("nieuw", allow=12).removed == 12


def test_one_in_twenty_of_a_long_list_may_go(db: Database, follow: Follower) -> None:
    people = [f"p{number}" for number in range(400)]
    follow(*people)

    assert follow(*people[20:]).removed == 20
    with pytest.raises(TooManyMissing):
        follow(*people[40:])


def test_nobody_goes_when_a_line_cannot_be_read(db: Database, follow: Follower) -> None:
    follow("jan", "piet")

    report = follow("piet", more='kees@example.org,"school\nbea@example.org,school\n')

    assert report.removed == 0
    assert report.kept
    assert statuses(db)["jan"] == S.ACTIVE


def test_a_line_with_another_fault_still_says_who_is_there(db: Database, follow: Follower) -> None:
    follow("jan", "piet")

    report = follow("piet", more="jan@example.org,leerling\n")

    assert (report.removed, report.imported.rejected) == (0, 1)
    assert statuses(db)["jan"] == S.ACTIVE


def test_a_dry_run_tells_and_changes_nothing(db: Database, follow: Follower) -> None:
    follow("jan", "piet")

    report = follow("piet", "klaas", dry_run=True)

    assert (report.imported.added, report.removed) == (1, 1)
    assert statuses(db) == {"jan": S.ACTIVE, "piet": S.ACTIVE}


def test_a_ground_has_to_be_stated(follow: Follower) -> None:
    with pytest.raises(GroundMissing):
        follow("jan", ground=" ")
