"""Signing up and confirming. Every address gets the same answer: only its mailbox tells more."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from starlette.datastructures import FormData
from starlette.responses import Response

from newsletter.errors import TransportError, TransportUncertain
from newsletter.store import published
from subscribers import consent, store
from subscribers.addresses import mask, normalise
from subscribers.errors import AddressFault, ExpiredToken, InvalidAddress, InvalidToken
from subscribers.model import Subscriber
from subscribers.values import Audience, SubscriberStatus, Topic
from web.forms import Form
from web.pages import Call, page, see_other
from web.public.confirmation import send_confirmation
from web.public.consent_texts import CONSENT_TEXTS, FRONT, FULL
from web.public.reading import read_heading
from web.public.words import (
    ADDRESS_PROBLEMS,
    NO_AUDIENCE,
    NO_TOPIC,
    TOPIC_WORDS,
    calm,
    private,
    rhythm,
)

TRAP: Final = "website"
ELSEWHERE: Final = "anders"
CHECK_MAIL: Final = "/aanmelden/kijk-in-je-mail"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the form held, as the page shows it again. problems: sentences by field."""

    audience: str = ""
    email: str = ""
    partnership: str = ""
    topics: tuple[Topic, ...] = ()
    form: str = FULL
    problems: Mapping[str, str] = field(default_factory=dict)


def show_sign_up(call: Call) -> Response:
    """Show the form."""
    return _form_page(call, Wanted())


def sign_up(call: Call) -> Response:
    """Note who asked, send the confirmation mail, and say where to look."""
    wanted = read_wanted(call.form)
    if call.form.get(TRAP):  # a program filled in what people do not see: it learns nothing
        return see_other(CHECK_MAIL)
    if wanted.problems:
        return _form_page(call, wanted)
    now = call.now
    asked = consent.sign_up(
        call.services.db,
        email=wanted.email,
        audience=audience_of(wanted.audience),
        partnership=wanted.partnership,
        topics=wanted.topics,
        text_shown=CONSENT_TEXTS[wanted.form],
        source=wanted.form,
        now=now,
    )
    if asked.confirm and asked.subscriber_id is not None:
        return _ask_to_confirm(call, asked.subscriber_id, now=now)
    return see_other(CHECK_MAIL)


def _ask_to_confirm(call: Call, subscriber_id: int, *, now: datetime) -> Response:
    """Send the mail, now that the sign-up is stored; what could not be asked can be asked again."""
    try:
        send_confirmation(call.services, subscriber_id, now=now)
    except TransportUncertain:
        return see_other(CHECK_MAIL)  # it may be there: a second one would only confuse
    except TransportError:
        consent.take_back_question(call.services.db, subscriber_id, asked_at=now)
        return _not_sent(call)
    return see_other(CHECK_MAIL)


def show_check_mail(call: Call) -> Response:
    """Say what happens next; the same for everybody."""
    return calm(
        call,
        "Kijk in je mail",
        "We stuurden je een mail met een knop. Druk daarop, dan is je aanmelding rond.",
        "Zie je na een kwartier nog niets? Kijk dan bij de ongewenste mail. "
        "Sta je al op de lijst, dan verandert er niets en krijg je geen nieuwe mail.",
        onward=("/archief", "Lees alvast de edities"),
    )


def show_confirm(call: Call) -> Response:
    """Ask for the one press that confirms; looking changes nothing: link scanners look."""
    row = _asked_by(call)
    if isinstance(row, Response):
        return row
    if row.state is SubscriberStatus.ACTIVE:
        return private(_confirmed(call))
    topics = {Topic.NEWSLETTER: row.wants_newsletter, Topic.ANNOUNCEMENTS: row.wants_announcements}
    words = [TOPIC_WORDS[topic] for topic, wants in topics.items() if wants]
    return private(page(call, "public/confirm.html", masked=mask(row.email), wanted=words))


def confirm(call: Call) -> Response:
    """Make somebody a subscriber."""
    row = _asked_by(call)
    if isinstance(row, Response):
        return row
    if not consent.confirm(call.services.db, row.id, now=call.now):
        return private(_ask_again(call, "Deze link is al gebruikt", status=410))
    return private(_confirmed(call))


def read_wanted(fields: FormData) -> Wanted:
    """Return what the form held, with what is wrong with it."""
    form = Form(fields)
    kant, email = form.line("kant"), form.line("email", longest=254)
    which = FRONT if fields.get("formulier") == FRONT else FULL
    topics = (Topic.NEWSLETTER,) if which == FRONT else read_topics(fields)
    problems = dict(form.problems)
    if kant not in {*Audience, ELSEWHERE}:
        problems["kant"] = NO_AUDIENCE
    if fault := _fault(email):
        problems["email"] = ADDRESS_PROBLEMS[fault]
    if not topics:
        problems["krijg"] = NO_TOPIC
    partnership = form.line("opleidingsschool")
    return Wanted(kant, email, partnership, topics, which, problems | form.problems)


def read_topics(fields: FormData) -> tuple[Topic, ...]:
    """Return the topics that were ticked; what is no topic is left out."""
    ticked = fields.getlist("krijg")
    return tuple(topic for topic in Topic if topic in ticked)


def audience_of(kant: str) -> Audience | None:
    """Return the side behind a choice; None for somewhere else."""
    return Audience(kant) if kant in tuple(Audience) else None


def _fault(email: str) -> AddressFault | None:
    try:
        normalise(email)
    except InvalidAddress as wrong:
        return wrong.fault
    return None


def _form_page(call: Call, wanted: Wanted) -> Response:
    with call.services.db.read() as session:
        latest = published.list_published(session, limit=1)
    return page(
        call,
        "public/sign_up.html",
        status=422 if wanted.problems else 200,
        given=wanted,
        problems=wanted.problems,
        consent_text=CONSENT_TEXTS[FULL],
        rhythm=rhythm(call),
        latest=read_heading(latest[0]) if latest else None,
    )


def _asked_by(call: Call) -> Subscriber | Response:
    """Return who the link is about, or the calm page that says why that cannot be known."""
    try:
        target = call.services.links.read_confirm(call.path["token"], now=call.now)
    except ExpiredToken:
        return private(_ask_again(call, "Deze link is te oud", status=410))
    except InvalidToken:
        return private(_ask_again(call, "Deze link klopt niet", status=404))
    with call.services.db.read() as session:
        row = store.get_by_id(session, target.subscriber_id)
    if row is None or row.state is SubscriberStatus.SUPPRESSED:
        return private(_ask_again(call, "Deze link is te oud", status=410))
    return row


def _ask_again(call: Call, heading: str, *, status: int) -> Response:
    return calm(
        call,
        heading,
        "Er is niets veranderd. Meld je opnieuw aan, dan sturen we je meteen een nieuwe link.",
        onward=("/aanmelden", "Meld je aan"),
        status=status,
    )


def _confirmed(call: Call) -> Response:
    return calm(
        call,
        "Je bent aangemeld",
        "Fijn dat je meeleest. De eerstvolgende editie komt vanzelf in je mail.",
        "Onder elke mail staat een link om je keuzes te wijzigen of je af te melden.",
        onward=("/archief", "Lees de laatste edities"),
    )


def _not_sent(call: Call) -> Response:
    contact = call.services.settings.organisation.contact
    return calm(
        call,
        "De mail kon niet weg",
        "We konden je de mail met de knop nu niet sturen. Dat ligt aan ons, niet aan jouw adres.",
        f"Probeer het over een uur opnieuw. Lukt het dan nog niet? Mail ons: {contact}.",
        onward=("/aanmelden", "Probeer het opnieuw"),
        status=503,
    )
