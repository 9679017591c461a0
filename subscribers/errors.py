"""What can go wrong with subscribers.

    SubscriberError
    |- InvalidAddress       not one e-mail address (RFC 5321 §4.1.2), or one we cannot deliver to
    |- StatusMoveNotAllowed somebody's status does not allow that
    |- GroundMissing        nobody is added without a stated ground
    |- SuppressedAddress    this address may not be mailed, whoever asks
    |- InvalidToken         a link that we did not make, or of another kind
    |- ExpiredToken         a link of ours that is too old
    |- UnknownSegment       no segment is called that
    |- UnknownCondition     a segment's expression names what does not exist
    |  `- SegmentTooLarge   it says more than one question to the database may hold
    |- SegmentChanged       somebody else changed the segment first
    |- SegmentInUse         other segments are made of it, or editions go to it
    |- UnknownPartnership   no partnership is called that
    |- UnknownOrganisation  no school or institute is called that
    |- NameMissing          a list from elsewhere is followed by its name, and it has none
    |- NameTaken            a partnership or an organisation is called that already
    |- UnknownSubscriber    nobody has that number, or not any more
    |- SubscriberChanged    somebody else changed the person first
    |- ManyMoved            not as many people are looked for as somebody was told
    |- ManyChangeGone       a change of many people cannot be taken back, or not any more
    |- FieldChanged         somebody else changed the partnership or organisation first
    |- ListMovedOn          somebody else took this list to another step
    |- TooManyRows          more people than the file that was asked for can hold
    |- TooManyMissing       a list from elsewhere misses more people than may go at once
    `- MalformedImport      the file as a whole cannot be read; single rows are reported instead
       `- OtherFile         it is of a kind that we know and do not read

Messages hold no address: they may end up in a log.
"""

from collections.abc import Sequence
from enum import StrEnum


class AddressFault(StrEnum):
    """What is wrong with a text that should have been one address; the value says it in English."""

    EMPTY = "nothing was given"
    SEVERAL = "more than one address"
    DISPLAY_NAME = "a name or angle brackets around the address"
    CONTROL = "a control character"
    SPACE = "a space in the address"
    QUOTED = "a quoted local part"
    NO_AT = "no @ with something on both sides"
    LOCAL = "characters before the @ that cannot be there"
    DOMAIN = "no domain name after the @"
    LONG = "too long"


class SubscriberError(Exception):
    """Something about subscribers."""


class InvalidAddress(SubscriberError):
    """The text is not one address that mail can be sent to. fault: which of the reasons."""

    def __init__(self, fault: AddressFault) -> None:
        super().__init__(f"not an e-mail address: {fault}")
        self.fault = fault


class StatusMoveNotAllowed(SubscriberError):
    """The subscriber's status does not allow that; nothing changed."""


class GroundMissing(SubscriberError):
    """Nobody is added without a stated ground (Telecommunicatiewet art. 11.7)."""

    def __init__(self) -> None:
        super().__init__("state why these people may be mailed: the ground is kept as evidence")


class SuppressedAddress(SubscriberError):
    """The address may not be mailed. reason: bounce, complaint, erased or unsubscribed."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"this address may not be mailed: {reason}")
        self.reason = reason


class InvalidToken(SubscriberError):
    """The link was not made here, or was made for something else."""


class ExpiredToken(SubscriberError):
    """The link was ours; its time is over."""


class UnknownSegment(SubscriberError):
    """No segment is called that."""


class UnknownCondition(SubscriberError):
    """A segment's expression names a field or a value that does not exist.

    place: where in the expression, its first character being 1; None where there is none.
    """

    def __init__(self, message: str, *, place: int | None = None) -> None:
        super().__init__(message)
        self.place = place


class SegmentTooLarge(UnknownCondition):
    """A segment says more, or stands deeper in others, than one question may hold."""


class SegmentChanged(SubscriberError):
    """Somebody else changed the segment since it was looked at; nothing changed."""


class SegmentInUse(SubscriberError):
    """A segment cannot go: other segments are made of it, or editions go to it. by: their names."""

    def __init__(self, slug: str, by: Sequence[str]) -> None:
        super().__init__(f"segment {slug!r} is used by {', '.join(by)}")
        self.slug, self.by = slug, tuple(by)


class UnknownPartnership(SubscriberError):
    """No partnership is called that."""


class UnknownOrganisation(SubscriberError):
    """No school or institute is called that."""


class NameMissing(SubscriberError):
    """A list from elsewhere has no name, and its people are known by that."""

    def __init__(self) -> None:
        super().__init__("name the list, the same every time: its people are known by it")


class NameTaken(SubscriberError):
    """There is a partnership or an organisation of that name."""


class UnknownSubscriber(SubscriberError):
    """Nobody has that number, or not any more."""


class SubscriberChanged(SubscriberError):
    """Somebody else changed the person first, or they did so themselves."""


class ManyMoved(SubscriberError):
    """Not as many people are looked for as somebody was told. found: how many there are."""

    def __init__(self, found: int) -> None:
        super().__init__(f"{found} people are looked for now")
        self.found = found


class ManyChangeGone(SubscriberError):
    """A change of many people cannot be taken back: it was, or it is too old."""


class FieldChanged(SubscriberError):
    """Somebody else changed the partnership or organisation since its form was shown."""


class MalformedImport(SubscriberError):
    """The file cannot be read as a list of subscribers."""


class FileKind(StrEnum):
    """A kind of file that people take for a list; the value says what to do, in English."""

    OLD_WORKBOOK = "this is a workbook of before 2007 (.xls): save it as .xlsx or CSV first"
    OPEN_DOCUMENT = "this is an OpenDocument sheet (.ods): save it as .xlsx or CSV first"
    PACKED = "this is a package (.zip): unpack it, and take the list that is in it"
    PDF = "this is a PDF: ask for the list as .xlsx or CSV"
    NO_TEXT = "this is no text and no workbook: save the list as .xlsx or CSV first"
    EMPTY = "the first line is empty: it has to name the columns"
    PEOPLE = (
        "this is a list of people (newsletter subscriber import);"
        " if it is not, take out the column of addresses"
    )


class OtherFile(MalformedImport):
    """The file is of another kind. kind: which."""

    def __init__(self, kind: FileKind) -> None:
        super().__init__(kind.value)
        self.kind = kind


class TooManyRows(SubscriberError):
    """More people than the file can hold. people, most: how many."""

    def __init__(self, people: int, most: int) -> None:
        super().__init__(f"{people} people do not fit in a workbook of {most} rows: choose CSV")
        self.people, self.most = people, most


class TooManyMissing(SubscriberError):
    """A list misses more of its people than may go at once; nothing changed.

    missing: how many it misses; most: how many may go.
    """

    def __init__(self, missing: int, most: int) -> None:
        super().__init__(
            f"{missing} people of this list are not in the file, and at most {most} may go at once:"
            f" nothing was changed. Is the file whole? Then add --allow {missing}"
        )
        self.missing, self.most = missing, most


class TooManyThemes(SubscriberError):
    """No more themes can be told apart (`themes`)."""


class ListMovedOn(SubscriberError):
    """Somebody else took this list to another step; nothing changed."""
