"""A PostgreSQL of our own that can be pulled away, and a network that falls silent."""

import asyncio
import glob
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp

from sqlalchemy import create_engine, text

from tests.chaos.world import free_port

# Without fsync: what the server wrote is kept by this machine, which nobody kills.
OPTIONS = "-c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off -p {port}"


def binaries() -> str:
    """Return where Debian keeps the server; "" where it is not."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin"))  # noqa: PTH207 - one pattern
    return found[-1] if found else ""


def why_not() -> str:
    """Return why no PostgreSQL can be run here; "" when it can."""
    if not binaries():
        return "Debian's postgresql is not installed"
    return "" if os.geteuid() == 0 else "only root can start PostgreSQL as its own user"


@dataclass
class Cluster:
    """A running server."""

    folder: Path
    port: int
    _made: int = field(default=0)

    def database(self) -> str:
        """Make an empty database; return its address."""
        self._made += 1
        server = create_engine(self._url("postgres"), isolation_level="AUTOCOMMIT")
        with server.connect() as connection:
            connection.execute(text(f"create database world_{self._made}"))
        server.dispose()
        return self._url(f"world_{self._made}")

    def restart_at_once(self) -> None:
        """End it as a power cut would, and start it again."""
        self.control("restart", "--mode", "immediate")

    def control(self, *words: str) -> None:
        """Run pg_ctl."""
        own = f'"{binaries()}/pg_ctl" --pgdata "{self.folder}/data" --wait'
        options = OPTIONS.format(folder=self.folder, port=self.port)
        command = f'{own} --log "{self.folder}/log" --options "{options}" {" ".join(words)}'
        _as_postgres(command)

    def _url(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{name}"


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Run a server while the body runs, in a folder that its user may look into."""
    folder = Path(mkdtemp(prefix="cluster-", dir="/tmp"))
    shutil.chown(folder, "postgres")
    running = Cluster(folder, free_port())
    try:
        _as_postgres(
            f'"{binaries()}/initdb" --pgdata "{folder}/data" --auth trust --encoding UTF8 --no-sync'
        )
        running.control("start")
        yield running
    finally:
        running.control("stop", "--mode", "immediate")
        shutil.rmtree(folder)


def _as_postgres(command: str) -> None:
    words = ["runuser", "-u", "postgres", "--", "sh", "-c", command]
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, cwd="/")


@dataclass
class Net:
    """Ways to ports of this machine that can all fall silent, and be cut."""

    is_silent: bool = False
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _open: set[asyncio.StreamWriter] = field(default_factory=set)
    _servers: list[asyncio.Server] = field(default_factory=list)

    def to(self, port: int) -> int:
        """Return a port that leads to this one."""

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with suppress(OSError):
                far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
                ways = ((reader, far_writer), (far_reader, writer))
                await asyncio.gather(*(self._carry(*way) for way in ways), return_exceptions=True)

        starting = asyncio.start_server(serve, "127.0.0.1", 0)
        server = asyncio.run_coroutine_threadsafe(starting, self._loop).result(10)
        self._servers.append(server)
        return int(server.sockets[0].getsockname()[1])

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            while some := await reader.read(65_536):
                while self.is_silent:
                    await asyncio.sleep(0.02)
                writer.write(some)
                await writer.drain()
        finally:
            self._open.discard(writer)
            writer.close()

    def cut(self) -> None:
        """End every connection, as when the network comes back and nobody knows of them."""

        def abort() -> None:
            for writer in list(self._open):
                writer.transport.abort()

        self._loop.call_soon_threadsafe(abort)


@contextmanager
def network() -> Iterator[Net]:
    """Give a network while the body runs."""
    net = Net()
    thread = threading.Thread(target=net._loop.run_forever)
    thread.start()
    try:
        yield net
    finally:
        net.is_silent = False
        net.cut()
        asyncio.run_coroutine_threadsafe(_finish(net._servers), net._loop).result(10)
        net._loop.call_soon_threadsafe(net._loop.stop)
        thread.join()
        net._loop.close()


async def _finish(servers: list[asyncio.Server]) -> None:
    for server in servers:
        server.close()
    await asyncio.sleep(0)
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
