"""A server of a test in a loop of its own, on a thread of its own."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Generator, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

T = TypeVar("T")
Work = Generator[Any, None, T] | Coroutine[Any, Any, T]
Start = Callable[[asyncio.AbstractEventLoop], Coroutine[Any, Any, asyncio.Server]]


@contextmanager
def served(start: Start) -> Iterator[int]:
    """Serve while the body runs; give the port. start: begins to serve in the loop that it gets."""
    loop = asyncio.new_event_loop()
    loop.set_task_factory(_Kept())
    server = loop.run_until_complete(loop.create_task(start(loop)))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(server.close)
        asyncio.run_coroutine_threadsafe(_finish(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


class _Kept:
    """Makes tasks and holds them until they are done.

    A loop does not: one that waits for ever, after its client left, could be collected meanwhile.
    """

    def __init__(self) -> None:
        self._tasks: set[asyncio.Future[Any]] = set()

    def __call__(
        self, loop: asyncio.AbstractEventLoop, work: Work[T], /, **options: Any
    ) -> asyncio.Future[T]:
        task = asyncio.Task(work, loop=loop, **options)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


async def _finish() -> None:
    """Let conversations that were cut off end, so that nothing is left behind.

    One may begin in the round after, and its socket is closed in one more.
    """
    mine, quiet = asyncio.current_task(), 0
    while quiet < 3:
        await asyncio.sleep(0)
        others = [task for task in asyncio.all_tasks() if task is not mine]
        quiet = 0 if others else quiet + 1
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
