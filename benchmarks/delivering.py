"""The process that the delivery benchmark measures: it sends one prepared edition, and says how.

`python -m benchmarks.delivering FOLDER SMTP_URL ledger|bare` prints one JSON object: seconds and
processor seconds from the first read to the last answer, messages, and peak memory in MiB. "bare"
makes the same messages and writes nothing down: what the ledger costs is the difference.
"""

import json
import sys
import time
from pathlib import Path
from threading import Event

from benchmarks.edition import NOW
from newsletter.logs import configure_logging
from newsletter.send.freeze import freeze_due
from newsletter.send.loop import shares
from newsletter.send.loop.pages import Pages, read_mailing
from newsletter.send.schedule import send_now
from newsletter.send.transports.lanes import open_pool
from newsletter.send.transports.letters import Letter, Turn
from newsletter.send.worker import run_worker
from newsletter.settings import read_settings
from newsletter.values import EditionStatus
from newsletter.wiring import Services, build_services

EDITION: int = 1


def main(folder: str, smtp_url: str, how: str) -> None:
    """Send, and print what it took."""
    configure_logging("text")
    services = build_services(
        read_settings({"NEWSLETTER_DATA_DIR": folder, "NEWSLETTER_SMTP_URL": smtp_url})
    )
    services.db.keep_little()  # as a worker does before it freezes
    send_now(services.db, EDITION, terms=services.terms, now=services.clock())
    freeze_due(
        services.db, terms=services.terms, preflight=services.preflight, now=services.clock()
    )
    begun, cpu = time.perf_counter(), time.process_time()
    sent = _with_ledger(services) if how == "ledger" else _without(services)
    seconds, cpu = time.perf_counter() - begun, time.process_time() - cpu
    memory = peak()
    print(json.dumps({"seconds": seconds, "cpu": cpu, "sent": sent, "memory": memory}))


def peak() -> float:
    """Return this program's peak memory in MiB; `ru_maxrss` would be that of who started it."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _with_ledger(services: Services) -> int:
    found = run_worker(services, stop=Event(), until_complete=EDITION)
    assert found is not None
    assert found.state is EditionStatus.SENT
    return found.sent


def _without(services: Services) -> int:
    """Make and hand over the same messages; nothing is claimed and nothing is recorded."""
    with services.db.read() as session:
        mailing = read_mailing(session, EDITION, services.settings)
    mine = shares.enrol(services.db, "bare", connections=1, lease=shares.Lease(), now=NOW)
    with services.db.write() as session:
        shares.cut_into_shares(session, EDITION)
    pages = Pages(
        services.db,
        mailing,
        mine=mine,
        links=services.links,
        settings=services.settings,
        clock=services.clock,
    )
    pool, sent = open_pool(services.open_transport()), 0
    while True:
        for ready in pages.take(pool.free):
            assert ready.envelope is not None
            assert ready.personal is not None
            message = ready.message()
            pool.prepare(Letter(ready.sender, ready.personal.email, message, has_dots=False))
        if not pool.busy:
            break
        for letter, word in pool.collect(1):
            if word is Turn.OPEN:
                pool.let_go(letter)
            else:
                sent += 1
    pool.close()
    return sent


if __name__ == "__main__":
    main(*sys.argv[1:])
