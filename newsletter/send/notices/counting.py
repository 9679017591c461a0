"""The lane of notices: they go at once, past every limit, and are counted after they went."""

from dataclasses import dataclass

import structlog

from newsletter.errors import TransportError, TransportUnavailable
from newsletter.limits import Limits
from newsletter.ports import Clock, Connection, Transport
from newsletter.send.mail.headers import domain_of
from newsletter.send.pace import count_notice
from newsletter.values import Receipt
from storage.errors import StorageError
from storage.session import Database

log = structlog.get_logger()


def counted(transport: Transport, db: Database, limits: Limits, clock: Clock) -> Transport:
    """Return the way out, with what goes over it counted; itself where there is no limit."""
    return _Counted(transport, _Counter(db, limits, clock)) if limits.counts else transport


@dataclass(frozen=True, slots=True)
class _Counter:
    db: Database
    limits: Limits
    clock: Clock

    def count(self, recipient: str) -> None:
        """Count one message. One that went is not undone because it could not be counted."""
        try:
            count_notice(self.db, self.limits, domain_of(recipient), now=self.clock())
        except StorageError:
            log.warning("a notice went out and could not be counted")


class _Counted:
    """A `ports.Transport` that counts."""

    def __init__(self, transport: Transport, counter: _Counter) -> None:
        self._transport, self._counter = transport, counter

    @property
    def connections(self) -> int:
        return self._transport.connections

    def connect(self) -> Connection:
        return _CountedConnection(self._transport.connect(), self._counter)


class _CountedConnection:
    """A `ports.Connection` that counts what was handed over, whatever came of it."""

    def __init__(self, connection: Connection, counter: _Counter) -> None:
        self._connection, self._counter = connection, counter

    def deliver(self, *, sender: str, recipient: str, message: bytes) -> Receipt:
        try:
            receipt = self._connection.deliver(sender=sender, recipient=recipient, message=message)
        except TransportUnavailable:  # nothing went over
            raise
        except TransportError:
            self._counter.count(recipient)
            raise
        self._counter.count(recipient)
        return receipt

    def close(self) -> None:
        self._connection.close()
