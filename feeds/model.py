"""Source, Item, Sighting, Image, Submission and Theme: the rows of gathering."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from feeds.errors import SubmissionMoveNotAllowed
from feeds.values import EXTENSIONS, SENT_IN, SUBMISSION_MOVES, ItemStatus, SubmissionStatus
from storage.base import Base
from storage.text import folded

SEARCHED: Final = ("title", "summary", "own_title", "own_summary", "location")
FOUND_BY_LONGEST: Final = 4000


def found_by(*texts: str | None) -> str:
    """Return the texts of an item as they are searched, in one column."""
    return folded(" ".join(text for text in texts if text))[:FOUND_BY_LONGEST]


class Theme(Base):
    """One of the subjects of the field; the shipped thirty can be edited by an administrator."""

    __tablename__ = "theme"
    slug: Mapped[str] = mapped_column(String(80), primary_key=True)
    number: Mapped[int]
    group: Mapped[str] = mapped_column(String(80))
    label: Mapped[str] = mapped_column(String(200))


class Source(Base):
    """A feed, a calendar, or a folder of practice examples, with the state of its last looks.

    interval_minutes: how long until the next look, learnt from how often something new comes.
    previous_url:     the address before the last permanent redirect; editors can go back to it.
    recent:           how the last looks ended, oldest first: n(ew), s(ame), f(ailed).
    active:           False when editors turned it off, or when it said that it is gone (410).
    """

    __tablename__ = "source"
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(20))
    url: Mapped[str] = mapped_column(Text, unique=True)
    themes: Mapped[list[str]] = mapped_column(default=list)
    audiences: Mapped[list[str]] = mapped_column(default=list)
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]

    etag: Mapped[str] = mapped_column(Text, default="")
    last_modified: Mapped[str] = mapped_column(Text, default="")
    body_hash: Mapped[str] = mapped_column(String(64), default="")
    interval_minutes: Mapped[int] = mapped_column(default=60)
    next_look_at: Mapped[datetime | None] = mapped_column(index=True)
    last_look_at: Mapped[datetime | None]
    last_success_at: Mapped[datetime | None]
    failing_since: Mapped[datetime | None]
    failures_in_row: Mapped[int] = mapped_column(default=0)
    # The name of the error's class (the Dutch sentence is made from it) and its one English line.
    last_error: Mapped[str] = mapped_column(String(40), default="")
    last_error_line: Mapped[str] = mapped_column(Text, default="")
    previous_url: Mapped[str] = mapped_column(Text, default="")
    recent: Mapped[str] = mapped_column(String(20), default="")


class Item(Base):
    """Anything an edition can hold: what its source says, and beside it the editors' words.

    An event's row is one occurrence; occurrences of one VEVENT share `series`. `source` is where it
    was seen first, and whose words it holds; every name under which any source gives it is a
    `Sighting`.

    link_key, text_key: what it has in common with the same story elsewhere (feeds/identity.py); "".
    because:            why each theme and audience was proposed: slug -> [reason, word].
    before:             what the source said before its last change, for the columns that changed.
    backlog:            came along in a flood, such as the first look; not among what is new.
    found_by:           its words, folded for the search; a write past the ORM brings it along.
    missing_since:      since when a source that still covers its place no longer holds it.
    vanished_at:        when that was seen again a day later, and so is believed.
    """

    __tablename__ = "item"
    __table_args__ = (
        UniqueConstraint("source_id", "key"),
        Index("ix_item_kind_starts_at", "kind", "starts_at"),
        Index("ix_item_kind_first_seen_at", "kind", "first_seen_at"),
        Index(  # all that is asked of many items at once, but for their words
            "ix_item_status_kind",
            *("status", "kind", "backlog", "starts_at", "first_seen_at", "published_at"),
        ),
        Index("ix_item_link_key", "link_key"),
        Index("ix_item_text_key", "text_key"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int | None] = mapped_column(ForeignKey("source.id"), index=True)
    source: Mapped[Source | None] = relationship(lazy="raise")
    kind: Mapped[str] = mapped_column(String(20))
    key: Mapped[str] = mapped_column(String(200))
    fingerprint: Mapped[str] = mapped_column(String(64), default="")
    link_key: Mapped[str] = mapped_column(String(64), default="")
    text_key: Mapped[str] = mapped_column(String(64), default="")
    status: Mapped[str] = mapped_column(String(20), default=ItemStatus.NEW)

    title: Mapped[str] = mapped_column(Text)
    summary: Mapped[str] = mapped_column(Text, default="")
    own_title: Mapped[str] = mapped_column(Text, default="")
    own_summary: Mapped[str] = mapped_column(Text, default="")
    url: Mapped[str] = mapped_column(Text, default="")
    image_url: Mapped[str] = mapped_column(Text, default="")
    author: Mapped[str] = mapped_column(Text, default="")
    themes: Mapped[list[str]] = mapped_column(default=list)
    audiences: Mapped[list[str]] = mapped_column(default=list)
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    because: Mapped[dict[str, Any]] = mapped_column(default=dict)
    before: Mapped[dict[str, Any]] = mapped_column(default=dict)
    backlog: Mapped[bool] = mapped_column(default=False)
    image_id: Mapped[int | None] = mapped_column(ForeignKey("image.id"), index=True)
    image: Mapped["Image | None"] = relationship(lazy="raise")

    published_at: Mapped[datetime | None]
    first_seen_at: Mapped[datetime]
    changed_at: Mapped[datetime | None]
    missing_since: Mapped[datetime | None]
    vanished_at: Mapped[datetime | None]

    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    all_day: Mapped[bool] = mapped_column(default=False)
    location: Mapped[str] = mapped_column(Text, default="")
    series: Mapped[str] = mapped_column(String(300), default="")
    cancelled: Mapped[bool] = mapped_column(default=False)
    moved_from: Mapped[datetime | None]
    found_by: Mapped[str] = mapped_column(Text, default="", deferred=True)

    @validates(*SEARCHED)
    def _fold(self, name: str, text: str) -> str:
        """Keep what it is found by in step with what it says."""
        said = {one: getattr(self, one) for one in SEARCHED} | {name: text}
        self.found_by = found_by(*said.values())
        return text

    @property
    def submission_id(self) -> int | None:
        """The submission that it was made from, whose reader agreed to exactly its words."""
        if self.source_id is not None or not self.key.startswith(SENT_IN):
            return None
        return int(self.key.removeprefix(SENT_IN))

    @property
    def shown_title(self) -> str:
        """The editors' title, else the source's."""
        return self.own_title or self.title

    @property
    def shown_summary(self) -> str:
        """The editors' summary, else the source's."""
        return self.own_summary or self.summary


class Sighting(Base):
    """One name under which one source gives an item; the first is the item's own.

    key: the source's name for it, for ever, also after it moved or was renamed.
    """

    __tablename__ = "sighting"
    __table_args__ = (UniqueConstraint("source_id", "key"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id", ondelete="CASCADE"), index=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id", ondelete="CASCADE"))
    source: Mapped[Source] = relationship(lazy="raise")
    key: Mapped[str] = mapped_column(String(200))
    url: Mapped[str] = mapped_column(Text, default="")
    first_seen_at: Mapped[datetime]


class Image(Base):
    """A picture of our own making: decoded, shrunk and encoded anew, so that it holds nothing else.

    digest:     SHA-256 of the bytes, and its name in addresses.
    content:    left in the database until it is asked for.
    source_url: where it came from, or "".
    lasting:    shown and kept for ever, as a logo is: it stands in mails that were sent.
    """

    __tablename__ = "image"
    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    media_type: Mapped[str] = mapped_column(String(40))
    width: Mapped[int]
    height: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    source_url: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    lasting: Mapped[bool] = mapped_column(default=False)

    @property
    def name(self) -> str:
        """What it is called in an address."""
        return f"{self.digest}.{EXTENSIONS[self.media_type]}"

    @property
    def path(self) -> str:
        """Where our site gives it."""
        return f"/beeld/{self.name}"


class Submission(Base):
    """A practice example that a reader sent in, on its way to the public (`feeds/submissions.py`).

    name, email:     who sent it; erased when it is withdrawn or not confirmed in time.
    told:            what the reader wrote, by field.
    edited:          what the editors made of it, by field; {} until then.
    links:           addresses of attachments.
    permission_text: the very words that the reader agreed to, with the version they stand under.
    agreed_mark:     the hash of the edited text that the reader agreed to.
    remark:          the last word between the two: what the reader wants otherwise, or why the
                     editors declined.
    """

    __tablename__ = "submission"
    __table_args__ = (Index("ix_submission_status_status_since", "status", "status_since"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    status: Mapped[str] = mapped_column(String(20))
    status_since: Mapped[datetime]
    created_at: Mapped[datetime]
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(254))
    partnership: Mapped[str] = mapped_column(String(200), default="")
    told: Mapped[dict[str, Any]] = mapped_column(default=dict)
    edited: Mapped[dict[str, Any]] = mapped_column(default=dict)
    links: Mapped[list[str]] = mapped_column(default=list)
    themes: Mapped[list[str]] = mapped_column(default=list)
    audiences: Mapped[list[str]] = mapped_column(default=list)
    image_id: Mapped[int | None] = mapped_column(ForeignKey("image.id"), index=True)
    image: Mapped[Image | None] = relationship(lazy="raise")
    image_alt: Mapped[str] = mapped_column(Text, default="")
    permission_version: Mapped[str] = mapped_column(String(40))
    permission_text: Mapped[str] = mapped_column(Text)
    confirmed_at: Mapped[datetime | None]
    agreed_at: Mapped[datetime | None]
    agreed_mark: Mapped[str] = mapped_column(String(64), default="")
    remark: Mapped[str] = mapped_column(Text, default="")
    item_id: Mapped[int | None] = mapped_column(ForeignKey("item.id"), index=True)

    @property
    def state(self) -> SubmissionStatus:
        """Where it is on its way."""
        return SubmissionStatus(self.status)

    def move(self, to: SubmissionStatus, *, now: datetime) -> None:
        """Change status along SUBMISSION_MOVES, or change nothing.

        Raises SubmissionMoveNotAllowed.
        """
        if to not in SUBMISSION_MOVES[self.state]:
            raise SubmissionMoveNotAllowed(self.id, self.status, to)
        self.status, self.status_since = to, now
