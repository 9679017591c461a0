"""A change of many people at once: the row, and what each of them had before it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base


class ManyChange(Base):
    """One change of many people. values: what they got, by name; people: how many of them.

    undone_at: when it was taken back; what people had is forgotten then.
    """

    __tablename__ = "many_change"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    values: Mapped[dict[str, Any]] = mapped_column(default=dict)
    people: Mapped[int] = mapped_column(default=0)
    undone_at: Mapped[datetime | None]


class ManyChangeBefore(Base):
    """What one person had. had_theme: the one that was added; lost_theme: the one that went."""

    __tablename__ = "many_change_before"
    change_id: Mapped[int] = mapped_column(
        ForeignKey("many_change.id", ondelete="CASCADE"), primary_key=True
    )
    subscriber_id: Mapped[int] = mapped_column(
        ForeignKey("subscriber.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    audience: Mapped[str | None] = mapped_column(String(20))
    audience_said: Mapped[bool]
    role: Mapped[str] = mapped_column(String(80))
    organisation: Mapped[str] = mapped_column(String(200))
    partnership: Mapped[str] = mapped_column(String(200))
    region: Mapped[str] = mapped_column(String(80))
    had_theme: Mapped[bool]
    lost_theme: Mapped[bool]
