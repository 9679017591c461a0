"""What a relay says that it took, held against the ledger: nobody missed, none in secret twice.

For a relay that writes down each acceptance, as the one of the kill tests does: a line for each,
with recipient, Message-ID and SHA-256 of the message, and tabs between; more may follow. Lines with
another Message-ID than ours, such as those of confirmations, are passed by.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.keys import message_key
from newsletter.model import Delivery
from newsletter.send.message import message_id
from newsletter.send.verify import Broken
from newsletter.values import DeliveryState
from storage.dialect import hold_still
from storage.session import Database
from subscribers.model import Subscriber

D = DeliveryState
OURS: Final = re.compile(r"<(e([0-9]{1,18})\.[a-z2-7]{24})@[^<>\s@]+>")
MAY_HAVE_ARRIVED: Final = frozenset({D.SENT, D.ATTEMPTING, D.IN_DOUBT})


@dataclass(slots=True)
class Taken:
    """The copies that a relay took of one message. is_equal: byte for byte."""

    recipient: str
    digest: str
    copies: int = 1
    is_equal: bool = True


@dataclass(slots=True)
class Acceptances:
    """What the relay took of one edition, by the part of the Message-ID before the @."""

    edition_id: int
    file: BinaryIO
    read_bytes: int = 0
    taken: dict[str, Taken] = field(default_factory=dict)

    def read_on(self) -> None:
        """Read what was written since the last time; a last line that is not whole waits."""
        self.file.seek(self.read_bytes)
        while (line := self.file.readline()).endswith(b"\n"):
            self.read_bytes += len(line)
            self._note(line.decode("utf-8", "replace").rstrip("\n").split("\t"))

    def _note(self, told: list[str]) -> None:
        if len(told) < 3 or (ours := OURS.fullmatch(told[1])) is None:
            return
        if int(ours[2]) != self.edition_id:
            return
        recipient, _, digest, *_ = told
        known = self.taken.setdefault(ours[1], Taken(recipient, digest, copies=0))
        known.copies += 1
        known.is_equal = known.is_equal and (known.recipient, known.digest) == (recipient, digest)


def compare(db: Database, edition_id: int, file: BinaryIO, *, key: bytes) -> list[Broken]:
    """Hold an edition against what the relay wrote down in `file`; return what is broken.

    key: `Settings.hash_key`. What the relay took before the ledger is looked at must be known
    there; what is counted as sent there must stand in the file by now.
    """
    found = Acceptances(edition_id, file)
    found.read_on()
    before = {name: (one.copies, one.recipient) for name, one in found.taken.items()}
    seen = _Seen()
    with db.read() as session:
        hold_still(session)
        for row in _rows(session, edition_id, key):
            seen.look(row, before.pop(row.name, None))
        erased = _erased(session, edition_id)
    found.read_on()
    missed = sum(one not in found.taken for one in seen.sent)
    differing = sum(not one.is_equal for one in found.taken.values())
    told = (
        ("I5", seen.unannounced, "have more copies at the relay than were announced"),
        ("I6", max(0, len(before) - erased) + seen.elsewhere, "went to somebody outside the list"),
        ("I9", differing, "came in copies that are not byte for byte the same"),
        ("I10", seen.unknown, "were taken by the relay, but the ledger says they never left"),
        ("I10", missed, "are counted as sent, but the relay never took them"),
    )
    return [Broken(edition_id, rule, f"{n} {what}") for rule, n, what in told if n]


@dataclass(frozen=True, slots=True)
class _Row:
    name: str
    state: str
    resends: int
    email: str


@dataclass(slots=True)
class _Seen:
    """Counts over the rows of an edition. sent: the names of those that are counted as sent."""

    sent: list[str] = field(default_factory=list)
    unannounced: int = 0
    elsewhere: int = 0
    unknown: int = 0

    def look(self, row: _Row, taken: tuple[int, str] | None) -> None:
        if row.state == D.SENT:
            self.sent.append(row.name)
        if taken is None:
            return
        copies, recipient = taken
        self.unannounced += copies > 1 + row.resends
        self.elsewhere += recipient.lower() != row.email
        self.unknown += row.state not in MAY_HAVE_ARRIVED and not row.resends


def _erased(session: Session, edition_id: int) -> int:
    gone = (Delivery.edition_id == edition_id) & Delivery.subscriber_id.is_(None)
    return session.scalar(select(func.count()).where(gone)) or 0


def _rows(session: Session, edition_id: int, key: bytes) -> Iterator[_Row]:
    """Yield the rows of who is still there: of an erased reader nobody knows the Message-ID."""
    own = message_key(key)
    rows = session.execute(
        select(Subscriber.id, Delivery.state, Delivery.resends, Subscriber.email_key)
        .join(Delivery, Delivery.subscriber_id == Subscriber.id)
        .where(Delivery.edition_id == edition_id)
        .execution_options(yield_per=10_000)
    )
    for subscriber_id, state, resends, email in rows:
        name = message_id(edition_id, subscriber_id, key=own, domain="")[1:-2]
        yield _Row(name, state, resends, email)
