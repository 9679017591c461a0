"""Keeping what a document holds: what is new, what changed, what is gone. A handful of statements.

What editors wrote or decided is never touched.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from feeds import kept, store
from feeds.decide import decide, in_backlog, span_of
from feeds.identity import fingerprint, item_keys, link_key, text_key
from feeds.match import find_known
from feeds.model import Item, Sighting, Source, found_by
from feeds.propose import ThemeWords, propose
from feeds.standing import Kept
from feeds.values import Change, ItemKind, ItemStatus, Parsed, ParsedItem

TOLD: Final = ("title", "summary", "url", "location", "cancelled")
"""The columns of which an editor is told what they said before; moments stand in `moved_from`."""


def save_items(
    session: Session, source: Source, parsed: Parsed, *, now: datetime, words: ThemeWords
) -> Kept:
    """Insert what is new, update what changed, mark what is missing; return the counts."""
    by_key = dict(zip(item_keys(parsed.items), parsed.items, strict=True))
    was_read = source.last_success_at is not None  # else nothing of it is stored
    known = kept.known_items(session, source.id, list(by_key)) if was_read else {}
    named = {key: item for key, item in by_key.items() if key not in known}
    again = _recognise(session, source, named, known.values(), now)
    new = {key: item for key, item in named.items() if key not in again}
    changes = [
        row
        for key, there in (known | again).items()
        if there.source_id == source.id and (row := _change(there, by_key[key], now))
    ]
    _insert_sightings(session, source, again, by_key, now)
    _insert_items(session, source, new, now=now, words=words)
    if changes:
        session.execute(update(Item), changes)
    _mark_missing(session, source, parsed, [*known.values(), *again.values()], now)
    return Kept(parsed.entries, len(new), len(changes), len(known) + len(again))


def _recognise(
    session: Session,
    source: Source,
    named: Mapping[str, ParsedItem],
    known: Iterable[Item],
    now: datetime,
) -> dict[str, Item]:
    """Return the items that the source, or another, gave under another name before."""
    if not named:
        return {}
    found = find_known(
        named,
        kept.candidates_for(session, source.id, list(named.values()), now=now),
        source_id=source.id,
        present=frozenset(item.id for item in known),
    )
    rows = store.items_by_id(session, found.values()) if found else {}
    return {key: rows[item_id] for key, item_id in found.items()}


def _insert_items(
    session: Session,
    source: Source,
    new: Mapping[str, ParsedItem],
    *,
    now: datetime,
    words: ThemeWords,
) -> None:
    if not new:
        return
    backlog = in_backlog(new)
    rows = [
        {**_new_row(source, item, now, words), "key": key, "backlog": key in backlog}
        for key, item in new.items()
    ]
    kept.insert_items(session, source.id, rows)


def _insert_sightings(
    session: Session,
    source: Source,
    again: Mapping[str, Item],
    by_key: Mapping[str, ParsedItem],
    now: datetime,
) -> None:
    rows = [
        {
            "item_id": item.id,
            "source_id": source.id,
            "key": key,
            "url": by_key[key].url,
            "first_seen_at": now,
        }
        for key, item in again.items()
    ]
    if rows:
        session.execute(insert(Sighting), rows)


def _new_row(source: Source, item: ParsedItem, now: datetime, words: ThemeWords) -> dict[str, Any]:
    proposal = propose(item, themes=source.themes, audiences=source.audiences, words=words)
    return {
        **_said(item),
        "found_by": _found_by(item),
        "source_id": source.id,
        "kind": item.kind.value,
        "status": ItemStatus.NEW.value,
        "own_title": "",
        "own_summary": "",
        "themes": list(proposal.themes),
        "audiences": list(proposal.audiences),
        "because": dict(proposal.because),
        "before": {},
        "published_at": item.published_at,
        "first_seen_at": now,
        "series": item.series,
    }


def _change(known: Item, item: ParsedItem, now: datetime) -> dict[str, Any] | None:
    """Return the row's new columns when a reader would see a change."""
    said = _said(item)
    if decide(said["fingerprint"], known.fingerprint) is not Change.EDITED:
        return None
    has_moved = known.kind == ItemKind.EVENT and known.starts_at != said["starts_at"]
    return {
        **said,
        "id": known.id,
        "changed_at": now,
        "before": {name: old for name in TOLD if (old := getattr(known, name)) != said[name]},
        "moved_from": known.starts_at if has_moved else known.moved_from,
        "found_by": _found_by(item, known.own_title, known.own_summary),
    }


def _said(item: ParsedItem) -> dict[str, Any]:
    """Return the columns that hold what the source says."""
    times = item.times
    return {
        "fingerprint": fingerprint(item),
        "link_key": link_key(item),
        "text_key": text_key(item),
        "title": item.title,
        "summary": item.summary,
        "url": item.url,
        "image_url": item.image_url,
        "author": item.author,
        "details": dict(item.details),
        "starts_at": times.starts_at if times else None,
        "ends_at": times.ends_at if times else None,
        "all_day": bool(times and times.all_day),
        "location": item.location,
        "cancelled": item.cancelled,
    }


def _found_by(item: ParsedItem, *own: str) -> str:
    return found_by(item.title, item.summary, *own, item.location)


def _mark_missing(
    session: Session, source: Source, parsed: Parsed, seen: Sequence[Item], now: datetime
) -> None:
    """Mark what the document should hold and does not; take the mark off what is back."""
    back = [item.id for item in seen if item.missing_since and item.source_id == source.id]
    if back:
        kept.mark_back(session, back)
    span = span_of(parsed, kind=source.kind, now=now)
    if span and source.last_success_at is not None:
        kept.mark_missing(session, source, [item.id for item in seen], span=span, now=now)
