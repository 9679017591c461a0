"""5,000 personal messages with their ledger to smtp-sink, beside smtp-source's one constant."""

import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

from benchmarks import edition
from benchmarks.measure import peak_mib, report, stopwatch
from newsletter.preview import Format, preview
from newsletter.send.schedule import send_now
from newsletter.send.worker import run_worker
from newsletter.settings import read_settings
from newsletter.store import deliveries
from newsletter.wiring import build_services

PEOPLE, CONNECTIONS = 5_000, 8


def main() -> None:
    """Print the row."""
    with smtp_sink() as port, tempfile.TemporaryDirectory() as folder:
        services = build_services(
            read_settings(
                {
                    "NEWSLETTER_DATA_DIR": folder,
                    "NEWSLETTER_SMTP_URL": f"smtp://127.0.0.1:{port}?connections={CONNECTIONS}",
                }
            )
        )
        edition.prepare(services, readers=PEOPLE)
        edition_id = edition.draft(services)
        edition.approve(services, edition_id)
        size = len(preview(services, edition_id, segment="school", format=Format.EML))
        with stopwatch() as ours:
            send_now(services.db, edition_id, terms=services.terms, now=services.clock())
            run_worker(services, stop=Event(), until_complete=edition_id)
        with services.db.read() as session:
            figures = deliveries.figures(session, edition_id)
        assert figures.sent == PEOPLE, figures
        memory = peak_mib()
        services.db.close()
        with stopwatch() as source:
            _smtp_source(port, size)
    report(
        [
            [
                f"send {PEOPLE:,} personal messages, {CONNECTIONS} connections",
                f"{PEOPLE / ours.seconds:,.0f} a second",
                f"smtp-source, one constant message: {PEOPLE / source.seconds:,.0f} a second",
                f"{source.seconds / ours.seconds:.2f} x as fast",
                memory,
            ]
        ]
    )


@contextmanager
def smtp_sink() -> Iterator[int]:
    """Start Debian's smtp-sink on a free port of loopback, and end it by its process id."""
    program = _tool("smtp-sink")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with subprocess.Popen([program, "-u", "nobody", f"127.0.0.1:{port}", "200"]) as sink:
        try:
            _wait_for(port)
            yield port
        finally:
            sink.terminate()


def _smtp_source(port: int, size: int) -> None:
    subprocess.run(
        [
            _tool("smtp-source"), "-d", "-s", str(CONNECTIONS), "-m", str(PEOPLE), "-l", str(size),
            "-f", "nieuwsbrief@example.org", "-t", "lezer@example.org", f"127.0.0.1:{port}",
        ],
        check=True,
    )  # fmt: skip


def _tool(name: str) -> str:
    found = shutil.which(name) or f"/usr/sbin/{name}"
    if not Path(found).exists():
        sys.exit(f"needs {name} of Debian's package postfix")
    return found


def _wait_for(port: int) -> None:
    for _ in range(100):
        with socket.socket() as attempt:
            if attempt.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    sys.exit("smtp-sink did not start")


if __name__ == "__main__":
    main()
