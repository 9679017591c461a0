"""What the checks get to know: who would get it, and what went out before."""

from datetime import datetime
from typing import Any

import pytest

from feeds.values import ItemKind
from newsletter.approve.facts import read_facts
from newsletter.cut import Cut
from newsletter.store.editions import get_edition
from newsletter.values import EditionKind, EditionStatus, Facts
from storage.session import Database
from subscribers.values import Audience
from tests.factories import make_edition, make_segments, make_subscriber, store_item
from tests.fakes import START
from tests.newsletter.making import HOUSE


def facts_of(db: Database, edition_id: int) -> Facts:
    with db.read() as session:
        return read_facts(session, get_edition(session, edition_id), house=HOUSE, now=START)


def test_readers_are_counted_and_segments_without_any_are_named(db: Database) -> None:
    with db.write() as session:
        make_segments(session)
        make_subscriber(session, "school@example.org")
        make_subscriber(session, "raad@example.org", audience=None)
        make_subscriber(
            session, "pabo@example.org", audience=Audience.TEACHER_EDUCATION, wants_newsletter=False
        )
        edition = make_edition(session, segments=["school", "lerarenopleiding", "overig"]).id

    found = facts_of(db, edition)

    assert found == Facts(
        now=START,
        house=HOUSE,
        people={Cut(Audience.SCHOOL): 1, Cut(None): 1},
        empty_segments=("Lerarenopleidingen",),
        announced_to=(),
        links={},
    )


def test_what_went_out_about_the_same_event_is_known(db: Database) -> None:
    with db.write() as session:
        make_segments(session)
        event, other = (store_item(session, one, ItemKind.EVENT).id for one in ("a", "b"))

        def mailing(event_id: int, status: EditionStatus, segment: str) -> int:
            about: dict[str, Any] = {"kind": EditionKind.ANNOUNCEMENT, "number": None}
            return make_edition(
                session, **about, event_id=event_id, status=status, segments=[segment]
            ).id

        mailing(event, EditionStatus.SENT, "school")
        mailing(event, EditionStatus.CANCELLED, "lerarenopleiding")
        mailing(other, EditionStatus.SENT, "overig")
        again = mailing(event, EditionStatus.DRAFT, "school")
        first = mailing(event, EditionStatus.DRAFT, "lerarenopleiding")

    assert facts_of(db, again).announced_to == ("Scholen",)
    assert facts_of(db, first).announced_to == ()


@pytest.mark.parametrize(
    ("status", "started_at", "told"),
    [
        (EditionStatus.PAUSED, START, ("Scholen",)),
        (EditionStatus.CANCELLED, START, ("Scholen",)),  # stopped half-way: some have it
        (EditionStatus.CANCELLED, None, ()),
        (EditionStatus.APPROVED, None, ()),
    ],
)
def test_a_mailing_that_some_readers_got_counts(
    db: Database, status: EditionStatus, started_at: datetime | None, told: tuple[str, ...]
) -> None:
    about: dict[str, Any] = {"kind": EditionKind.ANNOUNCEMENT, "number": None}
    with db.write() as session:
        make_segments(session)
        event = store_item(session, "Congres", ItemKind.EVENT).id
        about |= {"event_id": event, "segments": ["school"]}
        make_edition(session, **about, status=status, started_at=started_at)
        again = make_edition(session, **about).id

    assert facts_of(db, again).announced_to == told
