"""PaceTaken, Counted and Pulse: what all processes that send keep together about their sending."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base


class PaceTaken(Base):
    """How full one bucket is: of one limit of one host (`newsletter/limits.py`).

    host:  "" counts every message. period_s: of the limit; EACH_DAY is that of the warm-up.
    used:  messages that were taken and have not leaked out yet, at `at`; of a day: all.
    share: of its limits a host gets after it asked to slow down, at `slowed_at`; 1 is all.
    """

    __tablename__ = "pace"
    host: Mapped[str] = mapped_column(String(253), primary_key=True)
    period_s: Mapped[int] = mapped_column(primary_key=True)
    used: Mapped[float] = mapped_column(default=0.0)
    at: Mapped[datetime]
    share: Mapped[float] = mapped_column(default=1.0)
    slowed_at: Mapped[datetime | None]


class Counted(Base):
    """A figure for who watches the program from outside, by name and label (`send/meter.py`).

    at: when it last moved.
    """

    __tablename__ = "counted"
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    label: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[float] = mapped_column(default=0.0)
    at: Mapped[datetime]


class Pulse(Base):
    """What became of an edition's messages in one stretch of a few seconds, kept for minutes.

    slot: the number of the stretch (`send/meter.SLOT_S`) since 1970.
    """

    __tablename__ = "pulse"
    edition_id: Mapped[int] = mapped_column(
        ForeignKey("edition.id", ondelete="CASCADE"), primary_key=True
    )
    slot: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(default=0)
