"""Making a stranger's picture anew in a child process, under limits of time and memory.

A picture that is made to crash or overrun a decoder ends the child, and is refused.
"""

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from threading import Lock
from typing import Final

from feeds.errors import ImageFault, ImageRefused
from feeds.values import LARGEST_PICTURE_BYTES, Picture

ROOT: Final = Path(__file__).parents[1]
CHILD: Final = "feeds.image_child"
WHOLE_S: Final = 60.0
BEGINNINGS: Final = {"image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG\r\n\x1a\n"}

# One at a time: a picture of forty million pixels needs some hundreds of megabytes for a moment.
_DECODING: Final = Lock()


def read_picture(document: bytes) -> Picture:
    """Return the picture that `feeds.images.make_picture` makes of it. Raises ImageRefused."""
    if len(document) > LARGEST_PICTURE_BYTES:
        raise ImageRefused(ImageFault.TOO_LARGE, f"{len(document)} bytes")
    with _DECODING:
        head, content = _ask_child(document)
    if fault := head.get("fault"):
        raise ImageRefused(ImageFault(fault), "by the child")
    media_type = str(head["media_type"])
    if not content.startswith(BEGINNINGS[media_type]):
        raise ImageRefused(ImageFault.BROKEN, "what was made is no picture")
    digest = hashlib.sha256(content).hexdigest()
    return Picture(content, media_type, int(head["width"]), int(head["height"]), digest)


def _ask_child(document: bytes) -> tuple[dict[str, str], bytes]:
    try:
        done = subprocess.run(  # noqa: S603 - our own program, by its full path
            # -E and -s: what the environment and the user's folder say about Python does not count.
            [sys.executable, "-E", "-s", "-m", CHILD],
            input=document,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,  # it must be of the same version as we are
            env={},  # no secret of ours is any business of a stranger's picture
            process_group=0,  # Ctrl-C is for us
            timeout=WHOLE_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ImageRefused(ImageFault.BROKEN, f"it took more than {WHOLE_S:g} seconds") from None
    if done.returncode != 0:
        raise ImageRefused(ImageFault.BROKEN, f"the decoder ended with {done.returncode}")
    line, _, content = done.stdout.partition(b"\n")
    return json.loads(line), content
