"""The values of the pipeline: an edition's states and moves, what is rendered, what was found."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple

from feeds.values import Sight
from newsletter.cut import Cut
from subscribers.values import Audience


class EditionKind(StrEnum):
    """The keys of `compose.editions.EDITION_KINDS`."""

    NEWSLETTER = "newsletter"
    ANNOUNCEMENT = "announcement"


class EditionStatus(StrEnum):
    """Where an edition is on its way to the reader."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    SENDING = "sending"
    PAUSED = "paused"
    SENT = "sent"
    CANCELLED = "cancelled"
    DISCARDED = "discarded"  # a draft that was thrown away; it can be brought back


S = EditionStatus
MOVES: Final[Mapping[EditionStatus, frozenset[EditionStatus]]] = {
    S.DRAFT: frozenset({S.IN_REVIEW, S.CANCELLED, S.DISCARDED}),
    S.IN_REVIEW: frozenset({S.DRAFT, S.APPROVED, S.CANCELLED}),
    S.APPROVED: frozenset(
        {S.DRAFT, S.SCHEDULED, S.SENDING, S.CANCELLED}
    ),  # an edit voids the approval
    S.SCHEDULED: frozenset({S.DRAFT, S.APPROVED, S.SENDING, S.CANCELLED}),  # back to approved: undo
    # cancelled: the rest is not sent; back to approved: while nothing has left
    S.SENDING: frozenset({S.PAUSED, S.SENT, S.CANCELLED, S.APPROVED}),
    S.PAUSED: frozenset({S.SENDING, S.CANCELLED, S.APPROVED}),
    S.SENT: frozenset({S.SENDING}),  # once more to whom it may not have reached
    S.CANCELLED: frozenset(),
    S.DISCARDED: frozenset({S.DRAFT}),
}
GONE: Final = frozenset({S.CANCELLED, S.DISCARDED})  # what stands in it is free for another


class DeliveryState(StrEnum):
    """Where one message to one person is. FINAL states never change again."""

    PENDING = "pending"
    ATTEMPTING = "attempting"  # durable before MAIL FROM; found after a crash it means: in doubt
    DEFERRED = "deferred"  # the server asked for patience; due again at next_at
    SENT = "sent"
    FAILED = "failed"  # refused for good
    SKIPPED = "skipped"  # nothing was sent, for a reason: `send/failures.Skipped`
    IN_DOUBT = "in_doubt"  # handed over without an answer, and the edition says: hold


class InDoubtPolicy(StrEnum):
    """What to do with a message that may have arrived."""

    RESEND = "resend"  # once more, same Message-ID: nobody missed, perhaps one doubled
    HOLD = "hold"  # leave it to a person


class Role(StrEnum):
    """What somebody at the desk may do; each includes the one before.

    READER: reads results and what was published, and changes nothing.
    """

    READER = "reader"
    EDITOR = "editor"
    APPROVER = "approver"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class EditionEvent:
    """What happened to an edition: an entry of the log. what: without "edition." before it."""

    id: int
    edition_id: int
    at: datetime
    user_id: int | None
    what: str
    note: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


class Level(StrEnum):
    """How much a finding weighs: an error stops the submission."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a check noticed; all words are Dutch, for the editor.

    where: "block 12", "subject", "preheader", an address in the mail, or "" for the whole.
    mend:  what to do about it, as an imperative sentence.
    field: the field of that block that it is about, or "".
    quote: the words that it is about, or "".
    instead: an address that can be taken for the one in `quote` without more thought, or "".
    """

    rule: str
    level: Level
    message: str
    where: str = ""
    mend: str = ""
    field: str = ""
    quote: str = ""
    instead: str = ""


@dataclass(frozen=True, slots=True)
class AtSource:
    """What the source of a block's item says today; the block holds what it said when it was made.

    before: what it said before its last change, for the fields that changed.
    status: what the editors, or who sent it in, decided about the item.
    agreed: the words that its reader agreed to, by field; {} for what no reader sent in.
    """

    title: str
    location: str
    starts_at: datetime | None
    cancelled: bool
    has_vanished: bool
    status: str
    before: Mapping[str, Any]
    agreed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BlockContent:
    """One block as its template gets it: values only, never a row.

    audience:  the side that gets it; None for everybody, or for a segment.
    fields:    by kind, see the block's own file in `compose/blocks/`.
    at_source: for the checks only; nothing that readers get depends on it.
    segment:   the slug of the saved segment that gets it; None for everybody, or for a side.
    """

    id: int
    kind: str
    audience: Audience | None
    fields: Mapping[str, Any]
    at_source: AtSource | None = None
    segment: str | None = None

    def reaches(self, cut: Cut) -> bool:
        """Say whether readers with this cut get it."""
        if self.segment is not None:
            return self.segment in cut.segments
        return self.audience in {None, cut.audience}


@dataclass(frozen=True, slots=True)
class Head:
    """What stands in the inbox. As a side's own, "" is what everybody gets."""

    subject: str = ""
    preheader: str = ""


@dataclass(frozen=True, slots=True)
class EditionContent:
    """Everything of an edition that decides what readers get, in reading order.

    heads:   what the readers of a side get in place of the subject and the preheader.
    orders:  the ids of the blocks as the readers of a side get them, where that is not this order.
    without: the fixed blocks that editors left out (`compose/blocks.FIXED`).
    """

    id: int
    kind: EditionKind
    number: int | None
    title: str
    subject: str
    preheader: str
    dated_on: date
    blocks: tuple[BlockContent, ...]
    without: tuple[str, ...] = ()
    heads: Mapping[Audience, Head] = field(default_factory=dict)
    orders: Mapping[Audience, tuple[int, ...]] = field(default_factory=dict)

    @property
    def segments(self) -> tuple[str, ...]:
        """The saved segments that its blocks are for, by slug."""
        return tuple(sorted({one.segment for one in self.blocks if one.segment is not None}))

    def seen_by(self, cut: Cut) -> "EditionContent":
        """Return what readers with this cut get: their blocks, each once, in their order."""
        head = self.head_of(cut.audience)
        return replace(
            self,
            blocks=tuple(one for one in self.ordered(cut.audience) if one.reaches(cut)),
            subject=head.subject,
            preheader=head.preheader,
            heads={},
            orders={},
        )

    def ordered(self, audience: Audience | None) -> tuple[BlockContent, ...]:
        """Return all blocks in the order of a side.

        One that its order does not name stands below the block that it stands below for everybody.
        """
        if audience is None or audience not in self.orders:
            return self.blocks
        by_id = {one.id: one for one in self.blocks}
        order = [one for one in self.orders[audience] if one in by_id]
        named = set(order)
        for above, block in zip((None, *self.blocks), self.blocks, strict=False):
            if block.id not in named:
                order.insert(order.index(above.id) + 1 if above else 0, block.id)
        return tuple(by_id[one] for one in order)

    def head_of(self, audience: Audience | None) -> Head:
        """Return what stands in the inbox of a side."""
        own = Head() if audience is None else self.heads.get(audience, Head())
        return Head(own.subject or self.subject, own.preheader or self.preheader)


class Slot(StrEnum):
    """A place in a rendered mail that is filled for each person."""

    UNSUBSCRIBE = "unsubscribe"  # a URL
    PREFERENCES = "preferences"  # a URL
    REASON = "reason"  # a sentence: why this reader gets it
    POLL = "poll"  # a URL: where this reader answers the edition's question; words may follow


@dataclass(frozen=True, slots=True)
class Rendered:
    """What one cut gets, with `marker + slot + "x"` wherever a personal field belongs.

    marker: lower-case letters and digits, made from a hash of the content, so that no content can
            hold it; it survives HTML, MJML, quoted-printable and URLs unchanged.
    shortened: the blocks of which only the title stands in the mail, so that Gmail shows it whole.
    """

    cut: Cut
    subject: str
    preheader: str
    html: str
    text: str
    marker: str
    problems: tuple[Finding, ...] = ()
    shortened: tuple[int, ...] = ()

    def slots(self) -> re.Pattern[str]:
        """Return the pattern of every slot; group 1 is the slot's name."""
        return re.compile(f"{self.marker}({'|'.join(Slot)})x")


@dataclass(frozen=True, slots=True)
class Contrast:
    """How well letters in one colour of ours are read on another. ratio: 1 to 21 (WCAG 2.2)."""

    front: str
    ground: str
    ratio: float


@dataclass(frozen=True, slots=True)
class House:
    """What the checks know of us, whatever the edition. base_url: the public address.

    sender_domain:  of the From header, "" when nobody should look; bounce_domain: where mail that
                    cannot be delivered comes back to.
    relay:          the name of the server that we hand mail to; is_trial: it is on this machine.
    dkim:           what must stand in DNS for the keys that we sign with, by selector: the tag p=.
    """

    base_url: str
    contrasts: tuple[Contrast, ...] = ()
    sender_domain: str = ""
    bounce_domain: str = ""
    relay: str = ""
    is_trial: bool = False
    dkim: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DomainRecords:
    """What the name servers say of the domain that mail is sent from.

    spf:      the SPF records of the domain that mail comes back to; included: those it leads to.
    dmarc_at: the domain whose record counts, the sender's or one above it.
    keys:     the names of the DKIM keys that were found; has_other_keys: there may be others.
    own:      what stands under the names of our own keys, the tag p=; "" is nothing.
    """

    sender: str
    bounces: str
    spf: tuple[str, ...]
    included: Mapping[str, str]
    dmarc_at: str
    dmarc: tuple[str, ...]
    keys: tuple[str, ...]
    has_other_keys: bool
    own: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the checks need from outside of an edition, read before they run.

    people:         how many would get it, by cut; {} is nobody, None is not counted.
    names:          of the saved segments that blocks are for and that are there, by slug.
    empty_segments: the names of the segments with nobody who would get it.
    announced_to:   the names of the segments that got a mailing about the same event before.
    links:          what was seen of late at addresses, of this edition and others; None is unknown.
    domain:         what the name servers said of the sender's domain; None is unknown.
    planned_at:     when it should go out; not_after: after which moment it may not.
    """

    now: datetime
    house: House
    people: Mapping[Cut, int] | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    empty_segments: tuple[str, ...] = ()
    announced_to: tuple[str, ...] = ()
    links: Mapping[str, Sight] | None = None
    domain: DomainRecords | None = None
    planned_at: datetime | None = None
    not_after: datetime | None = None


@dataclass(frozen=True, slots=True)
class NoticeText:
    """A mail about one thing to one person: a confirmation, a reminder."""

    subject: str
    html: str
    text: str


class Personal(NamedTuple):
    """The values for one person's slots and headers."""

    email: str
    name: str
    reason: str
    unsubscribe_url: str
    one_click_url: str
    preferences_url: str
    poll_url: str
    message_id: str


class Receipt(NamedTuple):
    """The server's answer to the final dot: its code and text."""

    code: int
    reply: str


@dataclass(frozen=True, slots=True)
class EditionFigures:
    """An edition's state and counts, as `edition status` reports them."""

    id: int
    kind: str
    number: int | None
    title: str
    state: EditionStatus
    segments: tuple[str, ...]
    content_hash: str
    recipients: int
    sent: int = 0
    failed: int = 0
    pending: int = 0
    in_doubt: int = 0
    skipped: int = 0
    resent: int = 0
    started_at: datetime | None = None
    finished_at: datetime | None = None
