"""The notice that tells how a sending ended: its heading, its sentences and its link."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from newsletter.dutch import moment, number, plural
from newsletter.send.notices.telling import Ended, Ending
from newsletter.values import EditionFigures, EditionKind, EditionStatus

STOPPED: Final[Mapping[Ending, tuple[str, str, str]]] = {
    Ending.HALTED: (
        "staat op pauze: de mailserver weigert ons",
        "De mailserver weigerde lezer na lezer. Daarom staat het verzenden op pauze. "
        "Niemand verloor daardoor een beurt.",
        "Vertel het de beheerder. Neemt de mailserver weer mail aan, ga dan verder.",
    ),
    Ending.MANY_REFUSED: (
        "staat op pauze: er worden veel adressen geweigerd",
        "Meer dan één op de twintig adressen wordt geweigerd. Daarom staat het verzenden één keer "
        "op pauze.",
        "Kijk waarom ze geweigerd zijn. Is dat wat je verwacht, ga dan verder.",
    ),
    Ending.FAULTED: (
        "staat op pauze: er klopt iets niet",
        "Er klopt iets niet aan wat we versturen. Daarom staat het verzenden op pauze.",
        "Vertel het de beheerder. In het logboek staat wat er is.",
    ),
    Ending.MAILS_CHANGED: (
        "staat op pauze: de mails zijn gewijzigd",
        "De mails zijn niet meer wat er is goedgekeurd. Wie nog wacht, krijgt niets.",
        "Stop het verzenden en vraag de beheerder wat er gebeurde. In het logboek staan beide "
        "kenmerken.",
    ),
    Ending.EVENT_CHANGED: (
        "staat op pauze: de bijeenkomst is gewijzigd",
        "De bijeenkomst is verzet of afgezegd. Daarom staat het verzenden op pauze.",
        "Stop het verzenden en maak een nieuwe aankondiging.",
    ),
    Ending.TOO_LATE: (
        "is niet aan iedereen verzonden",
        "Het laatste moment om te versturen was voorbij. Wie nog moest, krijgt de mail niet.",
        "Bij het resultaat staat hoeveel mensen de mail wel hebben.",
    ),
}


def ended_values(ended: Ended, *, base_url: str) -> dict[str, object]:
    """Return what "ended" needs."""
    figures = ended.figures
    name = _name(figures)
    path = f"{base_url}/redactie/edities/{figures.id}"
    if ended.ending is Ending.SENT:
        sent = plural(figures.sent, "mail", "mails")
        failed = f", {number(figures.failed)} mislukt" if figures.failed else ""
        return {
            "heading_words": f"{name} is verzonden: {sent}{failed}",
            "sentences": _result(figures),
            "link_words": "Bekijk het resultaat",
            "edition_url": f"{path}/resultaat",
        }
    heading, why, remedy = STOPPED[ended.ending]
    are = "is" if figures.sent == 1 else "zijn"
    done = f"{number(figures.sent)} van de {plural(figures.recipients, 'mail', 'mails')} {are} weg."
    place = "resultaat" if ended.ending is Ending.TOO_LATE else "verzenden"
    return {
        "heading_words": f"{name} {heading}",
        "sentences": (why, done, remedy),
        "link_words": f"Bekijk het {place}",
        "edition_url": f"{path}/{place}",
    }


def sample_ended() -> dict[str, object]:
    """Return the values of an edition that was sent, for preview and test."""
    figures = EditionFigures(
        id=15,
        kind=EditionKind.NEWSLETTER,
        number=15,
        title="Nieuwsbrief 15",
        state=EditionStatus.SENT,
        segments=("school",),
        content_hash="",
        recipients=1287,
        sent=1284,
        failed=3,
        finished_at=datetime(2027, 5, 20, 8, 4, tzinfo=UTC),
    )
    return ended_values(Ended(Ending.SENT, figures, ()), base_url="https://example.org")


def _result(figures: EditionFigures) -> tuple[str, ...]:
    at = f" op {moment(figures.finished_at)}" if figures.finished_at else ""
    sentences = [f"Het verzenden was klaar{at}."]
    if figures.failed:
        people = plural(figures.failed, "adres nam", "adressen namen")
        sentences.append(f"{people} de mail niet aan. Bij het resultaat staat waarom.")
    if figures.in_doubt:
        mails = plural(figures.in_doubt, "mail", "mails")
        arrived = "aankwam" if figures.in_doubt == 1 else "aankwamen"
        sentences.append(
            f"Van {mails} weten we niet of die {arrived}. Bij het resultaat staat wat je kunt doen."
        )
    return tuple(sentences)


def _name(figures: EditionFigures) -> str:
    if figures.kind == EditionKind.NEWSLETTER:
        return f"Editie {figures.number}" if figures.number else "De nieuwsbrief"
    return f"De aankondiging “{figures.title}”"
