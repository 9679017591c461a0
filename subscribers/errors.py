"""What can go wrong with subscribers.

    SubscriberError
    |- InvalidAddress       not one e-mail address (RFC 5321 §4.1.2), or one we cannot deliver to
    |- InvalidToken         a link that we did not make, or of another kind
    |- ExpiredToken         a link of ours that is too old
    |- UnknownSegment       no segment is called that
    |- UnknownCondition     a segment's expression names what does not exist
    `- MalformedImport      the file as a whole cannot be read; single rows are reported instead

Messages hold no address: they may end up in a log.
"""


class SubscriberError(Exception):
    """Something about subscribers."""


class InvalidAddress(SubscriberError):
    """The text is not one address that mail can be sent to."""


class InvalidToken(SubscriberError):
    """The link was not made here, or was made for something else."""


class ExpiredToken(SubscriberError):
    """The link was ours; its time is over."""


class UnknownSegment(SubscriberError):
    """No segment is called that."""


class UnknownCondition(SubscriberError):
    """A segment's expression names a field or a value that does not exist."""


class MalformedImport(SubscriberError):
    """The file cannot be read as a list of subscribers."""
