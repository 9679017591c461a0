"""Subscriber, Consent, Suppression, Segment, and the partnerships they belong to: the rows."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.base import Base
from subscribers.errors import StatusMoveNotAllowed
from subscribers.values import SUBSCRIBER_MOVES, SubscriberStatus


def _where_filled(column: str) -> dict[str, Any]:
    filled = text(f"{column} != ''")
    return {"sqlite_where": filled, "postgresql_where": filled}


class PartnershipMember(Base):
    """That an organisation belongs to a partnership; an institute often belongs to several."""

    __tablename__ = "partnership_member"
    partnership_id: Mapped[int] = mapped_column(
        ForeignKey("partnership.id", ondelete="CASCADE"), primary_key=True
    )
    organisation_id: Mapped[int] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class Partnership(Base):
    """An opleidingsschool: a partnership of schools and teacher-education institutes.

    slug:      made of its first name; addresses and segments hold it, so it stays.
    region:    one of `field.REGIONS`, or "" while nobody filled it in; an older row may hold
               another text.
    agreed_on: when it agreed to be shown on the site; agreed_by: who said so for it.
    version:   goes up by one with each change, so that two editors do not undo each other's.
    """

    __tablename__ = "partnership"
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    region: Mapped[str] = mapped_column(String(80), default="")
    sector: Mapped[str] = mapped_column(String(10), default="")  # a Sector, or ""
    stage: Mapped[str] = mapped_column(String(40), default="")  # a Stage, or ""
    since_year: Mapped[int | None]
    website: Mapped[str] = mapped_column(String(500), default="")
    agreed_on: Mapped[date | None]
    agreed_by: Mapped[str] = mapped_column(String(200), default="")
    version: Mapped[int] = mapped_column(default=1)
    organisations: Mapped[list["Organisation"]] = relationship(
        secondary="partnership_member",
        back_populates="partnerships",
        order_by="Organisation.name",
        lazy="raise",
    )

    @property
    def is_shown(self) -> bool:
        """Whether it agreed to be shown on the site."""
        return self.agreed_on is not None


class Organisation(Base):
    """One school (or board) or one institute. name_key: the name as it is compared."""

    __tablename__ = "organisation"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    name_key: Mapped[str] = mapped_column(String(400), unique=True)
    audience: Mapped[str] = mapped_column(String(20))
    city: Mapped[str] = mapped_column(String(80), default="")
    region: Mapped[str] = mapped_column(String(80), default="")
    version: Mapped[int] = mapped_column(default=1)
    partnerships: Mapped[list[Partnership]] = relationship(
        secondary="partnership_member",
        back_populates="organisations",
        order_by="Partnership.name",
        lazy="raise",
    )


class Subscriber(Base):
    """A person with at least one ground to be mailed, or one who asked and has not confirmed yet.

    email:     as given, its domain in A-labels (RFC 5890).
    email_key: the same in lower case, unique.
    audience:  "school", "lerarenopleiding", or None for neither.
    audience_said: somebody said so; otherwise it follows from the organisation (`sides`).
    themes:    those that they chose, a bit for each (`themes`).
    """

    __tablename__ = "subscriber"
    __table_args__ = (
        Index("ix_subscriber_audience_status_id", "audience", "status", "id"),
        # Today counts who gets the next edition: of 200,000 in 50 ms from these, in 600 from rows.
        Index("ix_subscriber_status_wants_newsletter", "status", "wants_newsletter", "audience"),
        Index(
            "ix_subscriber_status_wants_announcements",
            *("status", "wants_announcements", "audience"),
        ),
        # What saved segments ask for: of 200,000 the last look counts in 40 ms from this index (of
        # 16 MiB then), and in 180 from rows.
        Index(
            "ix_subscriber_reach",
            *("status", "audience", "wants_newsletter", "wants_announcements"),
            *("region", "role", "partnership", "organisation", "since", "themes"),
        ),
        # Which spellings of a text there are, by leaps: of 1,000,000 in 2 ms. What is not filled in
        # is not in them, and no other question is answered from them on SQLite.
        *(
            Index(f"ix_subscriber_{name}", name, **_where_filled(name))
            for name in ("region", "role", "partnership", "organisation")
        ),
        # On PostgreSQL there is one of parts of addresses besides (d2b7f60e94a1).
        # A key is never given out again: the links in an erased person's mail hold it.
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    audience: Mapped[str | None] = mapped_column(String(20))
    audience_said: Mapped[bool] = mapped_column(default=False)
    role: Mapped[str] = mapped_column(String(80), default="")
    organisation: Mapped[str] = mapped_column(String(200), default="")
    partnership: Mapped[str] = mapped_column(String(200), default="")
    region: Mapped[str] = mapped_column(String(80), default="")
    themes: Mapped[int] = mapped_column(BigInteger, default=0)
    status: Mapped[str] = mapped_column(String(20))
    wants_newsletter: Mapped[bool] = mapped_column(default=True)
    wants_announcements: Mapped[bool] = mapped_column(default=True)
    since: Mapped[datetime]  # of the ground that the footer names: asked, or imported
    ground: Mapped[str] = mapped_column(String(20))  # a ConsentKind
    confirmed_at: Mapped[datetime | None]  # for whoever asks what we keep of them (AVG art. 15)
    paused_until: Mapped[datetime | None]  # the first moment at which they may be mailed again
    changed_at: Mapped[datetime]

    @property
    def state(self) -> SubscriberStatus:
        """Whether they may be mailed."""
        return SubscriberStatus(self.status)

    def move(self, to: SubscriberStatus, *, now: datetime) -> None:
        """Change status along SUBSCRIBER_MOVES. Raises StatusMoveNotAllowed and changes nothing."""
        if to not in SUBSCRIBER_MOVES[self.state]:
            raise StatusMoveNotAllowed(f"subscriber {self.id} is {self.status} and cannot be {to}")
        self.status, self.changed_at = to, now


class ThemeBit(Base):
    """The bit that stands for a theme in `Subscriber.themes`, since somebody first chose it.

    It is never given to another theme.
    """

    __tablename__ = "theme_bit"
    theme: Mapped[str] = mapped_column(String(80), primary_key=True)
    bit: Mapped[int] = mapped_column(BigInteger, unique=True)


class Attendance(Base):
    """That a subscriber came to an event.

    event_id: the item of the event, of the first day of one that takes several.
    at:       when a list said so; user_id: who brought it, None for the command line.
    """

    __tablename__ = "attendance"
    event_id: Mapped[int] = mapped_column(
        ForeignKey("item.id", ondelete="CASCADE"), primary_key=True
    )
    subscriber_id: Mapped[int] = mapped_column(
        ForeignKey("subscriber.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    at: Mapped[datetime] = mapped_column(index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))


class AddressChange(Base):
    """Another address that a reader asked for, until its own mailbox confirms it.

    Its id stands in the link, so none is given out again; only a reader's newest one counts.
    """

    __tablename__ = "address_change"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - as SQLAlchemy reads it
    id: Mapped[int] = mapped_column(primary_key=True)
    subscriber_id: Mapped[int] = mapped_column(
        ForeignKey("subscriber.id", ondelete="CASCADE"), index=True
    )
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(String(254), index=True)
    asked_at: Mapped[datetime]


class WaitingSignUp(Base):
    """What a sign-up form said, from before its answer until its mail is on its way.

    The same row for every address, so that the answer takes as long for who is on the list.
    choices:       what was filled in, as `waiting.py` reads it.
    message_token: of the Message-ID, so that a mail that a crash doubles is the same to a mailbox.
    subscriber_id: who is to confirm; None until the form is noted.
    """

    __tablename__ = "waiting_sign_up"
    # A number is not given out again: who handles them remembers which they saw.
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - as SQLAlchemy reads it
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(String(254), index=True)
    choices: Mapped[dict[str, Any]]
    source: Mapped[str] = mapped_column(String(80))
    text_shown: Mapped[str] = mapped_column(Text)
    text_version: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(index=True)
    message_token: Mapped[str] = mapped_column(String(24))
    subscriber_id: Mapped[int | None] = mapped_column(
        ForeignKey("subscriber.id", ondelete="CASCADE"), index=True
    )


class Consent(Base):
    """One fact about consent, kept as evidence; rows are added, never changed (AVG art. 7)."""

    __tablename__ = "consent"
    id: Mapped[int] = mapped_column(primary_key=True)
    subscriber_id: Mapped[int] = mapped_column(
        ForeignKey("subscriber.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]
    topics: Mapped[list[str]] = mapped_column(default=list)
    ground: Mapped[str] = mapped_column(Text, default="")  # an import's stated ground
    text_shown: Mapped[str] = mapped_column(Text, default="")  # the words the reader agreed to
    text_version: Mapped[str] = mapped_column(  # which text that was
        String(40), default="", server_default=""
    )
    source: Mapped[str] = mapped_column(
        String(80), default=""
    )  # form, import file, one-click, desk
    edition_id: Mapped[int | None] = mapped_column(
        index=True
    )  # the mail whose link was used, where one was


class Suppression(Base):
    """An address that may not be mailed, also after its subscriber is gone; only a keyed hash."""

    __tablename__ = "suppression"
    address_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    reason: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime]


class Segment(Base):
    """A saved selection of subscribers.

    conditions: what selects its people, as `trees.py` reads it.
    version:    goes up by one with each change, so that two editors do not undo each other's.
    """

    __tablename__ = "segment"
    slug: Mapped[str] = mapped_column(String(80), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    conditions: Mapped[dict[str, Any]] = mapped_column(default=dict)
    version: Mapped[int] = mapped_column(default=1)
