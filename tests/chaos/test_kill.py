"""Kill the sender again and again: nobody is missed, and every second copy was announced."""

import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from newsletter.model import Delivery, Edition
from newsletter.values import DeliveryState, EditionStatus
from storage.session import Database
from subscribers.model import Subscriber
from tests.newsletter.making import make_readers, make_scheduled, make_segments

pytestmark = pytest.mark.chaos

ROOT = Path(__file__).parent.parent.parent
PEOPLE = 2_000
APPROVED_AT = datetime(2026, 1, 8, 9, tzinfo=UTC)
KILLS = 20
CONNECTIONS = 4
SEED = 20270422
BEGUN_S = 30.0  # a sender that has sent nothing by then is broken, not slow


def test_kill_at_random_moments_misses_nobody(
    db: Database, database_url: str, tmp_path: Path
) -> None:
    edition_id = _arrange(db)
    ledger = tmp_path / "accepted.tsv"
    moments = random.Random(SEED)  # noqa: S311 - when to kill

    with _sink(ledger) as port:
        command = [
            *(sys.executable, "-m", "tests.chaos.sender"),
            *(str(tmp_path), database_url, str(port), str(CONNECTIONS)),
        ]
        for _ in range(KILLS):
            _kill_after(command, ledger, moments.uniform(0.0, 0.25))
        subprocess.run(command, cwd=ROOT, check=True, timeout=60)

    accepted = Counter(line.split("\t")[0] for line in ledger.read_text().splitlines())
    with db.read() as session:
        edition = session.get_one(Edition, edition_id)
        announced = session.execute(
            select(Subscriber.email, Delivery.resends)
            .join(Subscriber, Subscriber.id == Delivery.subscriber_id)
            .where(Delivery.resends > 0)
        )
        resends = dict(announced.all())
        sent = session.scalar(
            select(func.count()).select_from(Delivery).where(Delivery.state == DeliveryState.SENT)
        )
    expected = {f"r{one}@example.org" for one in range(1, PEOPLE + 1)}
    extra = {who: copies - 1 for who, copies in accepted.items() if copies > 1}
    print(  # noqa: T201 - the figures, for who runs it with -s
        f"\nkills {KILLS}, missed {len(expected - set(accepted))}, "
        f"wrong {len(set(accepted) - expected)}, extra copies {sum(extra.values())}, "
        f"announced {sum(resends.values())}"
    )
    assert expected - set(accepted) == set()
    assert set(accepted) - expected == set()
    assert {who for who, copies in extra.items() if copies > resends.get(who, 0)} == set()
    assert sum(resends.values()) <= CONNECTIONS * KILLS
    assert (edition.state, edition.size, sent) == (EditionStatus.SENT, PEOPLE, PEOPLE)
    assert _differing_copies(ledger) == set()


def _arrange(db: Database) -> int:
    with db.write() as session:
        make_segments(session)
        make_readers(session, PEOPLE, now=APPROVED_AT)
        return make_scheduled(session, now=APPROVED_AT)


@contextmanager
def _sink(ledger: Path) -> Iterator[int]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.chaos.sink", str(ledger)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()


def _kill_after(command: list[str], ledger: Path, seconds: float) -> None:
    """Start a sender, wait until it sends, let it run a little, and kill it (SIGKILL)."""
    before = _size(ledger)
    with subprocess.Popen(command, cwd=ROOT) as sender:
        deadline = time.monotonic() + BEGUN_S
        while _size(ledger) == before and sender.poll() is None:
            assert time.monotonic() < deadline, "the sender sends nothing"
            time.sleep(0.005)
        time.sleep(seconds)
        sender.kill()


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _differing_copies(ledger: Path) -> set[str]:
    """Return who got two copies that are not byte for byte the same."""
    seen: dict[str, str] = {}
    differing = set()
    for line in ledger.read_text().splitlines():
        who, rest = line.split("\t", 1)
        if seen.setdefault(who, rest) != rest:
            differing.add(who)
    return differing
