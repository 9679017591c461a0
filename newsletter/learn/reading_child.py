"""The child that reads returned mail; `reading_children` starts it: MEMORY_BYTES CPU_S.

It answers one message after the other on its standard input, a socket, until the other side ends.
What it reads was written by strangers: whatever that makes of it costs them this process.
"""

import os
import resource
import socket
import sys
import time
from typing import Final

from feeds.wire import BEGUN, NO_MEMORY, ChannelClosed, receive, send
from newsletter.learn.reading import read_bounce
from newsletter.learn.reading_wire import pack_report

FORBIDDEN: Final = (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE, resource.RLIMIT_NPROC)


def main() -> None:
    """Answer until the other side ends."""
    memory_bytes, cpu_s = int(sys.argv[1]), int(sys.argv[2])
    channel = socket.socket(fileno=sys.stdin.fileno())
    for what in FORBIDDEN:
        resource.setrlimit(what, (0, 0))
    _lower(resource.RLIMIT_AS, memory_bytes)
    try:
        while True:
            raw = receive(channel)
            send(channel, BEGUN)
            _lower(resource.RLIMIT_CPU, int(time.process_time()) + 1 + cpu_s)
            send(channel, pack_report(read_bounce(raw)))
    except ChannelClosed:
        return
    except MemoryError:
        os._exit(NO_MEMORY)  # there may not be enough for a tidy end


def _lower(what: int, wanted: int) -> None:
    _, hard = resource.getrlimit(what)
    unlimited = hard == resource.RLIM_INFINITY
    resource.setrlimit(what, (wanted if unlimited else min(wanted, hard), hard))


if __name__ == "__main__":
    main()
