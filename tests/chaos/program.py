"""The program as it is shipped, as a process that can be signalled, and a sink that writes down."""

import os
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from signal import Signals

from sqlalchemy import select

from newsletter.approve import review
from newsletter.model import Delivery, Edition
from newsletter.settings import read_settings
from newsletter.values import EditionStatus, Role
from newsletter.wiring import Services, build_services
from storage.session import Database
from subscribers.model import Subscriber
from tests import loaded
from tests.factories import make_readers, make_segments, make_user
from tests.fakes import START
from tests.newsletter.making import make_draft

ROOT = Path(__file__).parent.parent.parent
BEGUN_S = 30.0  # a program that has sent nothing by then is broken, not slow


@dataclass(frozen=True)
class Program:
    """What every command of one world is given, and the ledger of the sink that it sends to."""

    environ: dict[str, str]
    ledger: Path

    def services(self) -> Services:
        return build_services(read_settings(self.environ))

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "newsletter", *arguments]
        environ = os.environ | self.environ
        return subprocess.Popen(
            command, cwd=ROOT, env=environ, text=True, stderr=subprocess.PIPE, stdout=sys.stderr
        )

    def run(self, *arguments: str) -> int | None:
        """Run it to the end where it was read already; return the exit status."""
        process = self._start_loaded(*arguments)
        process.join(BEGUN_S)
        return process.exitcode

    def signal_after(self, number: Signals, seconds: float, *arguments: str) -> tuple[int, str]:
        """Start it, wait until it sends, let it run a little, and send it a signal."""
        before = self._size()
        with self.start(*arguments) as process:
            self._wait_until_it_sends(before, lambda: process.poll() is None)
            time.sleep(seconds)
            process.send_signal(number)
            said = process.communicate(timeout=BEGUN_S)[1]
        return process.returncode, said

    def kill_after(self, seconds: float, *arguments: str) -> None:
        """Start it where it was read already, wait until it sends, and kill it a little later."""
        before = self._size()
        process = self._start_loaded(*arguments)
        self._wait_until_it_sends(before, process.is_alive)
        time.sleep(seconds)
        process.kill()
        process.join()

    def accepted(self) -> list[list[str]]:
        """Return recipient, Message-ID and digest of everything that the sink accepted."""
        if not self.ledger.exists():
            return []
        return [line.split("\t") for line in self.ledger.read_text().splitlines()]

    def copies(self) -> Counter[str]:
        """Return how many copies each recipient got."""
        return Counter(who for who, *_ in self.accepted())

    def differing(self) -> set[str]:
        """Return who got two copies that are not byte for byte the same."""
        first: dict[str, list[str]] = {}
        return {who for who, *rest in self.accepted() if first.setdefault(who, rest) != rest}

    def _start_loaded(self, *arguments: str) -> ForkServerProcess:
        said = self.ledger.with_name("said.txt")
        return loaded.start(*arguments, environ=os.environ | self.environ, said=said)

    def _wait_until_it_sends(self, before: int, is_running: Callable[[], bool]) -> None:
        deadline = time.monotonic() + BEGUN_S
        while self._size() == before and is_running():
            assert time.monotonic() < deadline, "the program sends nothing"
            time.sleep(0.005)

    def _size(self) -> int:
        return self.ledger.stat().st_size if self.ledger.exists() else 0


@contextmanager
def program(
    folder: Path, database_url: str, *, connections: int, slowest_s: float = 0.02
) -> Iterator[Program]:
    """Serve a sink while the body runs, and give the program that sends to it."""
    ledger = folder / "accepted.tsv"
    sink = [sys.executable, "-m", "tests.chaos.sink", str(ledger), "--slowest", str(slowest_s)]
    with subprocess.Popen(sink, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            port = int(process.stdout.readline())
            environ = {
                "NEWSLETTER_DATA_DIR": str(folder),
                "NEWSLETTER_DATABASE_URL": database_url,
                "NEWSLETTER_SMTP_URL": f"smtp://127.0.0.1:{port}?connections={connections}",
            }
            yield Program(environ, ledger)
        finally:
            process.kill()


def approved(services: Services, *, people: int) -> int:
    """Approve an edition for so many readers; return its id."""
    with services.db.write() as session:
        make_segments(session)
        make_readers(session, people, now=START)
        approver = make_user(session, "akkoord@example.org", Role.APPROVER, now=START)
        edition_id = make_draft(session, now=START)
        session.get_one(Edition, edition_id).status = EditionStatus.IN_REVIEW
    return review.approve(
        services.db,
        edition_id,
        by=approver,
        terms=services.terms,
        house=services.house,
        four_eyes=True,
        now=START,
    )


def announced(db: Database) -> dict[str, int]:
    """Return how many second copies the ledger says may have gone to whom."""
    query = select(Subscriber.email, Delivery.resends).join(
        Subscriber, Subscriber.id == Delivery.subscriber_id
    )
    with db.read() as session:
        return dict(session.execute(query.where(Delivery.resends > 0)).all())


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
