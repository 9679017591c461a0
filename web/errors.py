"""What people read when something goes wrong: made from the exception's type, never its message.

WebError
|- SignInNeeded     this page belongs to the desk, and nobody is signed in
|- StepNeeded       the password was right, and the second step was not done yet
|- ForeignForm      the form did not come from our own page, or is of another session
|- PageUnknown      there is no such page or thing
|- FormTooLarge     more than a megabyte, or more than a thousand fields
`- FormBroken       the body is not a form
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from feeds.errors import (
    ItemChanged,
    ItemUnusable,
    SourceChanged,
    SubmissionChanged,
    SubmissionMoveNotAllowed,
    UnknownSource,
    UnknownSubmission,
)
from newsletter import errors as newsletter
from newsletter.accounts.sessions import Step
from storage.errors import NumberTooLarge, TookTooLong
from subscribers import errors as subscribers


class WebError(Exception):
    """Something about one request."""


class SignInNeeded(WebError):
    """Nobody is signed in."""


class StepNeeded(WebError):
    """Somebody is half-way in. step: what they must do first."""

    def __init__(self, step: Step) -> None:
        super().__init__(f"first: {step}")
        self.step = step


class ForeignForm(WebError):
    """The form was not made by the page that we gave this person."""


class PageUnknown(WebError):
    """There is nothing here."""


class FormTooLarge(WebError):
    """The form passes its limits."""


class FormBroken(WebError):
    """The form cannot be read."""


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """A status, a title, and what somebody can do now."""

    status: int
    title: str
    sentence: str


OPENED_AGAIN: Final = (
    (re.compile(r"/redactie/edities/\d+"), "Open de editie opnieuw"),
    (re.compile(r"/redactie/inzendingen/\d+"), "Open de inzending opnieuw"),
    (re.compile(r"/redactie/selecteren"), "Open Selecteren opnieuw"),
    (re.compile(r"/redactie/mensen"), "Open Mensen opnieuw"),
    (re.compile(r"/redactie/opleidingsscholen/\d+"), "Open de opleidingsschool opnieuw"),
    (re.compile(r"/redactie/organisaties/\d+"), "Open de organisatie opnieuw"),
    (re.compile(r"/redactie/doelgroepen/[\w-]+"), "Open de doelgroep opnieuw"),
    (re.compile(r"/praktijkvoorbeelden/inzending/[\w-]{22}"), "Open je voorbeeld opnieuw"),
)
LISTS: Final = (  # where somebody looks for what is not there any more
    ("/redactie/edities", "Naar de edities"),
    ("/redactie/bronnen", "Naar de bronnen"),
    ("/redactie/inzendingen", "Naar de inzendingen"),
    ("/redactie/mensen", "Naar de mensen"),
    ("/redactie/abonnees/inlezen", "Naar het inlezen"),
    ("/redactie/abonnees", "Naar de abonnees"),
    ("/redactie/teruggekomen", "Naar de teruggekomen mail"),
    ("/redactie/doelgroepen", "Naar de doelgroepen"),
    ("/redactie/bijeenkomsten", "Naar de bijeenkomsten"),
    ("/redactie/opleidingsscholen", "Naar de opleidingsscholen"),
    ("/redactie/organisaties", "Naar de organisaties"),
)
UNKNOWN: Final = ErrorPage(
    404,
    "Deze bladzijde bestaat niet",
    "Het adres klopt niet, of wat hier stond is weggehaald.",
)
WRONG_METHOD: Final = ErrorPage(
    405,
    "Dit kan hier niet",
    "Dit adres is er alleen om iets op te slaan. Ga terug en gebruik de knop op de bladzijde.",
)
SIGNED_OUT: Final = ErrorPage(
    403,
    "Je bent niet meer ingelogd",
    "Er is niets gewijzigd. Log in, ga dan terug en probeer het opnieuw.",
)
NOT_ALLOWED: Final = ErrorPage(
    403, "Dit mag jij niet doen", "Vraag een collega die dit wel mag, of de beheerder."
)
HALF_WAY: Final = ErrorPage(
    403,
    "Je bent nog niet helemaal binnen",
    "Er is niets gewijzigd. Rond eerst het inloggen af.",
)
LINK_GONE: Final = ErrorPage(
    410,
    "Deze link werkt niet meer",
    "Hij is te oud, al gebruikt of teruggenomen. Op de inlogpagina kun je een nieuwe link vragen. "
    "Was het een uitnodiging? Vraag dan een beheerder om een nieuwe.",
)
OVERTAKEN: Final = ErrorPage(
    409,
    "Iemand anders bewaarde net iets",
    "Jouw wijziging is niet bewaard, zodat er niets verloren gaat. Open het opnieuw.",
)
BROKEN: Final = ErrorPage(
    500,
    "Het lukte niet",
    "Er ging bij ons iets mis. Wat al bewaard was, is er nog. Probeer het straks opnieuw.",
)

ERROR_PAGES: Final[Mapping[type[Exception], ErrorPage]] = MappingProxyType(
    {
        PageUnknown: UNKNOWN,
        NumberTooLarge: UNKNOWN,
        newsletter.UnknownEdition: ErrorPage(
            404, "Deze editie bestaat niet", "Kijk in de lijst van edities welke er wel zijn."
        ),
        newsletter.UnknownItem: ErrorPage(
            404, "Dit bericht bestaat niet", "Kijk bij wat er binnenkwam wat er wel is."
        ),
        newsletter.UnknownBlock: ErrorPage(
            404, "Dit blok bestaat niet meer", "Iemand haalde het weg. Open de editie opnieuw."
        ),
        newsletter.UnknownRevision: ErrorPage(
            404,
            "Deze versie is er niet",
            "Of er is niets ongedaan te maken. Open de editie en kijk bij de versies.",
        ),
        newsletter.UnknownComment: ErrorPage(
            404, "Deze opmerking bestaat niet", "Open de editie en kijk welke er wel zijn."
        ),
        newsletter.UnknownUser: UNKNOWN,
        subscribers.UnknownSubscriber: ErrorPage(
            404,
            "Deze abonnee is er niet",
            "Misschien is alles over deze lezer gewist, of klopt het adres van de bladzijde niet.",
        ),
        subscribers.UnknownPartnership: ErrorPage(
            404, "Deze opleidingsschool bestaat niet", "Kijk in de lijst welke er wel zijn."
        ),
        subscribers.UnknownOrganisation: ErrorPage(
            404, "Deze organisatie bestaat niet", "Kijk in de lijst welke er wel zijn."
        ),
        newsletter.UnknownSlot: ErrorPage(
            404,
            "Dit moment staat niet in het ritme",
            "Misschien is het ritme veranderd. Open de kalender en kijk wat er gepland staat.",
        ),
        newsletter.SlotTaken: ErrorPage(
            409,
            "Deze editie is al begonnen",
            "Open de editie in de kalender en kies daar een ander moment.",
        ),
        ItemUnusable: ErrorPage(
            409,
            "Dit kan bij dit bericht niet",
            "De bijeenkomst is afgezegd, of de inzender trok het bericht in of ging akkoord met "
            "precies deze tekst. Er is niets gewijzigd.",
        ),
        ItemChanged: OVERTAKEN,
        SourceChanged: OVERTAKEN,
        UnknownSubmission: UNKNOWN,
        SubmissionMoveNotAllowed: ErrorPage(
            409,
            "Dat kan nu niet meer",
            "Het voorbeeld is intussen verder of terug. Open het opnieuw en kijk hoe het staat.",
        ),
        SubmissionChanged: ErrorPage(
            409,
            "De tekst is intussen gewijzigd",
            "Er is niets vastgelegd. Open het voorbeeld opnieuw en lees de nieuwe tekst na.",
        ),
        UnknownSource: ErrorPage(
            404, "Dit is er niet", "De bron of het bericht bestaat niet meer."
        ),
        TookTooLong: ErrorPage(
            503,
            "Tellen duurt te lang",
            "Na vijf seconden zijn we gestopt. Er is niets gewijzigd. Een doelgroep heeft te veel "
            "voorwaarden: laat er een paar weg, of maak er twee doelgroepen van. Gaf dezelfde "
            "doelgroep net nog wel een aantal? Probeer het dan over een minuut opnieuw.",
        ),
        subscribers.UnknownSegment: ErrorPage(
            404, "Deze doelgroep bestaat niet", "Kies een doelgroep uit de lijst."
        ),
        SignInNeeded: SIGNED_OUT,
        ForeignForm: ErrorPage(
            403,
            "Dit formulier is niet meer geldig",
            "Er is niets gewijzigd. Ga terug, laad de bladzijde opnieuw en probeer het nog eens.",
        ),
        newsletter.RoleMissing: NOT_ALLOWED,
        StepNeeded: HALF_WAY,
        newsletter.AccountLinkGone: LINK_GONE,
        newsletter.AccountChanged: ErrorPage(
            409,
            "Dit account is intussen anders",
            "Er is niets gewijzigd. Kijk op de bladzijde zelf hoe het er nu mee staat.",
        ),
        newsletter.LastAdministrator: ErrorPage(
            409,
            "Er moet een beheerder blijven",
            "Dit is de enige beheerder die kan inloggen. Maak eerst iemand anders beheerder. "
            "Er is niets gewijzigd.",
        ),
        newsletter.NotYours: ErrorPage(
            403,
            "Vraag een collega om goed te keuren",
            "Je hebt zelf aan deze editie gewerkt. Een ander kijkt er met frisse ogen naar.",
        ),
        newsletter.EditionChanged: ErrorPage(
            409,
            "Iemand anders bewaarde net iets",
            "Jouw wijziging is niet bewaard, zodat er niets verloren gaat. "
            "Open de editie opnieuw en breng je wijziging nog eens aan.",
        ),
        newsletter.TooManySegments: ErrorPage(
            422,
            "Meer doelgroepen kan niet",
            "De blokken van een editie zijn voor hooguit drie doelgroepen samen. Er is niets "
            "gewijzigd. Kies een doelgroep die er al bij is.",
        ),
        newsletter.MoveNotAllowed: ErrorPage(
            409,
            "Dat kan in deze stand niet",
            "De editie is intussen verder of terug. Open die opnieuw en kijk hoe het ervoor staat.",
        ),
        newsletter.MustWithdraw: ErrorPage(
            409,
            "Trek de editie eerst in",
            "De editie is ingediend of al goedgekeurd. Er is niets gewijzigd: akkoord en planning "
            "staan nog. Wil je toch iets veranderen? Open de editie en trek haar eerst in.",
        ),
        newsletter.AlreadyLeft: ErrorPage(
            409,
            "Terughalen kan niet meer",
            "De eerste mails zijn al weg. Je kunt het verzenden nog op pauze zetten of stoppen.",
        ),
        newsletter.CannotSendAgain: ErrorPage(
            409,
            "Opnieuw sturen kan niet meer",
            "Het laatste moment om te versturen is voorbij, of de mails zouden niet meer zijn wat "
            "er is goedgekeurd. Er is niets verzonden.",
        ),
        newsletter.ContentChanged: ErrorPage(
            409,
            "Het akkoord is vervallen",
            "Na het akkoord is iets gewijzigd: de inhoud, de doelgroep, de afzender of het moment. "
            "Er is niets verzonden en de editie is weer een concept. Open de editie, kijk wat er "
            "anders is en dien opnieuw in.",
        ),
        newsletter.MomentNotApproved: ErrorPage(
            409,
            "Dit moment is niet goedgekeurd",
            "De editie is goedgekeurd voor een ander moment. Er is niets gewijzigd. Trek de editie "
            "in, kies het nieuwe moment en dien opnieuw in.",
        ),
        newsletter.ChecksFailed: ErrorPage(
            422,
            "Er zijn nog fouten",
            "Open de editie. Rechts staat wat er nog moet gebeuren.",
        ),
        newsletter.FindingGone: ErrorPage(
            409,
            "Deze tip is er niet meer",
            "De tekst is intussen anders, of het is een fout geworden. Open de editie opnieuw.",
        ),
        newsletter.TooLate: ErrorPage(
            409,
            "De bijeenkomst is dan al voorbij",
            "Na het begin van de bijeenkomst gaat een aankondiging niet meer uit. Kies eerder.",
        ),
        newsletter.UnknownCut: ErrorPage(
            409,
            "Deze mail is er niet meer",
            "De doelgroepen zijn intussen anders. Open de editie opnieuw en kies een andere mail.",
        ),
        newsletter.NothingToSend: ErrorPage(
            422,
            "Niemand krijgt deze mail",
            "In de doelgroep zit nog geen abonnee. Voeg abonnees toe of kies een andere doelgroep.",
        ),
        subscribers.InvalidToken: ErrorPage(
            404,
            "Deze link klopt niet",
            "Misschien is hij bij het kopiëren afgekapt. Open de link nog eens vanuit de mail.",
        ),
        subscribers.ExpiredToken: ErrorPage(
            410, "Deze link is te oud", "Meld je opnieuw aan, dan sturen we een nieuwe link."
        ),
        FormTooLarge: ErrorPage(
            413,
            "Dit is te veel in één keer",
            "Ga terug, maak de tekst korter of kies een kleiner bestand, en probeer het opnieuw.",
        ),
        FormBroken: ErrorPage(
            400, "Dit formulier konden we niet lezen", "Ga terug en probeer het opnieuw."
        ),
    }
)


def error_page(error: Exception) -> ErrorPage | None:
    """Return the page for this error, or for the nearest of its ancestors; None for a surprise."""
    for kind in type(error).__mro__:
        if kind in ERROR_PAGES:
            return ERROR_PAGES[kind]
    return None


def way_on(path: str, shown: ErrorPage) -> tuple[str, str]:
    """Return where somebody can go from an error at this address, and the words of that link."""
    at_desk = path.startswith("/redactie")
    if at_desk and shown in {SIGNED_OUT, HALF_WAY, LINK_GONE}:
        return "/redactie/inloggen", "Naar het inloggen"
    for place, words in OPENED_AGAIN:
        if (found := place.match(path)) and shown.status != 404:
            return found[0], words
    for start, words in LISTS:
        if path.startswith(f"{start}/") and shown.status == 404:
            return start, words
    return ("/redactie", "Naar Vandaag") if at_desk else ("/", "Naar het begin")
