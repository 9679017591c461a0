"""How far the sending of an edition is, as its page shows it every few seconds."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy.orm import Session

from newsletter.dutch import clock
from newsletter.limits import Limits
from newsletter.model import Edition
from newsletter.send.notices.telling import TURNS
from newsletter.send.watching import meter
from newsletter.send.watching.outlook import expected_end, find_holdings, read_warming_up
from newsletter.store.deliveries import count_states, figures_underway, troubles
from newsletter.store.editions import events_of
from newsletter.values import DeliveryState, EditionEvent, EditionFigures, EditionStatus
from web.editor.doubt import doubt_shown
from web.editor.edition import past_of
from web.editor.failure_words import tell_troubles
from web.editor.pace_words import holding_words, rate_words, remaining_words
from web.pages import Call

S = EditionStatus

UNDER_WAY: Final = frozenset({S.SENDING, S.PAUSED})
STOPPED: Final = frozenset({S.PAUSED, S.CANCELLED})
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


def progress(call: Call, session: Session, edition: Edition) -> dict[str, Any]:
    """Return what the page shows once sending has begun."""
    now = call.now
    found = figures_underway(session, edition)
    events = events_of(session, edition.id, since=edition.approved_at)
    told = tell_troubles(troubles(session, edition.id)) if _has_troubles(found) else None
    is_under_way = edition.state in UNDER_WAY
    in_hand = _in_hand(session, edition)
    changes = edition.state is S.SENDING or in_hand > 0
    return {
        "figures": found,
        "done": found.recipients - found.pending,
        "can_take_back": is_under_way and not (found.sent + found.in_doubt),
        "is_under_way": is_under_way,
        "outage": find_outage(edition, events, now),
        **doubt_shown(call, session, edition, found.in_doubt),
        "told": told,
        "last_turn": _last_turn(events),
        "past": past_of(session, events),
        "in_hand": in_hand,
        "each_s": EACH_S if changes else 0,
        "refresh_s": WITHOUT_S if is_under_way or changes else 0,
        **_pace(
            session,
            edition,
            found,
            going_since(events),
            limits=call.services.settings.limits,
            now=now,
        ),
    }


def _pace(
    session: Session,
    edition: Edition,
    found: EditionFigures,
    since: datetime | None,
    *,
    limits: Limits,
    now: datetime,
) -> dict[str, Any]:
    """Return how fast it goes, why no faster, and when it is done; nothing when it stands still."""
    if since is None or edition.state is not S.SENDING:
        return {"rate": rate_words(0.0), "held": [], "remaining": ("", "")}
    per_second = meter.per_second(meter.pulses(session, edition.id, now), since=since, now=now)
    warming = read_warming_up(session, limits, now)
    left = warming.left if warming else None
    end = expected_end(found.pending, per_second, limits, left_today=left, now=now)
    holdings = find_holdings(session, limits, now)
    return {
        "rate": rate_words(per_second),
        "held": holding_words(holdings, warming, now),
        "remaining": remaining_words(end if found.pending else None, now),
    }


def going_since(events: Iterable[EditionEvent]) -> datetime | None:
    """Return since when mails go out without a pause; None while none do."""
    since = None
    for one in events:
        if one.what in GOES_ON:
            since = since or one.at
        elif one.what in STANDS_STILL:
            since = None
    return since


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


def _in_hand(session: Session, edition: Edition) -> int:
    """Return how many mails still leave of what was stopped: what was begun is finished."""
    if edition.state not in STOPPED:
        return 0
    return count_states(session, edition.id).get(DeliveryState.ATTEMPTING, 0)


def _has_troubles(found: EditionFigures) -> bool:
    return found.recipients > found.sent
