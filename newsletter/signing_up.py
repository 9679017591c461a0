"""Doing what sign-up forms asked: noted, and mailed to who is to confirm.

Right after each answer, when the program starts, and every few minutes for what a crash or a relay
that was away left. One process at a time does this for a database, so nobody is mailed by two.
A crash between a relay's answer and our note of it doubles that one mail: the second is the same
message to a mailbox (its Message-ID), with the same link.
"""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Final

import structlog

from newsletter.errors import (
    TransportDeferred,
    TransportError,
    TransportUnavailable,
    TransportUncertain,
)
from newsletter.send.notices import confirm_values, send_notice
from newsletter.wiring import Services
from storage.dialect import Held, lock
from subscribers import waiting
from subscribers.store import get_by_id
from subscribers.values import Audience
from subscribers.waiting import ToMail

log = structlog.get_logger(__name__)

LOCK: Final = "sign_ups"
TRY_FOR: Final = timedelta(days=1)  # by then who waits has signed up anew, or forgot about it


class Outcome(StrEnum):
    """What became of one sign-up in this round."""

    SETTLED = "settled"  # nothing is left to do
    LEFT = "left"  # it waits for another round
    AWAY = "away"  # so does it, and so do all others: the relay takes nothing


def handle_sign_ups(services: Services) -> Mapping[str, int]:
    """Do what waits, the oldest first; return how many were settled and how many were left.

    Who finds another at it leaves it to that one, who looks once more before it ends: a form that
    was kept is seen by one of the two.
    """
    seen: dict[int, Outcome] = {}
    while fresh := [one for one in _waiting(services) if one not in seen]:
        with lock(services.db.engine, LOCK) as held:
            if held is None:
                break
            for one in fresh:
                seen[one] = _handle(services, one, held)
                if seen[one] is Outcome.AWAY:
                    return _counts(seen)
    return _counts(seen)


def _counts(seen: Mapping[int, Outcome]) -> Mapping[str, int]:
    settled = sum(one is Outcome.SETTLED for one in seen.values())
    return {"settled": settled, "left": len(seen) - settled}


def _waiting(services: Services) -> list[int]:
    with services.db.read() as session:
        return list(waiting.waiting(session))


def _handle(services: Services, waiting_id: int, held: Held) -> Outcome:
    try:
        to_mail = waiting.note(services.db, waiting_id)
        if to_mail is None:
            return Outcome.SETTLED
        if not held.is_held():
            return Outcome.AWAY
        return _mail(services, waiting_id, to_mail)
    except Exception:  # one that goes wrong must not keep those behind it waiting
        log.exception("a sign-up could not be handled; it is tried again")
        return Outcome.LEFT


def _mail(services: Services, waiting_id: int, to_mail: ToMail) -> Outcome:
    try:
        _send(services, to_mail)
    except TransportUncertain:
        log.warning("a confirmation may not have arrived", subscriber=to_mail.subscriber_id)
    except TransportError as failure:
        who = to_mail.subscriber_id
        log.warning("a confirmation could not be sent", code=failure.code, subscriber=who)
        is_passing = isinstance(failure, TransportDeferred | TransportUnavailable)
        if is_passing and services.clock() - to_mail.asked_at < TRY_FOR:
            is_away = isinstance(failure, TransportUnavailable)
            return Outcome.AWAY if is_away else Outcome.LEFT
        waiting.give_up(services.db, waiting_id)
        return Outcome.SETTLED
    waiting.let_go(services.db, waiting_id)
    return Outcome.SETTLED


def _send(services: Services, to_mail: ToMail) -> None:
    """Send the mail with the button that confirms, with no transaction open."""
    with services.db.read() as session:
        row = get_by_id(session, to_mail.subscriber_id)
    if row is None:
        return
    values = confirm_values(
        confirm_url=services.links.confirm_url(row.id, now=to_mail.asked_at),
        audience=Audience(row.audience) if row.audience else None,
        newsletter=row.wants_newsletter,
        announcements=row.wants_announcements,
        asked_at=to_mail.asked_at,
    )
    send_notice(
        "confirm",
        to=row.email,
        values=values,
        settings=services.settings,
        transport=services.open_notices(),
        render=services.render_notice,
        now=services.clock(),
        message_token=to_mail.message_token,
    )
