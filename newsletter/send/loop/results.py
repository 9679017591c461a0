"""What became of one message, before it is written down."""

from typing import Final, NamedTuple

from newsletter.errors import TransportError, TransportRefused, TransportUnavailable
from newsletter.send.loop.pages import Ready
from newsletter.values import Receipt


class Result(NamedTuple):
    """What became of a message. result: None for somebody to whom none could be made."""

    ready: Ready
    result: Receipt | TransportError | None

    @property
    def delivery_id(self) -> int:
        """Return whose row it is about."""
        return self.ready.delivery_id

    @property
    def domain(self) -> str:
        """Return the domain of the recipient."""
        personal = self.ready.personal
        return "" if personal is None else personal.email.rpartition("@")[2].lower()


NO_MAIL: Final = TransportRefused("nothing was approved for this audience")
# Somebody who was gone when the page was read, and is there again: their turn comes again.
BACK: Final = TransportUnavailable("came back")
