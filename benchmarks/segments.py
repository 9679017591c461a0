"""Segments counted among 1,000,000 subscribers, beside what one would write by hand for each.

By hand is SQL as somebody writes it who knows the tables and what stands in them, without an
expression, a bound or a time limit. On SQLite time is that of the processor, so that a busy machine
counts for nothing: all of it is one process. On PostgreSQL, which works elsewhere, it is time.
The worst is an expression as large as may be typed; it may be given up in time, and never later.
"""

import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import insert, text

from benchmarks.cluster import private_cluster
from benchmarks.edition import NOW
from benchmarks.measure import peak_mib, report
from newsletter.settings import read_settings
from newsletter.wiring import Services, build_services, prepare_database
from storage.base import Base
from storage.errors import TookTooLong
from subscribers.expressions import parse
from subscribers.members import sample
from subscribers.model import Partnership, ThemeBit
from subscribers.store import count_of
from subscribers.trees import DEEPEST, MOST_CONDITIONS, MOST_LOOKED_UP, depth_of, leaves, stored
from subscribers.values import Audience, ConsentKind, SubscriberStatus

READERS: Final = 1_000_000
BATCH: Final = 20_000
TIMES: Final = 5
GOAL_MS: Final = 300
LONGEST_MS: Final = 5_000
REGIONS: Final = ("Noord", "Oost", "oost", "Zuid", "West", "Midden", "Noord-Holland", "Zeeland", "")
ROLES: Final = ("schoolopleider", "Schoolopleider", "bestuurder", "Coördinator", "docent", "")
BITS: Final = {"visie": 1, "hr-beleid": 2, "kwaliteitszorg": 4, "toetsing": 8}
CAME: Final = "exists (select 1 from attendance where event_id = {} and subscriber_id = s.id)"
HAS: Final = "themes & (select bit from theme_bit where theme = '{}') <> 0"


@dataclass(frozen=True, slots=True)
class Asked:
    """An expression, and its condition by hand. goal_ms: how long it may take."""

    where: str
    by_hand: str
    goal_ms: int = GOAL_MS
    name: str = ""


def _has(*themes: str) -> list[str]:
    return [HAS.format(one) for one in themes]


def _worst() -> Asked:
    """Return as much as may be typed: alternatives that few people meet, so that all is asked."""
    asked = ["joined before 2000-01-01"]
    by_hand = ["since < '1999-12-31 23:00:00'"]
    for one in range(1, MOST_LOOKED_UP + 1):
        asked.append(f"attended = {one} and not region = west")
        by_hand.append(f"{CAME.format(one)} and region <> 'West'")
    for one in range(11):
        asked.append(f"role = docent and organisation = school {one}")
        by_hand.append(f"role = 'docent' and organisation = 'School {one}'")
    nested, its_hand = "role = coordinator", "role = 'Coördinator'"
    for one in range(90, 95):
        nested = f"({nested} or organisation = school {one}) and not role = bestuurder"
        its_hand = f"({its_hand} or organisation = 'School {one}') and role <> 'bestuurder'"
    where = " or ".join([*asked, nested])
    tree = parse(where)
    assert (depth_of(tree), len(list(leaves(tree)))) == (DEEPEST, MOST_CONDITIONS)
    hand = " or ".join([*by_hand, its_hand])
    return Asked(where, hand, LONGEST_MS, "the worst that may be typed")


ASKED: Final = (
    Asked(
        "audience = school and region in (noord, oost) and not role = bestuurder",
        "audience = 'school' and region in ('Noord', 'Oost', 'oost') and role <> 'bestuurder'",
    ),
    Asked(
        "audience = school and region = oost and theme = visie",
        " and ".join(["audience = 'school'", "region in ('Oost', 'oost')", *_has("visie")]),
    ),
    Asked(
        "partnership = verband-7 and role = coordinator and not region = west",
        "partnership = 'Verband 7' and role = 'Coördinator' and region <> 'West'",
    ),
    Asked(
        "organisation in (school 12, school 13) or role = docent and audience = lerarenopleiding",
        "organisation in ('School 12', 'School 13')"
        " or role = 'docent' and audience = 'lerarenopleiding'",
    ),
    Asked(
        "stage = aspirant and audience = school and not region = zeeland",
        "partnership in (select name from partnership where stage = 'aspirant')"
        " and audience = 'school' and region <> 'Zeeland'",
    ),
    Asked(
        "audience = school and region = oost and joined since 2026-06-01",
        "audience = 'school' and region in ('Oost', 'oost') and since >= '2026-05-31 22:00:00'",
    ),
    Asked(
        "theme = visie and theme = toetsing and not theme = hr-beleid",
        " and ".join([*_has("visie", "toetsing"), f"not {_has('hr-beleid')[0]}"]),
    ),
    Asked(
        "theme = visie and theme = toetsing and theme = hr-beleid",
        " and ".join(_has("visie", "toetsing", "hr-beleid")),
    ),
    Asked(
        "theme in (visie, toetsing) or theme = hr-beleid",
        " or ".join(_has("visie", "toetsing", "hr-beleid")),
    ),
    Asked(
        "not theme = visie and not theme = toetsing and not theme = hr-beleid",
        " and ".join(f"not {one}" for one in _has("visie", "toetsing", "hr-beleid")),
    ),
    Asked(
        "theme = visie or not theme = toetsing and audience = school",
        f"{_has('visie')[0]} or not {_has('toetsing')[0]} and audience = 'school'",
    ),
)


def main() -> None:
    """Print the rows."""
    with tempfile.TemporaryDirectory() as folder:
        rows = _on_sqlite(folder)
    rows[-1][-1] = peak_mib()
    with private_cluster() as server:
        rows += _on_postgresql(server) if server else []
    report(rows)


def _on_sqlite(folder: str) -> list[list[str]]:
    with _built({"NEWSLETTER_DATA_DIR": folder}) as services:
        return _rows(services, "SQLite", time.process_time)


def _on_postgresql(server: str) -> list[list[str]]:
    url = f"{server}/postgres"
    with (
        tempfile.TemporaryDirectory() as folder,
        _built({"NEWSLETTER_DATA_DIR": folder, "NEWSLETTER_DATABASE_URL": url}) as services,
    ):
        with services.db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as one:
            one.execute(text("vacuum analyze"))  # as the server does by itself, later
        return _rows(services, "PostgreSQL", time.perf_counter)


def _rows(services: Services, where: str, clock: Callable[[], float]) -> list[list[str]]:
    rows = [_row(services, one, where, clock) for one in (*ASKED, _worst())]
    tree = parse(ASKED[0].where)
    with services.db.read() as session:
        drawn = _median_ms(lambda: sample(session, tree), clock)
    what = f"segment, {where}: ten of the first, by chance"
    return [*rows, [what, _judged(drawn, GOAL_MS), "", "", ""]]


def _row(services: Services, asked: Asked, where: str, clock: Callable[[], float]) -> list[str]:
    conditions = stored(parse(asked.where))
    by_hand = text(
        f"select count(*) from subscriber s where status = 'active' and ({asked.by_hand})"
    )
    with services.db.read() as session:
        plain, number = _median_ms(lambda: session.scalar(by_hand), clock), session.scalar(by_hand)
        try:
            ours = _median_ms(lambda: count_of(session, conditions), clock)
            assert count_of(session, conditions) == number, asked
            judged, ratio = _judged(ours, asked.goal_ms), f"{ours / plain:.1f} x"
        except TookTooLong as given_up:
            judged, ratio = f"given up after {given_up.seconds:g} s", ""
    what = f"segment, {where}: {asked.name or asked.where}"
    return [what, judged, f"count(*) by hand: {plain:.0f} ms", ratio, ""]


def _judged(ms: float, goal_ms: int) -> str:
    return f"{ms:.0f} ms" + ("" if ms <= goal_ms else f" (over {goal_ms})")


def _median_ms(call: Callable[[], object], clock: Callable[[], float]) -> float:
    call()
    taken = []
    for _ in range(TIMES):
        start = clock()
        call()
        taken.append((clock() - start) * 1000)
    return sorted(taken)[TIMES // 2]


@contextmanager
def _built(environment: dict[str, str]) -> Iterator[Services]:
    services = replace(build_services(read_settings(environment)), clock=lambda: NOW)
    _build(services)
    yield services
    services.db.close()


def _build(services: Services) -> None:
    prepare_database(services)
    with services.db.write() as session:
        for number in range(100):
            stage = ("aspirant", "erkend", "academisch")[number % 3]
            name = f"Verband {number}"
            session.add(Partnership(slug=f"verband-{number}", name=name, stage=stage))
        session.execute(insert(ThemeBit), [{"theme": one, "bit": BITS[one]} for one in BITS])
    chance = random.Random(20270422)
    tables = Base.metadata.tables
    for first in range(1, READERS, BATCH):
        people = [_person(number, chance) for number in range(first, first + BATCH)]
        with services.db.write() as session:
            session.execute(insert(tables["subscriber"]), people)


def _person(number: int, chance: random.Random) -> dict[str, Any]:
    school = number % 3
    return {
        "id": number,
        "email": f"lezer{number}@example.org",
        "email_key": f"lezer{number}@example.org",
        "name": f"Lezer {number}",
        "audience": (Audience.SCHOOL, Audience.TEACHER_EDUCATION, None)[number % 7 % 3],
        "role": chance.choice(ROLES),
        "organisation": f"School {chance.randrange(2_000)}" if school else "",
        "partnership": f"Verband {chance.randrange(120)}" if school else "",
        "region": chance.choice(REGIONS),
        "themes": sum(bit for bit in BITS.values() if chance.random() < 0.3),
        "status": SubscriberStatus.UNSUBSCRIBED if number % 20 == 0 else SubscriberStatus.ACTIVE,
        "wants_newsletter": True,
        "wants_announcements": number % 4 > 0,
        "since": NOW - timedelta(minutes=number),
        "ground": ConsentKind.IMPORTED,
        "changed_at": NOW,
    }


if __name__ == "__main__":
    main()
