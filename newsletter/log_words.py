"""What the log says in Dutch: one sentence for each name that is recorded. A test finds the rest.

To record something new: a name (`noun.past_participle`), a line in WORDS, and `storage.log.record`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from newsletter.dutch import capital, long_date, number

PLACE: Final = re.compile(r"\{([a-z_]+)\}")
DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")  # one that is stored, so it exists


class Group(StrEnum):
    """What the log can be narrowed to."""

    EDITIONS = "edities"
    ITEMS = "berichten"
    EXAMPLES = "voorbeelden"
    SOURCES = "bronnen"
    SUBSCRIBERS = "abonnees"
    FIELD = "opleidingsscholen"
    PEOPLE = "mensen"
    SETTINGS = "instellingen"


@dataclass(frozen=True, slots=True)
class Words:
    """How the log tells of one name.

    sentence: with {who}, {it} (the edition, or what the entry is about) and whatever its detail
              holds, in braces.
    short:    in the history of an edition itself, where who and which stand beside it.
    """

    group: Group
    sentence: str
    short: str = ""


def _edition(sentence: str, short: str) -> Words:
    return Words(Group.EDITIONS, sentence, short)


def _person(sentence: str) -> Words:
    return Words(Group.PEOPLE, sentence)


WORDS: Final[Mapping[str, Words]] = {
    "edition.drafted": _edition("{who} begon {it}", "begonnen"),
    "edition.edited": _edition("{who} wijzigde {it}", "gewijzigd"),
    "edition.dropped": _edition("{who} haalde een blok weg uit {it}", "een blok weggehaald"),
    "edition.put_back": _edition("{who} zette een blok terug in {it}", "een blok teruggezet"),
    "edition.undone": _edition(
        "{who} maakte een wijziging in {it} ongedaan", "een wijziging ongedaan gemaakt"
    ),
    "edition.redone": _edition(
        "{who} deed een wijziging in {it} opnieuw", "een wijziging opnieuw gedaan"
    ),
    "edition.restored": _edition(
        "{who} zette een eerdere versie van {it} terug", "een eerdere versie teruggezet"
    ),
    "edition.submitted": _edition("{who} diende {it} in", "ingediend"),
    "edition.agreed": _edition(
        "{who} gaf akkoord op {it}; er is nog een akkoord nodig", "akkoord gegeven"
    ),
    "edition.agreement_void": _edition(
        "Een eerder akkoord op {it} verviel, want er was iets gewijzigd",
        "een eerder akkoord vervallen, want er was iets gewijzigd",
    ),
    "edition.approval_refused": _edition(
        "{who} mocht {it} niet goedkeuren na er zelf aan te hebben gewerkt",
        "goedkeuren geweigerd na zelf meegewerkt te hebben",
    ),
    "edition.approved": _edition("{who} keurde {it} goed", "goedgekeurd"),
    "edition.commented": _edition(
        "{who} plaatste een opmerking bij {it}", "een opmerking geplaatst"
    ),
    "edition.answered": _edition(
        "{who} antwoordde op een opmerking bij {it}", "een opmerking beantwoord"
    ),
    "edition.comment_resolved": _edition(
        "{who} vinkte een opmerking bij {it} af", "een opmerking afgevinkt"
    ),
    "edition.comment_reopened": _edition(
        "{who} opende een opmerking bij {it} weer", "een opmerking weer geopend"
    ),
    "edition.returned": _edition("{who} stuurde {it} terug", "teruggestuurd"),
    "edition.withdrawn": _edition("{who} trok {it} in", "ingetrokken"),
    "edition.scheduled": _edition("{who} plande {it} in", "ingepland"),
    "edition.unscheduled": _edition("{who} haalde {it} uit de planning", "uit de planning gehaald"),
    "edition.send_now": _edition(
        "{who} gaf opdracht om {it} te verzenden", "opdracht tot verzenden gegeven"
    ),
    "edition.caught_up": _edition(
        "Het verzenden van {it} begon later dan gepland, want het programma draaide niet",
        "later begonnen dan gepland, want het programma draaide niet",
    ),
    "edition.overslept": _edition(
        "{it} ging niet uit, want het programma draaide toen niet",
        "niet uitgegaan, want het programma draaide toen niet",
    ),
    "edition.sending": _edition("Het verzenden van {it} begon", "verzenden begonnen"),
    "edition.relay_unavailable": _edition(
        "Bij het verzenden van {it} nam de mailserver geen mail aan",
        "de mailserver nam geen mail aan, we proberen het opnieuw",
    ),
    "edition.halted": _edition(
        "{who} zette {it} op pauze, omdat de mailserver ons weigerde",
        "op pauze gezet, omdat de mailserver ons weigert",
    ),
    "edition.many_refused": _edition(
        "Het verzenden van {it} ging op pauze, omdat te veel adressen werden geweigerd",
        "op pauze gezet, omdat te veel adressen werden geweigerd",
    ),
    "edition.faulted": _edition(
        "Het verzenden van {it} ging op pauze, omdat er iets niet klopte",
        "op pauze gezet, omdat er iets niet klopte",
    ),
    "edition.mails_changed": _edition(
        "Het verzenden van {it} ging op pauze: de mails waren niet meer wat er was goedgekeurd",
        "op pauze gezet: de mails zijn niet meer wat er is goedgekeurd",
    ),
    "edition.recovered": _edition(
        "Het verzenden van {it} ging verder na een onderbreking",
        "verder gegaan na een onderbreking",
    ),
    "edition.doubt_looked_up": _edition(
        "Van {it} keken we mails na waarvan we niet wisten of ze aankwamen",
        "nagekeken wat er aankwam",
    ),
    "edition.seal_broken": _edition(
        "Het akkoord op {it} verviel: de inhoud was niet meer wat er was goedgekeurd",
        "akkoord vervallen: de inhoud is niet meer wat er is goedgekeurd",
    ),
    "edition.waived": _edition("{who} liet in {it} een tip staan", "liet een tip staan"),
    "edition.asked_again": _edition("{who} toonde in {it} een tip weer", "toonde een tip weer"),
    "edition.checks_failed": _edition(
        "{it} ging terug naar concept, omdat er iets niet klopte",
        "teruggehaald, omdat er iets niet klopte",
    ),
    "edition.event_changed": _edition(
        "{it} ging terug naar concept, omdat een bijeenkomst is verzet of afgezegd",
        "teruggehaald, omdat een bijeenkomst is verzet of afgezegd",
    ),
    "edition.event_changed_sending": _edition(
        "Het verzenden van {it} ging op pauze, omdat de bijeenkomst is verzet of afgezegd",
        "op pauze gezet, omdat de bijeenkomst is verzet of afgezegd",
    ),
    "edition.example_withdrawn": _edition(
        "{it} ging terug naar concept, omdat een praktijkvoorbeeld is teruggetrokken",
        "teruggehaald, omdat een praktijkvoorbeeld is teruggetrokken",
    ),
    "edition.organisation_changed": _edition(
        "{it} ging terug naar concept: {who} wijzigde de gegevens van de organisatie",
        "teruggehaald, omdat de gegevens van de organisatie zijn gewijzigd",
    ),
    "edition.organisation_followed": _edition(
        "{who} wijzigde de gegevens van de organisatie terwijl {it} werd beoordeeld",
        "gegevens van de organisatie gewijzigd tijdens het beoordelen",
    ),
    "edition.refused_later": _edition(
        "Een mailserver stuurde mail van {it} terug om wie wij zijn of wat erin staat",
        "teruggestuurd door een mailserver die ons niet vertrouwt",
    ),
    "edition.too_late": _edition(
        "Het verzenden van {it} stopte, want het was er te laat voor",
        "niet verder verzonden, want het is er te laat voor",
    ),
    "edition.sent": _edition("{it} is verzonden", "klaar met verzenden"),
    "edition.paused": _edition("{who} zette {it} op pauze", "op pauze gezet"),
    "edition.resumed": _edition("{who} liet {it} verder gaan", "verder gegaan"),
    "edition.cancelled": _edition("{who} brak {it} af", "afgebroken"),
    "edition.discarded": _edition("{who} gooide het concept van {it} weg", "weggegooid"),
    "edition.brought_back": _edition("{who} haalde {it} terug als concept", "teruggehaald"),
    "edition.tested": _edition("{who} stuurde een proefmail van {it}", "proefmail gestuurd"),
    "edition.test_failed": _edition(
        "een proefmail van {it} kwam niet weg", "een proefmail kwam niet weg"
    ),
    "edition.ledger_taken": _edition(
        "{who} haalde het grootboek van {it} op, met adressen", "grootboek opgehaald"
    ),
    "edition.doubt_resent": _edition(
        "{who} liet {mails} onzekere mails van {it} nog een keer sturen",
        "onzekere mails nog een keer gestuurd",
    ),
    "edition.doubt_left": _edition("{who} liet {mails} mails van {it} onzeker", "onzeker gelaten"),
    "edition.doubt_undone": _edition(
        "{who} maakte een besluit over {mails} onzekere mails van {it} ongedaan",
        "besluit over onzekere mails ongedaan gemaakt",
    ),
    "edition.doubt_policy": _edition(
        "{who} koos anders wat er bij {it} met onzekere mails gebeurt",
        "anders gekozen wat er met onzekere mails gebeurt",
    ),
    "edition.told": _edition("{who} stuurde bericht hoe {it} verzonden is", "bericht gestuurd"),
    "edition.reminded": _edition("{who} stuurde een herinnering over {it}", "herinnering gestuurd"),
    "rhythm.saved": Words(Group.SETTINGS, "{who} wijzigde het vaste ritme"),
    "rhythm.turned_on": Words(Group.SETTINGS, "{who} zette het vaste ritme aan"),
    "rhythm.turned_off": Words(Group.SETTINGS, "{who} zette het vaste ritme uit"),
    "slot.moved": Words(Group.SETTINGS, "{who} verplaatste de nieuwsbrief van {slot} naar {to}"),
    "slot.skipped": Words(Group.SETTINGS, "{who} sloeg de nieuwsbrief van {slot} over"),
    "slot.restored": Words(
        Group.SETTINGS, "{who} liet de nieuwsbrief van {slot} weer op de vaste dag gaan"
    ),
    "item.added": Words(Group.ITEMS, "{who} voegde {it} toe"),
    "item.changed": Words(Group.ITEMS, "{who} wijzigde {it}"),
    "item.reworded": Words(Group.ITEMS, "{who} schreef {it} in eigen woorden"),
    "item.taken": Words(Group.ITEMS, "{who} koos {it}"),
    "item.kept": Words(Group.ITEMS, "{who} bewaarde {it} voor een volgende editie"),
    "item.parked": Words(Group.ITEMS, "{who} parkeerde {it}"),
    "item.refused": Words(Group.ITEMS, "{who} weigerde {it}"),
    "item.put_back": Words(Group.ITEMS, "{who} zette {it} terug in de rij"),
    "example.added": Words(Group.EXAMPLES, "{who} schreef het voorbeeld {it}"),
    "example.changed": Words(Group.EXAMPLES, "{who} wijzigde het voorbeeld {it}"),
    "example.taken_off": Words(Group.EXAMPLES, "{who} haalde het voorbeeld {it} van de site"),
    "example.put_back": Words(Group.EXAMPLES, "{who} zette het voorbeeld {it} weer op de site"),
    "submission.received": Words(Group.EXAMPLES, "Een lezer stuurde {it} in"),
    "submission.edited": Words(Group.EXAMPLES, "{who} bewerkte {it}"),
    "submission.asked": Words(Group.EXAMPLES, "{who} legde {it} voor aan de inzender"),
    "submission.agreed": Words(Group.EXAMPLES, "De inzender ging akkoord met {it}"),
    "submission.remarked": Words(Group.EXAMPLES, "De inzender wil {it} anders hebben"),
    "submission.declined": Words(Group.EXAMPLES, "{who} wees {it} af"),
    "submission.published": Words(Group.EXAMPLES, "{who} zette {it} op de site"),
    "submission.withdrawn": Words(Group.EXAMPLES, "De inzender trok {it} terug"),
    "submission.forgotten": Words(Group.EXAMPLES, "Het programma vergat wie {it} instuurde"),
    "source.followed": Words(Group.SOURCES, "{who} ging de bron {it} volgen"),
    "source.changed": Words(Group.SOURCES, "{who} wijzigde de bron {it}"),
    "source.asked": Words(Group.SOURCES, "{who} liet de bron {it} meteen bekijken"),
    "source.turned_off": Words(Group.SOURCES, "{who} zette de bron {it} uit"),
    "source.turned_on": Words(Group.SOURCES, "{who} zette de bron {it} aan"),
    "source.led": Words(Group.SOURCES, "{who} gaf de bron {it} een ander adres"),
    "source.moved": Words(Group.SOURCES, "De bron {it} verhuisde vanzelf naar een ander adres"),
    "source.stopped": Words(Group.SOURCES, "De bron {it} stopte, want die is er niet meer"),
    "source.removed": Words(Group.SOURCES, "{who} verwijderde de bron {it}"),
    "source.imported": Words(
        Group.SOURCES, "{who} bracht een lijst met bronnen binnen: {new} nieuw, {known} bekend"
    ),
    "subscriber.imported": Words(
        Group.SUBSCRIBERS,
        "{who} bracht een lijst met abonnees binnen: {added} nieuw, {updated} bijgewerkt, "
        "{unchanged} gelijk, {rejected} geweigerd",
    ),
    "subscriber.exported": Words(
        Group.SUBSCRIBERS, "{who} haalde gegevens van abonnees op als bestand"
    ),
    "subscriber.taken": Words(
        Group.SUBSCRIBERS, "{who} haalde alles op wat we van die lezer zelf bewaren"
    ),
    "subscriber.let_go": Words(
        Group.SUBSCRIBERS,
        "{who} liet {count} abonnees gaan die niet meer op de lijst van een ander systeem staan",
    ),
    "subscriber.viewed": Words(Group.SUBSCRIBERS, "{who} bekeek alle gegevens van {it}"),
    "subscriber.added": Words(Group.SUBSCRIBERS, "{who} voegde {it} toe"),
    "subscriber.changed": Words(Group.SUBSCRIBERS, "{who} wijzigde de gegevens van {it}"),
    "subscriber.unsubscribed": Words(Group.SUBSCRIBERS, "{who} meldde {it} af"),
    "subscriber.suppressed": Words(Group.SUBSCRIBERS, "{who} blokkeerde het adres van {it}"),
    "subscriber.taken_up": Words(
        Group.SUBSCRIBERS, "{who} liet {it} weer mail krijgen, nadat mail was teruggekomen"
    ),
    "mail.dealt_with": Words(
        Group.SUBSCRIBERS, "{who} handelde een teruggekomen mail af die het programma niet begreep"
    ),
    "mail.put_back": Words(
        Group.SUBSCRIBERS, "{who} zette een teruggekomen mail terug op de lijst van wat wacht"
    ),
    "subscriber.many_changed": Words(
        Group.SUBSCRIBERS, "{who} wijzigde gegevens van {count} abonnees tegelijk"
    ),
    "subscriber.many_undone": Words(
        Group.SUBSCRIBERS,
        "{who} maakte een wijziging van veel abonnees ongedaan: bij {count} is het terug, "
        "bij {kept} niet",
    ),
    "subscriber.flooded": Words(
        Group.SUBSCRIBERS,
        "Er kwamen meer aanmeldingen dan in een uur mogen. Wie later kwam, las dat het te druk is",
    ),
    "subscriber.erased": Words(Group.SUBSCRIBERS, "{who} wiste {it}"),
    "subscriber.expired": Words(
        Group.SUBSCRIBERS, "Het programma wiste {count} aanmeldingen die niet zijn bevestigd"
    ),
    "bounce.processed": Words(Group.SUBSCRIBERS, "{who} las {count} teruggekomen berichten in"),
    "segment.saved": Words(Group.SUBSCRIBERS, "{who} bewaarde de doelgroep {it}"),
    "segment.deleted": Words(Group.SUBSCRIBERS, "{who} haalde de doelgroep {it} weg"),
    "segment.sampled": Words(Group.SUBSCRIBERS, "{who} bekeek tien mensen in de doelgroep {it}"),
    "event.attended": Words(
        Group.SUBSCRIBERS,
        "{who} las in wie bij {it} was: van {new} abonnees is dat nu bekend, {unknown} adressen "
        "staan niet op de lijst",
    ),
    "event.attendance_removed": Words(
        Group.SUBSCRIBERS, "{who} haalde van {count} abonnees weg dat ze bij {it} waren"
    ),
    "partnership.added": Words(Group.FIELD, "{who} voegde {it} toe"),
    "partnership.changed": Words(Group.FIELD, "{who} wijzigde {it}"),
    "partnership.removed": Words(Group.FIELD, "{who} verwijderde {it}"),
    "partnership.shown": Words(Group.FIELD, "{who} zette {it} op de site, met toestemming"),
    "partnership.hidden": Words(Group.FIELD, "{who} haalde {it} van de site"),
    "partnership.imported": Words(
        Group.FIELD,
        "{who} bracht een lijst met opleidingsscholen binnen: {added} nieuw, {updated} bijgewerkt, "
        "{unchanged} gelijk, {rejected} geweigerd",
    ),
    "member.added": Words(Group.FIELD, "{who} voegde de organisatie {it} toe"),
    "member.changed": Words(Group.FIELD, "{who} wijzigde de organisatie {it}"),
    "member.removed": Words(Group.FIELD, "{who} verwijderde de organisatie {it}"),
    "member.imported": Words(
        Group.FIELD,
        "{who} bracht een lijst met organisaties binnen: {added} nieuw, {updated} bijgewerkt, "
        "{unchanged} gelijk, {rejected} geweigerd",
    ),
    "account.added": _person("{who} maakte een account voor {it}, als {role}"),
    "account.invited": _person("{who} nodigde {it} uit, als {role}"),
    "account.invited_again": _person("{who} nodigde {it} opnieuw uit, als {role}"),
    "account.invitation_withdrawn": _person("{who} trok de uitnodiging van {it} in"),
    "account.accepted": _person("{who} nam de uitnodiging aan"),
    "account.role_changed": _person("{who} gaf {it} een andere rol: {to} in plaats van {from}"),
    "account.switched_off": _person("{who} zette het account van {it} uit"),
    "account.switched_on": _person("{who} zette het account van {it} aan"),
    "account.signed_in": _person("{who} logde in"),
    "account.signed_out": _person("{who} logde uit"),
    "account.session_ended": _person("{who} logde zichzelf uit op een andere plek"),
    "account.sessions_ended": _person("{who} logde zichzelf uit op {count} andere plekken"),
    "account.password_set": _person("{who} gaf {it} een wachtwoord"),
    "account.password_changed": _person("{who} wijzigde het eigen wachtwoord"),
    "account.password_reset": _person("{who} koos een nieuw wachtwoord met een link uit een mail"),
    "account.reset_mailed": _person("{it} vroeg om een nieuw wachtwoord"),
    "account.guessed": _person("Iemand vulde {failures} keer een verkeerd wachtwoord in bij {it}"),
    "account.unlock_mailed": _person("{it} kreeg een mail om zonder wachten in te loggen"),
    "account.second_step_set": _person("{who} zette tweestapsverificatie aan"),
    "account.second_step_removed": _person("{who} zette de eigen tweestapsverificatie uit"),
    "account.second_step_reset": _person("{who} haalde de tweestapsverificatie van {it} weg"),
    "account.second_step_locked": _person(
        "Na te veel verkeerde codes bij {it} moest iedereen daar een kwartier wachten"
    ),
    "account.recovery_used": _person("{who} logde in met een herstelcode"),
    "account.recovery_renewed": _person("{who} maakte nieuwe herstelcodes"),
    "account.work_linked": _person("{who} logde voor het eerst in met een werkaccount"),
    "account.work_unlinked": _person("{who} maakte het werkaccount van {it} los"),
    "account.unlocked": _person("{who} logde in met de link uit die mail"),
    "key.rotated": Words(
        Group.SETTINGS, "{who} maakte een nieuwe geheime sleutel, en iedereen logt opnieuw in"
    ),
    "key.dkim_made": Words(
        Group.SETTINGS, "{who} maakte een sleutel om mail te ondertekenen ({selector})"
    ),
    "organisation.changed": Words(Group.SETTINGS, "{who} wijzigde de gegevens van de organisatie"),
}
COMINGS: Final = frozenset({"account.signed_in", "account.signed_out"})
"""Names of which there are so many that the log leaves them out until somebody asks."""
EARLIER: Final = frozenset({"edition.dropped", "edition.put_back"})
"""Names that nothing records any more; the log of an older database has them."""


def words_of(what: str) -> Words:
    """Return the words for a name; one of a newer or older version stands for itself."""
    return WORDS.get(what) or Words(Group.SETTINGS, f"{{who}}: {what}", what)


def names_in(group: Group) -> tuple[str, ...]:
    """Return the names that belong to a group."""
    return tuple(name for name, words in WORDS.items() if words.group is group)


def edition_word(what: str) -> str:
    """Return what happened to an edition in its own history. what: without "edition."."""
    return words_of(f"edition.{what}").short


def sentence(what: str, *, who: str, it: str, detail: Mapping[str, object]) -> str:
    """Return what was done as a sentence without its full stop.

    who: as `who_did` gives it. it: the edition, or what the entry is about.
    """
    values = {name: _shown(value) for name, value in detail.items()}
    values |= {"who": who, "it": it}
    template = words_of(what).sentence
    told = " ".join(PLACE.sub(lambda place: values.get(place[1], ""), template).split())
    return told if template.startswith("{who}") else capital(told)


def _shown(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return number(value)
    if isinstance(value, str) and DAY.fullmatch(value):
        return long_date(date.fromisoformat(value))
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
