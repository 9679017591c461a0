"""Source, Item and Theme: the rows of gathering."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from feeds.values import ItemStatus
from storage.base import Base


class Theme(Base):
    """One of the subjects of the field; the shipped thirty can be edited by an administrator."""

    __tablename__ = "theme"
    slug: Mapped[str] = mapped_column(String(80), primary_key=True)
    number: Mapped[int]
    group: Mapped[str] = mapped_column(String(80))
    label: Mapped[str] = mapped_column(String(200))


class Source(Base):
    """A feed, a calendar, or a folder of practice examples, with the state of its last looks."""

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


class Item(Base):
    """Anything an edition can hold: what its source says, and beside it the editors' words.

    An event's row is one occurrence; occurrences of one VEVENT share `series`. `key` names the item
    within its source for ever, also after it moved or was renamed.
    """

    __tablename__ = "item"
    __table_args__ = (
        UniqueConstraint("source_id", "key"),
        Index("ix_item_kind_starts_at", "kind", "starts_at"),
        Index("ix_item_kind_first_seen_at", "kind", "first_seen_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int | None] = mapped_column(ForeignKey("source.id"), index=True)
    source: Mapped[Source | None] = relationship(lazy="raise")
    kind: Mapped[str] = mapped_column(String(20))
    key: Mapped[str] = mapped_column(String(200))
    fingerprint: Mapped[str] = mapped_column(String(64), default="")
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

    published_at: Mapped[datetime | None]
    first_seen_at: Mapped[datetime]
    changed_at: Mapped[datetime | None]

    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    all_day: Mapped[bool] = mapped_column(default=False)
    location: Mapped[str] = mapped_column(Text, default="")
    series: Mapped[str] = mapped_column(String(300), default="")
    cancelled: Mapped[bool] = mapped_column(default=False)
    moved_from: Mapped[datetime | None]

    @property
    def shown_title(self) -> str:
        """The editors' title, else the source's."""
        return self.own_title or self.title

    @property
    def shown_summary(self) -> str:
        """The editors' summary, else the source's."""
        return self.own_summary or self.summary
