"""What we hold about somebody and why, and changing it, by the link in their mail."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy.orm import Session
from starlette.responses import Response

from feeds.themes import list_themes
from newsletter import dutch
from subscribers import consent, store
from subscribers.addresses import mask
from subscribers.evidence import wanted_topics
from subscribers.links import LinkTarget
from subscribers.model import Subscriber
from subscribers.values import Audience, ConsentKind, SubscriberStatus, Topic
from web.forms import Form
from web.pages import Call, page
from web.public.events import theme_labels
from web.public.signup import ELSEWHERE, audience_of, read_topics
from web.public.words import NO_AUDIENCE, TOPIC_WORDS, calm, private, rhythm

NO_TOPIC_LEFT: Final = (
    "Kies ten minste één ding. Wil je niets meer krijgen? Meld je dan af, onderaan dit formulier."
)


@dataclass(frozen=True, slots=True)
class Held:
    """What we hold, in words. facts: what it is, and its value; the address is masked."""

    masked: str
    is_active: bool
    reason: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """What the form shows, from the row or from what was just filled in."""

    audience: str
    topics: tuple[Topic, ...]
    name: str
    problems: Mapping[str, str] = field(default_factory=dict)


def show_preferences(call: Call) -> Response:
    """Show what somebody gets and what we hold. Raises InvalidToken."""
    return _page(call, call.services.links.read_preferences(call.path["token"]))


def change_preferences(call: Call) -> Response:
    """Store what somebody chose. Raises InvalidToken."""
    target = call.services.links.read_preferences(call.path["token"])
    choice = read_choice(call)
    if choice.problems:
        return _page(call, target, choice=choice)
    changed = consent.change(
        call.services.db,
        target.subscriber_id,
        audience=audience_of(choice.audience),
        topics=choice.topics,
        name=choice.name,
        now=call.now,
    )
    return _page(call, target, saved=_saved(choice) if changed else "")


def read_choice(call: Call) -> Choice:
    """Return what the form held, with what is wrong with it."""
    form = Form(call.form)
    kant, name = form.line("kant"), form.line("naam")
    topics = read_topics(call.form)
    problems = {}
    if not topics:
        problems["krijg"] = NO_TOPIC_LEFT
    if kant not in {*Audience, ELSEWHERE}:
        problems["kant"] = NO_AUDIENCE
    return Choice(kant, topics, name, problems | form.problems)


def _page(
    call: Call, target: LinkTarget, *, choice: Choice | None = None, saved: str = ""
) -> Response:
    with call.services.db.read() as session:
        row = store.get_by_id(session, target.subscriber_id)
        held = _held(session, row) if row else None
    if row is None or held is None:
        return _nothing_held(call)
    given = choice or _choice_of(row)
    links = call.services.links
    leave = links.unsubscribe_url(row.id, target.edition_id)
    return private(
        page(
            call,
            "public/preferences.html",
            status=422 if given.problems else 200,
            held=held,
            given=given,
            problems=given.problems,
            saved=saved,
            rhythm=rhythm(call),
            unsubscribe_url=leave.removeprefix(call.services.settings.base_url),
        )
    )


def _held(session: Session, row: Subscriber) -> Held:
    labels = {theme.slug: theme.label for theme in list_themes(session)}
    chosen = store.themes_of(session, [row.id]).get(row.id, [])
    grounds = [fact.ground for fact in store.consents_of(session, row.id) if fact.ground]
    facts = (
        ("E-mailadres", mask(row.email)),
        ("Naam", row.name),
        ("Waar je werkt", row.audience or "ergens anders"),
        ("Rol", row.role),
        ("Organisatie", row.organisation),
        ("Opleidingsschool", row.partnership),
        ("Regio", row.region),
        ("Thema’s", dutch.join(theme_labels(chosen, labels))),
        (_since_word(row), dutch.long_date(dutch.local(row.since).date())),
        ("Waarom", grounds[-1] if grounds else ""),
        ("Bewijs", "wanneer je wat koos, en welke tekst erbij stond"),
        ("Verzonden", "welke edities we je stuurden"),
    )
    return Held(
        masked=mask(row.email),
        is_active=row.state is SubscriberStatus.ACTIVE,
        reason=_reason(row),
        facts=tuple((word, value) for word, value in facts if value),
    )


def _since_word(row: Subscriber) -> str:
    return "Toegevoegd op" if row.ground == ConsentKind.IMPORTED else "Aangemeld op"


def _reason(row: Subscriber) -> str:
    since = dutch.local(row.since).date()
    day = f"{dutch.day_month(since)} {since.year}"
    if row.ground == ConsentKind.IMPORTED:
        return f"omdat je op {day} op onze lijst kwam"
    return f"omdat je je op {day} via de site aanmeldde"


def _choice_of(row: Subscriber) -> Choice:
    wanted = wanted_topics(row)
    topics = tuple(topic for topic in Topic if topic in wanted)
    return Choice(row.audience or ELSEWHERE, topics, row.name)


def _saved(choice: Choice) -> str:
    words = dutch.join([TOPIC_WORDS[topic] for topic in choice.topics])
    side = audience_of(choice.audience)
    about = f"wat voor {dutch.audience_word(side)} is" if side else "wat voor iedereen is"
    return f"Je krijgt {words}, met {about}."


def show_erase(call: Call) -> Response:
    """Ask for the one press that erases. Raises InvalidToken."""
    target = call.services.links.read_preferences(call.path["token"])
    with call.services.db.read() as session:
        row = store.get_by_id(session, target.subscriber_id)
    if row is None:
        return _nothing_held(call)
    back = call.request.url.path.removesuffix("/wissen")
    return private(page(call, "public/erase.html", masked=mask(row.email), back=back))


def erase(call: Call) -> Response:
    """Erase everything about somebody. Raises InvalidToken."""
    target = call.services.links.read_preferences(call.path["token"])
    key = call.services.settings.hash_key
    consent.erase(call.services.db, target.subscriber_id, key=key, now=call.now)
    return _nothing_held(call)


def _nothing_held(call: Call) -> Response:
    return private(
        calm(
            call,
            "We bewaren niets meer van je",
            "Dit adres staat niet meer op onze lijst. Je krijgt geen mail van ons.",
            onward=("/aanmelden", "Meld je opnieuw aan"),
        )
    )
