"""The log: who did what and when, to anything of ours. Rows are added and never change.

Each entry is written in the transaction of the change that it tells of, so neither is there without
the other. The database refuses to change or remove one: triggers, made by the migration.
docs/decisions/0010-one-log.md says why; `newsletter/log_words.py` has a sentence for each name.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import Enum, auto
from typing import Any, Final

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.base import Base
from storage.text import folded

NAME: Final = re.compile(r"[a-z]+\.[a-z_]+")  # noun.past_participle
ABOUT_LENGTH: Final = 200
FOUND_BY_LONGEST: Final = 4000


class Whose(Enum):
    """Whose doing it is when nobody is named."""

    SESSIONS = auto()


class LogEntry(Base):
    """One thing that was done.

    user_id: the account that did it; None is the program, or whoever `via` says.
    via:     the door that it came through: "" for the desk and the program itself, "cli" for the
             command line, "site" for a reader.
    what:    its name, such as "source.followed".
    about:   how the thing was called then, for people; a name of ours, never a reader's.
    note:    what somebody wrote with it, or the reason that the program had.
    detail:  figures, keys and hashes, by name.
    found_by: its words and what stands in `detail`, folded for the search.
    """

    __tablename__ = "log_entry"
    __table_args__ = (
        Index("ix_log_entry_edition_id_id", "edition_id", "id"),
        Index("ix_log_entry_what_id", "what", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    via: Mapped[str] = mapped_column(String(20), default="")
    what: Mapped[str] = mapped_column(String(60))
    edition_id: Mapped[int | None] = mapped_column(ForeignKey("edition.id"))
    about: Mapped[str] = mapped_column(String(ABOUT_LENGTH), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    found_by: Mapped[str] = mapped_column(Text, default="", deferred=True)


def record(  # noqa: PLR0913 - by name; an entry has this many sides
    session: Session,
    what: str,
    *,
    now: datetime,
    by: int | Whose | None = Whose.SESSIONS,
    about: str = "",
    edition_id: int | None = None,
    note: str = "",
    detail: Mapping[str, object] | None = None,
) -> LogEntry:
    """Write down that something was done; the transaction of the change commits it.

    by: the account; who the session acts for (`Database.acting`) when it is not named; None is the
        program, whoever asked for the page.
    about, note, detail: never the address or name of a reader, a token or a password.
    Raises ValueError when `what` is no name.
    """
    if NAME.fullmatch(what) is None:
        raise ValueError(f"{what!r} is not noun.past_participle")
    entry = LogEntry(
        at=now,
        user_id=session.info.get("by") if by is Whose.SESSIONS else by,
        via=str(session.info.get("via", "")),
        what=what,
        edition_id=edition_id,
        about=about[:ABOUT_LENGTH],
        note=note,
        detail=dict(detail or {}),
        found_by=folded(" ".join((about, note, *_figures(detail))))[:FOUND_BY_LONGEST],
    )
    session.add(entry)
    return entry


def _figures(detail: object) -> Iterator[str]:
    """Yield what stands in it as text, however deep; the names it stands under are for programs."""
    if isinstance(detail, Mapping):
        detail = list(detail.values())
    if isinstance(detail, list | tuple):
        for one in detail:
            yield from _figures(one)
    elif detail is not None:
        yield str(detail)
