"""Sign-ups that wait: kept before the form is answered, noted and mailed right after it.

How long noting takes tells who is on the list, so it follows the answer; what is kept before is the
same for every address. A row goes when there is nothing left to do for it: what a crash left is
done later (`newsletter/signing_up.py`).
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from storage.session import Database
from subscribers.addresses import Address
from subscribers.consent import sign_up_in, take_back_question
from subscribers.evidence import Asking, Choices
from subscribers.links import CONFIRM_WITHIN
from subscribers.model import Subscriber, WaitingSignUp
from subscribers.values import Audience, SubscriberStatus, Topic

MAY_CONFIRM: Final = frozenset({SubscriberStatus.PENDING, SubscriberStatus.UNSUBSCRIBED})


@dataclass(frozen=True, slots=True)
class ToMail:
    """A confirmation that has to go out. message_token: the same each time that it is tried."""

    subscriber_id: int
    asked_at: datetime
    message_token: str


def keep(db: Database, asking: Asking) -> None:
    """Store what a form said: from here on it cannot get lost."""
    row = WaitingSignUp(
        email=asking.address.email,
        email_key=asking.address.key,
        choices=_as_json(asking.chosen),
        source=asking.source,
        text_shown=asking.text_shown,
        text_version=asking.text_version,
        at=asking.at,
        message_token=secrets.token_hex(12),
    )
    with db.write() as session:
        session.add(row)


def waiting(session: Session) -> Sequence[int]:
    """Return the rows that wait, the oldest first."""
    return session.scalars(select(WaitingSignUp.id).order_by(WaitingSignUp.id)).all()


def note(db: Database, waiting_id: int) -> ToMail | None:
    """Do what the form asked, once; return the mail that is still to go out, None for none."""
    with db.write() as session:
        row = session.get(WaitingSignUp, waiting_id, with_for_update=True)
        if row is None:
            return None
        who = _to_confirm(session, row)
        if who is None:
            session.delete(row)
            return None
        row.subscriber_id = who
        return ToMail(who, row.at, row.message_token)


def let_go(db: Database, waiting_id: int) -> None:
    """Forget a row for which nothing is left to do."""
    with db.write() as session:
        session.execute(delete(WaitingSignUp).where(WaitingSignUp.id == waiting_id))


def give_up(db: Database, waiting_id: int) -> None:
    """Forget a row whose mail cannot go out; the same person can sign up anew."""
    with db.write() as session:
        row = session.get(WaitingSignUp, waiting_id, with_for_update=True)
        if row is None:
            return
        if row.subscriber_id is not None:
            take_back_question(session, row.subscriber_id, asked_at=row.at)
        session.delete(row)


def forget_of(session: Session, email_key: str) -> None:
    """Forget what waits of an address that is erased."""
    session.execute(delete(WaitingSignUp).where(WaitingSignUp.email_key == email_key))


def forget_old(session: Session, *, now: datetime) -> int:
    """Forget what waited so long that its link would not work any more; return how many."""
    old = delete(WaitingSignUp).where(WaitingSignUp.at < now - CONFIRM_WITHIN)
    return len(session.scalars(old.returning(WaitingSignUp.id)).all())


def _to_confirm(session: Session, row: WaitingSignUp) -> int | None:
    if row.subscriber_id is None:
        asked = sign_up_in(session, _asking(row))
        return asked.subscriber_id if asked.confirm else None
    # Noted before, and not mailed: meanwhile the desk may have added or blocked them.
    state = session.get_one(Subscriber, row.subscriber_id).state
    return row.subscriber_id if state in MAY_CONFIRM else None


def _asking(row: WaitingSignUp) -> Asking:
    return Asking(
        address=Address(row.email, row.email_key),
        chosen=_from_json(row.choices),
        source=row.source,
        text_shown=row.text_shown,
        text_version=row.text_version,
        at=row.at,
    )


def _as_json(chosen: Choices) -> dict[str, Any]:
    return {
        "audience": chosen.audience,
        "topics": list(chosen.topics),
        "partnership": chosen.partnership,
        "themes": None if chosen.themes is None else list(chosen.themes),
        "role": chosen.role,
        "organisation": chosen.organisation,
    }


def _from_json(kept: dict[str, Any]) -> Choices:
    return Choices(
        audience=Audience(kept["audience"]) if kept["audience"] else None,
        topics=tuple(map(Topic, kept["topics"])),
        partnership=kept["partnership"],
        themes=kept["themes"],
        role=kept["role"],
        organisation=kept["organisation"],
    )
