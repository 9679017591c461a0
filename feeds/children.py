"""Starting and ending the processes that read what strangers wrote (docs/decisions/0005)."""

import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
NOTHING: Final[Mapping[str, str]] = {}


def start_child(
    module: str, *limits: int, stderr: int = subprocess.DEVNULL
) -> tuple[socket.socket, "subprocess.Popen[bytes]"]:
    """Start a module of ours as a process; return our end of its standard input, and it.

    module: by name, for what it imports is not for this process. limits: its arguments.
    """
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(  # noqa: S603 - our own program, by its full path
            # -E and -s: what the environment and the user's folder say about Python does not count.
            [sys.executable, "-E", "-s", "-m", module, *map(str, limits)],
            stdin=theirs.fileno(),
            stdout=subprocess.DEVNULL,
            stderr=stderr,
            cwd=ROOT,  # it must be of the same version as we are
            env=NOTHING,  # no secret of ours is any business of a stranger's document
            process_group=0,  # Ctrl-C is for us
        )
    return ours, process


def end_child(channel: socket.socket, process: "subprocess.Popen[bytes]") -> None:
    """End a process, whatever it is doing."""
    channel.close()
    process.kill()
    process.wait()
    if process.stderr:
        process.stderr.close()
