"""The program in a world of its own, as seen from outside: commands, signals, and the sink."""

import json
import os
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import IO, Any, Final

from tests import loaded

ROOT: Final = Path(__file__).parent.parent.parent
PATIENCE_S: Final = 120.0  # what takes longer has got stuck, not slow
EDITOR, APPROVER = "redacteur@example.org", "akkoord@example.org"
PASSWORD = "een-heel-lang-wachtwoord"


class Stuck(AssertionError):
    """Something did not end, or did not begin, in the time that it may take."""


@dataclass
class SinkProcess:
    """The sink, its ledger on disk, and the way to have it kill."""

    port: int
    ledger: Path
    orders: IO[str]

    def kill_at(self, event: str, count: int, pid: int | None) -> None:
        """Have it kill a process at that event."""
        self.orders.write(f"{event} {count} {pid}\n")
        self.orders.flush()

    def size(self) -> int:
        """Return how large its ledger is, in bytes."""
        return self.ledger.stat().st_size if self.ledger.exists() else 0

    def lines(self) -> list[list[str]]:
        """Return recipient, Message-ID, digest and moment of everything that it took."""
        if not self.ledger.exists():
            return []
        return [line.split("\t") for line in self.ledger.read_text().splitlines()]


@contextmanager
def sink(
    ledger: Path, *, slowest_s: float = 0.05, pipelining: bool = False
) -> Iterator[SinkProcess]:
    """Serve a sink while the body runs."""
    command = [sys.executable, "-m", "tests.chaos.sink", str(ledger), "--slowest", str(slowest_s)]
    command += ["--pipelining"] if pipelining else []
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, cwd=ROOT, text=True, **pipes) as process:  # type: ignore[call-overload] # the keywords are of one type only
        try:
            yield SinkProcess(int(process.stdout.readline()), ledger, process.stdin)
        finally:
            process.kill()


@dataclass
class World:
    """One database with its sink. killed: how many kills hit a living process."""

    folder: Path
    environ: dict[str, str]
    sink: SinkProcess
    connections: int
    killed: int = 0
    _reports: int = field(default=0)

    def start(self, *words: str, environ: dict[str, str] | None = None) -> ForkServerProcess:
        """Start a command where the program was read already."""
        own = os.environ | self.environ | (environ or {})
        return loaded.start(*words, environ=own, said=self.folder / "said.txt")

    def run(self, *words: str, typed: str = "") -> int | None:
        """Run a command to its end; return the exit status."""
        return self._finish(*words, told=None, typed=typed)

    def ask(self, *words: str) -> Any:
        """Run a command that must succeed, with --json; return its document."""
        self._reports += 1
        told = self.folder / f"told-{self._reports}.json"
        status = self._finish(*words, "--json", told=told)
        assert status == 0, f"{words} ended with {status}: {self.said()}"
        return json.loads(told.read_text())

    def said(self) -> str:
        """Return the last that was said on standard error."""
        path = self.folder / "said.txt"
        return path.read_text()[-2_000:] if path.exists() else ""

    def kill(self, process: ForkServerProcess) -> None:
        """Kill a process, if it still lives."""
        process.kill()
        self.count(process)

    def count(self, process: ForkServerProcess) -> None:
        """Wait for the end of a process; count it when it was killed."""
        process.join(PATIENCE_S)
        if process.is_alive():
            process.kill()
            raise Stuck("the event at which it was to be killed never came")
        self.killed += process.exitcode == -9

    def kill_after(self, seconds: float, *words: str, begun: bool = False) -> None:
        """Start a command and kill it so long after; `begun`: after it sent something."""
        before = self.sink.size()
        process = self.start(*words)
        if begun:
            self.begun(before, process)
        process.join(seconds)
        self.kill(process)

    def begun(self, before: int, process: ForkServerProcess) -> None:
        """Wait until the sink takes something, or the process ends."""
        deadline = time.monotonic() + PATIENCE_S
        while self.sink.size() == before and process.is_alive():
            if time.monotonic() > deadline:
                raise Stuck("nothing is sent")
            time.sleep(0.005)

    def quiet(self, lines: int) -> None:
        """Wait until the sink has so many lines, which a relay before it may owe."""
        deadline = time.monotonic() + PATIENCE_S
        while len(self.sink.lines()) < lines:
            if time.monotonic() > deadline:
                raise Stuck("the relay hands nothing on")
            time.sleep(0.05)

    def ledger(self, edition: str) -> dict[str, tuple[str, int]]:
        """Return state and announced second copies of each person."""
        people = self.ask("edition", "deliveries", edition)
        return {one["email"]: (one["state"], one["resends"]) for one in people}

    def _finish(self, *words: str, told: Path | None, typed: str = "") -> int | None:
        own = os.environ | self.environ
        said = self.folder / "said.txt"
        process = loaded.start(*words, environ=own, said=said, told=told, typed=typed)
        process.join(PATIENCE_S)
        if process.is_alive():
            process.kill()
            raise Stuck(f"{words} did not end: {self.said()}")
        return process.exitcode


@contextmanager
def world(
    folder: Path,
    *,
    url: str = "",
    connections: int = 8,
    pipelining: bool = False,
    slowest_s: float = 0.05,
    patience: float = 0.05,
    environ: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[World]:
    """Give a world without a database yet. url: of an empty one; without it a file.

    patience: what the program's waits are multiplied by. environ: more settings.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (
        TemporaryDirectory() as elsewhere,
        sink(
            Path(elsewhere) / "accepted.tsv", slowest_s=slowest_s, pipelining=pipelining
        ) as serving,
    ):
        way = f"smtp://127.0.0.1:{serving.port}?connections={connections}&patience={patience}"
        own = {
            "NEWSLETTER_DATA_DIR": str(folder),
            "NEWSLETTER_DATABASE_URL": url or f"sqlite:///{folder}/newsletter.db",
            "NEWSLETTER_SMTP_URL": way,
            "NEWSLETTER_UNDO_MINUTES": "0",
        }
        yield World(folder, own | dict(environ), serving, connections)


def addresses(people: int) -> list[str]:
    """Return the addresses of so many people."""
    return [f"r{one}@example.org" for one in range(1, people + 1)]


def write_list(folder: Path, people: int) -> Path:
    """Write a list of so many people, as one brings it in."""
    sides = ("school", "lerarenopleiding", "")
    rows = [f"{one},Zoë {n},{sides[n % 3]}" for n, one in enumerate(addresses(people))]
    path = folder / "lijst.csv"
    path.write_text("\n".join(["email,name,audience", *rows]) + "\n", encoding="utf-8")
    return path


def prepare(world: World) -> None:
    """Make the database, and two accounts."""
    assert world.run("init") == 0, world.said()
    for email, role in ((EDITOR, "editor"), (APPROVER, "approver")):
        words = ("user", "add", email, "--role", role, "--password-stdin")
        assert world.run(*words, typed=PASSWORD + "\n") == 0, world.said()


def bring_in(world: World, people: int) -> None:
    """Bring in so many people."""
    path = write_list(world.folder, people)
    assert world.run("subscriber", "import", str(path), "--ground", "Proef") == 0, world.said()


def submitted(world: World) -> str:
    """Return the id of a new edition that waits for approval."""
    words = ("--kind", "news", "--title", "Een dag meelopen", "--summary", "Zo leer je het vak.")
    world.ask("item", "add", *words)
    edition = str(world.ask("edition", "draft")["id"])
    world.ask("edition", "submit", edition, "--by", EDITOR)
    return edition


def approved(world: World, people: int) -> str:
    """Return the id of an approved edition for so many people, in a world that was empty."""
    prepare(world)
    bring_in(world, people)
    edition = submitted(world)
    world.ask("edition", "approve", edition, "--by", APPROVER)
    return edition


def copies(lines: list[list[str]]) -> Counter[str]:
    """Return how many copies each recipient got."""
    return Counter(who for who, *_ in lines)


def free_port() -> int:
    """Return a port of this machine that nobody has."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
