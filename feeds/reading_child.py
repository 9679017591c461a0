"""The child that reads documents: `python -m feeds.reading_child MEMORY_BYTES CPU_S`.

It gives up what reading does not need, and then answers one request after the other on its standard
input, a socket, until the other side ends. What it reads was written by strangers: whatever that
makes of it, it costs them this process and nobody anything else.
"""

import gc
import json
import os
import resource
import socket
import sys
import time
from dataclasses import replace
from functools import cache
from typing import Final

from feeds.errors import STUMBLES, MalformedSource, SourceTooLarge
from feeds.identity import marked
from feeds.sources import PARSERS
from feeds.sources.charsets import to_text
from feeds.values import Parsed
from feeds.wire import (
    BEGUN,
    NO_MEMORY,
    READ,
    REFUSED,
    ChannelClosed,
    Request,
    pack_parsed,
    receive,
    send,
    unpack_request,
)

FORBIDDEN: Final = (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE, resource.RLIMIT_NPROC)


def main() -> None:
    """Answer until the other side ends."""
    memory_bytes, cpu_s = int(sys.argv[1]), int(sys.argv[2])
    channel = socket.socket(fileno=sys.stdin.fileno())
    try:
        while True:
            request = unpack_request(receive(channel))  # by us: no stranger's words before below
            _import_parser(request.kind)  # may leave on the disk what it compiled
            _give_up_rights(memory_bytes)
            _answer(channel, request, cpu_s)
    except ChannelClosed:
        return
    except MemoryError:
        os._exit(NO_MEMORY)  # there may not be enough for a tidy end


@cache
def _import_parser(kind: str) -> None:
    """Import what a kind needs, ahead of its document: whose doing it is not when this fails."""
    gc.collect()  # else what earlier documents left behind would stay as well
    if kind in PARSERS:
        PARSERS[kind].load()
    gc.freeze()  # what was imported stays: no need to look through it for every document


def _answer(channel: socket.socket, request: Request, cpu_s: int) -> None:
    document = receive(channel)
    send(channel, BEGUN)
    _allow_cpu(cpu_s)
    send(channel, _read(request, document))


def _read(request: Request, document: bytes) -> bytes:
    try:
        parsed = _parse(request, document)
        return READ + pack_parsed(replace(parsed, items=tuple(map(marked, parsed.items))))
    except (MalformedSource, SourceTooLarge) as failure:
        return REFUSED + json.dumps([type(failure).__name__, str(failure)]).encode()


def _parse(request: Request, document: bytes) -> Parsed:
    if "charset" in request.content_type.lower():
        # A parser sees bytes only; what the header adds to them is settled here.
        text = to_text(document, content_type=request.content_type)
        document = text.encode("utf-8", "replace")
    try:
        return PARSERS[request.kind](document, now=request.now, base_url=request.base_url)
    except STUMBLES as failure:
        raise MalformedSource(f"it cannot be read: {type(failure).__name__}") from failure


def _give_up_rights(memory_bytes: int) -> None:
    for what in FORBIDDEN:
        resource.setrlimit(what, (0, 0))
    _lower(resource.RLIMIT_AS, memory_bytes)


def _allow_cpu(seconds: int) -> None:
    """Let the kernel end this process when it computes for longer than that from now on."""
    _lower(resource.RLIMIT_CPU, int(time.process_time()) + 1 + seconds)


def _lower(what: int, wanted: int) -> None:
    _, hard = resource.getrlimit(what)
    resource.setrlimit(
        what, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard)
    )


if __name__ == "__main__":
    main()
