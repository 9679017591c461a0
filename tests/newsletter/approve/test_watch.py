"""What is not true any more is taken back, and who hears of that."""

from datetime import timedelta

import pytest

from feeds.values import ItemKind, ItemStatus
from newsletter.approve.watch import hold_outdated
from newsletter.model import Block, Edition, User
from newsletter.store.editions import log_event
from newsletter.values import EditionStatus, Role
from storage.session import Database
from tests.factories import make_segments, make_user, store_item
from tests.fakes import START
from tests.newsletter.making import make_draft

pytestmark = pytest.mark.database
ROLES = {
    "maker": Role.EDITOR,
    "eind": Role.APPROVER,
    "tweede": Role.APPROVER,
    "planner": Role.EDITOR,
    "ander": Role.ADMINISTRATOR,
}


def test_who_made_approved_and_planned_it_hears_of_it_but_nobody_who_was_switched_off(
    db: Database,
) -> None:
    at = START + timedelta(days=1)
    with db.write() as session:
        make_segments(session)
        ids = {one: make_user(session, f"{one}@example.org", role) for one, role in ROLES.items()}
        edition_id = make_draft(session, now=START, author_id=ids["maker"])
        item = store_item(session, "Weg", ItemKind.PRACTICE, status=ItemStatus.WITHDRAWN)
        session.add(
            Block(edition_id=edition_id, position=2, kind="practice", item_id=item.id, fields={})
        )
        for what, by, note in (
            ("submitted", "maker", ""),
            ("agreed", "tweede", ""),
            ("approved", "eind", ""),
            ("scheduled", "planner", at.isoformat()),
        ):
            log_event(session, edition_id, what=what, now=START, user_id=ids[by], note=note)
        session.get_one(Edition, edition_id).status = EditionStatus.SCHEDULED
        session.get_one(User, ids["eind"]).disabled_at = START

    (held,) = hold_outdated(db, now=START)

    assert held.people == ("maker@example.org", "tweede@example.org", "planner@example.org")
    assert hold_outdated(db, now=START) == ()
