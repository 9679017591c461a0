"""The Events Calendar for WordPress: a name for an event that it keeps when it moves (S-65).

It writes the times of an event into its UID (`POST-start-end@host`), so that an event that moves
gets another; the number of its post stays the same.
"""

import re
from dataclasses import dataclass
from typing import Final

PRODUCT: Final = re.compile(r"\bECPv?\d", re.I)
TIMED_UID: Final = re.compile(r"(\d{1,12})-\d{9,12}-\d{9,12}@(.{1,250})")
POST: Final = re.compile(r"(\d{1,12})-")
# One of a series shares its post with the others; its address says which one it is.
INSTANCE: Final = re.compile(r"(?:/|[?&]eventDate=)(\d{4}-\d\d-\d\d)(?:/\d{1,3})?/?$")


@dataclass(frozen=True, slots=True)
class EventName:
    """What an event is called. which: which one of its series, or ""."""

    series: str
    which: str = ""


def steady_name(uid: str, *, url: str, is_theirs: bool) -> EventName:
    """Return a name that stays the same when the event moves; the UID of any other calendar.

    is_theirs: whether the calendar says that it was made by The Events Calendar.
    """
    timed, post = TIMED_UID.fullmatch(uid), POST.match(uid)
    if timed:
        series = f"{timed[1]}@{timed[2]}"
    elif is_theirs:
        series = post[1] if post else url or uid
    else:
        return EventName(uid)
    instance = INSTANCE.search(url)
    return EventName(series, instance[1] if instance else "")


def is_made_by_it(product: str) -> bool:
    """Say whether a PRODID is that of The Events Calendar."""
    return PRODUCT.search(product) is not None
