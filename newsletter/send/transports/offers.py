"""What the relay said that it can do, as it was last connected to."""

from dataclasses import dataclass


@dataclass(slots=True)
class Offers:
    """Kept by one process, and noted anew at each connection; a relay may be replaced.

    letters: it takes addresses with letters outside ASCII before the @ (RFC 6531); None while no
             connection was made yet.
    """

    letters: bool | None = None
