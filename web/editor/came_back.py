"""Mail that came back, for people: what nobody understood, who refuses us, which addresses stopped.

Every word of it was written by strangers. Only administrators see whole addresses of readers.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session
from starlette.responses import Response

from newsletter.errors import ADDRESS
from newsletter.learn import undoing
from newsletter.learn.consequences import Outcome
from newsletter.learn.returned import BounceClass
from newsletter.store import returned as store
from newsletter.store import unknown_mail
from subscribers.addresses import mask, shown
from subscribers.values import SubscriberStatus
from web.editor.desk import CAME_BACK, SUBSCRIBERS, desk_page
from web.editor.subscribers import may_see_people
from web.editor.words import edition_label
from web.errors import PageUnknown
from web.pages import Call, see_other

LOOKED_BACK: Final = timedelta(days=30)
SHOWN: Final = 100
TOO_LATE: Final = (
    "De mail wacht al, of ligt in de mailbox al bij wat gelezen is: er is niets gewijzigd."
)


@dataclass(frozen=True, slots=True)
class Stopped:
    """An address that gets no mail any more. path: of the reader, for who may see people."""

    subscriber_id: int
    address: str
    path: str
    at: datetime
    edition: str
    why: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """An edition that servers refused for our sake. words: one of their answers, without names."""

    edition: str
    number: int
    words: str


def show_came_back(call: Call) -> Response:
    """Show what came back and asks for a person."""
    since = call.now - LOOKED_BACK
    with call.services.db.read() as session:
        return desk_page(
            call,
            session,
            "came_back.html",
            unknown=unknown_mail.open_unknown(session, limit=SHOWN),
            waiting=unknown_mail.count_unknown(session),
            refusals=_refusals(session, since),
            stopped=_stopped(session, since, sees_people=may_see_people(call)),
            is_report={BounceClass.PERMANENT.value, BounceClass.TEMPORARY.value},
            base=CAME_BACK,
        )


def deal_with(call: Call) -> Response:
    """Take a message off the list."""
    mail = _listed(call)
    if not undoing.deal_with(call.services.db, mail, by=call.user_id, now=call.now):
        return see_other(CAME_BACK, message="Dit was al afgehandeld.")
    return see_other(CAME_BACK, message="Afgehandeld.", undo=f"{CAME_BACK}/{mail}/terug")


def put_back(call: Call) -> Response:
    """Put a message back on the list."""
    done = undoing.put_back(call.services.db, _listed(call), now=call.now)
    return see_other(CAME_BACK, message="De mail wacht weer op jullie." if done else TOO_LATE)


def take_up_again(call: Call) -> Response:
    """Let a reader get mail again. Raises UnknownSubscriber."""
    done = undoing.take_up_again(
        call.services.db,
        call.number("subscriber"),
        key=call.services.settings.hash_key,
        now=call.now,
    )
    told = "Dit adres krijgt weer mail." if done else "Dit kon hier niet: er is niets gewijzigd."
    return see_other(CAME_BACK, message=told)


def _listed(call: Call) -> int:
    """Return which message a form is about."""
    with call.services.db.read() as session:
        if not unknown_mail.is_listed(session, call.number("mail")):
            raise PageUnknown("mail")
    return call.number("mail")


def _refusals(session: Session, since: datetime) -> list[Refusal]:
    return [
        Refusal(edition_label(edition), number, ADDRESS.sub("(adres)", words))
        for edition, number, words in store.refusals_of_us(session, since=since)
    ]


def _stopped(session: Session, since: datetime, *, sees_people: bool) -> list[Stopped]:
    found = store.recent_outcomes(session, [Outcome.SUPPRESSED], since=since, limit=SHOWN)
    return [
        Stopped(
            row.id,
            shown(row.email) if sees_people else mask(row.email),
            f"{SUBSCRIBERS}/{row.id}" if sees_people else "",
            mail.at,
            edition_label(edition),
            _why(mail.kind),
        )
        for mail, row, edition in found
        if row.state is SubscriberStatus.SUPPRESSED
    ]


def _why(kind: str) -> str:
    if kind == BounceClass.PERMANENT:
        return "Dit adres bestaat niet, zegt de mailserver"
    return "Drie edities achter elkaar kwamen terug"
