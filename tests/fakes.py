"""The only fakes: the clock, the network's failures, and the relay's bad days."""

import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from newsletter.errors import TransportError
from newsletter.values import Receipt

START = datetime(2027, 4, 20, 8, 0, tzinfo=UTC)  # a Tuesday, ten o'clock in Amsterdam


class FakeClock:
    """A clock that stands still until it is moved."""

    def __init__(self, start: datetime = START) -> None:
        self.now = start

    def __call__(self) -> datetime:
        return self.now

    def later(self, **step: float) -> datetime:
        self.now += timedelta(**step)
        return self.now


class FakeTransport:
    """A relay that accepts everything, except where `fails` holds an error for a recipient."""

    def __init__(
        self, fails: Mapping[str, TransportError] | None = None, connections: int = 2
    ) -> None:
        self.fails = dict(fails or {})
        self.connections = connections
        self.attempted: list[str] = []
        self.accepted: list[tuple[str, str, bytes]] = []
        self._lock = threading.Lock()

    def connect(self) -> "FakeTransport":
        return self

    def close(self) -> None:
        return

    def deliver(self, *, sender: str, recipient: str, message: bytes) -> Receipt:
        with self._lock:
            self.attempted.append(recipient)
            if recipient in self.fails:
                raise self.fails[recipient]
            self.accepted.append((sender, recipient, message))
        return Receipt(250, "2.0.0 accepted")
