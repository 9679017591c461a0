"""Approval, EditionLook, Comment, Matter and MatterTold: the rows of review."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base


class Approval(Base):
    """That one person approved exactly this. hash: the seal of what they approved."""

    __tablename__ = "approval"
    __table_args__ = (UniqueConstraint("edition_id", "user_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime]
    hash: Mapped[str] = mapped_column(String(64))


class EditionLook(Base):
    """What one person saw of an edition when they last judged it: `compose/snapshot.py`.

    at:     when they first saw this; before, before_at: what they saw until then, and since when.
    """

    __tablename__ = "edition_look"
    edition_id: Mapped[int] = mapped_column(
        ForeignKey("edition.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    at: Mapped[datetime]
    content: Mapped[dict[str, Any]] = mapped_column(default=dict)
    before_at: Mapped[datetime | None]
    before: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Comment(Base):
    """What somebody said about an edition or a block of it, or answered to that.

    parent_id:   the comment that it answers.
    block_id:    of a block, which may be gone by now; about: what it was called then.
    resolved_at: since when it asks for nothing any more, and who said so.
    """

    __tablename__ = "comment"
    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(
        ForeignKey("edition.id", ondelete="CASCADE"), index=True
    )
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("comment.id", ondelete="CASCADE"))
    block_id: Mapped[int | None]
    about: Mapped[dict[str, Any]] = mapped_column(default=dict)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime]
    text: Mapped[str] = mapped_column(Text)
    resolved_at: Mapped[datetime | None]
    resolved_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))


class Matter(Base):
    """Something that happened to an edition, of which colleagues are to hear by mail at once.

    settled_at: since when everybody heard of it who should, or it is too long ago.
    """

    __tablename__ = "matter"
    entry_id: Mapped[int] = mapped_column(ForeignKey("log_entry.id"), primary_key=True)
    settled_at: Mapped[datetime | None] = mapped_column(index=True)


class MatterTold(Base):
    """That one person hears of one matter, once; comments of a while share a mail.

    begun_at: when a process took it in hand; done_at: when there was nothing more to send.
    """

    __tablename__ = "matter_told"
    __table_args__ = (UniqueConstraint("entry_id", "user_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("matter.entry_id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    begun_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
