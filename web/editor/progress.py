"""How far the sending of an edition is, as its page shows it every few seconds."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy.orm import Session

from newsletter.dutch import clock, plural
from newsletter.model import Edition
from newsletter.send.telling import TURNS
from newsletter.store.deliveries import figures_underway, troubles
from newsletter.store.editions import events_of
from newsletter.values import EditionEvent, EditionFigures, EditionStatus
from web.editor.edition import past_of
from web.editor.failure_words import tell_troubles

S = EditionStatus

UNDER_WAY: Final = frozenset({S.SENDING, S.PAUSED})
GOES_ON: Final = frozenset({"sending", "resumed"})
STANDS_STILL: Final = frozenset(TURNS) - GOES_ON
HANGS: Final = timedelta(seconds=45)  # so long an attempt to reach the relay may take
REPLY: Final = re.compile(r"[245]\d\d ")  # the relay itself spoke
EACH_S: Final = 3  # with a script
WITHOUT_S: Final = 10


@dataclass(frozen=True, slots=True)
class Outage:
    """The relay cannot be used. again: when it is tried; "" is now. said: its own words, or ""."""

    again: str
    said: str


def progress(session: Session, edition: Edition, *, now: datetime) -> dict[str, Any]:
    """Return what the page shows once sending has begun."""
    found = figures_underway(session, edition)
    events = events_of(session, edition.id, since=edition.approved_at)
    told = tell_troubles(troubles(session, edition.id)) if _has_troubles(found) else None
    active_s = seconds_active(events, edition.finished_at or now)
    per_second = found.sent / max(active_s, 1.0) if found.sent else 0.0
    is_under_way = edition.state in UNDER_WAY
    return {
        "figures": found,
        "done": found.recipients - found.pending,
        "can_take_back": is_under_way and not (found.sent + found.in_doubt),
        "is_under_way": is_under_way,
        "rate": f"{per_second:.1f}".replace(".", ",") if per_second else "–",
        "remaining": _remaining(found, per_second) if edition.state is S.SENDING else "",
        "outage": find_outage(edition, events, now),
        "told": told,
        "last_turn": _last_turn(events),
        "past": past_of(session, events),
        "each_s": EACH_S if edition.state is S.SENDING else 0,
        "refresh_s": WITHOUT_S if is_under_way else 0,
    }


def seconds_active(events: Iterable[EditionEvent], until: datetime) -> float:
    """Return how long mails went out: from the beginning, without the time on pause."""
    total, since = timedelta(), None
    for one in events:
        if one.what in GOES_ON and since is None:
            since = one.at
        elif one.what in STANDS_STILL and since is not None:
            total, since = total + (one.at - since), None
    if since is not None:
        total += until - since
    return max(total.total_seconds(), 0.0)


def find_outage(edition: Edition, events: Iterable[EditionEvent], now: datetime) -> Outage | None:
    """Return when the relay is tried again; None while it works, or nothing is sent."""
    again = edition.retry_at
    if edition.state is not S.SENDING or again is None or again < now - HANGS:
        return None
    notes = [one.note for one in events if one.what == "relay_unavailable"]
    said = notes[-1] if notes and REPLY.match(notes[-1]) else ""
    return Outage(clock(again) if again > now else "", said)


def _last_turn(events: Iterable[EditionEvent]) -> str:
    """Return what last made it go on or stand still; what is told besides does not count."""
    return next((one.what for one in reversed(list(events)) if one.what in TURNS), "")


def _has_troubles(found: EditionFigures) -> bool:
    return found.recipients > found.sent


def _remaining(found: EditionFigures, per_second: float) -> str:
    if not per_second or not found.pending:
        return ""
    seconds = round(found.pending / per_second)
    if seconds < 60:
        return plural(max(seconds, 1), "seconde", "seconden")
    return plural(round(seconds / 60), "minuut", "minuten")
