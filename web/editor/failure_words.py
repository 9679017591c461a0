"""What did not simply go, in groups that ask for the same: for the progress and for the result."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from newsletter.send.failures import Why, why_failed
from newsletter.store.deliveries import Trouble
from newsletter.values import DeliveryState

CANCELLED: Final = "cance"  # as the ledger puts it, as far as it is read
FAILED: Final[Mapping[Why, tuple[str, str]]] = {
    Why.ADDRESS: ("Adres bestaat niet of is dicht", "Vraag de lezer om een nieuw adres."),
    Why.FULL: ("Postvak vol", "Niets. De volgende editie proberen we weer."),
    Why.POLICY: (
        "Mailserver wil onze mail niet",
        "Vertel het de beheerder. Die vindt de reden in het grootboek.",
    ),
    Why.PATIENCE: (
        "Mailserver gaf een dag lang geen gehoor",
        "Niets. De volgende editie proberen we weer.",
    ),
    Why.LETTERS: (
        "Adres met letters die onze mailserver niet kent",
        "Vraag de lezer om een ander adres.",
    ),
    Why.OURS: ("Er lag geen mail klaar voor deze lezer", "Vertel het de beheerder."),
    Why.OTHER: (
        "Geweigerd om een andere reden",
        "Vertel het de beheerder. Die vindt de reden in het grootboek.",
    ),
}
LEFT: Final = ("Intussen afgemeld, op pauze of geblokkeerd", "Niets, zo hoort het.")
STOPPED: Final = ("Het verzenden is gestopt", "Niets. Ze krijgen deze mail niet.")


@dataclass(frozen=True, slots=True)
class Group:
    """So many people for one reason, with what somebody can do."""

    word: str
    remedy: str
    number: int


@dataclass(frozen=True, slots=True)
class Told:
    """What did not simply go. next_at: when the first of those put off is tried again."""

    failed: Sequence[Group]
    skipped: Sequence[Group]
    put_off: int
    next_at: datetime | None
    in_doubt: int


def tell_troubles(found: Iterable[Trouble]) -> Told:
    """Return the groups, the largest first."""
    failed: Counter[tuple[str, str]] = Counter()
    skipped: Counter[tuple[str, str]] = Counter()
    states: Counter[DeliveryState] = Counter()
    moments = []
    for one in found:
        states[one.state] += one.number
        if one.state is DeliveryState.FAILED:
            failed[FAILED[why_failed(one.code, one.status)]] += one.number
        elif one.state is DeliveryState.SKIPPED:
            skipped[STOPPED if one.status == CANCELLED else LEFT] += one.number
        elif one.next_at is not None:
            moments.append(one.next_at)
    return Told(
        failed=_groups(failed),
        skipped=_groups(skipped),
        put_off=states[DeliveryState.DEFERRED],
        next_at=min(moments, default=None),
        in_doubt=states[DeliveryState.IN_DOUBT],
    )


def _groups(counted: Counter[tuple[str, str]]) -> list[Group]:
    return [Group(*words, number) for words, number in counted.most_common()]
