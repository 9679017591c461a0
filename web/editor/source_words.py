"""Dutch sentences about sources: how they are doing, what is wrong, what helps, what comes next."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from feeds.errors import (
    GatherError,
    MalformedSource,
    SourceAnswered,
    SourceGone,
    SourceUnreachable,
)
from feeds.model import Source
from feeds.values import SourceKind
from newsletter.dutch import capital, count, counted, in_sentence, join, plural, relative

NEWS, SAME, FAILURE = "n", "s", "f"  # as in `Source.recent`
SOURCE_KINDS: Final[Mapping[str, str]] = {
    SourceKind.FEED: "nieuws",
    SourceKind.AGENDA: "agenda",
    SourceKind.PRACTICE: "praktijkvoorbeelden",
}
HELPLESS: Final = (
    "Je hoeft niets te doen. Duurt het dagen, laat het dan weten aan de beheerder van die site."
)
LOOK_THERE: Final = "Open de site in je browser en kijk of het adres nog klopt."
SEARCH: Final = "Misschien staat het nu op een ander adres van dezelfde site."
LET_IN: Final = "Vraag de beheerder van die site om ons toe te laten."


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong, and what somebody can do about it."""

    cause: str
    remedy: str


# By the name of the error's class, as gathering stores it; a test holds this to feeds/errors.py.
SOURCE_TROUBLE: Final[Mapping[str, Trouble]] = {
    "SourceRefused": Trouble(
        "We mogen dit adres niet bezoeken.",
        "Het wijst naar een besloten netwerk of heeft een ongewone poort. "
        "Klopt het toch, dan kan de beheerder het toestaan.",
    ),
    "SourceUnreachable": Trouble("Op dit adres gaf niemand gehoor.", LOOK_THERE),
    "SourceTooSlow": Trouble("Het antwoord kwam niet binnen 30 seconden.", HELPLESS),
    "SourceTooLarge": Trouble(
        "Het antwoord was veel groter dan een nieuwsoverzicht of agenda is.", LOOK_THERE
    ),
    "SourceTooHeavy": Trouble(
        "Wat we kregen, is te zwaar om te lezen. We zijn ermee gestopt.", LOOK_THERE
    ),
    "SourceAnswered": Trouble("De site gaf een foutmelding als antwoord.", LOOK_THERE),
    "SourceGone": Trouble("Dit adres bestaat niet meer, zegt de site zelf.", SEARCH),
    "TooManyRedirects": Trouble(
        "De site stuurt ons van het ene adres naar het andere, zonder einde.", SEARCH
    ),
    "MalformedSource": Trouble(
        "Wat we kregen, is geen nieuwsoverzicht of agenda die we kunnen lezen.", LOOK_THERE
    ),
    "UnknownSource": Trouble("Deze bron bestaat niet meer.", "Ga terug naar de lijst."),
    "GatherError": Trouble("Het ophalen lukte niet.", LOOK_THERE),
}
WEB_PAGE: Final = Trouble(
    "Op dit adres staat een gewone webpagina, geen nieuwsoverzicht of agenda.", SEARCH
)
UNTRUSTED: Final = Trouble(
    "De beveiliging van deze site klopt niet, dus we halen er niets op.",
    "Laat de beheerder van die site weten dat het certificaat niet geldig is.",
)
ROBOTS: Final = Trouble("De site houdt programma’s tegen met een robotcontrole.", LET_IN)
ANSWERED: Final[Mapping[int, Trouble]] = {
    401: Trouble("De site laat alleen mensen met een wachtwoord binnen.", LET_IN),
    403: Trouble("De site laat ons niet binnen.", LET_IN),
    404: Trouble("Op dit adres staat niets meer.", SEARCH),
    429: Trouble(
        "De site vindt dat we te vaak kijken.",
        "Je hoeft niets te doen. We wachten zo lang als de site vraagt.",
    ),
}
OUTAGE: Final = Trouble("De site heeft een storing.", HELPLESS)
NO_FOLDER: Final = Trouble(
    "De map met voorbeelden is er niet meer.", "Vraag de beheerder om de map terug te zetten."
)
STATUS: Final = re.compile(r"answered (\d{3})")
GONE: Final = SourceGone.__name__
LATE: Final = datetime.max.replace(tzinfo=UTC)
MOVED: Final = frozenset((GONE, "TooManyRedirects"))


@dataclass(frozen=True, slots=True)
class Looks:
    """How the last looks ended: a class of the stylesheet for each, and all of them in words."""

    marks: tuple[str, ...]
    words: str


def most_urgent_first(failing: Sequence[Source]) -> list[Source]:
    """Return failing sources: first those that are gone, then those that fail for the longest."""
    return sorted(
        failing, key=lambda one: (one.last_error != GONE, one.failing_since or LATE, one.name)
    )


def last_round(sources: Sequence[Source]) -> datetime | None:
    """Return when any source was looked at for the last time."""
    return max((one.last_look_at for one in sources if one.last_look_at), default=None)


def trouble_of(source: Source) -> Trouble:
    """Return what was wrong at the last look at a source, and what helps."""
    if source.kind == SourceKind.PRACTICE and source.last_error == GONE:
        return NO_FOLDER
    return _trouble(source.last_error, source.last_error_line)


def trouble_with(failure: GatherError) -> Trouble:
    """Return what is wrong with an address that somebody just gave."""
    return _trouble(type(failure).__name__, str(failure))


def may_have_moved(source: Source) -> bool:
    """Say whether it makes sense to search the site of a failing source for another address."""
    is_elsewhere = source.last_error in MOVED or trouble_of(source).remedy == SEARCH
    return is_elsewhere and source.kind != SourceKind.PRACTICE


def what_next(source: Source, now: datetime) -> str:
    """Return what we do after a failure, and when."""
    if source.last_error == GONE and source.next_look_at:
        return "We kijken nog een paar dagen of het terugkomt."
    if source.next_look_at is None:
        return "We kijken hier niet meer vanzelf. Wat we eerder ophaalden, blijft staan."
    ahead = source.next_look_at > now
    when = in_sentence(relative(source.next_look_at, now)) if ahead else "zo meteen"
    return f"We proberen het {when} opnieuw."


def streak(source: Source, now: datetime) -> str:
    """Return how often in a row it failed, since when, and when it last went well."""
    times = source.failures_in_row
    failed = f"{times} keer achter elkaar mislukt" if times > 1 else "1 keer mislukt"
    if source.last_success_at is None:
        return f"{failed}, nog nooit gelukt"
    return f"{failed}, voor het laatst goed {in_sentence(relative(source.last_success_at, now))}"


def looks(recent: str) -> Looks:
    """Return the strip of the last looks, the oldest first."""
    marks = {NEWS: "news", SAME: "same", FAILURE: "fail"}
    parts = (
        f"{recent.count(NEWS)} keer iets nieuws",
        f"{recent.count(SAME)} keer niets nieuws",
        f"{recent.count(FAILURE)} keer mislukt",
    )
    said = f"Laatste {len(recent)} keer: {', '.join(parts)}"
    return Looks(tuple(marks[one] for one in recent), said)


def last_look(source: Source, now: datetime) -> str:
    """Return when we looked for the last time, and how that ended."""
    if source.last_look_at is None:
        return "nog niet"
    ended = {NEWS: "iets nieuws", SAME: "niets nieuws", FAILURE: "mislukt"}
    when = relative(source.last_look_at, now)
    return ", ".join(filter(None, (when, ended.get(source.recent[-1:], ""))))


def next_look(source: Source, now: datetime) -> str:
    """Return when we look again; "" for a source that is off."""
    if not source.active:
        return ""
    if source.next_look_at is None or source.next_look_at <= now:
        return "zo meteen"
    return relative(source.next_look_at, now)


def how_often(minutes: int) -> str:
    """Return "elk uur", "elke 2 uur", "2 keer per dag" for the pause between two looks."""
    if minutes < 55:
        return f"elke {max(round(minutes / 5), 1) * 5} minuten"
    hours = round(minutes / 60)
    if hours < 8:
        return "elk uur" if hours == 1 else f"elke {hours} uur"
    return f"{max(round(24 / hours), 1)} keer per dag"


def headline(sources: int, failing: int) -> str:
    """Return the first line of the page: whether the sources are well."""
    if not sources:
        return "Bronnen"
    if not failing:
        return "Alle bronnen lopen goed" if sources > 1 else "Je bron loopt goed"
    if failing == sources:
        return "Alle bronnen vragen aandacht" if sources > 1 else "Je bron vraagt aandacht"
    verb = "vraagt" if failing == 1 else "vragen"
    of_all = counted(sources, "bron", "bronnen")
    return f"{capital(count(failing))} van de {of_all} {verb} aandacht"


def brought(new: int, updated: int) -> str:
    """Return what a look brought: "1 nieuw bericht en 2 gewijzigde berichten", "niets nieuws"."""
    parts = [
        plural(new, "nieuw bericht", "nieuwe berichten") if new else "",
        plural(updated, "gewijzigd bericht", "gewijzigde berichten") if updated else "",
    ]
    return join([part for part in parts if part]) or "niets nieuws"


def entries(kind: str, number: int) -> str:
    """Return "20 berichten" or "7 bijeenkomsten"."""
    if kind == SourceKind.AGENDA:
        return plural(number, "bijeenkomst", "bijeenkomsten")
    return plural(number, "bericht", "berichten")


def _trouble(name: str, line: str) -> Trouble:
    if name == MalformedSource.__name__ and "web page" in line:
        return WEB_PAGE
    if name == SourceUnreachable.__name__ and "certificate" in line:
        return UNTRUSTED
    status = STATUS.search(line) if name == SourceAnswered.__name__ else None
    if status is None:
        return SOURCE_TROUBLE.get(name, SOURCE_TROUBLE[GatherError.__name__])
    if "robots" in line:
        return ROBOTS
    number = int(status[1])
    return ANSWERED.get(number, OUTAGE if number >= 500 else SOURCE_TROUBLE[name])
