"""The demo's rhythm: every other Thursday, the first one soon enough to have something to do."""

from datetime import date, time, timedelta
from typing import Final

from newsletter.dutch import local
from newsletter.planning import save_rhythm
from newsletter.rhythm import Period, Rhythm
from newsletter.store.planning import read_kept
from newsletter.wiring import Services

THURSDAY: Final = 3
AT_LEAST: Final = timedelta(days=4)  # until the first edition, so that its selection is still open


def set_rhythm(services: Services) -> None:
    """Set the demo's rhythm, unless somebody set one before."""
    with services.db.read() as session:
        if read_kept(session).version:
            return
    rhythm = demo_rhythm(local(services.clock()).date())
    save_rhythm(services.db, rhythm, version=0, now=services.clock(), by=None)


def demo_rhythm(today: date) -> Rhythm:
    """Return every other Thursday at 10.00, and no edition around New Year."""
    soon = today + AT_LEAST
    winter = today.year if today.month > 1 else today.year - 1
    return Rhythm(
        weekday=THURSDAY,
        at=time(10),
        starts_on=soon + timedelta(days=(THURSDAY - soon.weekday()) % 7),
        periods=(Period(date(winter, 12, 20), date(winter + 1, 1, 3), "Kerstvakantie"),),
    )
