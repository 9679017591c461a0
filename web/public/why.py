"""Why somebody gets our mail: on what ground, since when, how it went, and how to stop.

Behind the sentence in the footer of each mail. Looking changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session
from starlette.responses import Response

from feeds.themes import list_themes
from newsletter.send.mail.reason import reason_for
from newsletter.values import EditionKind
from subscribers import store
from subscribers.addresses import mask
from subscribers.editing import DESK
from subscribers.evidence import STAYED, wanted_topics
from subscribers.model import Consent, Subscriber
from subscribers.values import ON_LIST, ConsentKind, SubscriberStatus, Topic
from web.pages import Call, page
from web.public.held import nothing_held
from web.public.words import TOPIC_WORDS, private

HAPPENED: Final[Mapping[ConsentKind, str]] = {
    ConsentKind.ASKED: "Iemand vulde dit adres in op het aanmeldformulier.",
    ConsentKind.CONFIRMED: "Je bevestigde dat met de knop in onze mail.",
    ConsentKind.IMPORTED: "Een beheerder zette je adres op de lijst.",
    ConsentKind.CHANGED: "Je wijzigde je voorkeuren.",
    ConsentKind.PAUSED: "Je koos om even geen mail te krijgen.",
    ConsentKind.RESUMED: "De pauze was voorbij.",
    ConsentKind.MOVED: "Je bevestigde een nieuw adres.",
    ConsentKind.WITHDRAWN: "Je meldde je af.",
}
BY_DESK: Final[Mapping[ConsentKind, str]] = {
    ConsentKind.CHANGED: "De redactie wijzigde wat je krijgt.",
    ConsentKind.WITHDRAWN: "De redactie meldde je af.",
}
BY_STAYING: Final[Mapping[ConsentKind, str]] = {
    ConsentKind.ASKED: "Je koos ‘Toch blijven’.",
    ConsentKind.CONFIRMED: "Daarmee stond je weer op de lijst.",
}
BY: Final = {DESK: BY_DESK, STAYED: BY_STAYING}
BY_CONSENT: Final = (
    "Jouw toestemming: je vroeg er zelf om en bevestigde dat (AVG, artikel 6 lid 1a)."
)
BY_IMPORT: Final = "De reden die de beheerder erbij opgaf:"


@dataclass(frozen=True, slots=True)
class Event:
    """One fact about consent, as its page tells it. words: the text that stood with it, or ""."""

    at: datetime
    what: str
    words: str


def show_why(call: Call) -> Response:
    """Show the ground, its evidence, and the ways to stop. Raises InvalidToken."""
    links = call.services.links
    target = links.read_preferences(call.path["token"])
    with call.services.db.read() as session:
        row = store.get_by_id(session, target.subscriber_id)
        if row is None:
            return nothing_held(call)
        facts = store.consents_of(session, row.id)
        reason = reason_in_mail(session, row)
    grounds = [fact.ground for fact in facts if fact.ground]
    is_imported = row.ground == ConsentKind.IMPORTED
    base = call.services.settings.base_url
    return private(
        page(
            call,
            "public/why.html",
            masked=mask(row.email),
            is_on_list=row.state in ON_LIST,
            is_blocked=row.state is SubscriberStatus.SUPPRESSED,
            reason=reason,
            ground=BY_IMPORT if is_imported else BY_CONSENT,
            stated=grounds[-1] if is_imported and grounds else "",
            since=row.since,
            wanted=[TOPIC_WORDS[topic] for topic in Topic if topic in wanted_topics(row)],
            events=[_event(fact) for fact in facts],
            own=call.request.url.path.removesuffix("/waarom"),
            unsubscribe_url=links.unsubscribe_url(row.id, target.edition_id).removeprefix(base),
        )
    )


def reason_in_mail(session: Session, row: Subscriber) -> str:
    """Return the sentence that stands in this reader's mail; "" for who gets none."""
    reader = store.readers(session, [row.id]).get(row.id)
    if reader is None:
        return ""
    themes = {one.slug: one.label for one in list_themes(session)}
    kind = EditionKind.NEWSLETTER if row.wants_newsletter else EditionKind.ANNOUNCEMENT
    return reason_for(reader, kind, themes)


def _event(fact: Consent) -> Event:
    kind = ConsentKind(fact.kind)
    what = BY.get(fact.source, {}).get(kind)
    # What was confirmed keeps the words of the form, as evidence; they did not stand at the button.
    words = "" if kind is ConsentKind.CONFIRMED else fact.text_shown
    return Event(fact.at, what or HAPPENED[kind], words)
