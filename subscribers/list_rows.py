"""One list that somebody brings in through the desk: the row. Who is on it stands in its folder."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base


class ListStep(StrEnum):
    """How far a list is."""

    RECEIVED = "received"  # its columns and ground are to be said
    TRYING = "trying"  # a trial goes on, or waits for its turn
    TRIED = "tried"  # what it would do is there to be read
    BRINGING = "bringing"  # people come in, or wait for their turn
    DONE = "done"
    FAILED = "failed"  # it could not be read to its end; what came in stays
    DROPPED = "dropped"  # somebody did not go on with it, or nobody did in time


AT_WORK = frozenset({ListStep.TRYING, ListStep.BRINGING})
ENDED = frozenset({ListStep.DONE, ListStep.FAILED, ListStep.DROPPED})


class ReceivedList(Base):
    """A list. folder: its name below the folder of lists, where the file is while it is needed.

    columns:    field to place. counts: of the last trial, or of what was done; no personal data.
    thousandths: of the step, that are done.
    encoding, delimiter: as somebody said to read it; "" is found out.
    """

    __tablename__ = "received_list"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    folder: Mapped[str] = mapped_column(String(40))
    ground: Mapped[str] = mapped_column(Text, default="")
    columns: Mapped[dict[str, Any]] = mapped_column(default=dict)
    encoding: Mapped[str] = mapped_column(String(20), default="", server_default="")
    delimiter: Mapped[str] = mapped_column(String(1), default="", server_default="")
    step: Mapped[str] = mapped_column(String(20), default=ListStep.RECEIVED)
    thousandths: Mapped[int] = mapped_column(default=0)
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    ended_at: Mapped[datetime | None]

    @property
    def state(self) -> ListStep:
        """How far it is."""
        return ListStep(self.step)
