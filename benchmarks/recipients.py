"""How sending grows with the list: memory for 2,000 and 200,000, and the list of a million written.

While the 200,000 go out by `newsletter serve`, somebody works at the desk: how long do pages take?
How many, instead of 200,000: the first argument.
"""

import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import httpx

from benchmarks import edition
from benchmarks.delivery import World, fastsink, free_port, wait_for
from benchmarks.measure import report, stopwatch
from newsletter.accounts import people
from newsletter.send.freeze import freeze_due
from newsletter.send.schedule import send_now
from newsletter.settings import read_settings
from newsletter.values import Role
from newsletter.wiring import build_services

FEW, MANY, MILLION = 2_000, 200_000, 1_000_000
PASSWORD: Final = "een lang wachtwoord voor een meting"
PAGES: Final = ("/redactie", "/redactie/edities", "/redactie/edities/1", "/redactie/selecteren")


def main() -> None:
    """Print the rows."""
    many = int(sys.argv[1]) if len(sys.argv) > 1 else MANY
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        sink = stack.enter_context(fastsink(folder, late=0))
        world = World(folder / "many", many)
        rows = [
            memory(World(folder / "few", FEW), world, sink),
            pages_meanwhile(folder / "many", many, sink),
            the_list(folder, MILLION),
        ]
    report(rows)


def memory(few: World, many: World, port: int) -> list[str]:
    """Compare the peak of the process that sends."""
    url = f"smtp://127.0.0.1:{port}?connections=32"
    small, large = few.send(url), many.send(url)
    return [
        f"memory while {many.readers:,} are sent to",
        f"{large.memory:.0f} MiB",
        f"while {few.readers:,} are: {small.memory:.0f} MiB",
        f"{large.memory / small.memory:.2f} x as much",
        f"{large.memory:.0f} MiB",
    ]


def pages_meanwhile(data: Path, readers: int, port: int) -> list[str]:
    """Open pages of the desk of a server that sends."""
    site = free_port()
    base = f"http://127.0.0.1:{site}"
    environ = {
        "NEWSLETTER_DATA_DIR": str(data),
        "NEWSLETTER_SMTP_URL": f"smtp://127.0.0.1:{port}?connections=32",
    }
    services = build_services(read_settings(environ))
    people.add_user(
        services.db,
        email="beheer@example.org",
        role=Role.ADMINISTRATOR,
        password=PASSWORD,
        now=edition.NOW,
    )
    command = [sys.executable, "-m", "newsletter", "serve", "--port", str(site)]
    with subprocess.Popen(command, env=os.environ | environ, stderr=subprocess.DEVNULL) as server:
        try:
            wait_for(site)
            with httpx.Client(base_url=base, follow_redirects=True) as desk:
                sign_in(desk)
                still = opened(desk, seconds=3)
                send_now(services.db, 1, terms=services.terms, now=services.clock())
                time.sleep(2)
                busy = opened(desk, seconds=6)
        finally:
            server.terminate()
    services.db.close()
    return [
        f"pages of the desk while it sends to {readers:,}, the slowest of {len(busy)}",
        f"{max(busy):.0f} ms, the middle one {sorted(busy)[len(busy) // 2]:.0f} ms",
        f"while it does not: {max(still):.0f} ms, {sorted(still)[len(still) // 2]:.0f} ms",
        "",
        "",
    ]


def sign_in(desk: httpx.Client) -> None:
    """Come in with the password."""
    form = {"email": "beheer@example.org", "password": PASSWORD, "naar": "/redactie"}
    done = desk.post("/redactie/inloggen", data=form).raise_for_status()
    assert "inloggen" not in str(done.url), done.url


def opened(desk: httpx.Client, *, seconds: float) -> list[float]:
    """Open page after page; return how long each took, in milliseconds."""
    took, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end:
        for address in PAGES:
            with stopwatch() as watch:
                desk.get(address).raise_for_status()
            took.append(watch.seconds * 1000)
    return took


def the_list(folder: Path, readers: int) -> list[str]:
    """Write one delivery for each of a million readers."""
    World(folder / "million", readers)
    services = build_services(read_settings({"NEWSLETTER_DATA_DIR": str(folder / "million")}))
    send_now(services.db, 1, terms=services.terms, now=services.clock())
    with stopwatch() as watch:
        freeze_due(
            services.db, terms=services.terms, preflight=services.preflight, now=services.clock()
        )
    services.db.close()
    return [f"the list of {readers:,} readers is written in", f"{watch.seconds:.1f} s", "", "", ""]


if __name__ == "__main__":
    main()
