"""What can go wrong while gathering.

    GatherError
    |- SourceRefused          we will not go there: scheme, private address, port
    |- SourceUnreachable      no name, no connection, connection lost
    |- SourceTooSlow          one of the time limits passed
    |- SourceTooLarge         one of the size limits passed
    |- SourceTooHeavy         reading it took more time or memory than we give, or ended the reader
    |- SourceAnswered         an HTTP status that is not 200, 304 or a redirect
    |  `- SourceGone          410, or the file is no longer there
    |- TooManyRedirects
    |- MalformedSource        the bytes are not what this kind of source is made of
    `- UnknownSource          there is no source, theme or item of that name
    AddressTaken              another source has that address
    SourceInUse               it brought items, so it cannot be removed
    SourceChanged             somebody else saved what is said about that source first
    ItemUnusable              an item of the editors' own lacks or contradicts something
    ItemChanged               somebody else, or its source, changed that item first
    ExampleChanged            somebody else saved that example first
    ImageRefused              a picture that we do not take in
    UnknownSubmission         nobody sent that in
    SubmissionMoveNotAllowed  it does not stand where that can be done
    SubmissionChanged         its text is no longer the one that was looked at
    ReaderBroken              no document can be read: the fault is ours

The first line of each message says what happened, in English, without personal data.
"""

from enum import StrEnum
from typing import Final

STUMBLES: Final = (ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError,
                   TypeError, ValueError)  # fmt: skip
"""What parsers, ours and others', were seen to raise on hostile documents: one source's problem."""


class GatherError(Exception):
    """Something about one source; the others go on."""


class SourceRefused(GatherError):
    """The address may not be visited."""


class NameFault(StrEnum):
    """Why no address was found for a name."""

    UNKNOWN = "unknown"  # the name server says that there is no such name
    UNASKED = "unasked"  # no name server could be asked


class SourceUnreachable(GatherError):
    """Nobody answered. name: set when it was for want of an address."""

    def __init__(self, message: str, *, name: NameFault | None = None) -> None:
        super().__init__(message)
        self.name = name


class SourceTooSlow(GatherError):
    """The answer did not come within its time."""


class SourceTooLarge(GatherError):
    """The answer passed its size."""


class SourceTooHeavy(GatherError):
    """Reading the document passed its time or its memory, or ended the child that read it."""


class SourceAnswered(GatherError):
    """The server answered with a status that brings nothing."""

    def __init__(self, message: str, *, status: int, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after_s = retry_after_s


class SourceGone(SourceAnswered):
    """The server says that the source is gone for good."""


class AddressTaken(Exception):
    """Another source has that address; `slug` and `name` say which."""

    def __init__(self, slug: str, name: str) -> None:
        super().__init__(f"the source {slug!r} has that address")
        self.slug, self.name = slug, name


class SourceInUse(Exception):
    """The source brought items, which would lose where they come from; it can be turned off."""


class ItemUnusable(Exception):
    """An item cannot be kept like this; the message says what to change."""


class ItemChanged(Exception):
    """The item no longer says what was looked at."""


class SourceChanged(Exception):
    """What is said about the source is no longer what was looked at."""


class TooManyRedirects(GatherError):
    """The address leads from one to the next without an end."""


class MalformedSource(GatherError):
    """The document is not what it should be; the message names the place when there is one."""


class UnknownSource(GatherError):
    """No source, theme or item is called that."""


class ExampleChanged(Exception):
    """The practice example is no longer the one that was looked at."""


class ImageFault(StrEnum):
    """Why a picture is not taken in."""

    TOO_LARGE = "too_large"
    TOO_MANY_PIXELS = "too_many_pixels"
    OTHER_KIND = "other_kind"
    BROKEN = "broken"


class ImageRefused(Exception):
    """The bytes are no picture that we take in; `fault` says why."""

    def __init__(self, fault: ImageFault, detail: str) -> None:
        super().__init__(f"the picture is refused ({fault}): {detail}")
        self.fault = fault


class UnknownSubmission(Exception):
    """There is no such submission."""


class SubmissionMoveNotAllowed(Exception):
    """The submission stands elsewhere on its way."""

    def __init__(self, submission_id: int, status: str, to: str) -> None:
        super().__init__(f"submission {submission_id} is {status} and cannot become {to}")


class SubmissionChanged(Exception):
    """Somebody changed the text in the meantime."""


class ReaderBroken(Exception):
    """The child that reads documents does not start, so that nothing can be read."""
