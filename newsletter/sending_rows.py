"""What all processes that send keep together, and what is kept beside the deliveries."""

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
    """A figure for who watches from outside, by name and label (`send/watching/meter.py`).

    at: when it last moved.
    """

    __tablename__ = "counted"
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    label: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[float] = mapped_column(default=0.0)
    at: Mapped[datetime]


class Pulse(Base):
    """What became of an edition's messages in one stretch of a few seconds, kept for minutes.

    slot: the number of the stretch (`send/watching/meter.SLOT_S`) since 1970.
    """

    __tablename__ = "pulse"
    edition_id: Mapped[int] = mapped_column(
        ForeignKey("edition.id", ondelete="CASCADE"), primary_key=True
    )
    slot: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(default=0)


class Worker(Base):
    """A process that sends, or sent. name: of the lock that it holds while it lives.

    connections: how many messages it may have in hand.
    lease_until: on PostgreSQL, by the server's clock: from then on it counts as dead; None where
                 only one process sends.
    ended_at:    when it left, or was found dead: from then on it begins nothing.
    """

    __tablename__ = "worker"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - as SQLAlchemy reads it
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    connections: Mapped[int]
    started_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    ended_at: Mapped[datetime | None] = mapped_column(index=True)


class Share(Base):
    """A range of the deliveries of one edition, by id: what one worker is at, and no other."""

    __tablename__ = "share"
    edition_id: Mapped[int] = mapped_column(
        ForeignKey("edition.id", ondelete="CASCADE"), primary_key=True
    )
    first_id: Mapped[int] = mapped_column(primary_key=True)
    last_id: Mapped[int]
    worker_id: Mapped[int | None] = mapped_column(
        ForeignKey("worker.id", ondelete="SET NULL"), index=True
    )


class DoubtChoice(Base):
    """What somebody decided about a mail that may have arrived; who and when: its entry of the log.

    is_left: it stays in doubt; else it was sent once more, and may be in doubt again since.
    """

    __tablename__ = "doubt_choice"
    delivery_id: Mapped[int] = mapped_column(
        ForeignKey("delivery.id", ondelete="CASCADE"), primary_key=True
    )
    entry_id: Mapped[int] = mapped_column(ForeignKey("log_entry.id"), index=True)
    is_left: Mapped[bool]
