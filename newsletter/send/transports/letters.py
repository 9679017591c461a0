"""One message on its way out, and the news of it that a pool of connections brings."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol, runtime_checkable

from newsletter.errors import TransportError, TransportUnavailable
from newsletter.values import Receipt

Parts = Sequence[bytes]


@dataclass(slots=True, eq=False)
class Letter:
    """One message to one recipient.

    parts:    of the message, one after the other.
    about:    whatever the sender keeps with it.
    has_dots: whether a line of it may begin with a dot; looking costs a third of all else of it.
    """

    sender: str
    recipient: str
    parts: Parts
    about: Any = None
    has_dots: bool = True

    @property
    def message(self) -> bytes:
        """The message."""
        return b"".join(self.parts)

    @property
    def size(self) -> int:
        """The bytes of the message."""
        return sum(map(len, self.parts))

    def dots_doubled(self) -> Parts:
        """Return the message with a dot before each dot that begins a line (RFC 5321 §4.5.2).

        It ends with a line end, so that the dot after it stands alone.
        """
        parts = self.parts
        if self.has_dots:
            message = self.message.replace(b"\n.", b"\n..")
            parts = (b"." + message if message.startswith(b".") else message,)
        return parts if parts[-1].endswith(b"\r\n") else (*parts, b"\r\n")


class Turn(Enum):
    """What is no result."""

    OPEN = "open"  # the relay waits for its body: it may be sent, or dropped
    BACK = "back"  # it was not begun, and is nobody's fault: it may be prepared again


News = tuple[Letter, Receipt | TransportError | Turn]


@runtime_checkable
class Pooling(Protocol):
    """A way out whose connections serve together, in one loop of its own."""

    def pool(self) -> "Pool":
        """Return all its connections; none is opened yet."""
        ...


class Pool(Protocol):
    """Connections that serve together; every message is prepared, then let go or dropped.

    What was let go and not settled is in hand: at most one message for each connection.
    """

    @property
    def free(self) -> int:
        """How many messages may be prepared now."""
        ...

    @property
    def busy(self) -> int:
        """How many messages are in hand or prepared."""
        ...

    @property
    def outage(self) -> TransportUnavailable | None:
        """Why a connection was given up for good; None while none was."""
        ...

    @property
    def is_closed(self) -> bool:
        """Whether no connection reaches the relay any more."""
        ...

    def prepare(self, letter: Letter) -> None:
        """Say for whom the next message is, as far as the relay may know it already."""
        ...

    def let_go(self, letter: Letter) -> None:
        """Send the body of a message whose turn is OPEN: from here on it may arrive."""
        ...

    def drop(self, letter: Letter) -> None:
        """Send nothing of a message whose turn is OPEN; there is no more news of it."""
        ...

    def withdraw(self) -> None:
        """Give back what is prepared and not in hand."""
        ...

    def flush(self) -> None:
        """Say what is to be said, without waiting for anything."""
        ...

    def collect(self, wait_s: float) -> list[News]:
        """Return what happened, waiting so long at most for the first of it."""
        ...

    def close(self) -> None:
        """Say goodbye; never raises."""
        ...
