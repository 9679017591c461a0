"""The demo's gathering: every source at once, and the calendar a second time after it changed."""

from collections.abc import Callable

from feeds.gather import gather_due
from feeds.values import GatherReport, SourceReport
from newsletter.demo.opening import Demo

Progress = Callable[[SourceReport, int, int], None]


def gather_all(demo: Demo, *, progress: Progress | None = None) -> GatherReport:
    """Look at every source of the demo now; return what was found, in the order of looking.

    The first time, the calendar then moves one event and cancels one, and is looked at again: what
    an editor sees is a calendar that has changed, as calendars do.
    """
    first = _look(demo, demo.seeded.sources, progress)
    if demo.seeded.has_been_gathered:
        return first
    demo.partners.publish_changes()
    second = _look(demo, (demo.seeded.agenda,), progress)
    return GatherReport((*first.sources, *second.sources))


def _look(demo: Demo, slugs: tuple[str, ...], progress: Progress | None) -> GatherReport:
    services = demo.services
    return gather_due(
        services.db,
        fetcher=services.fetcher,
        now=services.clock(),
        only=slugs,
        progress=progress,
    )
