"""Messages begun ahead of their turn, where each takes a signature: on threads of their own.

A signature of RSA is a quarter of a millisecond in which OpenSSL lets other threads go on; the one
that sends would spend more on it than on all else of a message.
"""

import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from typing import Final

from newsletter.send.transports.letters import Parts

MOST: Final = 32  # begun and not taken yet, of some 60 kB each


def begin(make: Callable[[], Parts]) -> Future[Parts]:
    """Begin to make a message. What that raises, asking for the result raises."""
    return _threads().submit(make)


@cache
def _threads() -> ThreadPoolExecutor:
    """Return the threads: of the whole process, and there when they are first needed."""
    return ThreadPoolExecutor(min(os.cpu_count() or 1, 4), thread_name_prefix="ahead")
