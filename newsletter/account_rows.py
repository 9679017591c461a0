"""What signing in needs besides accounts and sessions: links, waits, and forms that were held."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base


class AccountLink(Base):
    """A link that was mailed to a colleague, for one use; only the hash of its token is kept.

    tries: wrong passwords that were given with it.
    """

    __tablename__ = "account_link"
    __table_args__ = (UniqueConstraint("user_id", "purpose"),)
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    purpose: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)


class SignInWait(Base):
    """Wrong passwords in a row for one address of mail, or from one network.

    mark: a keyed hash of which; addresses that nobody has are counted in the same way.
    """

    __tablename__ = "sign_in_wait"
    mark: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    until: Mapped[datetime | None]
    last_at: Mapped[datetime] = mapped_column(index=True)


class HeldForm(Base):
    """What somebody sent just after their session had ended, until they come in again.

    path:   where it was sent to, with its query; fields: pairs of a name and a text.
    """

    __tablename__ = "held_form"
    __table_args__ = (UniqueConstraint("user_id", "path"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    path: Mapped[str] = mapped_column(String(1000))
    fields: Mapped[dict[str, Any]] = mapped_column(default=dict)
    at: Mapped[datetime] = mapped_column(index=True)


class SecondStep(Base):
    """The second step of an account: what its app and we both know.

    secret:       sealed with our secret key, so that a copy of the database makes no codes.
    last_used:    the time step of the last code that was taken; none of before is taken again.
    failures:     wrong codes since the last right one.
    locked_until: no code is looked at before then.
    """

    __tablename__ = "second_step"
    user_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True
    )
    secret: Mapped[str] = mapped_column(String(200))
    since: Mapped[datetime]
    last_used: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]


class RecoveryCode(Base):
    """A code for when the phone is lost, for one use; only a keyed hash of it is kept."""

    __tablename__ = "recovery_code"
    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id", ondelete="CASCADE"), index=True
    )
    used_at: Mapped[datetime | None]
