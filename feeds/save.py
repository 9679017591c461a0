"""Saving looks at sources: what they brought, and each source's own state, in one transaction.

So what is marked as seen was stored: validators never without the entries that came with them.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from feeds import store
from feeds.keep import save_items
from feeds.model import Source
from feeds.propose import ThemeWords
from feeds.standing import (
    Columns,
    Kept,
    Look,
    Standing,
    after_answer,
    after_failure,
    changes_of,
    failed,
    report,
)
from feeds.values import Outcome, SourceReport
from storage.log import record

UPDATE: Final = update(Source).where(Source.id == bindparam("source_id"))
"""Of the columns that it is given."""


def save_looks(
    session: Session, looks: Sequence[Look], *, now: datetime, words: ThemeWords
) -> list[SourceReport]:
    """Write what looks at different sources brought; say how each ended.

    A look at a source that was removed or led elsewhere in the meantime says nothing any more, and
    is left out.
    """
    _wait_for_others(session)
    there = store.standings(session, Source.id.in_([look.source.id for look in looks]))
    standing = {one.id: one for one in there}
    rows = _rows(session, [look.source.id for look in looks if look.parsed or _has_moved(look)])
    changes: dict[tuple[str, ...], list[Columns]] = defaultdict(list)  # by what they change
    reports: list[SourceReport] = []
    for look in looks:
        was = standing.get(look.source.id)
        if was is None or was.url != look.source.url:
            continue
        if look.failure:
            after = after_failure(was, look.failure, now=now)
            if was.active and not after["active"]:
                _record(session, "source.stopped", was, now)
            done = report(look, failed(look.failure))
        else:
            kept, done = _save_document(session, rows.get(was.id), look, now, words)
            news = bool(kept.new or kept.updated)
            after = after_answer(was, look, brought_news=news, now=now)
        changed = changes_of(was, after)
        changes[tuple(changed)].append({"source_id": was.id, **changed})
        reports.append(done)
    for columns in changes.values():
        session.connection().execute(UPDATE, columns)  # past the ORM: nothing of it is needed
    return reports


def _rows(session: Session, ids: Sequence[int]) -> dict[int, Source]:
    """Return the sources of which more than their standing may change, by id, in one query."""
    found = session.scalars(select(Source).where(Source.id.in_(ids))) if ids else ()
    return {source.id: source for source in found}


def _has_moved(look: Look) -> bool:
    return look.fetched is not None and look.fetched.moved_to != ""


def _wait_for_others(session: Session) -> None:
    """Let one process at a time save looks, as SQLite does by itself.

    Two sources may bring one story, so a lock on the source's own row would not do.
    """
    session.execute(select(Source.id).order_by(Source.id).limit(1).with_for_update())


def _save_document(
    session: Session, source: Source | None, look: Look, now: datetime, words: ThemeWords
) -> tuple[Kept, SourceReport]:
    if source is None:
        return Kept(), report(look, Outcome.NOT_MODIFIED)
    kept = Kept()
    if look.parsed:
        kept = save_items(session, source, look.parsed, now=now, words=words)
    # What did not change is what we know, wherever it came from.
    address = source.url
    outcome = _learn(session, source, look, is_known=kept.known > 0 or look.parsed is None)
    if source.url != address:
        _record(session, "source.moved", source, now)
    now_called = replace(look.source, name=source.name, url=source.url)
    return kept, report(replace(look, source=now_called), outcome, kept)


def _record(session: Session, what: str, source: Standing | Source, now: datetime) -> None:
    # By the program, also when somebody pressed the button that had it looked at.
    record(session, what, now=now, by=None, about=source.name, detail={"slug": source.slug})


def _learn(session: Session, source: Source, look: Look, *, is_known: bool) -> Outcome:
    """Take over a new address, once an entry that we know came from there; take over a name."""
    if look.parsed and look.parsed.title and source.name == store.default_name(source.url):
        source.name = look.parsed.title[: store.NAME_LENGTH]
    moved_to = look.fetched.moved_to if look.fetched else ""
    if not moved_to:
        return Outcome.OK
    taken = session.scalar(select(Source.id).where(Source.url == moved_to))
    # Where an administrator brought it back from, it does not go again by itself.
    if is_known and taken is None and moved_to != source.previous_url:
        source.previous_url, source.url = source.url, moved_to
    return Outcome.MOVED
