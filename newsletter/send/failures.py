"""Why somebody has no mail: the answer of a server (RFC 5321 §4.2.3, RFC 3463), or ours. Pure."""

import re
from enum import StrEnum
from typing import Final

STATUS: Final = re.compile(r"[245]\.(\d{1,3})\.(\d{1,3})")
ADDRESSES: Final = frozenset({550, 551, 553})  # mailbox not there, moved, or its name not allowed

LOST: Final = ("lost", "the c")  # what our own way out says of a connection that broke


class Why(StrEnum):
    """The reasons that ask for something else of an editor."""

    ADDRESS = "address"  # it is not there, or not any more
    FULL = "full"
    POLICY = "policy"  # our message, or we, are not wanted
    PATIENCE = "patience"  # asked for patience, or away, for a whole day
    LETTERS = "letters"  # the address needs what the relay cannot do
    OURS = "ours"  # nothing was ready for this reader
    OTHER = "other"


class Skipped(StrEnum):
    """Why somebody on the list of an edition gets no mail after all; stands in the row's reply."""

    LEFT = "left"
    SUPPRESSED = "suppressed"
    PAUSED = "paused"
    UNWANTED = "unwanted"  # still a reader, but not of this kind of mail any more
    ERASED = "erased"
    CANCELLED = "cancelled"  # somebody stopped the edition
    TOO_LATE = "too_late"  # its `not_after` passed


def why_failed(code: int | None, status: str) -> Why:
    """Return why a delivery failed. status: what its answer begins with."""
    if code is None:
        return Why.PATIENCE if status.startswith(LOST) else Why.OURS
    if code // 100 == 4:
        return Why.PATIENCE
    told = STATUS.match(status)
    return _by_status(int(told[1]), int(told[2])) if told else _by_code(code)


def _by_status(subject: int, detail: int) -> Why:
    exactly = {(6, 7): Why.LETTERS, (2, 2): Why.FULL}
    roughly = {1: Why.ADDRESS, 2: Why.ADDRESS, 6: Why.POLICY, 7: Why.POLICY}
    return exactly.get((subject, detail)) or roughly.get(subject, Why.OTHER)


def _by_code(code: int) -> Why:
    if code in ADDRESSES:
        return Why.ADDRESS
    return Why.FULL if code == 552 else Why.OTHER
