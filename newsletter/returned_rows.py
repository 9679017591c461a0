"""ReturnedMail, UnknownMail and SeenMail: the rows of what came back."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base


class ReturnedMail(Base):
    """Evidence: what one returned mail said of one reader, and what followed.

    mark:      of the message, or of the event at a provider; see SeenMail.
    kind:      a `learn.returned.BounceClass`; status: RFC 3463; reason: the server's words, which
               may hold an address.
    via:       where it came from: "mailbox", "folder", "command", or the name of a provider.
    proof:     how we know whom it is about, a `learn.whose.Proof`.
    outcome:   what followed, a `learn.consequences.Outcome`.
    undone_at: when somebody at the desk took back what followed.
    """

    __tablename__ = "returned_mail"
    __table_args__ = (
        UniqueConstraint("mark", "subscriber_id"),
        Index("ix_returned_mail_subscriber_id_edition_id", "subscriber_id", "edition_id"),
        Index("ix_returned_mail_outcome_at", "outcome", "at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    mark: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscriber.id", ondelete="CASCADE"))
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(20), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    via: Mapped[str] = mapped_column(String(20), default="")
    proof: Mapped[str] = mapped_column(String(20), default="")
    outcome: Mapped[str] = mapped_column(String(20))
    undone_at: Mapped[datetime | None]


class UnknownMail(Base):
    """A message that no program understood, or could lead to a reader: a person looks at it.

    sender, subject, sent_on, excerpt: the words of strangers, as plain text and cut short.
    place:   where it stays in the mailbox, "UIDVALIDITY/UID", or "".
    settled: whether the mailbox was told that it is dealt with.
    dealt_at, dealt_by_id: when somebody at the desk said that it is dealt with, and who.
    """

    __tablename__ = "unknown_mail"
    id: Mapped[int] = mapped_column(primary_key=True)
    mark: Mapped[str] = mapped_column(String(64), unique=True)
    at: Mapped[datetime] = mapped_column(index=True)
    via: Mapped[str] = mapped_column(String(20), default="")
    kind: Mapped[str] = mapped_column(String(20))
    sender: Mapped[str] = mapped_column(String(254), default="")
    subject: Mapped[str] = mapped_column(String(200), default="")
    sent_on: Mapped[str] = mapped_column(String(100), default="")
    excerpt: Mapped[str] = mapped_column(Text, default="")
    place: Mapped[str] = mapped_column(String(40), default="", server_default="")
    settled: Mapped[bool] = mapped_column(default=False, server_default=false())
    dealt_at: Mapped[datetime | None]
    dealt_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))


class SeenMail(Base):
    """That a message, or an event at a provider, was processed: it is once, however it comes.

    mark: SHA-256, in hexadecimal, of the message, or of the provider's name and its own number.
    """

    __tablename__ = "seen_mail"
    mark: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
