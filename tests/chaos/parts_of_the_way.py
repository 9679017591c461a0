"""The parts of the kill protocol before and after the mails, and without room: K3 and K6."""

import os
import random
import resource
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.chaos.parts import SEED
from tests.chaos.verdict import Verdict, judge
from tests.chaos.world import (
    APPROVER,
    PATIENCE_S,
    Stuck,
    World,
    addresses,
    approved,
    bring_in,
    free_port,
    prepare,
    submitted,
    world,
    write_list,
)

REPORT: Final = """\
From: MAILER-DAEMON@relay.example.org
To: nieuwsbrief@example.org
Subject: Undelivered Mail Returned to Sender
Message-ID: <{number}@relay.example.org>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Niet bezorgd.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example.org

Final-Recipient: rfc822; {address}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 unknown

--b
Content-Type: text/rfc822-headers

Message-ID: {message_id}
To: {address}

--b--
"""


def all_the_way(folder: Path, *, people: int, each: int) -> Verdict:
    """K3: kills in migration, import, approval, schedule and snapshot, and what comes back."""
    moments = random.Random(f"{SEED} way")  # noqa: S311 - when to kill
    begin = time.monotonic()
    with world(folder, patience=0.02) as here:

        def kill_in(*words: str, within_s: float = 0.8) -> None:
            for _ in range(each):
                here.kill_after(moments.uniform(0.05, within_s), *words)

        kill_in("init", within_s=1.5)
        prepare(here)
        path = write_list(here.folder, people)
        kill_in("subscriber", "import", str(path), "--ground", "Proef")
        bring_in(here, people)
        edition = submitted(here)
        kill_in("edition", "approve", edition, "--by", APPROVER)
        _approve(here, edition)
        _schedule_and_kill(here, edition, moments, each)
        sending = here.killed
        _bring_back(here, edition, moments, each)
        seconds = time.monotonic() - begin
        verdict = judge("K3 all the way", here, edition, addresses(people), seconds=seconds)
    assert sending > 0
    return verdict


def _approve(here: World, edition: str) -> None:
    """Approve, unless one that was killed had done so."""
    if here.ask("edition", "status", edition)["state"] == "in_review":
        here.ask("edition", "approve", edition, "--by", APPROVER)
    assert here.ask("edition", "status", edition)["state"] == "approved"


def _schedule_and_kill(here: World, edition: str, moments: random.Random, each: int) -> None:
    """Plan it, and kill the site as the moment comes and the list is written; then let it be."""
    due = datetime.now(UTC) + timedelta(seconds=3)  # noqa: TID251 - the program's own clock
    here.ask("edition", "schedule", edition, "--at", due.isoformat(timespec="seconds"))
    serve = ("serve", "--port")
    for _ in range(each):
        wait = (due - datetime.now(UTC)).total_seconds()  # noqa: TID251
        here.kill_after(max(wait, 0.5) + moments.uniform(0, 1.2), *serve, str(free_port()))
    site = here.start(*serve, str(free_port()))
    deadline = time.monotonic() + PATIENCE_S
    while here.ask("edition", "status", edition)["state"] != "sent":
        if time.monotonic() > deadline:
            raise Stuck(f"it does not complete: {here.said()}")
        time.sleep(0.2)
    site.terminate()
    site.join(PATIENCE_S)


def _bring_back(here: World, edition: str, moments: random.Random, each: int) -> None:
    """Read reports about twenty readers, killed on the way; each is known once, and by name."""
    folder = here.folder / "reports"
    folder.mkdir()
    mails = {line[0]: line[1] for line in here.sink.lines() if line[1].startswith(f"<e{edition}.")}
    gone = sorted(mails)[:20]
    for number, address in enumerate(gone):
        text = REPORT.format(number=number, address=address, message_id=mails[address])
        (folder / f"{number}.eml").write_text(text.replace("\n", "\r\n"))
    for _ in range(each):
        here.kill_after(moments.uniform(0.05, 1.0), "bounce", "process", str(folder))
    assert here.run("bounce", "process", str(folder)) == 0, here.said()
    states = {here.ask("subscriber", "show", one)["status"] for one in gone[:3]}
    assert "active" not in states, states


def out_of_memory(folder: Path, *, people: int, times: int) -> Verdict:
    """K6: no more memory is given to the program in mid-send; what then still lives is killed."""
    moments = random.Random(f"{SEED} memory")  # noqa: S311 - when
    begin = time.monotonic()
    with world(folder) as here:
        edition = approved(here, people)
        send = ("edition", "send", edition, "--wait")
        for _ in range(times):
            before = here.sink.size()
            process = here.start(*send)
            here.begun(before, process)
            process.join(moments.uniform(0, 0.2))
            if process.pid is not None and process.is_alive():
                used = _address_space(process.pid)
                resource.prlimit(process.pid, resource.RLIMIT_AS, (used, used))
            process.join(moments.uniform(0.3, 1.0))
            process.kill()
            process.join()
            here.killed += 1
        assert here.run(*send) == 0, here.said()
        seconds = time.monotonic() - begin
        return judge("K6 out of memory", here, edition, addresses(people), seconds=seconds)


def disk_full(folder: Path, *, people: int, times: int) -> Verdict:
    """K6: the disk is full for some seconds while it sends; then it goes on by itself."""
    begin = time.monotonic()
    with small_disk(folder, size_mib=24) as disk, world(disk) as here:
        # The sink's ledger must not stand on the full disk.
        edition = approved(here, people)
        send = ("edition", "send", edition, "--wait")
        for _ in range(times):  # each time anew: only a young WAL has to grow
            before = here.sink.size()
            process = here.start(*send)
            here.begun(before, process)
            _fill(disk / "filler")
            time.sleep(1)
            full = here.sink.size()
            time.sleep(1)
            assert here.sink.size() == full, "it sends on without room to write that down"
            (disk / "filler").unlink()
            here.begun(full, process)
            assert process.is_alive(), here.said()
            process.terminate()
            process.join(PATIENCE_S)
        assert here.run(*send) == 0, here.said()
        here.killed = times  # so many times what was in hand may have been lost
        seconds = time.monotonic() - begin
        return judge("K6 disk full", here, edition, addresses(people), seconds=seconds)


def why_no_disk() -> str:
    """Return why no disk can be mounted here; "" when it can."""
    if os.geteuid() != 0:
        return "only root can mount a small disk"
    try:
        with TemporaryDirectory() as probe, small_disk(Path(probe), size_mib=1):
            return ""
    except (OSError, subprocess.CalledProcessError):
        return "this machine lets nobody mount a disk"


@contextmanager
def small_disk(folder: Path, *, size_mib: int) -> Iterator[Path]:
    """Give a disk of so many MiB while the body runs."""
    disk = folder / "disk"
    disk.mkdir(parents=True, exist_ok=True)
    options = f"size={size_mib}m"
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(disk)], check=True, capture_output=True
    )
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=False)


def _fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        for size in (1 << 16, 1 << 12, 1):
            try:
                while file.write(b"\0" * size):
                    continue
            except OSError:
                continue


def _address_space(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[0])
    return pages * resource.getpagesize()
