"""Partnerships and organisations for tests: what is not named does not matter."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier

from storage.session import Database
from subscribers import organisations, partnerships
from subscribers.errors import SubscriberError
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


def at_once(*works: Callable[[], object]) -> list[object]:
    """Do all of it in one moment, each in a thread; return what came of each, or its error."""
    start = Barrier(len(works))

    def do(work: Callable[[], object]) -> object:
        start.wait(10)
        try:
            return work()
        except SubscriberError as failure:
            return failure

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(do, works))
