"""Segments of three conditions, counted among 1,000,000 subscribers, beside the plainest count.

Time is that of the processor, so that a busy machine counts for nothing: all of it is one process.
"""

import random
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import insert

from benchmarks.edition import NOW
from benchmarks.measure import peak_mib, report
from newsletter.settings import read_settings
from newsletter.wiring import Services, build_services, prepare_database
from storage.base import Base
from subscribers.expressions import parse
from subscribers.members import sample
from subscribers.model import Partnership
from subscribers.store import count_of
from subscribers.trees import stored
from subscribers.values import Audience, ConsentKind, SubscriberStatus

READERS: Final = 1_000_000
BATCH: Final = 20_000
TIMES: Final = 5
GOAL_MS: Final = 300
REGIONS: Final = ("Noord", "Oost", "oost", "Zuid", "West", "Midden", "Noord-Holland", "Zeeland", "")
ROLES: Final = ("schoolopleider", "Schoolopleider", "bestuurder", "Coördinator", "docent", "")
THEMES: Final = ("visie", "hr-beleid", "kwaliteitszorg", "toetsing")
WHERES: Final = (
    "audience = school and region in (noord, oost) and not role = bestuurder",
    "audience = school and region = oost and theme = visie",
    "partnership = verband-7 and role = coordinator and not region = west",
    "organisation in (school 12, school 13) or role = docent and audience = lerarenopleiding",
    "stage = aspirant and audience = school and not region = zeeland",
    "audience = school and region = oost and joined since 2026-06-01",
    "theme = visie and theme = toetsing and not theme = hr-beleid",
)


def main() -> None:
    """Print the rows."""
    with tempfile.TemporaryDirectory() as folder:
        settings = read_settings({"NEWSLETTER_DATA_DIR": folder})
        services = replace(build_services(settings), clock=lambda: NOW)
        _build(services)
        path = Path(str(services.db.engine.url.database))
        plain = _plain_ms(path)
        rows = [_row(f"segment: {where}", _count_ms(services, where), plain) for where in WHERES]
        tree = parse(WHERES[0])
        with services.db.read() as session:
            drawn = _median_ms(lambda: sample(session, tree))
        rows.append(_row("segment: ten of the first, by chance", drawn, plain))
        services.db.close()
    rows[-1][-1] = peak_mib()
    report(rows)


def _median_ms(call: Callable[[], object]) -> float:
    call()
    taken = []
    for _ in range(TIMES):
        start = time.process_time()
        call()
        taken.append((time.process_time() - start) * 1000)
    return sorted(taken)[TIMES // 2]


def _row(what: str, ms: float, plain: float) -> list[str]:
    judged = f"{ms:.0f} ms" + ("" if ms <= GOAL_MS else f" (over {GOAL_MS})")
    return [
        what,
        judged,
        f"sqlite3, count(*) where role <> '': {plain:.0f} ms",
        f"{ms / plain:.1f} x",
        "",
    ]


def _count_ms(services: Services, where: str) -> float:
    conditions = stored(parse(where))
    with services.db.read() as session:
        return _median_ms(lambda: count_of(session, conditions))


def _plain_ms(path: Path) -> float:
    connection = sqlite3.connect(path)
    count = "select count(*) from subscriber indexed by ix_subscriber_reach where role <> ''"
    plain = _median_ms(lambda: connection.execute(count).fetchone())
    connection.close()
    return plain


def _build(services: Services) -> None:
    prepare_database(services)
    with services.db.write() as session:
        for number in range(100):
            stage = ("aspirant", "erkend", "academisch")[number % 3]
            name = f"Verband {number}"
            session.add(Partnership(slug=f"verband-{number}", name=name, stage=stage))
    chance = random.Random(20270422)
    tables = Base.metadata.tables
    for first in range(1, READERS, BATCH):
        people = [_person(number, chance) for number in range(first, first + BATCH)]
        with services.db.write() as session:
            session.execute(insert(tables["subscriber"]), people)
            session.execute(insert(tables["subscriber_theme"]), list(_themes(people, chance)))


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
        "status": SubscriberStatus.UNSUBSCRIBED if number % 20 == 0 else SubscriberStatus.ACTIVE,
        "wants_newsletter": True,
        "wants_announcements": number % 4 > 0,
        "since": NOW - timedelta(minutes=number),
        "ground": ConsentKind.IMPORTED,
        "changed_at": NOW,
    }


def _themes(people: list[dict[str, Any]], chance: random.Random) -> Iterator[dict[str, Any]]:
    for person in people:
        for theme in THEMES:
            if chance.random() < 0.3:
                yield {"theme": theme, "subscriber_id": person["id"]}


if __name__ == "__main__":
    main()
