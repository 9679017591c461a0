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
        self._news = threading.Condition()

    def connect(self) -> "FakeTransport":
        return self

    def close(self) -> None:
        return

    def deliver(self, *, sender: str, recipient: str, message: bytes) -> Receipt:
        with self._news:
            self.attempted.append(recipient)
            if recipient in self.fails:
                raise self.fails[recipient]
            self.accepted.append((sender, recipient, message))
            self._news.notify_all()
        return Receipt(250, "2.0.0 accepted")

    def first(self, *, patience_s: float = 20.0) -> tuple[str, str, bytes]:
        """Return the first mail: who sends it, to whom, and what it is.

        Some mails leave after the page has said so: they are waited for.
        """
        with self._news:
            assert self._news.wait_for(lambda: self.accepted, patience_s), "no mail came"
            return self.accepted[0]
