"""Signing up and confirming. Every address gets the same answer: only its mailbox tells more."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import structlog
from starlette.background import BackgroundTask
from starlette.datastructures import FormData
from starlette.responses import Response

from newsletter.errors import TransportError, TransportUncertain
from newsletter.store import published
from newsletter.wiring import Services
from subscribers import consent, store
from subscribers.addresses import mask, normalise
from subscribers.errors import AddressFault, ExpiredToken, InvalidAddress, InvalidToken
from subscribers.evidence import wanted_topics
from subscribers.model import Subscriber
from subscribers.values import ON_LIST, Audience, SubscriberStatus, Topic
from web.forms import Form
from web.pages import Call, page, see_other
from web.public.confirmation import send_confirmation
from web.public.consent_texts import CONSENT_TEXTS, FRONT, FULL
from web.public.limits import HourlyLimits
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

log = structlog.get_logger(__name__)

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
    if not may_mail_strangers(call):
        return too_busy(call)
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
    answer = see_other(CHECK_MAIL)
    if asked.confirm and asked.subscriber_id is not None:
        # After the answer: a wait for the relay would tell that the address was not on the list.
        answer.background = BackgroundTask(
            _ask_to_confirm, call.services, asked.subscriber_id, now=now
        )
    return answer


def _ask_to_confirm(services: Services, subscriber_id: int, *, now: datetime) -> None:
    """Send the mail, now that the sign-up is stored; what could not be asked can be asked again."""
    try:
        send_confirmation(services, subscriber_id, now=now)
    except TransportUncertain:
        log.warning("a confirmation may not have arrived", subscriber=subscriber_id)
    except TransportError as failure:
        consent.take_back_question(services.db, subscriber_id, asked_at=now)
        log.warning("a confirmation could not be sent", code=failure.code, subscriber=subscriber_id)


def may_mail_strangers(call: Call) -> bool:
    """Count a form that mails an address, whoever it is for; say whether the hour had room."""
    limits: HourlyLimits = call.request.app.state.sign_up_limits
    client = call.request.client
    if limits.take(client.host if client else "", now=call.now):
        return True
    log.warning("more sign-ups than an hour may have; see web/public/limits.py")
    return False


def show_check_mail(call: Call) -> Response:
    """Say what happens next; the same for everybody."""
    return calm(
        call,
        "Kijk in je mail",
        "We stuurden je een mail met een knop. Druk daarop, dan is je aanmelding rond.",
        "Zie je na een kwartier nog niets? Kijk dan bij de ongewenste mail, "
        "of meld je nog eens aan. "
        "Sta je al op de lijst, dan verandert er niets en krijg je geen nieuwe mail.",
        onward=("/archief", "Lees alvast de edities"),
    )


def show_confirm(call: Call) -> Response:
    """Ask for the one press that confirms; looking changes nothing: link scanners look."""
    row = _asked_by(call)
    if isinstance(row, Response):
        return row
    if row.state in ON_LIST:
        return private(_confirmed(call))
    wanted = wanted_topics(row)
    words = [TOPIC_WORDS[topic] for topic in Topic if topic in wanted]
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


def too_busy(call: Call) -> Response:
    """Say that the hour is full: to everybody, whether we know them or not."""
    contact = call.services.settings.organisation.contact
    return calm(
        call,
        "Het is nu te druk",
        "Er komen te veel aanmeldingen tegelijk binnen. Daarom nemen we er nu even geen aan.",
        f"Probeer het over een uur opnieuw. Lukt het dan nog niet? Mail ons: {contact}.",
        onward=("/aanmelden", "Probeer het opnieuw"),
        status=429,
    )
