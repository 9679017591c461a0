"""The register of processing (AVG art. 30), made from the settings as they are now.

What the program does is known to it: with whom it shares what, how long it keeps it, how it is
guarded. What it cannot know, such as where a mail server stands, it says it does not know.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url

from newsletter.dutch import plural
from newsletter.retention import TABLE, Whose
from newsletter.settings import Settings

ENCRYPTED: Final = {"starttls": "met STARTTLS", "tls": "met TLS", "https": "met HTTPS"}


@dataclass(frozen=True, slots=True)
class Processing:
    """One reason to handle data of people. kept: what, and how long."""

    name: str
    purpose: str
    ground: str
    people: str
    data: str
    kept: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Register:
    """All of it. made_on: the day whose settings it tells of."""

    made_on: date
    controller: str
    postal_address: str
    contact: str
    site: str
    processings: tuple[Processing, ...]
    receivers: tuple[str, ...]
    measures: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return it with the day as text."""
        return asdict(self) | {"made_on": self.made_on.isoformat()}


def make_register(settings: Settings, *, today: date) -> Register:
    """Return the register that these settings amount to."""
    organisation = settings.organisation
    return Register(
        made_on=today,
        controller=organisation.name,
        postal_address=organisation.postal_address,
        contact=organisation.contact,
        site=settings.base_url,
        processings=tuple(_processing(whose) for whose in Whose),
        receivers=tuple(_receivers(settings)),
        measures=tuple(_measures(settings)),
    )


WORDS: Final = {
    Whose.READERS: (
        "Nieuwsbrief en aankondigingen",
        "Mailen wat iemand koos, en laten zien dat die daarom vroeg.",
        "Toestemming (artikel 6 lid 1a); van wie een beheerder toevoegde: de reden die erbij staat",
        "Mensen die zich aanmeldden of met een reden zijn toegevoegd",
        "E-mailadres, kant en keuzes; naam, rol, organisatie, opleidingsschool, regio en thema’s "
        "als die gegeven zijn; bij welke bijeenkomst iemand was, als die lijst is ingelezen; "
        "bewijs van toestemming; welke editie is gestuurd en of die aankwam",
    ),
    Whose.SENDERS: (
        "Praktijkvoorbeelden",
        "Voorbeelden uit de praktijk bewerken en delen.",
        "Toestemming (artikel 6 lid 1a)",
        "Mensen die een praktijkvoorbeeld instuurden",
        "Naam, e-mailadres, opleidingsschool, tekst, bijlagen en foto; bewijs van toestemming",
    ),
    Whose.VOTERS: (
        "Peilingen in de nieuwsbrief",
        "Weten wat het veld nodig heeft.",
        "Toestemming (artikel 6 lid 1a): wie niet antwoordt, doet niet mee",
        "Lezers die een vraag beantwoordden",
        "Het antwoord, de doelgroep en een versleuteld kenmerk",
    ),
    Whose.COLLEAGUES: (
        "De redactie",
        "De nieuwsbrief maken, goedkeuren en verzenden, en dat kunnen verantwoorden.",
        "Gerechtvaardigd belang (artikel 6 lid 1f): weten wie wat deed",
        "Redacteuren, eindredacteuren, beheerders en lezers van resultaten",
        "Naam, e-mailadres, rol, inloggegevens als afdruk, sessies, en wat iemand deed",
    ),
}


def _processing(whose: Whose) -> Processing:
    kept = tuple((one.what, one.how_long) for one in TABLE if one.whose is whose)
    return Processing(*WORDS[whose], kept)


def _receivers(settings: Settings) -> Iterator[str]:
    """Yield who gets to see something, as far as the settings tell."""
    relay = settings.way_out
    if relay.kind == "folder":
        yield "Niemand voor de mail: die komt in een map op deze machine"
    elif relay.is_local:
        yield "De mailserver op deze machine, om de mail af te leveren"
    else:
        yield f"De mailserver {relay.host}, om de mail af te leveren"
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite":
        yield "Niemand voor de opslag: de gegevens staan in een bestand op deze machine"
    else:
        yield f"De database op {url.host or 'deze machine'}, voor de opslag"
    if settings.oidc_issuer:
        issuer = urlsplit(settings.oidc_issuer).hostname
        yield f"{issuer}, om collega’s met hun {settings.oidc_label} te laten inloggen"
    yield "Verder niemand. Waar deze machines staan en van wie ze zijn, weet het programma niet"


def _measures(settings: Settings) -> Iterator[str]:
    relay = settings.way_out
    if settings.base_url.startswith("https:"):
        yield "De site en de redactie zijn alleen via https te bereiken"
    else:
        yield "De site staat nu op http: dat is alleen om te proberen"
    if relay.security in ENCRYPTED:
        yield f"De mail gaat versleuteld naar de mailserver ({ENCRYPTED[relay.security]})"
    elif not relay.is_local:
        yield "De mail gaat nu onversleuteld naar de mailserver: stel smtps of starttls in"
    if settings.four_eyes:
        people = plural(settings.approvers, "ander", "anderen")
        yield f"Een editie gaat pas uit als {people} hem goedkeurde"
    if settings.second_step:
        yield "Wie goedkeurt of beheert, logt in met een tweede stap"
    yield "Wachtwoorden en links om in te loggen staan er alleen als afdruk"
    yield "Links in mail zijn versleuteld en noemen geen adres; bladzijden tonen het adres verkort"
    yield "Het logboek kan niemand wijzigen, en er staan geen adressen van lezers in"
    yield "Er zijn geen volgpixels en geen gevolgde links"
