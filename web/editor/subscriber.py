"""One reader at the desk: what we hold, what they get and why, what happened, and changing it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy.orm import Session
from starlette.responses import Response

from feeds.model import Theme
from feeds.themes import list_themes
from newsletter import readers
from newsletter.reader_history import history_of
from subscribers import editing
from subscribers.addresses import is_shared, shown
from subscribers.editing import FIELDS, LONGEST, Edit, mark_of, require_subscriber
from subscribers.errors import SubscriberChanged
from subscribers.evidence import wanted_topics
from subscribers.field import name_key
from subscribers.model import Organisation, Subscriber
from subscribers.organisations import known_at
from subscribers.suppressing import reason_of
from subscribers.themes import themes_of
from subscribers.values import (
    ON_LIST,
    SUBSCRIBER_MOVES,
    Audience,
    ConsentKind,
    SubscriberStatus,
    SuppressionReason,
    Topic,
)
from web.editor.desk import SUBSCRIBERS, desk_page
from web.editor.subscriber_filter import SIDES, offered
from web.editor.subscriber_words import tell
from web.editor.subscribers import tag_of, works_in
from web.errors import PageUnknown
from web.forms import Form
from web.pages import Call, see_other
from web.public.themes import theme_groups
from web.public.why import reason_in_mail

FOLLOWS: Final = "volgt"
REASONS: Final[Mapping[str, str]] = {
    SuppressionReason.BOUNCE: "Het adres werkt niet meer",
    SuppressionReason.COMPLAINT: "De ontvanger klaagde over onze mail",
}
GROUNDS: Final[Mapping[str, str]] = {
    ConsentKind.ASKED: "Vroeg er zelf om en bevestigde dat",
    ConsentKind.IMPORTED: "Door een beheerder toegevoegd, met een reden",
}
SOMEBODY_ELSE: Final = (
    "Iemand wijzigde deze abonnee intussen, of de lezer deed dat zelf. Wat jij invulde, staat "
    "hieronder en is nog niet bewaard. Bewaar opnieuw om de wijziging van de ander te vervangen."
)
NO_TOPIC: Final = "Kies ten minste één ding. Wil deze lezer niets meer krijgen? Meld die dan af."


@dataclass(frozen=True, slots=True)
class Given:
    """What the form shows. side: of SIDES, or FOLLOWS; problems: sentences by field."""

    side: str
    values: Mapping[str, str]
    themes: Collection[str]
    topics: Collection[str]
    problems: Mapping[str, str] = field(default_factory=dict)


def show_subscriber(call: Call) -> Response:
    """Show one reader. Raises UnknownSubscriber."""
    return _page(call)


def save(call: Call) -> Response:
    """Put what was filled in in the place of what was there. Raises UnknownSubscriber."""
    number, given = call.number("subscriber"), _read(call)
    if given.problems:
        return _page(call, given)
    said = given.side != FOLLOWS
    wished = Edit(
        audience=Audience(given.side) if given.side in set(Audience) else None,
        audience_said=said,
        values=dict(given.values),
        themes=given.themes,
        topics=[Topic(one) for one in given.topics] or None,
    )
    try:
        changed = editing.edit(
            call.services.db, number, wished, seen=Form(call.form).line("seen"), now=call.now
        )
    except SubscriberChanged:
        problems = {"seen": SOMEBODY_ELSE}
        return _page(call, Given(given.side, given.values, given.themes, given.topics, problems))
    return _back(call, "Bewaard." if changed else "Er was niets gewijzigd.")


def unsubscribe(call: Call) -> Response:
    """Stop mailing somebody. Raises UnknownSubscriber."""
    done = editing.unsubscribe(call.services.db, call.number("subscriber"), now=call.now)
    return _back(call, "Deze lezer is afgemeld." if done else "Deze lezer was al afgemeld.")


def suppress(call: Call) -> Response:
    """Never mail this address again. Raises UnknownSubscriber."""
    reason = Form(call.form).line("reden")
    if reason not in REASONS:
        raise PageUnknown("reden")
    done = editing.suppress(
        call.services.db,
        call.number("subscriber"),
        reason=SuppressionReason(reason),
        key=call.services.settings.hash_key,
        now=call.now,
    )
    return _back(call, "Dit adres krijgt geen mail meer." if done else "Dit kon hier niet.")


def erase(call: Call) -> Response:
    """Remove everything about somebody. Raises UnknownSubscriber."""
    number = call.number("subscriber")
    with call.services.db.read() as session:
        require_subscriber(session, number)
    readers.erase(call.services, number, now=call.now)
    return see_other(SUBSCRIBERS, message="Alles over deze abonnee is gewist.")


def _back(call: Call, message: str) -> Response:
    return see_other(f"{SUBSCRIBERS}/{call.number('subscriber')}", message=message)


def _read(call: Call) -> Given:
    form = Form(call.form)
    values = {name: form.line(name, longest=LONGEST[name]) for name in FIELDS}
    side = form.line("kant")
    if side not in {FOLLOWS, *SIDES}:
        raise PageUnknown("kant")
    with call.services.db.read() as session:
        slugs = [one.slug for one in list_themes(session)]
        row = require_subscriber(session, call.number("subscriber"))
    themes, topics = form.picked("thema", slugs), form.picked("krijgt", list(Topic))
    problems = dict(form.problems)
    if row.state in ON_LIST and not topics:
        problems["krijgt"] = NO_TOPIC
    return Given(side, values, themes, topics, problems)


def _page(call: Call, given: Given | None = None) -> Response:
    with call.services.db.read() as session:
        row = require_subscriber(session, call.number("subscriber"))
        themes = list_themes(session)
        chosen = themes_of(session, [row.id]).get(row.id, [])
        shown_now = given or _held(row, chosen)
        is_retry = given is not None and "seen" not in given.problems
        return desk_page(
            call,
            session,
            "subscriber.html",
            status=422 if shown_now.problems else 200,
            row=row,
            given=shown_now,
            seen=Form(call.form).line("seen") if is_retry else mark_of(row, chosen),
            problems=shown_now.problems,
            theme_groups=theme_groups(themes, on=shown_now.themes),
            history=_history(call, session, row, themes),
            offered=offered(session),
            may_take_up=_may_take_up(call, session, row),
            **_about(session, row),
        )


def _held(row: Subscriber, themes: Collection[str]) -> Given:
    said = row.audience or "geen"
    return Given(
        said if row.audience_said else FOLLOWS,
        {name: getattr(row, name) for name in FIELDS},
        themes,
        sorted(wanted_topics(row)),
    )


def _history(call: Call, session: Session, row: Subscriber, themes: Collection[Theme]) -> list[Any]:
    labels = {one.slug: one.label for one in themes}
    events = history_of(session, row, key=call.services.settings.hash_key)
    return [tell(one, labels) for one in events]


def _may_take_up(call: Call, session: Session, row: Subscriber) -> bool:
    """Say whether they get no mail because mail came back: that can be undone."""
    key = call.services.settings.hash_key
    is_blocked = row.state is SubscriberStatus.SUPPRESSED
    return is_blocked and reason_of(session, row.email_key, key=key) is SuppressionReason.BOUNCE


def _about(session: Session, row: Subscriber) -> dict[str, Any]:
    """Return what the page tells of somebody beside the form."""
    known = known_at(session, [row.organisation])
    moves = SUBSCRIBER_MOVES[row.state]
    return {
        "address": shown(row.email),
        "is_shared": is_shared(row.email),
        "tag": tag_of(row),
        "reason": reason_in_mail(session, row),
        "ground": GROUNDS[row.ground] if row.state is not SubscriberStatus.PENDING else "",
        "is_on_list": row.state in ON_LIST,
        "works_in": "" if row.partnership else works_in(row, known),
        "follows": _follows(row, known.get(name_key(row.organisation))),
        "sides": list(SIDES.items()),
        "may_unsubscribe": SubscriberStatus.UNSUBSCRIBED in moves,
        "reasons": _reasons(row),
        "base": f"{SUBSCRIBERS}/{row.id}",
    }


def _follows(row: Subscriber, at: Organisation | None) -> str:
    """Return where a side comes from that nobody said."""
    if at is not None:
        return f"volgt uit de organisatie: {SIDES[at.audience]}"
    if row.organisation:
        return "volgt uit de organisatie, die we nog niet kennen"
    return "volgt uit de organisatie, die nog niet is ingevuld"


def _reasons(row: Subscriber) -> list[tuple[str, str]]:
    """Return for what reasons an address can be blocked; a bounce says nothing of who had left."""
    if SubscriberStatus.SUPPRESSED not in SUBSCRIBER_MOVES[row.state]:
        return []
    has_left = row.state is SubscriberStatus.UNSUBSCRIBED
    return [
        (reason, word)
        for reason, word in REASONS.items()
        if not (has_left and reason == SuppressionReason.BOUNCE)
    ]
