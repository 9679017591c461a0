"""The values about people: frozen, with no database in sight."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Audience(StrEnum):
    """The reader's side of the partnership; stored and shown as the user's own word."""

    SCHOOL = "school"
    TEACHER_EDUCATION = "lerarenopleiding"


class SubscriberStatus(StrEnum):
    """Whether somebody may be mailed; only ACTIVE may."""

    PENDING = "pending"  # signed up, not yet confirmed
    ACTIVE = "active"
    UNSUBSCRIBED = "unsubscribed"
    SUPPRESSED = "suppressed"  # the address does not work, or its owner complained


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
    WITHDRAWN = "withdrawn"  # the reader left


@dataclass(frozen=True, slots=True)
class Reader:
    """A recipient as a message needs them: nothing more than the fields that are filled in."""

    id: int
    email: str
    name: str
    audience: Audience | None
    role: str
    since: datetime
    ground: ConsentKind
