"""What readers ask about themselves: everything we hold, another address, to be erased.

No transaction is open while the relay is waited for, so what was asked for is stored first.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from feeds.model import Item
from newsletter.accounts.held import forget_naming
from newsletter.caught_mail import CAUGHT, forget_caught
from newsletter.learn.bounces import forget_address
from newsletter.mailed import Mailed, mail
from newsletter.model import Delivery, Edition
from newsletter.send.ledger import forget_erased
from newsletter.send.notices.reader import move_values, moved_values
from newsletter.store import returned, unknown_mail
from newsletter.wiring import Services
from storage.log import record
from storage.traces import write_over_erased
from subscribers import consent, moving
from subscribers.addresses import address_hash, mask
from subscribers.many import had_before
from subscribers.model import AddressChange, Attendance, Subscriber, Suppression
from subscribers.store import everything_of, get_by_id, get_subscriber
from subscribers.waiting import forget_of

BOUNCES: Final = "bounces"  # in the data folder


def ask_to_move(services: Services, subscriber_id: int, *, email: str, now: datetime) -> None:
    """Mail the link to the new address, where one may go there. Raises InvalidAddress.

    Nothing says which: the page that asked shows the same for every address.
    """
    change_id = moving.ask_to_move(services.db, subscriber_id, email=email, now=now)
    if change_id is None:
        return
    with services.db.read() as session:
        change = moving.change_asked(session, change_id)
    if change is None:
        return
    url = services.links.move_url(change_id, now=now)
    mailed = mail(services, "move", change.email, move_values(move_url=url, asked_at=now), now)
    if mailed in {Mailed.FAILED, Mailed.REFUSED}:
        moving.take_back(services.db, change_id)


def move(services: Services, change_id: int, *, now: datetime) -> int | None:
    """Give a reader the confirmed address, and tell the former one; return who, or None.

    The former mailbox is often gone: that it could not be told changes nothing.
    """
    key = services.settings.hash_key
    moved = moving.move(services.db, change_id, key=key, now=now)
    if moved is None:
        return None
    with services.db.read() as session:
        row = get_by_id(session, moved.subscriber_id)
    if row is not None:
        values = moved_values(masked=mask(row.email), at=now)
        mail(services, "moved", moved.former, values, now)
    return moved.subscriber_id


def erase(services: Services, who: int | str, *, now: datetime) -> bool:
    """Remove everything about a person, by id or address; return whether there was anybody.

    What stays is the keyed hash of the address. Servers' replies, returned mail, lists and forms
    that wait at the desk and the demo's caught mail may name it: they go in the same moment, not
    in the night, and so does what the database would write over one day. Files go first: after a
    crash there still is somebody to erase.
    """
    db = services.db
    with db.read() as session:
        addresses = _addresses(session, _row(session, who))
    _forget_files(services, addresses)
    with db.write() as session:
        if not consent.erase_in(session, who, key=services.settings.hash_key, now=now):
            return False
        forget_erased(session)
        for address in addresses:
            forget_of(session, address)
            unknown_mail.forget_naming(session, address)
        forget_naming(session, addresses)
    _forget_files(services, addresses)  # what came in the meantime
    write_over_erased(db.engine)
    return True


def _forget_files(services: Services, addresses: Sequence[str]) -> None:
    folder = services.settings.data_dir
    for address in addresses:
        forget_address(folder / BOUNCES, address)
        forget_caught(folder / CAUGHT, address)
        services.lists.forget(address)


def _addresses(session: Session, row: Subscriber | None) -> Sequence[str]:
    """Return the keys of somebody's address, and of those that they want to move to."""
    if row is None:
        return ()
    asked = select(AddressChange.email_key).where(AddressChange.subscriber_id == row.id)
    return tuple({row.email_key, *session.scalars(asked)})


def everything_about(session: Session, who: int | str, *, key: bytes) -> Mapping[str, Any] | None:
    """Return all that we hold about one person, by id or address (AVG art. 15 and 20), or None."""
    row = _row(session, who)
    if row is None:
        return None
    return {
        **everything_of(session, row),
        "attended": _attended(session, row.id),
        "earlier": had_before(session, row.id),
        "deliveries": _deliveries(session, row.id),
        "returned": _returned(session, row.id),
        "suppression": _suppression(session, row, key),
    }


def record_taken(session: Session, subscriber_id: int, *, now: datetime) -> None:
    """Put on record that a reader took everything along."""
    record(session, "subscriber.taken", now=now, detail={"subscriber": subscriber_id})


def _row(session: Session, who: int | str) -> Subscriber | None:
    return get_by_id(session, who) if isinstance(who, int) else get_subscriber(session, who)


def _deliveries(session: Session, subscriber_id: int) -> list[dict[str, Any]]:
    rows = session.execute(
        select(
            *(Delivery.edition_id, Edition.kind, Edition.title, Delivery.audience),
            *(Delivery.state, Delivery.at, Delivery.code, Delivery.reply),
        )
        .join(Edition, Edition.id == Delivery.edition_id)
        .where(Delivery.subscriber_id == subscriber_id)
        .order_by(Delivery.edition_id)
    )
    return [dict(row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public name for it


def _returned(session: Session, subscriber_id: int) -> list[dict[str, Any]]:
    return [
        {
            "edition_id": one.edition_id,
            "at": one.at,
            "kind": one.kind,
            "code": one.status,
            "reply": one.reason,
            "outcome": one.outcome,
        }
        for one in returned.mail_of(session, subscriber_id)
    ]


def _attended(session: Session, subscriber_id: int) -> list[dict[str, Any]]:
    rows = session.execute(
        select(Attendance.event_id, Item.title, Item.starts_at, Attendance.at)
        .join(Item, Item.id == Attendance.event_id)
        .where(Attendance.subscriber_id == subscriber_id)
        .order_by(Attendance.event_id)
    )
    return [dict(row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public name for it


def _suppression(session: Session, row: Subscriber, key: bytes) -> dict[str, Any] | None:
    found = session.get(Suppression, address_hash(key, row.email_key))
    return {"reason": found.reason, "at": found.at} if found else None
