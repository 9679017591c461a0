"""What the stages are handed from outside."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from feeds.values import Sight
from newsletter.cut import Cut
from newsletter.values import DomainRecords, EditionContent, Finding, NoticeText, Receipt, Rendered

Clock = Callable[[], datetime]
"""Returns the present moment, aware and UTC."""


class Render(Protocol):
    """Edition and cut in, mail out. Pure: the same content always gives the same bytes."""

    def __call__(self, content: EditionContent, cut: Cut) -> Rendered:
        """Return what a reader with this cut gets; problems are inside, never raised."""
        ...


@dataclass(frozen=True, slots=True)
class Terms:
    """What an approval holds under that does not stand in the edition.

    letterhead: what heads each mail, as `Settings.letterhead` says it.
    approvers:  how many people must have approved the same.
    """

    render: Render
    letterhead: tuple[str, ...]
    approvers: int = 1


class Preflight(Protocol):
    """Runs the checks on an edition as it is now, without the network."""

    def __call__(self, edition_id: int, *, now: datetime) -> tuple[Finding, ...]:
        """Return what was noticed, errors first."""
        ...


class LookAtLinks(Protocol):
    """Goes to addresses to see whether there is something, within bounds of time and size."""

    def __call__(self, urls: Iterable[str]) -> Mapping[str, Sight]:
        """Return what was seen, for those of which something can be said."""
        ...


class AskDomain(Protocol):
    """Asks name servers for the records of a sender's domain, within bounds of time."""

    def __call__(self, sender: str, bounces: str) -> DomainRecords | None:
        """Return what they say; None when nobody answers."""
        ...


@dataclass(frozen=True, slots=True)
class Outside:
    """The ways to look outside before an edition is judged."""

    links: LookAtLinks
    domain: AskDomain


class RenderNotice(Protocol):
    """The name of a notice and its values in, one mail out."""

    def __call__(self, notice: str, values: Mapping[str, object]) -> NoticeText:
        """Return what this one reader gets; every value that its templates name must be there."""
        ...


class Connection(Protocol):
    """One open way out, used by one thread at a time."""

    def deliver(self, *, sender: str, recipient: str, message: bytes) -> Receipt:
        """Hand one message over and return the answer to the final dot.

        message: CRLF line ends, headers first.
        Raises:  TransportRefused (this person, for good), TransportDeferred (this person, later),
                 TransportUnavailable (nothing was accepted, nobody's fault here),
                 TransportUncertain (the dot was sent, no answer came).
        """
        ...

    def close(self) -> None:
        """Say goodbye; never raises."""
        ...


class Transport(Protocol):
    """A way out: opens connections."""

    @property
    def connections(self) -> int:
        """How many may be open at once."""
        ...

    def connect(self) -> Connection:
        """Open one connection. Raises TransportUnavailable."""
        ...
