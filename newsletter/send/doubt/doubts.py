"""What was in doubt, looked up where it can be known: in the log of the relay (`relay_log.py`), or
in the record that a provider keeps (`transports/records.py`).

A mail that the relay took is sent, and nobody gets it twice. One that it certainly did not take
goes out at once: that is no second copy. The rest waits for the edition's policy, as it would
without a log.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from threading import Event, Thread
from typing import Final

import structlog
from sqlalchemy import select, update

from newsletter.model import Delivery, Edition
from newsletter.ports import Clock
from newsletter.send.doubt.held import is_left
from newsletter.send.doubt.relay_log import Fate, RelayLog
from newsletter.send.mail.headers import domain_of, split_mailbox
from newsletter.send.message import message_id
from newsletter.send.transports.records import ProviderRecord, record_of
from newsletter.send.watching.trail import note_many
from newsletter.settings import Settings
from newsletter.store.editions import log_event
from newsletter.values import DeliveryState, EditionStatus
from storage.errors import StorageError
from storage.session import Database

log = structlog.get_logger()

D = DeliveryState
GOES_ON: Final = frozenset({EditionStatus.SENDING, EditionStatus.PAUSED})
WATCHED: Final = (*GOES_ON, EditionStatus.SENT, EditionStatus.CANCELLED)
LOOKED_FOR: Final = timedelta(days=7)  # so long a doubt is looked up; logs are kept not much longer
MOST: Final = 1_000  # in one look; a crash leaves as many as there were connections
APART: Final = timedelta(minutes=2)  # what was begun further apart was not cut off together
LOOK_S: Final = 2.0  # between two looks


@dataclass(frozen=True, slots=True)
class Doubt:
    """A delivery that may have arrived. at: when its attempt was begun."""

    delivery_id: int
    edition_id: int
    status: EditionStatus
    message_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class LookedUp:
    """What came of a look. sent: they had arrived; again: they had not, and go out."""

    sent: int = 0
    again: int = 0


@contextmanager
def looking_up(db: Database, *, settings: Callable[[], Settings], clock: Clock) -> Iterator[None]:
    """Look up what is in doubt every few seconds while the body runs; where nothing tells, never.

    settings: as they are now, asked before each look.
    """
    told_by = _told_by(settings())
    if told_by is None:
        yield
        return
    stop = Event()
    work = (db, told_by, settings, clock, stop)
    watch = Thread(target=_keep_looking, args=work, name="doubts")
    watch.start()
    try:
        yield
    finally:
        stop.set()
        watch.join()


def _told_by(settings: Settings) -> RelayLog | ProviderRecord | None:
    if settings.transport is not None:
        return record_of(settings.transport)
    return RelayLog(settings.relay_log) if settings.relay_log is not None else None


def _keep_looking(
    db: Database,
    told_by: RelayLog | ProviderRecord,
    settings: Callable[[], Settings],
    clock: Clock,
    stop: Event,
) -> None:
    while not stop.is_set():
        try:
            found = look_up_doubts(db, told_by, settings=settings(), now=clock())
        except StorageError:  # whoever sends says so as well, and waits for it
            found = LookedUp()
        if found.sent or found.again:
            log.info("looked up what was in doubt", arrived=found.sent, sent_again=found.again)
        stop.wait(LOOK_S)


def look_up_doubts(
    db: Database, told_by: RelayLog | ProviderRecord, *, settings: Settings, now: datetime
) -> LookedUp:
    """Settle what can be told of what is in doubt; the edition's events say how many."""
    sent = again = 0
    for together in _cut_off_together(find_doubts(db, settings=settings, now=now)):
        begun = min(one.at for one in together)
        fates = told_by.look_up([one.message_id for one in together], begun)
        found = _settle(db, together, fates, now=now)
        sent, again = sent + found.sent, again + found.again
    return LookedUp(sent, again)


def find_doubts(db: Database, *, settings: Settings, now: datetime) -> list[Doubt]:
    """Return what is in doubt of late, by when it was begun."""
    key = hashlib.sha256(b"message-id\0" + settings.hash_key).digest()
    domain = domain_of(split_mailbox(settings.sender)[1])
    editions = select(Edition.id).where(Edition.status.in_(WATCHED))
    query = (
        select(
            Delivery.id, Delivery.edition_id, Edition.status, Delivery.subscriber_id, Delivery.at
        )
        .join(Edition, Edition.id == Delivery.edition_id)
        .where(
            Delivery.edition_id.in_(editions),
            Delivery.state == D.IN_DOUBT,
            Delivery.at > now - LOOKED_FOR,
            Delivery.subscriber_id.is_not(None),
        )
        .order_by(Delivery.at)
        .limit(MOST)
    )
    with db.read() as session:
        return [
            Doubt(
                one,
                edition_id,
                EditionStatus(status),
                message_id(edition_id, reader or 0, key=key, domain=domain),
                at,
            )
            for one, edition_id, status, reader, at in session.execute(query)
            if at is not None
        ]


def _cut_off_together(doubts: Sequence[Doubt]) -> list[list[Doubt]]:
    """Return the doubts in groups, each of what a log can be asked for at once."""
    groups = [[one] for one in doubts[:1]]
    for before, one in pairwise(doubts):
        if one.at - before.at > APART:
            groups.append([])
        groups[-1].append(one)
    return groups


def _settle(
    db: Database, doubts: Sequence[Doubt], fates: Mapping[str, Fate], *, now: datetime
) -> LookedUp:
    """Write down what is known now; what is over stays over, so nothing of it goes out again."""
    sent = [one for one in doubts if fates[one.message_id] is Fate.ACCEPTED]
    again = [
        one
        for one in doubts
        if fates[one.message_id] is Fate.NOT_ACCEPTED and one.status in GOES_ON
    ]
    if not (sent or again):
        return LookedUp()
    with db.write() as session:
        in_doubt = Delivery.state == D.IN_DOUBT
        done: dict[DeliveryState, list[int]] = {}
        # That it arrived is a fact; what a person left as it is does not go out for all that.
        under_way = select(Edition.id).where(Edition.status.in_(GOES_ON))
        undecided = in_doubt & ~is_left() & Delivery.edition_id.in_(under_way)
        for state, ones, which in ((D.SENT, sent, in_doubt), (D.PENDING, again, undecided)):
            ids = [one.delivery_id for one in ones]
            # `at` stays: it says when the message was handed over.
            moved = session.execute(
                update(Delivery)
                .where(Delivery.id.in_(ids), which)
                .values(state=state.value, next_at=None)
                .returning(Delivery.edition_id)
                .execution_options(synchronize_session=False)
            )
            done[state] = list(moved.scalars())
        for edition_id in sorted({*done[D.SENT], *done[D.PENDING]}):
            counts = (done[D.SENT].count(edition_id), done[D.PENDING].count(edition_id))
            note = f"{counts[0]} had arrived, {counts[1]} had not"
            log_event(session, edition_id, what="doubt_looked_up", now=now, note=note)
            for state, number in zip((D.SENT, D.PENDING), counts, strict=True):
                note_many(session, edition_id, state, number, now)
    return LookedUp(len(done[D.SENT]), len(done[D.PENDING]))
