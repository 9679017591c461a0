"""Edition, Block, Delivery, Run and the desk's accounts: the rows, with their invariants."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from feeds.model import Image, Item
from newsletter.errors import MoveNotAllowed
from newsletter.values import MOVES, DeliveryState, EditionStatus, InDoubtPolicy
from storage.base import Base


class User(Base):
    """An account of the desk; it is never removed, only switched off.

    invited_at:  when a mail last asked this person in; None for who was added by command.
    seen_at:     when a session of theirs was last used, to the minute.
    wants_*:     which mails about editions they get: before a deadline, and at once.
    work_*:      the work account that was used first, as its issuer names it; it decides from then.
    disabled_at: since when nobody comes in with it.
    """

    __tablename__ = "user_account"
    __table_args__ = (Index("ix_user_account_work", "work_issuer", "work_subject", unique=True),)
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    role: Mapped[str] = mapped_column(String(20))
    password_hash: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    invited_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    work_issuer: Mapped[str | None] = mapped_column(String(500))
    work_subject: Mapped[str | None] = mapped_column(String(255))
    wants_reminders: Mapped[bool] = mapped_column(default=True)
    wants_news: Mapped[bool] = mapped_column(default=True)

    @property
    def has_come_in(self) -> bool:
        """Whether there is a way in: an invitation was taken, or a password was set."""
        return bool(self.password_hash or self.work_subject)


class DeskSession(Base):
    """A signed-in browser; only the hash of its cookie is kept.

    step:  what must happen before it is worth anything: a word of `accounts.sessions.Step`.
    agent: what the browser called itself; the words of a stranger.
    """

    __tablename__ = "desk_session"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id", ondelete="CASCADE"), index=True
    )
    csrf: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    step: Mapped[str] = mapped_column(String(10), default="")
    agent: Mapped[str] = mapped_column(String(300), default="")


class ChosenOrganisation(Base):
    """What administrators chose of the organisation, over the settings: one row, with id 1.

    values:  by field of `settings.Organisation`, and `sender`; what was not chosen is not there.
    version: raised by each save; whoever made something of these values sees by it that they moved.
    """

    __tablename__ = "chosen_organisation"
    id: Mapped[int] = mapped_column(primary_key=True)
    values: Mapped[dict[str, Any]] = mapped_column(default=dict)
    logo_id: Mapped[int | None] = mapped_column(ForeignKey("image.id"))
    logo: Mapped[Image | None] = relationship(lazy="raise")
    version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[datetime]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))


class ChosenRhythm(Base):
    """When editions go out, as the team set it: one row, with id 1.

    values:  see `rhythm.Rhythm.as_json`. is_on: whether it counts.
    version: raised by each save, so that nobody overwrites another's.
    """

    __tablename__ = "chosen_rhythm"
    id: Mapped[int] = mapped_column(primary_key=True)
    values: Mapped[dict[str, Any]] = mapped_column(default=dict)
    is_on: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[datetime]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))


class SlotChoice(Base):
    """What the team made of one turn of the rhythm. moved_to: None for: not this time.

    slot_on: the day that the plain rule gives it.
    """

    __tablename__ = "slot_choice"
    slot_on: Mapped[date] = mapped_column(primary_key=True)
    moved_to: Mapped[datetime | None]
    at: Mapped[datetime]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))


class Reminder(Base):
    """One mail to one person about one deadline of one edition.

    due_on: the day in Amsterdam of the deadline; one that was moved to another day is another.
    begun_at: when a process took it in hand; done_at: when there was nothing more to send.
    """

    __tablename__ = "reminder"
    __table_args__ = (UniqueConstraint("edition_id", "user_id", "what", "due_on"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    what: Mapped[str] = mapped_column(String(20))
    due_on: Mapped[date]
    begun_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]


class Edition(Base):
    """One numbered issue of the newsletter, or one mailing about an event.

    segments:     slugs of the segments it goes to.
    not_after:    for an announcement, the moment after which it comes too late.
    listed:       whether the site names it; its own page is there for who has the address.
    version:      raised by each edit; a form that holds an older one is refused.
    planned_at:   the moment that is approved with the content; None leaves it to the sender.
    due_at:       when sending starts, once scheduled.
    content_hash: the seal of what was approved; "" while nothing is. terms_hash: the mark of its
                  terms; plan_hash: that of its plan, "" while there is none (`newsletter/seal.py`).
    retry_at:     while sending, when a relay that is away is tried again.
    told_at:      when its people were told how its sending ended; None: not yet, or it goes on.
    size, materialised_at: the number of deliveries, and when the last of them was written.
    reminded_at:  when somebody was last told by mail that it waits.
    heads:        the subject and the preheader that a side has of its own, by side.
    orders:       the ids of the blocks in the order that a side has of its own, by side.
    without:      the fixed blocks that it goes without, such as "contents".
    filling:      why its items were proposed, and what was left: `compose/filling.py`.
    """

    __tablename__ = "edition"
    __table_args__ = (UniqueConstraint("kind", "period"), UniqueConstraint("number"))
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    number: Mapped[int | None]
    period: Mapped[str | None] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(200))
    subject: Mapped[str] = mapped_column(String(200), default="")
    preheader: Mapped[str] = mapped_column(String(200), default="")
    dated_on: Mapped[date]
    segments: Mapped[list[str]] = mapped_column(default=list)
    event_id: Mapped[int | None] = mapped_column(ForeignKey("item.id"))
    not_after: Mapped[datetime | None]
    listed: Mapped[bool] = mapped_column(default=True)
    status: Mapped[str] = mapped_column(String(20), default=EditionStatus.DRAFT)
    status_since: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    approved_at: Mapped[datetime | None]
    content_hash: Mapped[str] = mapped_column(String(64), default="")
    terms_hash: Mapped[str] = mapped_column(String(64), default="")
    plan_hash: Mapped[str] = mapped_column(String(64), default="")
    planned_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    in_doubt_policy: Mapped[str] = mapped_column(String(20), default=InDoubtPolicy.RESEND)
    size: Mapped[int | None]
    materialised_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    retry_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
    filling: Mapped[dict[str, Any]] = mapped_column(default=dict)
    without: Mapped[list[str]] = mapped_column(default=list)
    heads: Mapped[dict[str, Any]] = mapped_column(default=dict)
    orders: Mapped[dict[str, Any]] = mapped_column(default=dict)
    blocks: Mapped[list["Block"]] = relationship(
        lazy="raise", order_by="Block.position", cascade="all, delete-orphan"
    )

    @property
    def state(self) -> EditionStatus:
        """Where it is on its way."""
        return EditionStatus(self.status)

    def move(self, to: EditionStatus, *, now: datetime) -> None:
        """Change status along MOVES. Raises MoveNotAllowed, and then nothing changed."""
        if to not in MOVES[self.state]:
            raise MoveNotAllowed(self.id, self.state, to)
        self.status, self.status_since = to, now


class Block(Base):
    """A piece of an edition. fields: see `compose/blocks/`.

    audience, segment: the one side or the one saved segment that gets it; neither is everybody.
    An id is not given out again: a block that comes back has the one that it had.
    """

    __tablename__ = "block"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - as SQLAlchemy reads it
    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(
        ForeignKey("edition.id", ondelete="CASCADE"), index=True
    )
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(30))
    audience: Mapped[str | None] = mapped_column(String(20))
    segment: Mapped[str | None] = mapped_column(String(80))
    item_id: Mapped[int | None] = mapped_column(ForeignKey("item.id"), index=True)
    item: Mapped[Item | None] = relationship(lazy="raise")
    fields: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Variant(Base):
    """What one cut gets, stored at approval: what was approved is what goes out.

    cut: its key (`newsletter/cut.py`).
    """

    __tablename__ = "edition_variant"
    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(
        ForeignKey("edition.id", ondelete="CASCADE"), index=True
    )
    cut: Mapped[str] = mapped_column(String(300))
    subject: Mapped[str] = mapped_column(Text)
    preheader: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    marker: Mapped[str] = mapped_column(String(40))


class Delivery(Base):
    """One message to one person: written before the first mail, never removed while it counts.

    cut:      the key of what this person gets; None in old rows: what their side gets.
    attempts: how often its body was about to be sent; who records the outcome of an older one than
              the last comes too late.
    resends:  how often after an unknown outcome.
    next_at:  when it is tried again; of one in doubt, when it is sent again: None leaves it so.
    worker_id: who has or had it in hand (`Worker`).
    reply:    the server's words; they may hold an address, so they stay in this row.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("edition_id", "subscriber_id"),
        Index("ix_delivery_edition_id_state_id", "edition_id", "state", "id"),
        # Holds all that the figures of an edition are counted from: no row is read for them.
        Index("ix_delivery_counts", "edition_id", "audience", "state", "resends"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    subscriber_id: Mapped[int | None] = mapped_column(
        ForeignKey("subscriber.id", ondelete="SET NULL"), index=True
    )
    audience: Mapped[str | None] = mapped_column(String(20))
    cut: Mapped[str | None] = mapped_column(String(300))
    state: Mapped[str] = mapped_column(String(20), default=DeliveryState.PENDING)
    attempts: Mapped[int] = mapped_column(default=0)
    resends: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime | None]
    code: Mapped[int | None]
    reply: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime | None]
    worker_id: Mapped[int | None]


class Revision(Base):
    """The content of an edition after a change: `compose/snapshot.py`; with who, when and what.

    version:  of the edition, with this content.
    event_id: the entry of the log; what happened to the edition after this and before the next is
              about this content.
    what:     a word of `compose/differences.Change`, or of `compose/history.Turn`.
    block_id: the one block that was changed; about: its kind and its title at that time.
    of_id:    the revision that was undone, done again or brought back.
    """

    __tablename__ = "edition_revision"
    __table_args__ = (UniqueConstraint("edition_id", "version"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id", ondelete="CASCADE"))
    version: Mapped[int]
    at: Mapped[datetime]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("log_entry.id"))
    what: Mapped[str] = mapped_column(String(20))
    block_id: Mapped[int | None]
    about: Mapped[dict[str, Any]] = mapped_column(default=dict)
    of_id: Mapped[int | None] = mapped_column(
        ForeignKey("edition_revision.id", ondelete="SET NULL")
    )
    content: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Run(Base):
    """One run of one stage; a run without an end is run again. due_at: when it should have been."""

    __tablename__ = "run"
    __table_args__ = (Index("ix_run_stage_id", "stage", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    stage: Mapped[str] = mapped_column(String(40))
    due_at: Mapped[datetime]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    report: Mapped[dict[str, Any]] = mapped_column(default=dict)
    error: Mapped[str] = mapped_column(Text, default="")


class JobDue(Base):
    """When a job of the scheduler is next due, in UTC; the clock only asks what is due."""

    __tablename__ = "job_due"
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    due_at: Mapped[datetime]


class Waiver(Base):
    """A warning that somebody let pass in one edition.

    mark: of the finding, as `approve/waive.finding_mark` makes it.
    """

    __tablename__ = "waiver"
    __table_args__ = (UniqueConstraint("edition_id", "mark"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id", ondelete="CASCADE"))
    mark: Mapped[str] = mapped_column(String(32))
    rule: Mapped[str] = mapped_column(String(40))
    because: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))


class LinkLook(Base):
    """What was last seen at an address that stands in an edition; `feeds.values.Sight`.

    mark: SHA-256 of the address, in hexadecimal: an address may be longer than a key.
    """

    __tablename__ = "link_look"
    mark: Mapped[str] = mapped_column(String(64), primary_key=True)
    url: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(index=True)
    outcome: Mapped[str] = mapped_column(String(20))
    code: Mapped[int | None]
    leads_to: Mapped[str] = mapped_column(Text, default="")


class DomainLook(Base):
    """What the name servers last said of a sender's domain: `values.DomainRecords`, {} is nothing.

    at: when they were last asked, whether or not they answered.
    """

    __tablename__ = "domain_look"
    sender: Mapped[str] = mapped_column(String(253), primary_key=True)
    bounces: Mapped[str] = mapped_column(String(253), primary_key=True)
    at: Mapped[datetime]
    records: Mapped[dict[str, Any]] = mapped_column(default=dict)


class PollVote(Base):
    """One reader's answer to the question of an edition; nothing in it says whose or when.

    voter:    a keyed hash of edition and reader: each counts once and can change their mind;
              None once the poll is over.
    segments: the slugs of those of the edition that the reader is in, in order, with dots between.
    answer:   its place among the answers, from 1.
    """

    __tablename__ = "poll_vote"
    __table_args__ = (UniqueConstraint("block_id", "voter"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(
        ForeignKey("edition.id", ondelete="CASCADE"), index=True
    )
    block_id: Mapped[int]
    voter: Mapped[str | None] = mapped_column(String(64))
    segments: Mapped[str] = mapped_column(Text, default="")
    answer: Mapped[int]
