"""Finding a place to listen: the port that was asked for, or the next one that is free."""

import socket
from typing import Final

LOOPBACK: Final = "127.0.0.1"
TRIES: Final = 100


def bind_near(port: int) -> socket.socket:
    """Return a socket on this machine, bound to that port or one of the hundred after it.

    Raises OSError when all of them are taken.
    """
    for candidate in range(port, min(port + TRIES, 65_535)):
        try:
            return socket.create_server((LOOPBACK, candidate))
        except OSError:
            continue
    raise OSError(f"no free port from {port} to {port + TRIES}: give another one with --port")


def free_near(port: int) -> int:
    """Return that port, or the first free one after it. Raises OSError when there is none."""
    with bind_near(port) as bound:
        return int(bound.getsockname()[1])


def is_free(port: int) -> bool:
    """Say whether nobody listens there."""
    try:
        socket.create_server((LOOPBACK, port)).close()
    except OSError:
        return False
    return True
