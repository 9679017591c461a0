"""Approval and EditionLook: the rows of review."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
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
