"""A PostgreSQL server of our own on 127.0.0.1, gone when the body ends."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

BINARIES: Final = Path("/usr/lib/postgresql")
USER: Final = "postgres"


@contextmanager
def private_cluster() -> Iterator[str | None]:
    """Give the address of a fresh server; None where Debian's PostgreSQL is not installed."""
    found = sorted(BINARIES.glob("*/bin"), key=lambda path: int(path.parent.name))
    if not found or os.getuid() != 0:
        yield None
        return
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        shutil.chown(folder, USER)
        port = _free_port()
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
        data = f"{folder}/data"
        _run(found[-1] / "initdb", "--pgdata", data, "--auth", "trust", "--encoding", "UTF8")
        server = ("--pgdata", data, "--wait", "--log", f"{folder}/log")
        _run(found[-1] / "pg_ctl", *server, "--options", options, "start")
        try:
            yield f"postgresql+psycopg://{USER}@127.0.0.1:{port}"
        finally:
            _run(found[-1] / "pg_ctl", *server, "--mode", "immediate", "stop")


def _run(program: Path, *arguments: str) -> None:
    command = ["runuser", "-u", USER, "--", str(program), *arguments]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port
