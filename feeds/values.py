"""The values of gathering: what a source said, frozen, with no database in sight."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

AMSTERDAM: Final = ZoneInfo("Europe/Amsterdam")
"""The zone of a time that names none: our sources and readers are Dutch."""


SENT_IN: Final = "submission:"  # how the keys of items begin that a reader sent in
LARGEST_PICTURE_BYTES: Final = 5 * 1024 * 1024  # as it comes; ours are much smaller
EXTENSIONS: Final[Mapping[str, str]] = MappingProxyType({"image/jpeg": "jpg", "image/png": "png"})
"""From the media type of a picture of ours to the end of its name."""


class SourceKind(StrEnum):
    """Where items come from; the keys of `feeds.sources.PARSERS`."""

    FEED = "feed"
    AGENDA = "agenda"
    PRACTICE = "practice"


class ItemKind(StrEnum):
    """What an item is, which decides the section of an edition that it can stand in."""

    NEWS = "news"
    EVENT = "event"
    PRACTICE = "practice"
    PUBLICATION = "publication"
    REPORT = "report"


class ItemStatus(StrEnum):
    """What the editors decided about an item."""

    NEW = "new"
    ACCEPTED = "accepted"
    PARKED = "parked"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"  # by the reader who sent it in: it is shown nowhere any more


class SubmissionStatus(StrEnum):
    """Where a practice example that a reader sent in is on its way to the public."""

    UNCONFIRMED = "unconfirmed"  # the link in the first mail was not used yet
    WAITING = "waiting"  # for the editors
    ASKED = "asked"  # the reader has the edited text to agree to
    AGREED = "agreed"
    PUBLISHED = "published"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


_S = SubmissionStatus
SUBMISSION_MOVES: Final[Mapping[SubmissionStatus, frozenset[SubmissionStatus]]] = MappingProxyType(
    {
        _S.UNCONFIRMED: frozenset({_S.WAITING}),
        _S.WAITING: frozenset({_S.ASKED, _S.DECLINED, _S.WITHDRAWN}),
        _S.ASKED: frozenset({_S.WAITING, _S.AGREED, _S.DECLINED, _S.WITHDRAWN}),
        _S.AGREED: frozenset({_S.WAITING, _S.PUBLISHED, _S.DECLINED, _S.WITHDRAWN}),
        _S.PUBLISHED: frozenset({_S.WAITING, _S.WITHDRAWN}),  # an edit: the old text stays public
        _S.DECLINED: frozenset({_S.WITHDRAWN}),
        _S.WITHDRAWN: frozenset(),
    }
)


class Change(StrEnum):
    """What a parsed item means for the archive."""

    NEW = "new"
    EDITED = "edited"
    NONE = "none"


class Outcome(StrEnum):
    """How one look at one source ended."""

    OK = "ok"
    NOT_MODIFIED = "not_modified"
    MOVED = "moved"
    GONE = "gone"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class EventTimes:
    """When an occurrence is: aware moments in UTC.

    An all-day event starts and ends at midnight in Amsterdam, its end exclusive.
    """

    starts_at: datetime
    ends_at: datetime | None
    all_day: bool = False


@dataclass(frozen=True, slots=True)
class Marks:
    """What `feeds/identity.py` works out of an item: that takes as long as storing it."""

    fingerprint: str
    link_key: str
    text_key: str


@dataclass(frozen=True, slots=True)
class ParsedItem:
    """One entry, one occurrence of an event, or one practice example, as its source gave it.

    guid:    the source's own name for it (RSS guid, Atom id, UID plus RECURRENCE-ID), or "".
    title:   plain text, entities decoded once, at most 300 characters.
    summary: plain text in the source's own words, at most two sentences.
    url:     absolute http(s), or "".
    series:  for an event, the UID that its occurrences share.
    details: what only this kind has, as plain text (practice: question, approach, result ...).
    marks:   worked out already by who read the document; None: to be worked out when asked for.
    """

    kind: ItemKind
    guid: str
    title: str
    summary: str = ""
    url: str = ""
    author: str = ""
    image_url: str = ""
    published_at: datetime | None = None
    categories: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    times: EventTimes | None = None
    location: str = ""
    series: str = ""
    cancelled: bool = False
    details: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    marks: Marks | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of our own making. digest: SHA-256 of its content, in hexadecimal."""

    content: bytes
    media_type: str
    width: int
    height: int
    digest: str


@dataclass(frozen=True, slots=True)
class Parsed:
    """A document read: its items, and what could not be read, in one English line each.

    events:   how many VEVENTs a calendar holds, however often each recurs; None for other kinds.
    complete: whether the document was read to its end, so that what is not in it is gone.
    """

    items: tuple[ParsedItem, ...]
    complaints: tuple[str, ...] = ()
    title: str = ""
    events: int | None = None
    complete: bool = True

    @property
    def entries(self) -> int:
        """How many entries the document holds."""
        return len(self.items) if self.events is None else self.events


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer to one request: 200 with a body, or 304 without.

    etag, last_modified: exactly as received, byte for byte, or "" (RFC 9110 §8.8).
    moved_to:            the new address when every hop so far was 301 or 308, or "".
    fresh_s:             for how long the server says that the answer holds, or 0.
    """

    status: int
    body: bytes
    content_type: str = ""
    etag: str = ""
    last_modified: str = ""
    final_url: str = ""
    moved_to: str = ""
    fresh_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Peeked:
    """Where an address led. final_url: after every redirect; moved_to: as of `Fetched`."""

    status: int
    final_url: str
    moved_to: str = ""


class LinkOutcome(StrEnum):
    """What a reader would find who follows a link."""

    FINE = "fine"
    MOVED = "moved"  # what was there is for good at another address
    DEAD = "dead"  # 404 or 410
    NO_NAME = "no_name"  # there is no site of that name
    REFUSED = "refused"  # 401, 403, 429 ...: the site lets people in, or nobody
    BROKEN = "broken"  # 5xx
    SILENT = "silent"  # no connection, or no HTTP on it
    SLOW = "slow"
    PRIVATE = "private"  # an address, or the end of a redirect, that is not of the public internet
    LOOP = "loop"  # redirects without an end


@dataclass(frozen=True, slots=True)
class Sight:
    """What was seen at an address. code: of HTTP, or None; leads_to: the new address when MOVED."""

    outcome: LinkOutcome
    code: int | None = None
    leads_to: str = ""


@dataclass(frozen=True, slots=True)
class SourceReport:
    """How one look at one source ended: a row of the gather report."""

    slug: str
    name: str
    url: str
    kind: str
    outcome: Outcome
    entries: int = 0
    new: int = 0
    updated: int = 0
    error: str | None = None
    seconds: float = 0.0
    complaints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GatherReport:
    """One round over the sources, in the order of their names."""

    sources: tuple[SourceReport, ...]

    @property
    def new(self) -> int:
        """How many items were seen for the first time."""
        return sum(source.new for source in self.sources)

    @property
    def updated(self) -> int:
        """How many known items changed in their source."""
        return sum(source.updated for source in self.sources)
