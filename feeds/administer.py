"""Use cases of administrators on one source: label it, turn it off and on, lead it elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urljoin

from sqlalchemy.orm import Session

from feeds import store
from feeds.discover import Found, Offer, discover
from feeds.errors import AddressTaken, SourceChanged, SourceGone, SourceInUse
from feeds.fetch import Fetcher
from feeds.follow import Labels
from feeds.marks import labels_mark
from feeds.model import Source
from feeds.values import SourceKind
from storage.log import record
from storage.session import Database
from storage.text import one_line


@dataclass(frozen=True, slots=True)
class Led:
    """What became of leading a source elsewhere.

    is_there: whether it is at the new address now. found: what that address offers.
    kind:     of the source, which does not change.
    """

    is_there: bool
    kind: SourceKind
    found: Found


def label_source(db: Database, slug: str, labels: Labels, *, seen: str, now: datetime) -> None:
    """Keep what people say about a source; items that came before keep what they have.

    Without a name it keeps the one it has.
    seen:   the mark of what was looked at (`feeds/marks.py`).
    Raises: UnknownSource for a source or theme of no name; SourceChanged when something else is
            said of it by now, and not this.
    """
    with db.write() as session:
        source = store.get_source(session, slug)
        store.require_themes(session, labels.themes)
        was = labels_mark(source)
        source.name = one_line(labels.name, maximum=store.NAME_LENGTH) or source.name
        source.themes, source.audiences = list(labels.themes), list(labels.audiences)
        if seen != was and labels_mark(source) != was:
            raise SourceChanged(f"the source {slug!r} is not what was looked at")
        if labels_mark(source) != was:
            _record(session, "source.changed", source, now)


def turn_off(db: Database, slug: str, *, now: datetime) -> None:
    """Look at a source no more, until it is turned on. Raises UnknownSource."""
    with db.write() as session:
        source = store.get_source(session, slug)
        source.active, source.next_look_at = False, None
        if source.last_error == SourceGone.__name__:
            _forget_failures(source)  # what is gone is looked at for some days, off or not
        _record(session, "source.turned_off", source, now)


def turn_on(db: Database, slug: str, *, now: datetime) -> None:
    """Look at a source again, and at once. Raises UnknownSource."""
    with db.write() as session:
        source = store.get_source(session, slug)
        source.active, source.next_look_at = True, None
        _forget_failures(source)
        _record(session, "source.turned_on", source, now)


def note_asked(session: Session, slugs: Sequence[str], *, now: datetime) -> None:
    """Put on record that these were looked at because somebody asked. Raises UnknownSource."""
    for slug in slugs:
        _record(session, "source.asked", store.get_source(session, slug), now)


def search_site(db: Database, slug: str, *, fetcher: Fetcher, now: datetime) -> tuple[Offer, ...]:
    """Return what of the same kind the site of a source offers, that is not followed yet.

    Raises: UnknownSource; one of the GatherError tree when the front of the site cannot be read.
    """
    with db.read() as session:
        source = store.get_source(session, slug)
    found = discover(urljoin(source.url, "/"), fetcher=fetcher, now=now)
    with db.read() as session:
        return tuple(
            offer
            for offer in found.proposed(SourceKind(source.kind))
            if store.find_source(session, offer.url) is None
        )


def lead_elsewhere(db: Database, slug: str, url: str, *, fetcher: Fetcher, now: datetime) -> Led:
    """Lead a source to another address when one of its kind is there; else say what is there.

    Raises: UnknownSource, AddressTaken, SourceRefused for what is no address, and what `discover`
            raises; then it stays where it is.
    """
    with db.read() as session:
        kind = SourceKind(store.get_source(session, slug).kind)
    found = discover(url, fetcher=fetcher, now=now)
    fits = found.is_itself and found.offers[0].kind is kind
    if fits:
        with db.write() as session:
            _lead(session, store.get_source(session, slug), found.address, now)
    return Led(fits, kind, found)


def lead_back(db: Database, slug: str, *, now: datetime) -> None:
    """Lead a source back to its previous address, which it then will not leave by itself.

    Raises UnknownSource, AddressTaken.
    """
    with db.write() as session:
        source = store.get_source(session, slug)
        if source.previous_url:
            _lead(session, source, source.previous_url, now)


def remove_source(db: Database, slug: str, *, now: datetime) -> None:
    """Remove a source that never brought an item. Raises UnknownSource, SourceInUse."""
    with db.write() as session:
        source = store.get_source(session, slug)
        if store.has_brought(session, source.id):
            raise SourceInUse(f"the source {slug!r} brought items; turn it off instead")
        session.delete(source)
        record(session, "source.removed", now=now, about=source.name)


def _record(session: Session, what: str, source: Source, now: datetime) -> None:
    # Without its address: that may hold a key.
    record(session, what, now=now, about=source.name, detail={"slug": source.slug})


def _lead(session: Session, source: Source, address: str, now: datetime) -> None:
    if address == source.url:
        return
    there = store.find_source(session, address)
    if there and there.id != source.id:
        raise AddressTaken(there.slug, there.name)
    source.previous_url, source.url = source.url, address
    # What was remembered to ask with belongs to the old address.
    source.etag = source.last_modified = source.body_hash = ""
    source.active, source.next_look_at = True, None
    _forget_failures(source)
    _record(session, "source.led", source, now)


def _forget_failures(source: Source) -> None:
    source.failing_since, source.failures_in_row = None, 0
    source.last_error = source.last_error_line = ""
