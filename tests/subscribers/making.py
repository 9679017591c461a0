"""Partnerships and organisations for tests: what is not named does not matter."""

from datetime import datetime

from storage.session import Database
from subscribers import organisations, partnerships
from subscribers.field import judge_organisation, judge_partnership
from subscribers.organisations import Saved
from subscribers.values import Audience
from tests.fakes import START


def add_partnership(db: Database, name: str, *, now: datetime = START, **given: str) -> int:
    """Add a partnership; return its number."""
    values = judge_partnership({"name": name, **given}).values
    return partnerships.add_partnership(db, values, now=now)


def add_organisation(
    db: Database,
    name: str,
    side: Audience = Audience.SCHOOL,
    *partnership_ids: int,
    now: datetime = START,
) -> Saved:
    """Add a school, or an institute, to these partnerships."""
    values = judge_organisation({"name": name, "audience": side}).values
    return organisations.add_organisation(db, values, partnerships=partnership_ids, now=now)
