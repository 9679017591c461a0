"""One line a state change, for machines that watch: editions, and what became of each message.

Only where the log is JSON. A line names the edition, the delivery, its state and the code of the
answer; never an address, nor the server's words, which may hold one. The lines of a group of
messages are written in one go, and a log that cannot be written stops no mail.
"""

import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from newsletter.model import Edition
from newsletter.values import DeliveryState
from storage.session import Database

Change = tuple[int, DeliveryState, int | None]
"""A delivery, its new state, and the code of the answer."""
Trail = Callable[[int, Iterable[Change], datetime], None]
"""Tells what became of messages of an edition."""

LINES: Final = "lines"  # where a session holds what is told once it is committed


def open_trail(kind: str) -> Trail:
    """Return where changes of deliveries are told. kind: "text" tells nothing, "json" each."""
    return tell_deliveries if kind == "json" else _tell_nothing


def tell_deliveries(edition_id: int, changes: Iterable[Change], now: datetime) -> None:
    """Write a line for each change on standard error, in one go."""
    _write(_lines(edition_id, changes, now))


def note_changes(
    session: Session, edition_id: int, changes: Iterable[Change], now: datetime
) -> None:
    """Tell of changes that this transaction makes, once it is committed."""
    _put(session, _lines(edition_id, changes, now))


def note_many(
    session: Session, edition_id: int, state: DeliveryState, number: int, now: datetime
) -> None:
    """Tell in one line that a statement of this transaction gave so many deliveries a state."""
    if number:
        _put(
            session,
            f'{{"edition": {edition_id}, "deliveries": {number}, "state": "{state.value}", '
            f'"event": "deliveries", "level": "info", "timestamp": "{_moment(now)}"}}\n',
        )


def follow_changes(db: Database) -> None:
    """Tell of every state that an edition comes in, and of what was noted, once committed."""
    db.listen("after_flush", _note)
    db.listen("after_commit", _tell)
    db.listen("after_rollback", _forget)


def _note(session: Session, _context: object) -> None:
    for one in (*session.new, *session.dirty):
        if not isinstance(one, Edition):
            continue
        if one in session.new or inspect(one).attrs.status.history.has_changes():
            _put(
                session,
                f'{{"edition": {one.id}, "state": "{one.status}", "event": "edition", '
                f'"level": "info", "timestamp": "{_moment(one.status_since)}"}}\n',
            )


def _put(session: Session, lines: str) -> None:
    session.info[LINES] = session.info.get(LINES, "") + lines


def _tell(session: Session) -> None:
    _write(session.info.pop(LINES, ""))


def _forget(session: Session) -> None:
    session.info.pop(LINES, None)


def _lines(edition_id: int, changes: Iterable[Change], now: datetime) -> str:
    # Made by hand: numbers and words of ours need no escaping, and it runs for every message.
    head = f'{{"edition": {edition_id}, "delivery": '
    tail = f', "event": "delivery", "level": "info", "timestamp": "{_moment(now)}"}}\n'
    return "".join(
        f'{head}{delivery}, "state": "{state.value}", "code": {code or "null"}{tail}'
        for delivery, state, code in changes
    )


def _tell_nothing(_edition_id: int, _changes: Iterable[Change], _now: datetime) -> None:
    return


def _moment(now: datetime) -> str:
    return now.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _write(lines: str) -> None:
    if not lines:
        return
    try:
        sys.stderr.write(lines)
        sys.stderr.flush()
    except (OSError, ValueError):  # a reader of the log that went away; a stream that was closed
        return
