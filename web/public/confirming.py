"""Confirming a sign-up, by the link in the mail that it brought."""

from starlette.responses import Response

from subscribers import consent, store
from subscribers.addresses import is_shared, mask
from subscribers.errors import ExpiredToken, InvalidToken
from subscribers.evidence import wanted_topics
from subscribers.model import Subscriber
from subscribers.values import ON_LIST, SubscriberStatus, Topic
from web.pages import Call, page
from web.public.words import TOPIC_WORDS, calm, private


def show_confirm(call: Call) -> Response:
    """Ask for the one press that confirms; looking changes nothing: link scanners look."""
    row = _asked_by(call)
    if isinstance(row, Response):
        return row
    if row.state in ON_LIST:
        return private(_confirmed(call))
    wanted = wanted_topics(row)
    return private(
        page(
            call,
            "public/confirm.html",
            masked=mask(row.email),
            is_shared=is_shared(row.email),
            wanted=[TOPIC_WORDS[topic] for topic in Topic if topic in wanted],
        )
    )


def confirm(call: Call) -> Response:
    """Make somebody a subscriber."""
    row = _asked_by(call)
    if isinstance(row, Response):
        return row
    if not consent.confirm(call.services.db, row.id, now=call.now):
        return private(_ask_again(call, "Deze link is al gebruikt", status=410))
    return private(_confirmed(call))


def _asked_by(call: Call) -> Subscriber | Response:
    """Return who the link is about, or the calm page that says why that cannot be known."""
    try:
        target = call.services.links.read_confirm(call.path["token"], now=call.now)
    except ExpiredToken:
        return private(_ask_again(call, "Deze link is te oud", status=410))
    except InvalidToken:
        return private(_mistaken(call))
    with call.services.db.read() as session:
        row = store.get_by_id(session, target.subscriber_id)
    if row is None or row.state is SubscriberStatus.SUPPRESSED:
        return private(_ask_again(call, "Deze link is te oud", status=410))
    return row


def _mistaken(call: Call) -> Response:
    return calm(
        call,
        "Deze link klopt niet",
        "Misschien is hij bij het kopiëren afgekapt. Open de link nog eens vanuit de mail.",
        "Lukt dat niet? Meld je dan opnieuw aan. "
        "Naar één adres sturen we zo’n mail hooguit één keer per dag.",
        onward=("/aanmelden", "Meld je aan"),
        status=404,
    )


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
