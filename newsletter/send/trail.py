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

MOVED: Final = "moved_editions"  # where a session holds what is told once it is committed


def open_trail(kind: str) -> Trail:
    """Return where changes of deliveries are told. kind: "text" tells nothing, "json" each."""
    return tell_deliveries if kind == "json" else _tell_nothing


def tell_deliveries(edition_id: int, changes: Iterable[Change], now: datetime) -> None:
    """Write a line for each change on standard error, in one go."""
    # Made by hand: numbers and words of ours need no escaping, and it runs for every message.
    head = f'{{"edition": {int(edition_id)}, "delivery": '
    tail = f', "event": "delivery", "level": "info", "timestamp": "{_moment(now)}"}}\n'
    _write(
        "".join(
            f'{head}{delivery}, "state": "{state.value}", "code": {code or "null"}{tail}'
            for delivery, state, code in changes
        )
    )


def tell_many(edition_id: int, state: DeliveryState, number: int, now: datetime) -> None:
    """Write one line for a state that so many deliveries got by one statement."""
    _write(
        f'{{"edition": {int(edition_id)}, "deliveries": {int(number)}, "state": "{state.value}", '
        f'"event": "deliveries", "level": "info", "timestamp": "{_moment(now)}"}}\n'
    )


def follow_editions(db: Database) -> None:
    """Tell of every state that an edition comes in, once that is committed."""
    db.listen("after_flush", _note)
    db.listen("after_commit", _tell)
    db.listen("after_rollback", _forget)


def _note(session: Session, _context: object) -> None:
    for one in (*session.new, *session.dirty):
        if not isinstance(one, Edition):
            continue
        if one in session.new or inspect(one).attrs.status.history.has_changes():
            session.info.setdefault(MOVED, []).append((one.id, one.status, one.status_since))


def _tell(session: Session) -> None:
    for edition_id, status, since in session.info.pop(MOVED, ()):
        _write(
            f'{{"edition": {edition_id}, "state": "{status}", "event": "edition", '
            f'"level": "info", "timestamp": "{_moment(since)}"}}\n'
        )


def _forget(session: Session) -> None:
    session.info.pop(MOVED, None)


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
