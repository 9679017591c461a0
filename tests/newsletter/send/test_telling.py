"""Telling the people of an edition how its sending ended: once, and only what it does by itself."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from newsletter.model import Edition, User
from newsletter.send import schedule
from newsletter.send.loop.closing import halt
from newsletter.send.loop.ends import End, bring_to_end
from newsletter.send.notices.telling import Ended, Ending, tell_ends
from newsletter.store.editions import events_of, log_event
from newsletter.values import EditionStatus
from storage.session import Database
from tests.factories import make_user
from tests.fakes import START
from tests.newsletter.making import make_draft

S = EditionStatus
SOON = START + timedelta(minutes=4)


@dataclass
class Post:
    """Who was told what. fails: the addresses that cannot be reached."""

    fails: set[str] = field(default_factory=set)
    sent: list[tuple[str, Ending]] = field(default_factory=list)

    def __call__(self, ended: Ended, address: str) -> bool:
        self.sent.append((address, ended.ending))
        return address not in self.fails


@pytest.fixture
def edition(db: Database) -> int:
    """An edition that Anna made and Bas approved, and that is being sent."""
    with db.write() as session:
        anna, bas = (make_user(session, f"{who}@example.org") for who in ("anna", "bas"))
        edition = make_draft(session, now=START, author_id=anna)
        session.execute(
            update(Edition).values(status=S.SENDING, approved_by_id=bas, started_at=START, size=0)
        )
        return edition


def end(db: Database, edition: int, status: EditionStatus, *, now: datetime = START) -> None:
    with db.write() as session:
        session.get_one(Edition, edition).move(status, now=now)


def test_who_made_and_approved_it_is_told_once(db: Database, edition: int) -> None:
    end(db, edition, S.SENT)
    post = Post()

    first = tell_ends(db, notify=post, now=SOON)
    second = tell_ends(db, notify=post, now=SOON)

    assert (first, second) == ({"told": 2, "untold": 0}, {"told": 0, "untold": 0})
    assert post.sent == [("anna@example.org", Ending.SENT), ("bas@example.org", Ending.SENT)]
    with db.read() as session:
        assert [(one.what, one.detail) for one in events_of(session, edition)] == [
            ("told", {"people": 2})
        ]


def test_one_who_cannot_be_reached_does_not_keep_the_other_from_hearing(
    db: Database, edition: int
) -> None:
    end(db, edition, S.SENT)
    post = Post(fails={"anna@example.org"})

    told = tell_ends(db, notify=post, now=SOON)
    again = tell_ends(db, notify=post, now=SOON)

    assert told == {"told": 1, "untold": 1}
    assert again == {"told": 0, "untold": 0}
    with db.read() as session:
        assert [one.detail for one in events_of(session, edition)] == [{"people": 1}]


def test_history_says_that_they_were_told_only_when_a_mail_went(db: Database, edition: int) -> None:
    end(db, edition, S.SENT)

    tell_ends(db, notify=Post(fails={"anna@example.org", "bas@example.org"}), now=SOON)

    with db.read() as session:
        assert events_of(session, edition) == []


def test_who_was_switched_off_hears_nothing(db: Database, edition: int) -> None:
    end(db, edition, S.SENT)
    with db.write() as session:
        session.execute(
            update(User).where(User.email == "anna@example.org").values(disabled_at=START)
        )
    post = Post()

    tell_ends(db, notify=post, now=SOON)

    assert [address for address, _ in post.sent] == ["bas@example.org"]


def test_nothing_is_told_while_it_goes_on_or_of_long_ago(db: Database, edition: int) -> None:
    post = Post()
    going = tell_ends(db, notify=post, now=SOON)
    end(db, edition, S.SENT)
    late = tell_ends(db, notify=post, now=START + timedelta(days=2))

    assert (going, late, post.sent) == ({"told": 0, "untold": 0}, {"told": 0, "untold": 0}, [])


@pytest.mark.parametrize("stop", [schedule.pause, schedule.cancel])
def test_who_stops_it_knows(db: Database, edition: int, stop: object) -> None:
    assert callable(stop)
    stop(db, edition, now=START)
    post = Post()

    tell_ends(db, notify=post, now=SOON)

    assert post.sent == []


@pytest.mark.parametrize(("why", "ending"), [(None, Ending.HALTED), *((e, Ending(e)) for e in End)])
def test_what_stops_by_itself_is_told(
    db: Database, edition: int, why: End | None, ending: Ending
) -> None:
    with db.write() as session:
        if why is None:
            halt(session, edition, note="20 readers in a row refused", now=START)
        else:
            bring_to_end(session, edition, why, now=START)
    post = Post()

    tell_ends(db, notify=post, now=SOON)

    assert post.sent == [("anna@example.org", ending), ("bas@example.org", ending)]


def test_a_stop_is_told_although_something_else_was_logged_after_it(
    db: Database, edition: int
) -> None:
    with db.write() as session:
        halt(session, edition, note="20 readers in a row refused", now=START)
        log_event(session, edition, what="tested", now=SOON)
    post = Post()

    tell_ends(db, notify=post, now=SOON)

    assert {ending for _, ending in post.sent} == {Ending.HALTED}


def test_after_a_pause_the_end_is_told_as_well(db: Database, edition: int) -> None:
    with db.write() as session:
        halt(session, edition, note="20 readers in a row refused", now=START)
    post = Post()
    tell_ends(db, notify=post, now=SOON)
    schedule.resume(db, edition, now=SOON)
    end(db, edition, S.SENT, now=SOON)

    tell_ends(db, notify=post, now=SOON)

    assert [ending for _, ending in post.sent] == [Ending.HALTED] * 2 + [Ending.SENT] * 2
