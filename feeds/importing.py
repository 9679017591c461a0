"""Lists of sources in and out: what an OPML file would bring, bringing it, and giving our own."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy.orm import Session

from feeds import store
from feeds.errors import SourceRefused
from feeds.identity import canonical_link
from feeds.model import Source
from feeds.opml import Outline, read_opml, write_opml
from feeds.themes import theme_words
from feeds.typed import web_address
from feeds.values import SourceKind
from storage.log import record
from storage.session import Database

LISTED: Final = (SourceKind.FEED, SourceKind.AGENDA)  # a folder is a place on this machine only


class Verdict(StrEnum):
    """What an import makes of one source of a list."""

    NEW = "new"
    KNOWN = "known"  # it is followed already, or stands in the list before; it stays as it is
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class ListLine:
    """One source of a list, judged.

    address: what it is stored as, or "" when it is bad. reason: why it is, in one English line.
    themes:  the slugs of the themes that the list names for it.
    """

    outline: Outline
    verdict: Verdict
    address: str = ""
    themes: tuple[str, ...] = ()
    reason: str = ""

    @property
    def name(self) -> str:
        """What it is called, or will be as long as it gives itself no name."""
        return self.outline.name or (store.default_name(self.address) if self.address else "")


@dataclass(frozen=True, slots=True)
class ListReport:
    """What a list brings, or brought, in its own order."""

    lines: tuple[ListLine, ...]

    def of(self, verdict: Verdict) -> tuple[ListLine, ...]:
        """Return the lines with this verdict."""
        return tuple(line for line in self.lines if line.verdict is verdict)


def judge_list(db: Database, document: bytes) -> ListReport:
    """Say what importing an OPML file would bring; nothing is written.

    Raises: MalformedSource, SourceTooLarge.
    """
    outlines = read_opml(document)
    with db.read() as session:
        return _judge(session, outlines)


def import_list(db: Database, document: bytes, *, now: datetime) -> ListReport:
    """Follow the sources of an OPML file that are not followed yet. A second time brings nothing.

    Raises: MalformedSource, SourceTooLarge; then nothing was written.
    """
    outlines = read_opml(document)
    with db.write() as session:
        report = _judge(session, outlines)
        _add(session, report.of(Verdict.NEW), now)
        counts = {verdict.value: len(report.of(verdict)) for verdict in Verdict}
        record(session, "source.imported", now=now, detail=counts)
    return report


def export_list(db: Database, *, title: str) -> bytes:
    """Return the sources as OPML, by name; folders of practice examples are left out."""
    with db.read() as session:
        sources = store.list_sources(session)
    return write_opml((_outline(one) for one in sources if one.kind in LISTED), title=title)


def rewritten(lines: Iterable[ListLine], *, title: str) -> bytes:
    """Return these lines as an OPML file of our own, to be imported as they were judged."""
    return write_opml((_as_judged(line) for line in lines), title=title)


def _judge(session: Session, outlines: Sequence[Outline]) -> ListReport:
    followed = store.list_sources(session)
    taken = {canonical_link(url) for one in followed for url in (one.url, one.previous_url) if url}
    return ListReport(tuple(_verdicts(outlines, taken, theme_words(session))))


def _verdicts(
    outlines: Iterable[Outline], taken: set[str], words: Mapping[str, str]
) -> Iterator[ListLine]:
    for outline in outlines:
        try:
            address = web_address(outline.url)
        except SourceRefused as refusal:
            yield ListLine(outline, Verdict.BAD, reason=str(refusal))
            continue
        form = canonical_link(address)
        verdict = Verdict.KNOWN if form in taken else Verdict.NEW
        taken.add(form)
        yield ListLine(outline, verdict, address, outline.themes(words))


def _add(session: Session, lines: Iterable[ListLine], now: datetime) -> None:
    slugs = {source.slug for source in store.list_sources(session)}
    for line in lines:
        source = store.new_source(
            line.address,
            kind=line.outline.kind,
            name=line.outline.name,
            themes=line.themes,
            audiences=line.outline.audiences,
            now=now,
        )
        source.slug = store.free_slug(source.name, slugs)
        source.active = line.outline.active
        slugs.add(source.slug)
        session.add(source)


def _outline(source: Source) -> Outline:
    return Outline(
        url=source.url,
        kind=SourceKind(source.kind),
        name=source.name,
        words=tuple(source.themes),
        audiences=tuple(source.audiences),
        active=source.active,
    )


def _as_judged(line: ListLine) -> Outline:
    return replace(line.outline, url=line.address, words=line.themes)
