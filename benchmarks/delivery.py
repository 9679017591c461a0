"""Delivery: personal messages of some 30 kB with their ledger, beside smtp-source's one constant.

Both send to the same sink, in turns, each in a process of its own; figures are the middle of three
rounds. The sink is `fastsink.c`, which accepts as fast as it reads and can answer late; it lies
beside the project, or where NEWSLETTER_FASTSINK says, and is built with gcc. How many messages: the
first argument.

TLS: stunnel of Debian in front of the sink, and for smtp-source, which has none, a second one.
"""

import json
import os
import shutil
import smtplib
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks import edition
from benchmarks.measure import report
from newsletter.preview import Format, preview
from newsletter.settings import read_settings
from newsletter.wiring import build_services
from tests.newsletter.send.certificates import Authority

MESSAGES: Final = 20_000
LATE: Final = 20  # milliseconds of an answer
ROUNDS: Final = 3
PLAIN: Final = 500  # messages of the plain loop
SOURCE: Final = Path(__file__).parents[2] / "shared" / "tools" / "fastsink.c"


@dataclass(frozen=True)
class Took:
    """What a round took. cpu: processor seconds of who sent; memory: its peak, in MiB."""

    sent: int
    seconds: float
    cpu: float
    memory: float = 0.0

    @property
    def rate(self) -> float:
        """Messages a second."""
        return self.sent / self.seconds

    @property
    def cpu_each(self) -> float:
        """Processor seconds for 10,000 messages."""
        return self.cpu / self.sent * 10_000


def main() -> None:
    """Print the rows."""
    messages = int(sys.argv[1]) if len(sys.argv) > 1 else MESSAGES
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        world = World(folder / "world", messages)
        sink = stack.enter_context(fastsink(folder, late=0))
        slow = stack.enter_context(fastsink(folder, late=LATE))
        rows = [
            *at_full_speed(world, sink, 32),
            *at_full_speed(world, sink, 100),
            what_the_ledger_costs(world, sink),
            with_late_answers(world, slow),
            the_plain_loop(world, sink),
            *over_tls(world, sink, folder, stack),
        ]
    report(rows)


class World:
    """A prepared edition for so many readers, copied for each round."""

    def __init__(self, folder: Path, readers: int) -> None:
        self._folder = folder
        self.readers = readers
        services = build_services(read_settings({"NEWSLETTER_DATA_DIR": str(folder)}))
        edition.prepare(services, readers=readers)
        edition_id = edition.draft_short(services)
        edition.approve(services, edition_id)
        self.sample = preview(services, edition_id, segment="school", format=Format.EML)
        services.db.close()

    def send(self, url: str, *, how: str = "ledger", environ: dict[str, str] | None = None) -> Took:
        """Send it to a relay in a process of its own."""
        with tempfile.TemporaryDirectory() as copy:
            shutil.copytree(self._folder, copy, dirs_exist_ok=True)
            command = [sys.executable, "-m", "benchmarks.delivering", copy, url, how]
            done = subprocess.run(
                command,
                check=True,
                capture_output=True,
                text=True,
                env=os.environ | (environ or {}),
            )
        told = json.loads(done.stdout)
        assert told["sent"] == self.readers, told
        return Took(told["sent"], told["seconds"], told["cpu"], told["memory"])

    def source(self, port: int, connections: int, *, messages: int = 0) -> Took:
        """Send as many constant messages of this size by smtp-source."""
        number = messages or self.readers
        before, begun = os.times(), time.perf_counter()
        subprocess.run(
            [
                tool("smtp-source", "postfix"), "-d", "-s", str(connections), "-m", str(number),
                "-l", str(len(self.sample)), "-f", "nieuwsbrief@example.org",
                "-t", "lezer@example.org", f"127.0.0.1:{port}",
            ],
            check=True,
        )  # fmt: skip
        seconds, after = time.perf_counter() - begun, os.times()
        cpu = after.children_user + after.children_system
        return Took(number, seconds, cpu - before.children_user - before.children_system)


def at_full_speed(world: World, port: int, connections: int) -> list[list[str]]:
    """Compare messages a second, and the processor time of each."""
    url = f"smtp://127.0.0.1:{port}?connections={connections}"
    ours, source = in_turns(lambda: world.send(url), lambda: world.source(port, connections))
    what = (
        f"{world.readers:,} messages of {len(world.sample) // 1000} kB, {connections} connections"
    )
    return [
        [
            f"{what}, ledger on",
            f"{ours.rate:,.0f} a second",
            f"smtp-source {source.rate:,.0f} a second",
            f"{ours.rate / source.rate:.2f} x as fast",
            f"{ours.memory:.0f} MiB",
        ],
        [
            "  processor time for 10,000",
            f"{ours.cpu_each:.2f} s",
            f"smtp-source {source.cpu_each:.2f} s",
            f"{ours.cpu_each / source.cpu_each:.2f} x as much",
            "",
        ],
    ]


def what_the_ledger_costs(world: World, port: int) -> list[str]:
    """Compare with the same messages when nothing is written down."""
    url = f"smtp://127.0.0.1:{port}?connections=32"
    ours, bare = in_turns(lambda: world.send(url), lambda: world.send(url, how="bare"))
    return [
        f"what the ledger costs; a durable write takes {write_ms():.2f} ms here",
        f"{ours.rate:,.0f} a second",
        f"without it {bare.rate:,.0f} a second",
        f"{1 - ours.rate / bare.rate:.0%} slower",
        "",
    ]


def with_late_answers(world: World, port: int) -> list[str]:
    """Compare where each answer comes late, as on a real network."""
    url = f"smtp://127.0.0.1:{port}?connections=32"
    few = world.readers // 10
    ours, source = in_turns(
        lambda: world.send(url), lambda: world.source(port, 32, messages=few), rounds=1
    )
    return [
        f"answers after {LATE} ms, 32 connections",
        f"{ours.rate:,.0f} a second",
        f"smtp-source {source.rate:,.0f} a second",
        f"{ours.rate / source.rate:.2f} x as fast",
        f"{ours.memory:.0f} MiB",
    ]


def the_plain_loop(world: World, port: int) -> list[str]:
    """Show what a plain loop over smtplib and EmailMessage does, without a ledger."""
    with smtplib.SMTP("127.0.0.1", port) as smtp:
        plain = loop(world, smtp)
    return [
        f"a plain loop over smtplib, no ledger, {PLAIN} messages",
        f"{plain.rate:,.0f} a second",
        "",
        "",
        "",
    ]


def over_tls(world: World, port: int, folder: Path, stack: ExitStack) -> list[list[str]]:
    """Do the same over TLS from the first byte."""
    authority = Authority(folder)
    authority.server()
    certificate = folder / "server.pem"
    secure = stack.enter_context(stunnel(folder, "server", to=port, certificate=certificate))
    clear = stack.enter_context(stunnel(folder, "client", to=secure))
    trusting = {"SSL_CERT_FILE": str(authority.file)}
    url = f"smtps://localhost:{secure}?connections=32"
    ours, source = in_turns(
        lambda: world.send(url, environ=trusting),
        lambda: world.source(clear, 32),
    )
    with smtplib.SMTP_SSL("localhost", secure, context=authority.trusted) as smtp:
        plain = loop(world, smtp)
    return [
        [
            "over TLS, 32 connections, ledger on",
            f"{ours.rate:,.0f} a second",
            f"smtp-source behind stunnel {source.rate:,.0f} a second",
            f"{ours.rate / source.rate:.2f} x as fast",
            f"{ours.memory:.0f} MiB",
        ],
        [
            f"a plain loop over smtplib with TLS, no ledger, {PLAIN} messages",
            f"{plain.rate:,.0f} a second",
            "",
            "",
            "",
        ],
    ]


def loop(world: World, smtp: smtplib.SMTP) -> Took:
    """Build each message anew and hand it over."""
    html = world.sample.decode("ascii", "replace")
    cpu, begun = time.process_time(), time.perf_counter()
    for number in range(PLAIN):
        message = EmailMessage()
        message["From"], message["Subject"] = "nieuwsbrief@example.org", "Nieuwsbrief"
        message["To"] = f"lezer{number}@example.org"
        message.set_content("tekst", cte="quoted-printable")
        message.add_alternative(html, subtype="html", cte="quoted-printable")
        smtp.send_message(message)
    return Took(PLAIN, time.perf_counter() - begun, time.process_time() - cpu)


def in_turns(
    ours: Callable[[], Took], other: Callable[[], Took], *, rounds: int = ROUNDS
) -> tuple[Took, Took]:
    """Return the middle of each, measured in turns: the machine is not always as fast."""
    pairs = [(ours(), other()) for _ in range(rounds)]
    return middle([one for one, _ in pairs]), middle([one for _, one in pairs])


def middle(rounds: list[Took]) -> Took:
    """Return the middle of each figure."""
    return Took(
        rounds[0].sent,
        median(one.seconds for one in rounds),
        median(one.cpu for one in rounds),
        median(one.memory for one in rounds),
    )


def write_ms() -> float:
    """Return how long this disk takes to make 4 kB durable: a group of messages waits for it."""
    with tempfile.NamedTemporaryFile() as file:
        begun = time.perf_counter()
        for _ in range(100):
            file.write(bytes(4096))
            file.flush()
            os.fdatasync(file.fileno())
        return (time.perf_counter() - begun) * 10


@contextmanager
def fastsink(folder: Path, *, late: int) -> Iterator[int]:
    """Build and start the sink; give its port."""
    source = Path(os.environ.get("NEWSLETTER_FASTSINK") or SOURCE)
    if not source.exists():
        sys.exit("needs fastsink.c: set NEWSLETTER_FASTSINK to where it is")
    program = folder / "fastsink"
    if not program.exists():
        subprocess.run(
            [tool("gcc", "gcc"), "-O2", "-w", "-o", str(program), str(source)], check=True
        )
    port = free_port()
    command = [str(program), str(port), str(late)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            wait_for(port)
            yield port
        finally:
            process.terminate()


@contextmanager
def stunnel(folder: Path, side: str, *, to: int, certificate: Path | None = None) -> Iterator[int]:
    """Start stunnel with TLS on one side; give the port that it takes."""
    port = free_port()
    lines = ["foreground = yes", "pid =", "[smtp]", f"accept = 127.0.0.1:{port}"]
    lines += [f"connect = 127.0.0.1:{to}", f"client = {'yes' if side == 'client' else 'no'}"]
    lines += [f"cert = {certificate}"] if certificate else []
    config = folder / f"{side}.conf"
    config.write_text("\n".join(lines) + "\n")
    command = [tool("stunnel", "stunnel4"), str(config)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            wait_for(port)
            yield port
        finally:
            process.terminate()


def tool(name: str, package: str) -> str:
    """Return where a program is; leave when it is not installed."""
    found = shutil.which(name) or f"/usr/sbin/{name}"
    if not Path(found).exists():
        sys.exit(f"needs {name} of Debian's package {package}")
    return found


def free_port() -> int:
    """Return a port of loopback that nobody has."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def wait_for(port: int) -> None:
    """Wait until somebody listens."""
    for _ in range(600):
        with socket.socket() as attempt:
            if attempt.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    sys.exit("a server of the benchmark did not start")


if __name__ == "__main__":
    main()
