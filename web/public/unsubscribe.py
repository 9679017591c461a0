"""Leaving: a page with one button for people, one POST for mail programs (RFC 8058)."""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session
from starlette.responses import PlainTextResponse, Response

from newsletter import dutch
from subscribers import consent, store
from subscribers.addresses import mask
from subscribers.errors import InvalidToken
from subscribers.evidence import STAYED, wanted_topics
from subscribers.links import LinkTarget
from subscribers.model import Subscriber
from subscribers.values import ON_LIST, Audience, ConsentKind, SubscriberStatus, Topic
from web.pages import Call, page
from web.public.words import TOPIC_WORDS, calm, private

ONE_CLICK_FIELD: Final = "List-Unsubscribe"
ONE_CLICK_VALUE: Final = "One-Click"
ONE_CLICK_DONE: Final = "Je bent afgemeld.\n"
ONE_CLICK_REFUSED: Final = "Dit is geen verzoek om je af te melden (RFC 8058).\n"
UNDO_WITHIN: Final = timedelta(hours=1)  # a link in an old mail brings nobody back later on
ONLY_WITHOUT: Final = {
    "geen-nieuwsbrief": Topic.NEWSLETTER,
    "geen-aankondigingen": Topic.ANNOUNCEMENTS,
}
STAY_TEXT: Final = "Toch blijven: ik wil weer krijgen wat ik kreeg."


def show_unsubscribe(call: Call) -> Response:
    """Ask for the one press that unsubscribes; looking changes nothing. Raises InvalidToken."""
    target = _target(call)
    row = _reader(call, target)
    if row is None or row.state not in ON_LIST:
        return _gone(call, row)
    return private(
        page(
            call,
            "public/unsubscribe.html",
            masked=mask(row.email),
            one_thing=_one_thing(row),
            preferences_url=_own_path(call, target),
        )
    )


def show_where(call: Call) -> Response:
    """Say where the link is, to who has only the address of this page."""
    contact = call.services.settings.organisation.contact
    return calm(
        call,
        "Afmelden of iets anders kiezen",
        "Onder elke mail van ons staat een link om je af te melden, en een om te kiezen wat je "
        "krijgt. Zo weten we zeker dat jij het bent.",
        f"Heb je geen mail meer van ons? Mail {contact}, dan regelen wij het.",
    )


def unsubscribe(call: Call) -> Response:
    """Do what the button says, or what a mail program asks. Raises InvalidToken for a button."""
    if ONE_CLICK_FIELD in call.form:
        return _one_click(call)
    action = call.form.get("actie")
    if action == "afmelden":
        return _leave(call)
    if action in ONLY_WITHOUT:
        return _leave_one(call, ONLY_WITHOUT[action])
    if action == "blijven":
        return _stay(call)
    return private(PlainTextResponse(ONE_CLICK_REFUSED, status_code=400))


def _one_click(call: Call) -> Response:
    """Unsubscribe at once: no page, no redirect, one answer for every token (RFC 8058 §3.1)."""
    if call.form.get(ONE_CLICK_FIELD) != ONE_CLICK_VALUE:
        return private(PlainTextResponse(ONE_CLICK_REFUSED, status_code=400))
    with suppress(InvalidToken):  # who asks learns nothing about who is on the list
        _do_leave(call, _target(call), source="one-click")
    return private(PlainTextResponse(ONE_CLICK_DONE))


def _leave(call: Call) -> Response:
    target = _target(call)
    _do_leave(call, target, source="afmelden")
    return _gone(call, _reader(call, target))


def _leave_one(call: Call, topic: Topic) -> Response:
    """Stop one kind of mail, and say what stays; for who has only that one, ask again."""
    target = _target(call)
    db, who = call.services.db, target.subscriber_id
    consent.leave_one(db, who, topic, edition_id=target.edition_id, now=call.now)
    row = _reader(call, target)
    if row is None or row.state not in ON_LIST:
        return _gone(call, row)
    if topic in wanted_topics(row):
        return show_unsubscribe(call)
    kept = dutch.join([TOPIC_WORDS[one] for one in Topic if one in wanted_topics(row)])
    return private(
        calm(
            call,
            "Dat is geregeld",
            f"{mask(row.email)} krijgt {TOPIC_WORDS[topic]} niet meer. Wel krijg je nog {kept}.",
            onward=(_own_path(call, target), "Bekijk je voorkeuren"),
        )
    )


def _one_thing(row: Subscriber) -> tuple[tuple[str, str], ...]:
    """Return what can be left while something else stays: what the form sends, and its words."""
    if wanted_topics(row) != frozenset(Topic):
        return ()
    return tuple((action, TOPIC_WORDS[topic]) for action, topic in ONLY_WITHOUT.items())


def _do_leave(call: Call, target: LinkTarget, *, source: str) -> None:
    consent.leave(
        call.services.db,
        target.subscriber_id,
        source=source,
        edition_id=target.edition_id,
        now=call.now,
    )


def _stay(call: Call) -> Response:
    """Bring back who left by mistake a moment ago, with what they had."""
    target = _target(call)
    row = _reader(call, target)
    if row is not None and row.state in ON_LIST:
        return _stays(call, target)  # pressed twice
    if row is None or not _can_stay(call, row):
        return _gone(call, row)
    db, now = call.services.db, call.now
    consent.sign_up(
        db,
        email=row.email,
        audience=Audience(row.audience) if row.audience else None,
        name=row.name,
        partnership=row.partnership,
        role=row.role,
        organisation=row.organisation,
        audience_said=row.audience_said,
        topics=wanted_topics(row),
        text_shown=STAY_TEXT,
        source=STAYED,
        now=now,
    )
    if not consent.confirm(db, row.id, source=STAYED, now=now):
        return _sign_up_instead(call)
    return _stays(call, target)


def _stays(call: Call, target: LinkTarget) -> Response:
    onward = (_own_path(call, target), "Bekijk je voorkeuren")
    words = "Je krijgt weer wat je kreeg."
    return private(calm(call, "Je blijft op de lijst", words, onward=onward))


def _sign_up_instead(call: Call) -> Response:
    return private(
        calm(
            call,
            "Meld je opnieuw aan",
            "Terugdraaien kan hier nu niet. Via het formulier sta je er zo weer op.",
            onward=("/aanmelden", "Meld je aan"),
        )
    )


def _gone(call: Call, row: Subscriber | None) -> Response:
    """Say that this address gets no mail: also when it is not on the list any more."""
    return private(
        page(
            call,
            "public/unsubscribed.html",
            masked=mask(row.email) if row else "",
            can_stay=row is not None and _can_stay(call, row),
        )
    )


def _can_stay(call: Call, row: Subscriber) -> bool:
    if row.state is not SubscriberStatus.UNSUBSCRIBED:
        return False
    with call.services.db.read() as session:
        left_at = _left_at(session, row.id)
    return left_at is not None and call.now - left_at <= UNDO_WITHIN


def _left_at(session: Session, subscriber_id: int) -> datetime | None:
    facts = store.consents_of(session, subscriber_id)
    left = [fact.at for fact in facts if fact.kind == ConsentKind.WITHDRAWN]
    return left[-1] if left else None


def _own_path(call: Call, target: LinkTarget) -> str:
    url = call.services.links.preferences_url(target.subscriber_id, target.edition_id)
    return url.removeprefix(call.services.settings.base_url)


def _target(call: Call) -> LinkTarget:
    return call.services.links.read_unsubscribe(call.path["token"])


def _reader(call: Call, target: LinkTarget) -> Subscriber | None:
    with call.services.db.read() as session:
        return store.get_by_id(session, target.subscriber_id)
