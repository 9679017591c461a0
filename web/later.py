"""Work that goes on after the answer was sent: so nobody can read from its time what was done."""

from collections.abc import Callable

import structlog
from starlette.background import BackgroundTask
from starlette.responses import Response

log = structlog.get_logger(__name__)


def later(response: Response, work: Callable[[], object]) -> Response:
    """Return the answer; the work is done, in a thread, when the browser has it."""
    response.background = BackgroundTask(_do, work)
    return response


def _do(work: Callable[[], object]) -> None:
    try:
        work()
    except Exception as error:
        log.exception("work after an answer failed", error=type(error).__name__)
