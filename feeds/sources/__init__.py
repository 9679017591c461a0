"""The kinds of source: bytes in, values out. A new kind is registered here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import Final, Protocol

from feeds.values import Parsed, SourceKind


class Parse(Protocol):
    """Reads one document of one kind."""

    def __call__(self, document: bytes, *, now: datetime, base_url: str) -> Parsed:
        """Return what the document holds. Raises MalformedSource when it is not of this kind.

        base_url: where the document came from; links in it are relative to that.
        """
        ...


@dataclass(frozen=True, slots=True)
class Parser:
    """A function of ours by its name: what it needs is imported when there is such a document.

    Most children read feeds only, and importing what reads calendars takes as long as all the rest.
    """

    module: str
    function: str

    def load(self) -> Parse:
        """Return the function; the first time, that imports its module and a library."""
        parse: Parse = getattr(import_module(self.module), self.function)
        return parse

    def __call__(self, document: bytes, *, now: datetime, base_url: str) -> Parsed:
        """Read a document, as `Parse` says."""
        return self.load()(document, now=now, base_url=base_url)


PARSERS: Final[Mapping[str, Parser]] = {
    SourceKind.FEED: Parser("feeds.sources.syndication", "parse_feed"),
    SourceKind.AGENDA: Parser("feeds.sources.agenda", "parse_agenda"),
    SourceKind.PRACTICE: Parser("feeds.sources.practice", "parse_practice"),
}
