"""A Postfix of our own: private folders, one port on this machine, its log in a file."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

from tests.chaos.world import PATIENCE_S, Stuck, free_port

POSTFIX: Final = Path("/usr/sbin/postfix")
MAIN: Final = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/mail.log
maillog_file_prefixes = {folder}
mail_owner = postfix
setgid_group = postdrop
myhostname = relay.example.org
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
default_transport = smtp:[127.0.0.1]:{next_port}
alias_maps =
in_flow_delay = 0
smtpd_peername_lookup = no
smtp_tls_security_level = none
smtp_host_lookup = native
"""
MASTER: Final = """\
127.0.0.1:{port} inet n - n - 20 smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - 20 smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True)
class Postfix:
    """A running relay. log: what it writes."""

    port: int
    log: Path


def why_not() -> str:
    """Return why no Postfix can be run here; "" when it can."""
    if not POSTFIX.exists():
        return "Debian's postfix is not installed"
    return "" if os.geteuid() == 0 else "Postfix is started by root only"


@contextmanager
def postfix(next_port: int) -> Iterator[Postfix]:
    """Run a Postfix that hands all on to a port of this machine, while the body runs.

    Not in the folder of a test: its processes run as the user postfix, who may not look in there.
    """
    folder = Path(mkdtemp(prefix="relay-", dir="/tmp"))
    folder.chmod(0o755)
    for name in ("etc", "queue", "data"):
        (folder / name).mkdir()
    shutil.chown(folder / "data", "postfix")
    port = free_port()
    (folder / "etc/main.cf").write_text(MAIN.format(folder=folder, next_port=next_port))
    (folder / "etc/master.cf").write_text(MASTER.format(port=port))
    try:
        _command(folder, "start")
        log = folder / "mail.log"
        _wait_for(log)
        yield Postfix(port, log)
    finally:
        _command(folder, "stop")
        shutil.rmtree(folder)


def _command(folder: Path, word: str) -> None:
    command = [str(POSTFIX), "-c", str(folder / "etc"), word]
    subprocess.run(command, check=False, capture_output=True)


def _wait_for(log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not (log.exists() and "daemon started" in log.read_text()):
        if time.monotonic() > deadline:
            raise Stuck("Postfix does not start")
        time.sleep(0.05)
