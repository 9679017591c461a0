"""The kinds of source: bytes in, values out. A new kind is registered here."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Protocol

from feeds.sources.agenda import parse_agenda
from feeds.sources.practice import parse_practice
from feeds.sources.syndication import parse_feed
from feeds.values import Parsed, SourceKind


class Parse(Protocol):
    """Reads one document of one kind."""

    def __call__(self, document: bytes, *, now: datetime, base_url: str) -> Parsed:
        """Return what the document holds. Raises MalformedSource when it is not of this kind.

        base_url: where the document came from; links in it are relative to that.
        """
        ...


PARSERS: Final[Mapping[str, Parse]] = {
    SourceKind.FEED: parse_feed,
    SourceKind.AGENDA: parse_agenda,
    SourceKind.PRACTICE: parse_practice,
}
