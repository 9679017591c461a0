"""What did not simply go, in groups that ask for the same: for the progress and for the result."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from newsletter.send.failures import Skipped, Why, why_failed
from newsletter.store.deliveries import Trouble
from newsletter.values import DeliveryState

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
SKIPPED: Final[Mapping[str, tuple[str, str]]] = {
    Skipped.LEFT: ("Heeft zich intussen afgemeld", "Niets, zo heeft de lezer gekozen."),
    Skipped.SUPPRESSED: (
        "Adres werkt intussen niet meer",
        "Vraag een nieuw adres aan de opleidingsschool.",
    ),
    Skipped.PAUSED: (
        "Wil intussen even geen mail",
        "Niets. Op de dag die de lezer koos, gaat het verder.",
    ),
    Skipped.UNWANTED: ("Wil dit soort mail niet meer", "Niets, zo heeft de lezer gekozen."),
    Skipped.ERASED: ("Gegevens zijn intussen gewist", "Niets, zo hoort het."),
    Skipped.CANCELLED: ("Het verzenden is gestopt", "Niets. Ze krijgen deze mail niet."),
    Skipped.TOO_LATE: (
        "Het laatste moment om te versturen was voorbij",
        "Niets. Ze krijgen deze mail niet.",
    ),
}
# Of an edition that went out with an older version of this program.
LEFT: Final = ("Intussen afgemeld, op pauze of geblokkeerd", "Niets, zo hoort het.")


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
            skipped[SKIPPED.get(one.status, LEFT)] += one.number
        elif one.next_at is not None:
            moments.append(one.next_at)
    return Told(
        failed=_groups(failed),
        skipped=_groups(skipped),
        put_off=states[DeliveryState.DEFERRED],
        next_at=min(moments, default=None),
        in_doubt=states[DeliveryState.IN_DOUBT],
    )


def why_words(state: DeliveryState, why: str) -> tuple[str, str]:
    """Return why one person got nothing, and what somebody can do; ("", "") for who was not lost.

    why: as `send.named` gives it.
    """
    if state is DeliveryState.FAILED:
        return FAILED[Why(why)]
    return SKIPPED.get(why, LEFT) if state is DeliveryState.SKIPPED else ("", "")


def _groups(counted: Counter[tuple[str, str]]) -> list[Group]:
    return [Group(*words, number) for words, number in counted.most_common()]
