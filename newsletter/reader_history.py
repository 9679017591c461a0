"""All that happened about one reader, in one list: evidence, mail, and what the desk did.

It is read from where it stands: the evidence, the ledger, the log, the suppression list, and what
is kept of changes of many people. Nothing is kept for it.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.accounts.people import user_names
from newsletter.model import Delivery, Edition
from newsletter.store import returned
from newsletter.store.log import edition_in_sentence
from storage.log import LogEntry
from subscribers.addresses import address_hash
from subscribers.many import changes_of
from subscribers.model import Subscriber, Suppression
from subscribers.store import consents_of


class Kind(StrEnum):
    """Where an event stands."""

    CONSENT = "consent"  # what: a ConsentKind
    MAIL = "mail"  # what: a DeliveryState
    RETURNED = "returned"  # what: an outcome of returned mail
    BLOCKED = "blocked"  # what: a SuppressionReason
    DONE = "done"  # what: a name of the log
    MANY = "many"  # changed with many others


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. at: None for a mail that did not go yet.

    who:     of the desk, did it; "" for the reader, or the program.
    source:  where evidence came in, such as a form or a file.
    note:    the stated ground, or what the mail server answered.
    text:    the words that somebody agreed to, version: which text that was.
    edition: what the mail was, or whose link was used; edition_id: to find it at the desk.
    fields:  the names of what was changed; values: what many people got.
    """

    at: datetime | None
    kind: Kind
    what: str
    who: str = ""
    source: str = ""
    note: str = ""
    text: str = ""
    version: str = ""
    edition: str = ""
    edition_id: int | None = None
    code: int | None = None
    fields: tuple[str, ...] = ()
    values: Mapping[str, Any] | None = None

    def as_json(self) -> dict[str, Any]:
        """Return what is known of it, without what is empty; for a program."""
        told = {name: getattr(self, name) for name in SHOWN}
        return {"at": self.at, **{name: value for name, value in told.items() if value}}


SHOWN: Final = ("kind", "what", "who", "source", "note", "edition_id", "code", "fields", "values")
IN_LOG: Final = (
    *("subscriber.added", "subscriber.changed", "subscriber.unsubscribed"),
    *("subscriber.suppressed", "subscriber.taken", "subscriber.taken_up", "subscriber.viewed"),
)
BESIDE: Final = frozenset({"subscriber.added", "subscriber.unsubscribed", "subscriber.suppressed"})
"""Names that stand beside evidence of the same moment, which tells it: they add who did it."""


def history_of(session: Session, row: Subscriber, *, key: bytes) -> list[Event]:
    """Return all that happened about somebody, the newest first; what is still to go, before."""
    names = user_names(session)
    entries = _entries(session, row.id)
    doers = {one.at: names.get(one.user_id or 0, "") for one in entries if one.what in BESIDE}
    events = [
        *_evidence(session, row.id, doers),
        *_mails(session, row.id),
        *_returned(session, row.id),
        *_block(session, row, key, doers),
        *_done(entries, names),
        *(
            Event(one.at, Kind.MANY, "", who=names.get(one.user_id or 0, ""), values=one.values)
            for one in changes_of(session, row.id)
        ),
    ]
    events.reverse()  # of one moment, what was written last comes first
    return sorted(events, key=lambda one: (one.at is None, one.at or row.since), reverse=True)


def _entries(session: Session, subscriber_id: int) -> list[LogEntry]:
    mine = LogEntry.detail["subscriber"].as_integer() == subscriber_id
    asked = select(LogEntry).where(LogEntry.what.in_(IN_LOG), mine).order_by(LogEntry.id)
    return list(session.scalars(asked))


def _evidence(
    session: Session, subscriber_id: int, doers: Mapping[datetime, str]
) -> Iterator[Event]:
    facts = consents_of(session, subscriber_id)
    editions = _called(session, {one.edition_id for one in facts if one.edition_id})
    for fact in facts:
        yield Event(
            fact.at,
            Kind.CONSENT,
            fact.kind,
            who=doers.get(fact.at, ""),
            source=fact.source,
            note=fact.ground,
            text=fact.text_shown,
            version=fact.text_version,
            edition=editions.get(fact.edition_id or 0, ""),
            edition_id=fact.edition_id,
        )


def _called(session: Session, ids: Collection[int]) -> dict[int, str]:
    """Return what these editions are called."""
    columns = (Edition.id, Edition.kind, Edition.number, Edition.title)
    rows = session.execute(select(*columns).where(Edition.id.in_(ids)))
    return {row.id: edition_in_sentence(row.kind, row.number, row.title) for row in rows}


def _mails(session: Session, subscriber_id: int) -> Iterator[Event]:
    columns = (Delivery.at, Delivery.state, Delivery.code, Delivery.reply)
    edition = (Edition.id, Edition.kind, Edition.number, Edition.title)
    asked = select(*columns, *edition).join(Edition, Edition.id == Delivery.edition_id)
    for row in session.execute(asked.where(Delivery.subscriber_id == subscriber_id)):
        yield Event(
            row.at,
            Kind.MAIL,
            row.state,
            note=row.reply,
            code=row.code,
            edition=edition_in_sentence(row.kind, row.number, row.title),
            edition_id=row.id,
        )


def _returned(session: Session, subscriber_id: int) -> Iterator[Event]:
    found = returned.mail_of(session, subscriber_id)
    editions = _called(session, {one.edition_id for one in found})
    for one in found:
        yield Event(
            one.at,
            Kind.RETURNED,
            one.outcome,
            note=one.reason,
            edition=editions.get(one.edition_id, ""),
            edition_id=one.edition_id,
        )


def _block(
    session: Session, row: Subscriber, key: bytes, doers: Mapping[datetime, str]
) -> Iterator[Event]:
    found = session.get(Suppression, address_hash(key, row.email_key))
    if found is not None:
        yield Event(found.at, Kind.BLOCKED, found.reason, who=doers.get(found.at, ""))


def _done(entries: list[LogEntry], names: Mapping[int, str]) -> Iterator[Event]:
    for one in entries:
        if one.what not in BESIDE:
            fields = tuple(one.detail.get("fields", ()))
            who = names.get(one.user_id or 0, "")
            yield Event(one.at, Kind.DONE, one.what, who=who, source=one.via, fields=fields)
