"""Signing up, confirming, changing and leaving: each leaves evidence (AVG art. 7).

Nobody learns from these whether an address is known: what a form shows is the same, and only the
owner of the mailbox gets to see more. Everything can be done twice without harm.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete
from sqlalchemy.orm import Session

from storage.log import record
from storage.session import Database
from storage.text import one_line
from subscribers.addresses import address_hash, normalise
from subscribers.errors import GroundMissing, SuppressedAddress
from subscribers.evidence import (
    Asking,
    Choices,
    apply_choices,
    find_or_add,
    is_being_asked,
    last_fact,
    make_fact,
    settle_side,
    wanted_topics,
)
from subscribers.model import Consent, Subscriber, Suppression
from subscribers.store import get_subscriber
from subscribers.suppressing import forget_bounce, remember
from subscribers.values import (
    ON_LIST,
    SUBSCRIBER_MOVES,
    Audience,
    ConsentKind,
    SubscriberStatus,
    SuppressionReason,
    Topic,
)

ASK_EVERY: Final = timedelta(days=1)  # no stranger can fill a mailbox with our confirmations


@dataclass(frozen=True, slots=True)
class SignUp:
    """What came of a sign-up. confirm: send the confirmation mail; the page shows nothing of it.

    subscriber_id: None when the address may not be mailed.
    """

    subscriber_id: int | None
    confirm: bool


def sign_up(  # noqa: PLR0913 - the form's fields, by name
    db: Database,
    *,
    email: str,
    audience: Audience | None,
    name: str = "",
    partnership: str = "",
    role: str = "",
    organisation: str = "",
    themes: Collection[str] | None = None,
    audience_said: bool = True,
    topics: Collection[Topic],
    text_shown: str,
    text_version: str = "",
    source: str,
    now: datetime,
) -> SignUp:
    """Note that somebody asked, and say whether a confirmation mail has to go out.

    A known, active address stays as it is: it was perhaps not its owner who filled in the form. Who
    has left may come back by confirming. An address that does not answer is asked once in
    ASK_EVERY; in between, what was filled in replaces what was not confirmed yet.
    audience_said: False when nobody asked for a side: then it follows from the organisation.
    Raises: InvalidAddress.
    """
    chosen = Choices(
        *(audience, topics, name, partnership, themes, role, organisation),
        audience_said=audience_said,
    )
    asking = Asking(normalise(email), chosen, source, text_shown, text_version, now)
    with db.write() as session:
        return sign_up_in(session, asking)


def sign_up_in(session: Session, asking: Asking) -> SignUp:
    """Do what `sign_up` does, within the caller's transaction."""
    now = asking.at
    row = find_or_add(session, asking.address, now=now)
    if row.state is SubscriberStatus.SUPPRESSED:
        return SignUp(None, confirm=False)
    if row.state in ON_LIST:
        return SignUp(row.id, confirm=False)
    apply_choices(session, row, asking.chosen, now=now)
    if is_being_asked(session, row.id, since=now - ASK_EVERY):
        return SignUp(row.id, confirm=False)
    if row.state is SubscriberStatus.PENDING:
        row.since = now  # the two weeks that an unconfirmed sign-up is kept begin again
    fact = make_fact(row, ConsentKind.ASKED, now, source=asking.source)
    fact.text_shown, fact.text_version = asking.text_shown, asking.text_version
    session.add(fact)
    return SignUp(row.id, confirm=True)


def confirm(db: Database, subscriber_id: int, *, source: str = "mail", now: datetime) -> bool:
    """Make somebody who asked active; return whether they are on the list now.

    Only the last question is answered: a confirmation link that is pressed again after its owner
    has left changes nothing. A suppressed address stays so.
    """
    with db.write() as session:
        row = _locked(session, subscriber_id)
        if row is None or row.state is SubscriberStatus.SUPPRESSED:
            return False
        if row.state in ON_LIST:
            return True
        asked = last_fact(session, row.id)
        if asked is None or asked.kind != ConsentKind.ASKED:
            return False
        row.move(SubscriberStatus.ACTIVE, now=now)
        row.since, row.confirmed_at, row.ground = now, now, ConsentKind.ASKED
        fact = make_fact(row, ConsentKind.CONFIRMED, now, source=source)
        fact.text_shown, fact.text_version = asked.text_shown, asked.text_version
        session.add(fact)
        return True


def take_back_question(session: Session, subscriber_id: int, *, asked_at: datetime) -> None:
    """Undo the asking of a sign-up whose mail could not go out, so that it can be asked anew."""
    asked = delete(Consent).where(
        Consent.subscriber_id == subscriber_id,
        Consent.kind == ConsentKind.ASKED,
        Consent.at == asked_at,
    )
    session.execute(asked)


def change(  # noqa: PLR0913 - the form's fields, by name
    db: Database,
    subscriber_id: int,
    *,
    audience: Audience | None,
    topics: Collection[Topic],
    name: str | None = None,
    partnership: str | None = None,
    themes: Collection[str] | None = None,
    role: str | None = None,
    organisation: str | None = None,
    source: str = "preferences",
    now: datetime,
) -> bool:
    """Store what a reader chose; return whether there is somebody on the list to choose.

    None leaves a field as it was, except for the audience: None is neither side. A form that shows
    somebody's side and sends it back says nothing new: it goes on to follow.
    """
    with db.write() as session:
        row = _locked(session, subscriber_id)
        if row is None or row.state not in ON_LIST:
            return False
        said = row.audience_said or audience != row.audience
        chosen = Choices(
            *(audience, topics, name, partnership, themes, role, organisation),
            audience_said=said,
        )
        if apply_choices(session, row, chosen, now=now):
            session.add(make_fact(row, ConsentKind.CHANGED, now, source=source))
        return True


def leave(
    db: Database,
    subscriber_id: int,
    *,
    source: str,
    edition_id: int | None = None,
    now: datetime,
) -> bool:
    """Stop mailing somebody; return whether this call did it (False: they had left, or are gone).

    edition_id: the mailing whose link was used, so that its report can count them.
    """
    with db.write() as session:
        return leave_in(session, subscriber_id, source=source, edition_id=edition_id, now=now)


def leave_in(
    session: Session,
    subscriber_id: int,
    *,
    source: str,
    edition_id: int | None = None,
    now: datetime,
) -> bool:
    """Do what `leave` does, within the caller's transaction."""
    row = _locked(session, subscriber_id)
    if row is None or SubscriberStatus.UNSUBSCRIBED not in SUBSCRIBER_MOVES[row.state]:
        return False
    row.move(SubscriberStatus.UNSUBSCRIBED, now=now)
    row.paused_until = None
    fact = make_fact(row, ConsentKind.WITHDRAWN, now, source=source)
    fact.edition_id = edition_id
    session.add(fact)
    return True


def leave_one(
    db: Database,
    subscriber_id: int,
    topic: Topic,
    *,
    edition_id: int | None = None,
    now: datetime,
) -> bool:
    """Stop mailing one topic to somebody who keeps another; return whether this call did it.

    False, and nothing changes, for who has no other topic: that is leaving, and another press.
    """
    with db.write() as session:
        row = _locked(session, subscriber_id)
        if row is None or row.state not in ON_LIST or wanted_topics(row) != frozenset(Topic):
            return False
        topics = wanted_topics(row) - {topic}
        kept = Choices(_audience(row), topics, audience_said=row.audience_said)
        apply_choices(session, row, kept, now=now)
        fact = make_fact(row, ConsentKind.CHANGED, now, source="afmelden")
        fact.edition_id = edition_id
        session.add(fact)
        return True


def add(  # noqa: PLR0913 - a person's fields, by name
    db: Database,
    *,
    email: str,
    audience: Audience | None,
    name: str = "",
    organisation: str = "",
    ground: str,
    key: bytes,
    source: str = "command",
    now: datetime,
) -> int:
    """Make somebody active on a stated ground; return their id. Who was active already stays so.

    audience: None leaves it to the organisation, where we know that.
    Raises: InvalidAddress, GroundMissing, SuppressedAddress (also for who has left: only they
            themselves come back).
    """
    address = normalise(email)
    if not ground.strip():
        raise GroundMissing
    with db.write() as session:
        known = session.get(Suppression, address_hash(key, address.key))
        row = find_or_add(session, address, now=now)
        if row.state in ON_LIST:
            return row.id
        if row.state is not SubscriberStatus.PENDING or known is not None:
            raise SuppressedAddress(known.reason if known else row.status)
        row.move(SubscriberStatus.ACTIVE, now=now)
        row.since, row.ground = now, ConsentKind.IMPORTED
        row.name = one_line(name, maximum=200) or row.name
        row.organisation = one_line(organisation, maximum=200) or row.organisation
        settle_side(session, row, audience, said=audience is not None)
        fact = make_fact(row, ConsentKind.IMPORTED, now, source=source)
        fact.ground = ground
        session.add(fact)
        _record(session, "subscriber.added", row, now)
        return row.id


def suppress(
    db: Database, subscriber_id: int, *, reason: SuppressionReason, key: bytes, now: datetime
) -> bool:
    """Never mail this address again; return whether this call did it.

    A bounce says nothing about somebody who had left: they may still come back by themselves.
    """
    with db.write() as session:
        return suppress_in(session, subscriber_id, reason=reason, key=key, now=now)


def suppress_in(
    session: Session, subscriber_id: int, *, reason: SuppressionReason, key: bytes, now: datetime
) -> bool:
    """Do what `suppress` does, within the caller's transaction."""
    row = _locked(session, subscriber_id)
    if row is None or row.state is SubscriberStatus.SUPPRESSED:
        return False
    has_left = row.state is SubscriberStatus.UNSUBSCRIBED
    if has_left and reason is SuppressionReason.BOUNCE:
        return False
    row.move(SubscriberStatus.SUPPRESSED, now=now)
    row.paused_until = None
    remember(session, row.email_key, reason, key=key, now=now)
    return True


def take_up_again(session: Session, subscriber_id: int, *, key: bytes, now: datetime) -> bool:
    """Undo that an address was given up because mail came back; return whether this call did it.

    They are again what they were: on the list, or asked to confirm. A complaint is not undone, nor
    is anything for who did not consent since. Within the caller's transaction.
    """
    row = _locked(session, subscriber_id)
    if row is None or row.state is not SubscriberStatus.SUPPRESSED:
        return False
    said = last_fact(session, row.id)
    back_to = _BACK_TO.get(ConsentKind(said.kind if said else row.ground))
    if back_to is None or not forget_bounce(session, row.email_key, key=key):
        return False
    row.move(back_to, now=now)
    _record(session, "subscriber.taken_up", row, now)
    return True


_BACK_TO: Final = {
    ConsentKind.CONFIRMED: SubscriberStatus.ACTIVE,
    ConsentKind.IMPORTED: SubscriberStatus.ACTIVE,
    ConsentKind.ASKED: SubscriberStatus.PENDING,
}


def erase(db: Database, who: int | str, *, key: bytes, now: datetime) -> bool:
    """Remove everything about a person, by id or address; return whether there was anybody.

    A keyed hash of the address stays, so that no import brings them back; their deliveries stay as
    numbers without a person. Signing up by themselves later is a new consent, and works.
    """
    with db.write() as session:
        return erase_in(session, who, key=key, now=now)


def erase_in(session: Session, who: int | str, *, key: bytes, now: datetime) -> bool:
    """Do what `erase` does, within the caller's transaction."""
    row = _locked(session, who) if isinstance(who, int) else get_subscriber(session, who)
    if row is None:
        return False
    remember(session, row.email_key, SuppressionReason.ERASED, key=key, now=now)
    _record(session, "subscriber.erased", row, now)
    session.execute(delete(Subscriber).where(Subscriber.id == row.id))
    return True


def _audience(row: Subscriber) -> Audience | None:
    return Audience(row.audience) if row.audience else None


def _record(session: Session, what: str, row: Subscriber, now: datetime) -> None:
    # By number: the log is never emptied, and nothing of a reader may stay in it.
    record(session, what, now=now, detail={"subscriber": row.id})


def _locked(session: Session, subscriber_id: int) -> Subscriber | None:
    return session.get(Subscriber, subscriber_id, with_for_update=True)
