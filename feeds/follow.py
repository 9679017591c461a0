"""Following an address: what there is at it becomes a source, when it is clear which."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from feeds import store
from feeds.discover import Found, Offer, discover
from feeds.errors import GatherError
from feeds.fetch import Fetcher
from feeds.model import Source
from feeds.typed import web_address
from feeds.values import SourceKind
from storage.log import record
from storage.session import Database


@dataclass(frozen=True, slots=True)
class Labels:
    """What people say about a source. name: "" for the one that it gives itself."""

    name: str = ""
    themes: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Followed:
    """What became of following an address.

    source:  the source that there is now; None when there is a choice to make, or nothing to take.
    is_new:  False when it was followed already.
    found:   what the address offers; None when that could not be seen.
    offer:   the one that was taken; None when it was followed unseen.
    warning: why it cannot be read as it is now, in one English line, or "".
    """

    source: Source | None
    is_new: bool = False
    found: Found | None = None
    offer: Offer | None = None
    warning: str = ""


def follow_address(
    db: Database,
    url: str,
    *,
    kind: SourceKind | None,
    labels: Labels,
    fetcher: Fetcher,
    now: datetime,
) -> Followed:
    """Follow what there is at an address when that is one thing; leave a choice to who asked.

    kind: what it must be; it is then followed although nothing can be read there now, because a
          server may come up later. None: to be found out.
    Raises: SourceRefused for what is no address, UnknownSource for a theme that does not exist; and
            without a kind what `discover` raises.
    """
    address = web_address(url)
    try:
        found = discover(url, fetcher=fetcher, now=now)
    except GatherError as failure:
        if kind is None:
            raise
        return replace(_follow(db, address, kind, labels, now), warning=str(failure))
    offer = _the_one(found, kind)
    if offer:
        followed = _follow(db, offer.url, kind or offer.kind, _named(labels, offer), now)
        return replace(followed, found=found, offer=offer, warning=_mismatch(offer, kind))
    if kind is None or found.offers:
        return Followed(None, found=found)
    warning = "this is a web page, and no feed or calendar was found on its site"
    return replace(_follow(db, found.address, kind, labels, now), found=found, warning=warning)


def follow_folder(db: Database, path: str, *, labels: Labels, now: datetime) -> Followed:
    """Follow a folder of practice examples, also one that is still to come.

    Raises: SourceRefused for what is no path, UnknownSource for a theme that does not exist.
    """
    is_there = Path(store.folder_path(path)).is_dir()
    followed = _follow(db, path, SourceKind.PRACTICE, labels, now)
    return followed if is_there else replace(followed, warning="there is no such folder")


def follow_offers(
    db: Database, offers: Sequence[tuple[str, SourceKind, str]], *, now: datetime
) -> tuple[Followed, ...]:
    """Follow addresses of which the kind and the name were seen; also one in another form once.

    Raises: SourceRefused for what is no address; then none is followed.
    """
    with db.write() as session:
        return tuple(_add(session, url, kind, Labels(name), now) for url, kind, name in offers)


def _the_one(found: Found, kind: SourceKind | None) -> Offer | None:
    """Return the offer to take without asking: the address itself, or the only one that fits."""
    fitting = found.offers if found.is_itself else found.proposed(kind)
    return fitting[0] if len(fitting) == 1 else None


def _mismatch(offer: Offer, kind: SourceKind | None) -> str:
    if kind in {None, offer.kind}:
        return ""
    return f"what is there now is of kind {offer.kind}, not {kind}"


def _named(labels: Labels, offer: Offer) -> Labels:
    return replace(labels, name=labels.name or offer.title)


def _follow(
    db: Database, address: str, kind: SourceKind, labels: Labels, now: datetime
) -> Followed:
    with db.write() as session:
        return _add(session, address, kind, labels, now)


def _add(session: Session, url: str, kind: SourceKind, labels: Labels, now: datetime) -> Followed:
    """Add a source, unless this address is one: with http or https, a slash at its end or none."""
    known = store.find_source(session, store.source_address(url, kind))
    source = known or store.add_source(
        session,
        url=url,
        kind=kind,
        name=labels.name,
        themes=labels.themes,
        audiences=labels.audiences,
        now=now,
    )
    if known is None:
        detail = {"slug": source.slug}
        record(session, "source.followed", now=now, about=source.name, detail=detail)
    return Followed(source, is_new=known is None)
