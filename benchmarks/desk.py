"""Every page of the desk on a database of ten years: server time, queries, and what is loaded.

Time is that of the processor, so that a busy machine counts for nothing; a page that only waits
would hide in it, and no page does: all of them read one database.
"""

import gc
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from starlette.testclient import TestClient

from benchmarks import desk_world
from benchmarks.edition import NOW
from benchmarks.measure import peak_mib, report
from newsletter.accounts.people import user_by_email
from newsletter.accounts.sessions import open_session
from newsletter.settings import read_settings
from newsletter.wiring import Services, build_services
from tests.queries import counted
from web.access import Who
from web.app import create_app
from web.routes import DESK_ROUTES

TIMES: Final = 5
SLOWEST: Final = 10
GOAL_MS: Final = 100
GOAL_KB: Final = 60
ASSET: Final = re.compile(r'<(?:link rel="stylesheet" href|script src)="([^"]+)"')
MORE: Final = (
    "/redactie/selecteren?q=opleidingen",
    "/redactie/selecteren?q=komtnietvoor",
    "/redactie/selecteren?stand=geweigerd",
    "/redactie/selecteren?stand=geparkeerd&soort=news",
    "/redactie/logboek?q=bericht+99",
    "/redactie/logboek?q=komtnietvoor",
    "/redactie/logboek?groep=edities&van=2020-01-01&tot=2024-01-01",
    "/redactie/logboek?groep=mensen",
    "/redactie/bronnen?q=verband+2",
)
SOLITARY: Final = {"any_picture", "log_csv", "log_json", "give_list", "ledger"}
"""Files that are not looked at but fetched, however long they are."""


@dataclass(frozen=True, slots=True)
class Page:
    """What one page took. whole, sent: bytes with its stylesheets and scripts, as they are and as
    they go over the line."""

    path: str
    ms: float
    queries: int
    whole: int
    sent: int


def main() -> None:
    """Print the rows."""
    with tempfile.TemporaryDirectory() as folder:
        settings = read_settings({"NEWSLETTER_DATA_DIR": folder})
        services = replace(build_services(settings), clock=lambda: NOW)
        draft, sent = desk_world.build(services)
        with TestClient(create_app(services), follow_redirects=True) as client:
            _enter(client, services)
            gc.collect()
            gc.freeze()  # as the server does
            pages = [
                _measure(client, services, path) for path in dict.fromkeys(_paths(draft, sent))
            ]
        services.db.close()
    report(_rows(pages))


def _enter(client: TestClient, services: Services) -> None:
    with services.db.read() as session:
        user = user_by_email(session, "beheerder@example.org").id
    token = open_session(services.db, user, now=NOW)
    client.cookies.set("session", token, domain="testserver.local", path="/")


def _paths(draft: int, sent: int) -> Iterator[str]:
    parts = {"kind": "quote", "slug": "bron-7", "item": "7", "block": "1", "revision": "1"}
    for route in DESK_ROUTES:
        if "GET" not in route.methods or route.who is Who.PUBLIC or route.name in SOLITARY:
            continue
        for number in (draft, sent) if "{id}" in route.path else (0,):
            path = route.path.replace("{id}", str(number))
            yield re.sub(r"\{(\w+)\}", lambda part: parts.get(part[1], "1"), path)
    yield from MORE


def _measure(client: TestClient, services: Services, path: str) -> Page:
    client.get(path)
    taken = []
    for _ in range(TIMES):
        start = time.process_time()
        answer = client.get(path)
        taken.append((time.process_time() - start) * 1000)
    with counted(services.db.engine) as statements:
        client.get(path)
    if answer.status_code >= 500:
        sys.exit(f"{path} answered {answer.status_code}")
    loaded = [client.get(one) for one in dict.fromkeys(ASSET.findall(answer.text))]
    whole = sum(len(one.content) for one in (answer, *loaded))
    sent = sum(one.num_bytes_downloaded for one in (answer, *loaded))
    shown = path if answer.status_code < 400 else f"{path} ({answer.status_code})"
    return Page(shown, sorted(taken)[TIMES // 2], len(statements), whole, sent)


def _rows(pages: list[Page]) -> list[list[str]]:
    mark = _yardstick_ms()
    yardstick = f"{mark:.1f} ms for 100,000 additions"
    slowest = sorted(pages, key=lambda one: one.ms, reverse=True)[:SLOWEST]
    rows = [
        [
            f"desk: {one.path}",
            f"{one.ms:.0f} ms, {one.queries} queries",
            yardstick,
            f"{one.ms / mark:.1f}",
            "",
        ]
        for one in slowest
    ]
    heaviest = max(pages, key=lambda one: one.sent)
    most = max(pages, key=lambda one: one.queries)
    late = sum(one.ms > GOAL_MS for one in pages)
    heavy = sum(one.sent > GOAL_KB * 1000 for one in pages)
    return [
        *rows,
        [f"desk: pages over {GOAL_MS} ms", f"{late} of {len(pages)}", "", "", peak_mib()],
        [
            f"desk: first load, heaviest: {heaviest.path}",
            f"{heaviest.sent / 1000:.0f} kB sent, {heaviest.whole / 1000:.0f} kB unpacked",
            f"{GOAL_KB} kB",
            f"{heaviest.sent / 1000 / GOAL_KB:.1f}",
            "",
        ],
        [f"desk: pages over {GOAL_KB} kB", f"{heavy} of {len(pages)}", "", "", ""],
        [f"desk: most queries: {most.path}", f"{most.queries}", "", "", ""],
    ]


def _yardstick_ms() -> float:
    taken = []
    for _ in range(TIMES):
        start, total = time.process_time(), 0
        for number in range(100_000):
            total += number
        taken.append((time.process_time() - start) * 1000)
    return sorted(taken)[TIMES // 2]


if __name__ == "__main__":
    main()
