"""The figures that somebody watches while an edition goes out."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from newsletter.store.deliveries import COUNTED_AS, figures
from newsletter.values import DeliveryState, EditionFigures
from storage.session import Database

Progress = Callable[[EditionFigures], None]

PROGRESS_S: Final = 0.2  # between two times that it is shown


class Shown:
    """Counted once from the ledger, then kept up with what is written to it."""

    def __init__(self, db: Database, edition_id: int, progress: Progress | None) -> None:
        self._progress = progress
        self._due_s = 0.0
        if progress is not None:
            with db.read() as session:
                self._figures = figures(session, edition_id)

    def add(self, states: Counter[DeliveryState]) -> None:
        """Count what was written; show it a few times a second."""
        if self._progress is None:
            return
        now = self._figures
        final = {"sent": 0, "failed": 0, "skipped": 0, "in_doubt": 0}
        for state, number in states.items():
            if COUNTED_AS[state] in final:
                final[COUNTED_AS[state]] += number
        self._figures = replace(
            now,
            sent=now.sent + final["sent"],
            failed=now.failed + final["failed"],
            skipped=now.skipped + final["skipped"],
            in_doubt=now.in_doubt + final["in_doubt"],
            pending=now.pending - sum(final.values()),
        )
        if time.monotonic() >= self._due_s:
            self.finish()

    def finish(self) -> None:
        """Show the figures as they are now."""
        if self._progress is not None:
            self._progress(self._figures)
            self._due_s = time.monotonic() + PROGRESS_S
