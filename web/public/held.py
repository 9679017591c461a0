"""What we hold about somebody, in words: for the pages behind the links in their mail."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session
from starlette.responses import Response

from feeds.model import Theme
from newsletter import dutch
from subscribers import store
from subscribers.addresses import mask
from subscribers.model import Subscriber
from subscribers.themes import own_themes
from subscribers.values import ConsentKind
from web.pages import Call
from web.public.events import theme_labels
from web.public.words import calm, private


@dataclass(frozen=True, slots=True)
class Held:
    """What we hold. facts: what it is, and its value; the address is masked."""

    masked: str
    reason: str
    facts: tuple[tuple[str, str], ...]


def held_about(session: Session, row: Subscriber, themes: Sequence[Theme]) -> Held:
    """Return what we hold about the person in this row."""
    labels = {theme.slug: theme.label for theme in themes}
    chosen = own_themes(session, row)
    grounds = [fact.ground for fact in store.consents_of(session, row.id) if fact.ground]
    facts = (
        ("E-mailadres", mask(row.email)),
        ("Naam", row.name),
        ("Waar je werkt", _side(row)),
        ("Rol", row.role),
        ("Organisatie", row.organisation),
        ("Opleidingsschool", row.partnership),
        ("Regio", row.region),
        ("Thema’s", dutch.join(theme_labels(chosen, labels))),
        (_since_word(row), dutch.long_date(dutch.local(row.since).date())),
        ("Waarom", grounds[-1] if grounds else ""),
        ("Bewijs", "wanneer je wat koos, en welke tekst erbij stond"),
        ("Verzonden", "welke edities we je stuurden, en of die aankwamen"),
    )
    return Held(
        masked=mask(row.email),
        reason=_reason(row),
        facts=tuple((word, value) for word, value in facts if value),
    )


def nothing_held(call: Call) -> Response:
    """Say that there is nothing: also to who asks again."""
    return private(
        calm(
            call,
            "We bewaren niets meer van je",
            "Dit adres staat niet meer op onze lijst. Je krijgt geen mail van ons.",
            "Liet je alles wissen? Dan is er alleen een versleuteld kenmerk over. "
            "Daarmee herkennen we dat niemand je opnieuw mag toevoegen. "
            "Jezelf aanmelden kan altijd.",
            onward=("/aanmelden", "Meld je opnieuw aan"),
        )
    )


def _side(row: Subscriber) -> str:
    """Return the side, and that it follows from the organisation when nobody said it."""
    side = row.audience or "ergens anders"
    follows = row.audience and row.organisation and not row.audience_said
    return f"{side}, volgens je organisatie" if follows else side


def _since_word(row: Subscriber) -> str:
    return "Toegevoegd op" if row.ground == ConsentKind.IMPORTED else "Aangemeld op"


def _reason(row: Subscriber) -> str:
    since = dutch.local(row.since).date()
    day = f"{dutch.day_month(since)} {since.year}"
    if row.ground == ConsentKind.IMPORTED:
        return f"omdat je op {day} op onze lijst kwam"
    return f"omdat je je op {day} via de site aanmeldde"
