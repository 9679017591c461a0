"""What a run of sending did, counted while it goes on."""

from collections import Counter
from dataclasses import dataclass, field

from newsletter.values import DeliveryState, EditionStatus


@dataclass(frozen=True, slots=True)
class SendReport:
    """What a run did. unavailable: why the relay could not be reached; "" when it could."""

    editions: tuple[int, ...] = ()
    completed: tuple[int, ...] = ()
    halted: tuple[int, ...] = ()
    sent: int = 0
    failed: int = 0
    deferred: int = 0
    skipped: int = 0
    in_doubt: int = 0
    recovered: int = 0
    unavailable: str = ""


@dataclass(slots=True)
class Tally:
    """The report while it grows."""

    recovered: int = 0
    unavailable: str = ""
    states: Counter[DeliveryState] = field(default_factory=Counter)
    statuses: dict[int, EditionStatus] = field(default_factory=dict)

    def report(self) -> SendReport:
        """Return it as it is now."""

        def having(status: EditionStatus) -> tuple[int, ...]:
            return tuple(one for one, now in self.statuses.items() if now is status)

        return SendReport(
            editions=tuple(self.statuses),
            completed=having(EditionStatus.SENT),
            halted=having(EditionStatus.PAUSED),
            sent=self.states[DeliveryState.SENT],
            failed=self.states[DeliveryState.FAILED],
            deferred=self.states[DeliveryState.DEFERRED],
            skipped=self.states[DeliveryState.SKIPPED],
            in_doubt=self.states[DeliveryState.IN_DOUBT],
            recovered=self.recovered,
            unavailable=self.unavailable,
        )
