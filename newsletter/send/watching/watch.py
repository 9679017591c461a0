"""What a loop that sends tells whoever watches: lines in the log (`trail`), figures (`meter`)."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Self

import structlog

from newsletter.send.outcomes import Settled
from newsletter.send.watching import meter
from newsletter.send.watching.meter import Meter, label_of
from newsletter.send.watching.trail import Trail, open_trail
from newsletter.values import DeliveryState
from storage.errors import StorageError
from storage.session import Database

log = structlog.get_logger()


class Watch:
    """Told by the loop after each write of the ledger. None of it may hold up a mail."""

    def __init__(self, found: Meter, trail: Trail) -> None:
        self._meter, self._trail = found, trail

    @classmethod
    def begin(cls, db: Database, *, log: str, now: datetime) -> Self:
        """Return one for a process. log: the setting, "text" or "json"."""
        return cls(Meter(db, now=now), open_trail(log))

    def wrote(
        self, edition_id: int, settled: Sequence[Settled], *, skipped: Sequence[int], now: datetime
    ) -> None:
        """Tell what was written of an edition's deliveries. skipped: ids of those passed over."""
        self._trail(
            edition_id,
            (
                *((one.delivery_id, one.state, one.code) for one in settled),
                *((one, DeliveryState.SKIPPED, None) for one in skipped),
            ),
            now,
        )
        answers = Counter(label_of(one.state, one.code) for one in settled)
        answers[label_of(DeliveryState.SKIPPED, None)] += len(skipped)
        self._meter.add(edition_id, +answers, now=now)
        self.beat(now)

    def waited(self, how_long: timedelta) -> None:
        """Tell that the pace held the loop up."""
        self._meter.waited(how_long)

    def took_over(self, number: int = 1) -> None:
        """Tell that so many leases were taken over from a worker that is gone."""
        self._meter.count(meter.TAKEOVERS, number)

    def took_back(self, number: int) -> None:
        """Tell that so many messages were found in the hands of a worker that died."""
        if number:
            self._meter.count(meter.TAKEN_BACK, number)

    def reached(self, *, is_up: bool) -> None:
        """Tell whether the relay could be reached."""
        self._meter.note_relay(is_up=is_up)

    def beat(self, now: datetime) -> None:
        """Write the figures down when it is time."""
        try:
            self._meter.beat(now)
        except StorageError:
            log.warning("the figures of the sending could not be written; they are kept")

    def end(self, now: datetime) -> None:
        """Write down what is left: at the end of a run."""
        try:
            self._meter.write(now)
        except StorageError:
            log.warning("the figures of the sending could not be written; they are kept")
