"""What a run of sending did, counted while it goes on."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from newsletter.values import DeliveryState, EditionStatus


@dataclass(frozen=True, slots=True)
class SendReport:
    """What a run did. unavailable: why the relay could not be reached; "" when it could.

    paused:      what stands still now: a person paused it, or the run did for one to look at.
    is_refused:  the relay was reached, and wants nothing of us, for good as it says.
    waits_until: when the pace lets it go on, where nothing else is left to do.
    """

    editions: tuple[int, ...] = ()
    completed: tuple[int, ...] = ()
    paused: tuple[int, ...] = ()
    sent: int = 0
    failed: int = 0
    deferred: int = 0
    skipped: int = 0
    in_doubt: int = 0
    recovered: int = 0
    unavailable: str = ""
    is_refused: bool = False
    waits_until: datetime | None = None


@dataclass(slots=True)
class Tally:
    """The report while it grows."""

    recovered: int = 0
    unavailable: str = ""
    is_refused: bool = False
    states: Counter[DeliveryState] = field(default_factory=Counter)
    statuses: dict[int, EditionStatus] = field(default_factory=dict)
    waits: dict[int, datetime] = field(default_factory=dict)

    def report(self) -> SendReport:
        """Return it as it is now."""

        def having(status: EditionStatus) -> tuple[int, ...]:
            return tuple(one for one, now in self.statuses.items() if now is status)

        return SendReport(
            editions=tuple(self.statuses),
            completed=having(EditionStatus.SENT),
            paused=having(EditionStatus.PAUSED),
            sent=self.states[DeliveryState.SENT],
            failed=self.states[DeliveryState.FAILED],
            deferred=self.states[DeliveryState.DEFERRED],
            skipped=self.states[DeliveryState.SKIPPED],
            in_doubt=self.states[DeliveryState.IN_DOUBT],
            recovered=self.recovered,
            unavailable=self.unavailable,
            is_refused=self.is_refused,
            waits_until=self._waits_until(having(EditionStatus.SENDING)),
        )

    def _waits_until(self, under_way: Collection[int]) -> datetime | None:
        """Return when the first goes on, when all that are under way wait for the pace."""
        found = [self.waits[one] for one in under_way if one in self.waits]
        return min(found) if found and len(found) == len(under_way) else None
