"""What is kept how long, in one table, and the nightly erasing that keeps to it.

Each row says what, how long and why, in the words of the desk's page, the register of processing
and the privacy statement; `counts` names what of the night's report is about it. A test holds the
table and the report to each other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from feeds import pictures, submissions
from newsletter.accounts import held, links, sessions, waits
from newsletter.compose import restoring
from newsletter.dutch import counted, number, plural
from newsletter.learn import bounces, polls
from newsletter.send import old_deliveries, pace
from newsletter.send.ledger import forget_erased
from newsletter.store import looks, returned
from newsletter.store.withdrawn import forget_withdrawn
from newsletter.wiring import Services
from storage import hourly
from storage.traces import write_over_erased
from subscribers import many, receiving
from subscribers import retention as subscribers

NIGHTLY: Final = "clean_up"
YEAR: Final = 365
HOUR: Final = timedelta(hours=1)


class Whose(StrEnum):
    """Whom what is kept is about."""

    READERS = "lezers"
    SENDERS = "inzenders"
    VOTERS = "peilingen"
    COLLEAGUES = "redactie"


@dataclass(frozen=True, slots=True)
class Kept:
    """One kind of thing that is kept.

    how_long: for people; counts: of the stage's report, what was erased of it; stage: the job that
              erases, "" where nothing is over by itself.
    """

    whose: Whose
    what: str
    how_long: str
    why: str
    counts: tuple[str, ...] = ()
    stage: str = NIGHTLY


def _long(span: timedelta) -> str:
    """Return "14 dagen", "een jaar", "twee jaar" or "12 uur"."""
    if span < timedelta(days=1):
        return f"{number(span // HOUR)} uur"
    if span.days % YEAR:
        return plural(span.days, "dag", "dagen")
    return "een jaar" if span.days == YEAR else counted(span.days // YEAR, "jaar", "jaar")


R, S, C = Whose.READERS, Whose.SENDERS, Whose.COLLEAGUES
FOREVER: Final = "tot iemand het laat wissen"
TABLE: Final[tuple[Kept, ...]] = (
    Kept(
        R,
        "Een aanmelding die niet is bevestigd",
        _long(subscribers.UNCONFIRMED_KEPT),
        "Zo lang werkt de knop in de mail.",
        ("unconfirmed",),
    ),
    Kept(
        R,
        "Wat iemand invulde op het aanmeldformulier, tot de mail met de knop weg is",
        f"een paar seconden, bij een storing hooguit {_long(subscribers.UNCONFIRMED_KEPT)}",
        "Zo gaat bij een storing geen aanmelding verloren.",
        ("waiting",),
    ),
    Kept(
        R,
        "Een nieuw adres dat niet is bevestigd",
        _long(subscribers.UNCONFIRMED_KEPT),
        "Zo lang werkt de knop in de mail.",
        ("address_changes",),
    ),
    Kept(
        R,
        "Adres, keuzes en het bewijs van de aanmelding",
        FOREVER,
        "Om te mailen wat iemand koos, en om de toestemming te bewijzen. "
        "Van wie zich afmeldt, blijft dit staan, zodat niemand die opnieuw toevoegt.",
        stage="",
    ),
    Kept(
        R,
        "Een versleuteld kenmerk van een gewist, geblokkeerd of verlaten adres",
        "altijd",
        "Zodat een lijst dat adres niet terugbrengt. Het adres is er niet uit af te lezen.",
        stage="",
    ),
    Kept(
        R,
        "Wie welke editie kreeg, en of die aankwam",
        _long(old_deliveries.KEPT_FOR),
        "Om vragen te beantwoorden. Daarna blijven alleen aantallen over.",
        ("deliveries",),
    ),
    Kept(
        R,
        "Wie bij een bijeenkomst was, als een redacteur die lijst inlas",
        _long(subscribers.ATTENDANCE_KEPT),
        "Om wie er was opnieuw uit te nodigen, of een verslag te sturen.",
        ("attendance",),
    ),
    Kept(
        R,
        "Wat een mailserver antwoordde over wie is gewist",
        "tot dat moment",
        "Er kan een adres in staan.",
        ("replies",),
    ),
    Kept(
        R,
        "Een lijst die iemand inlas, en wat daarin per mens veranderde",
        _long(receiving.KEPT),
        "Om na te kijken wat er gebeurde. Het bestand zelf gaat weg zodra het is ingelezen.",
        ("lists",),
    ),
    Kept(
        R,
        "Wat iemand was voordat de redactie veel abonnees tegelijk wijzigde",
        _long(many.KEPT),
        "Zo lang is die wijziging ongedaan te maken.",
        ("many_changes",),
    ),
    Kept(
        R,
        "Teruggekomen mail",
        _long(bounces.RAW_KEPT),
        "Om na te gaan waarom een adres niet werkt.",
        stage="bounces",
    ),
    Kept(
        R,
        "Wat een mailserver schreef over mail die terugkwam, en mail die een mens moet bekijken",
        _long(returned.KEPT),
        "Om een adres weer aan te zetten als het toch werkt. "
        "Dat er iets terugkwam, blijft een jaar staan.",
        ("returned",),
    ),
    Kept(
        R,
        "Vanuit welk netwerk een formulier kwam, als versleuteld kenmerk",
        _long(hourly.WINDOW),
        "Om te tellen, zodat niemand met ons formulier de mailbox van anderen vult.",
        ("forms",),
    ),
    Kept(
        R,
        "Hoeveel mail er kort geleden naar een domein ging, waar daarvoor een grens is ingesteld",
        _long(pace.OLD),
        "Om niet sneller te mailen dan een mailserver aankan. Er staat geen adres bij.",
        ("pace",),
    ),
    Kept(
        Whose.VOTERS,
        "Welk antwoord van wie was, als versleuteld kenmerk",
        _long(polls.OPEN_FOR),
        "Zodat een antwoord één keer telt en te wijzigen is. Daarna blijven de aantallen.",
        ("voters",),
    ),
    Kept(
        S,
        "Een praktijkvoorbeeld dat niet is bevestigd",
        _long(submissions.UNCONFIRMED_KEPT),
        "Zo lang werkt de knop in de mail.",
        ("submissions_unconfirmed",),
    ),
    Kept(
        S,
        "Een praktijkvoorbeeld dat niet op de site kwam, met wie het instuurde",
        f"{_long(submissions.DECLINED_KEPT)} na een afwijzing, "
        f"{_long(submissions.UNDECIDED_KEPT)} zonder besluit",
        "De inzender mag nog vragen waarom.",
        ("submissions_undecided",),
    ),
    Kept(
        S,
        "Een praktijkvoorbeeld dat is teruggetrokken",
        "tot dat moment",
        "De inzender wil het niet meer.",
        ("withdrawn",),
    ),
    Kept(
        S,
        "Een foto die nergens meer staat",
        _long(pictures.UNUSED_KEPT),
        "Zolang een formulier open is, staat hij nog nergens.",
        ("submissions_images",),
    ),
    Kept(
        C,
        "Een sessie van een collega",
        _long(sessions.ABSOLUTE),
        "Niemand blijft een nacht ingelogd.",
        ("sessions",),
    ),
    Kept(
        C,
        "Wat iemand typte toen de sessie afliep",
        _long(held.HELD),
        "Zodat er niets verloren gaat.",
        ("held",),
    ),
    Kept(
        C,
        "Verkeerde wachtwoorden, als kenmerk van wie en waarvandaan",
        _long(waits.FORGET_AFTER),
        "Om raden te vertragen.",
        ("waits",),
    ),
    Kept(
        C,
        "Links om binnen te komen",
        "tot ze zijn gebruikt of verlopen",
        "Ze openen een account.",
        ("account_links",),
    ),
    Kept(
        C,
        "Tussenversies van een editie, met wie ze maakte",
        f"{_long(restoring.KEPT_WHOLE)} na verzenden",
        "Om wijzigingen te kunnen terugdraaien.",
        ("revisions",),
    ),
    Kept(
        C,
        "Wat er bij een link van een editie te zien was",
        _long(looks.KEPT),
        "Om kapotte links te vinden.",
        ("looks",),
    ),
    Kept(
        C,
        "Het logboek: wie deed wat",
        "altijd",
        "Om te kunnen verantwoorden wat er gebeurde. Er staan geen adressen van lezers in.",
        stage="",
    ),
)


def erase_what_is_over(services: Services, now: datetime) -> Mapping[str, int]:
    """Erase everything that was kept long enough; return how much, by the names in TABLE."""
    db = services.db
    counts = dict(subscribers.clean_up(db, now=now).as_counts())
    counts |= submissions.clean_up(db, now=now).as_counts()
    counts["many_changes"] = many.forget_old(db, now=now)
    counts["lists"] = services.lists.forget_old()
    counts["deliveries"] = old_deliveries.forget_readers(db, now=now)
    counts["revisions"] = restoring.forget_old(db, now=now)
    counts["sessions"] = sessions.close_expired(db, now=now)
    counts["held"] = held.forget_old(db, now=now)
    with db.write() as session:
        counts["waits"] = waits.forget_old(session, now=now)
        counts["account_links"] = links.forget_old(session, now=now)
        counts["replies"] = forget_erased(session)
        counts["voters"] = polls.forget_voters(session, now=now)
        counts["returned"] = returned.forget_old(session, now=now)
        counts["looks"] = looks.forget_looks(session, now=now)
        counts["forms"] = hourly.forget_old(session, now=now)
        counts["pace"] = pace.forget_old(session, now=now)
        counts["withdrawn"] = forget_withdrawn(session)
    write_over_erased(db.engine)
    return counts
