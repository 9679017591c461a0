"""The suppression list: keyed hashes of addresses that no list may bring in, with the reason."""

from datetime import datetime
from typing import Final

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from storage.dialect import insert_new
from subscribers.addresses import address_hash
from subscribers.model import Suppression
from subscribers.values import SuppressionReason

_TABLE: Final = Suppression.metadata.tables["suppression"]


def remember(
    session: Session, address_key: str, reason: SuppressionReason, *, key: bytes, now: datetime
) -> None:
    """Put an address on the list. A reason that stands there stays, but one who moved may go on."""
    hashed = address_hash(key, address_key)
    insert_new(session, _TABLE, [{"address_hash": hashed, "reason": reason, "at": now}])
    moved = (Suppression.address_hash == hashed, Suppression.reason == SuppressionReason.MOVED)
    session.execute(update(Suppression).where(*moved).values(reason=reason, at=now))


def reason_of(session: Session, address_key: str, *, key: bytes) -> SuppressionReason | None:
    """Return why an address stands on the list, or None when it does not."""
    found = session.get(Suppression, address_hash(key, address_key))
    return SuppressionReason(found.reason) if found else None


def forget_bounce(session: Session, address_key: str, *, key: bytes) -> bool:
    """Take an address off the list that was on it because mail came back; say whether it was."""
    gone = session.execute(
        delete(Suppression)
        .where(
            Suppression.address_hash == address_hash(key, address_key),
            Suppression.reason == SuppressionReason.BOUNCE,
        )
        .returning(Suppression.address_hash)
    )
    return gone.first() is not None


def forget_move(session: Session, address_key: str, *, key: bytes) -> None:
    """Take an address off the list to which somebody came back who had moved away from it."""
    session.execute(
        delete(Suppression).where(
            Suppression.address_hash == address_hash(key, address_key),
            Suppression.reason == SuppressionReason.MOVED,
        )
    )
