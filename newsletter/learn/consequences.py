"""What follows from a returned message that is about a reader. Pure.

permanent: the address is given up at once. temporary: counted, and given up after SOFT_EDITIONS in
a row over SOFT_SPAN. Refusals for our sake suppress nobody, and people are told. complaint: they
leave.
"""

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from itertools import takewhile
from typing import Final

from newsletter.learn.returned import BounceClass, ReturnedRecipient
from newsletter.store.returned import Went

SOFT_EDITIONS: Final = 3
SOFT_SPAN: Final = timedelta(days=14)


class Outcome(StrEnum):
    """What followed; a word of `ReturnedMail.outcome`."""

    NOTED = "noted"  # on record, and nothing else: it was about an address that they left
    COUNTED = "counted"
    SUPPRESSED = "suppressed"
    OURS = "ours"
    COMPLAINED = "complained"


DID_NOT_ARRIVE: Final = frozenset({Outcome.COUNTED, Outcome.SUPPRESSED})


def decide(
    kind: BounceClass, said: ReturnedRecipient | None, *, is_own: bool, has_moved: bool
) -> Outcome | None:
    """Say what follows; None when there is nothing to remember, such as of a delay.

    said:      what the report says of them. is_own: it is about their own address.
    has_moved: they gave another address since that edition.
    """
    if kind is BounceClass.COMPLAINT:
        return Outcome.COMPLAINED
    told = said.kind if said else kind
    if told not in {BounceClass.PERMANENT, BounceClass.TEMPORARY} or (said and said.is_late):
        return None
    if has_moved:
        return Outcome.NOTED
    if told is BounceClass.PERMANENT:
        return Outcome.SUPPRESSED if is_own else Outcome.COUNTED
    return Outcome.OURS if said and said.is_ours else Outcome.COUNTED


def is_given_up(went: Sequence[Went]) -> bool:
    """Say whether an address has failed for so long that it is given up.

    went: the editions that went to it, the last one first. One that arrived begins the count anew.
    """
    row = list(takewhile(lambda one: one.bounced, went))
    return len(row) >= SOFT_EDITIONS and row[0].at - row[-1].at >= SOFT_SPAN
