"""The values about people: frozen, with no database in sight."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple


class Audience(StrEnum):
    """The reader's side of the partnership; stored and shown as the user's own word."""

    SCHOOL = "school"
    TEACHER_EDUCATION = "lerarenopleiding"


class SubscriberStatus(StrEnum):
    """Whether somebody may be mailed; only ACTIVE may."""

    PENDING = "pending"  # signed up, not yet confirmed
    ACTIVE = "active"
    PAUSED = "paused"  # on the list, and no mail until a day that they chose
    UNSUBSCRIBED = "unsubscribed"
    SUPPRESSED = "suppressed"  # the address does not work, or its owner complained


S = SubscriberStatus
SUBSCRIBER_MOVES: Final[Mapping[SubscriberStatus, frozenset[SubscriberStatus]]] = {
    S.PENDING: frozenset({S.ACTIVE, S.UNSUBSCRIBED, S.SUPPRESSED}),
    S.ACTIVE: frozenset({S.PAUSED, S.UNSUBSCRIBED, S.SUPPRESSED}),
    S.PAUSED: frozenset({S.ACTIVE, S.UNSUBSCRIBED, S.SUPPRESSED}),
    S.UNSUBSCRIBED: frozenset({S.ACTIVE, S.SUPPRESSED}),  # active: asked and confirmed anew
    # Back to what it was, when it was given up because mail came back, and the address does work.
    # Else the way back is to be erased, and to sign up as somebody new.
    S.SUPPRESSED: frozenset({S.ACTIVE, S.PENDING}),
}
ON_LIST: Final = frozenset({S.ACTIVE, S.PAUSED})  # who consented, and did not leave


class Topic(StrEnum):
    """What somebody consented to; checked when a mailing is frozen, not when it is drafted."""

    NEWSLETTER = "newsletter"
    ANNOUNCEMENTS = "announcements"


class ConsentKind(StrEnum):
    """A fact about consent that is kept as evidence."""

    ASKED = "asked"  # the form was sent in
    CONFIRMED = "confirmed"  # the confirmation was pressed
    IMPORTED = "imported"  # an administrator stated a ground
    CHANGED = "changed"  # the reader changed preferences
    PAUSED = "paused"  # the reader wants no mail for a while, or until another day
    RESUMED = "resumed"  # the pause is over: its day came, or the reader ended it
    MOVED = "moved"  # the reader confirmed another address
    WITHDRAWN = "withdrawn"  # the reader left


NEITHER_YES_NOR_NO: Final = frozenset(
    {ConsentKind.CHANGED, ConsentKind.PAUSED, ConsentKind.RESUMED, ConsentKind.MOVED}
)
"""Facts that leave the consent itself as it was."""


class SuppressionReason(StrEnum):
    """Why no list may bring in an address; stays when its subscriber is gone."""

    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    ERASED = "erased"
    MOVED = "moved"  # its reader gave another address, and confirmed that


def is_slug(text: str) -> bool:
    """Say whether the text can be the key of a theme: letters, digits and hyphens."""
    return len(text) <= 80 and text.isascii() and text.replace("-", "").isalnum()


class Reader(NamedTuple):
    """A recipient as a message needs them: nothing more than the fields that are filled in.

    themes:      by slug.
    has_changed: since they signed up, or were brought in, something about them became different.
    """

    id: int
    email: str
    name: str
    audience: Audience | None
    role: str
    since: datetime
    ground: ConsentKind
    themes: tuple[str, ...] = ()
    has_changed: bool = False
