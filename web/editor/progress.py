"""How far the sending of an edition is, as its page shows it every few seconds."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from newsletter.dutch import plural
from newsletter.model import Edition
from newsletter.store.deliveries import figures
from newsletter.store.editions import events_of
from newsletter.values import EditionFigures, EditionStatus
from web.editor.edition import past_of

S = EditionStatus

UNDER_WAY: Final = frozenset({S.SENDING, S.PAUSED})


def progress(session: Session, edition: Edition, *, now: datetime) -> dict[str, Any]:
    """Return what the page shows once sending has begun."""
    found = figures(session, edition.id)
    return {
        "figures": found,
        "done": found.recipients - found.pending,
        "can_take_back": edition.state in UNDER_WAY and not (found.sent + found.in_doubt),
        "is_under_way": edition.state in UNDER_WAY,
        "rate": _rate(found, now),
        "remaining": _remaining(found, now) if edition.state is S.SENDING else "",
        "past": past_of(session, events_of(session, edition.id)),
        "refresh_s": 10 if edition.state in UNDER_WAY else 0,
    }


def _rate(found: EditionFigures, now: datetime) -> str:
    per_second = _per_second(found, now)
    return f"{per_second:.1f}".replace(".", ",") if per_second else "–"


def _remaining(found: EditionFigures, now: datetime) -> str:
    per_second = _per_second(found, now)
    if not per_second or not found.pending:
        return ""
    seconds = round(found.pending / per_second)
    if seconds < 60:
        return plural(max(seconds, 1), "seconde", "seconden")
    return plural(round(seconds / 60), "minuut", "minuten")


def _per_second(found: EditionFigures, now: datetime) -> float:
    if found.started_at is None or not found.sent:
        return 0.0
    until = found.finished_at or now
    return found.sent / max((until - found.started_at).total_seconds(), 1.0)
