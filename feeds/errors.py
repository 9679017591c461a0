"""What can go wrong while gathering.

    GatherError
    |- SourceRefused          we will not go there: scheme, private address, port
    |- SourceUnreachable      no name, no connection, connection lost
    |- SourceTooSlow          one of the time limits passed
    |- SourceTooLarge         one of the size limits passed
    |- SourceAnswered         an HTTP status that is not 200, 304 or a redirect
    |  `- SourceGone          410, or the file is no longer there
    |- TooManyRedirects
    |- MalformedSource        the bytes are not what this kind of source is made of
    `- UnknownSource          there is no source, theme or item of that name
    ItemUnusable              an item of the editors' own lacks or contradicts something

The first line of each message says what happened, in English, without personal data.
"""

from typing import Final

STUMBLES: Final = (ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError,
                   TypeError, ValueError)  # fmt: skip
"""What parsers, ours and others', were seen to raise on hostile documents: one source's problem."""


class GatherError(Exception):
    """Something about one source; the others go on."""


class SourceRefused(GatherError):
    """The address may not be visited."""


class SourceUnreachable(GatherError):
    """Nobody answered."""


class SourceTooSlow(GatherError):
    """The answer did not come within its time."""


class SourceTooLarge(GatherError):
    """The answer passed its size."""


class SourceAnswered(GatherError):
    """The server answered with a status that brings nothing."""

    def __init__(self, message: str, *, status: int, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after_s = retry_after_s


class SourceGone(SourceAnswered):
    """The server says that the source is gone for good."""


class ItemUnusable(Exception):
    """An item cannot be kept like this; the message says what to change."""


class TooManyRedirects(GatherError):
    """The address leads from one to the next without an end."""


class MalformedSource(GatherError):
    """The document is not what it should be; the message names the place when there is one."""


class UnknownSource(GatherError):
    """No source, theme or item is called that."""
