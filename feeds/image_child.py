"""Makes one picture anew, in a process of its own: bytes on standard input, a picture on output.

`feeds.decoding` starts it. What comes out is one line of JSON, then the picture's content.
"""

import json
import resource
import sys
from typing import Final

from feeds.errors import ImageRefused
from feeds.images import make_picture
from feeds.values import LARGEST_PICTURE_BYTES

# Forty million pixels, with the copies that turning and shrinking need, take some 700 MiB.
MEMORY_BYTES: Final = 1024 * 1024 * 1024
CPU_S: Final = 20


def main() -> None:
    """Read, make, write; a refusal is an answer too."""
    _limit()
    document = sys.stdin.buffer.read(LARGEST_PICTURE_BYTES + 1)
    try:
        picture = make_picture(document)
    except ImageRefused as refusal:
        _answer({"fault": refusal.fault}, b"")
        return
    head = {"media_type": picture.media_type, "width": picture.width, "height": picture.height}
    _answer(head, picture.content)


def _limit() -> None:
    for what, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_S),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
    ):
        _, hard = resource.getrlimit(what)
        lowest = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (lowest, lowest))


def _answer(head: dict[str, object], content: bytes) -> None:
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + content)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
