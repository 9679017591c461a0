"""The notice that tells colleagues what happened to an edition: its heading, sentences and link."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from newsletter.dutch import capital, join, moment
from newsletter.matters import News, Said, Sort
from newsletter.values import EditionKind
from storage.text import shorten

LONGEST: Final = 600  # of one comment in a mail; the rest stands at the edition
MOST: Final = 20  # comments in one mail

# By the name in the history: what somebody did, and what is said when nobody did it.
WHY: Final[Mapping[str, tuple[str, str]]] = {
    "withdrawn": ("trok {it} in", "{It} is ingetrokken"),
    "unscheduled": ("haalde {it} uit de planning", "{It} is uit de planning gehaald"),
    "organisation_changed": (
        "wijzigde bij Instellingen wat in de mails staat",
        "Bij Instellingen is gewijzigd wat in de mails staat",
    ),
    "seal_broken": ("", "{It} is niet meer wat er is goedgekeurd. Dat staat in het logboek"),
    "checks_failed": ("", "Vlak voor het verzenden bleek er iets niet meer te kloppen"),
    "too_late": ("", "Het laatste moment om te versturen was voorbij"),
    "overslept": ("", "{It} ging niet uit: op het geplande moment draaide het programma niet"),
}
APPROVED_STILL: Final = frozenset({"unscheduled", "overslept"})  # only the plan fell away
REASONS: Final[Mapping[Sort, str]] = {
    Sort.SUBMITTED: "Je krijgt dit bericht omdat je edities mag goedkeuren.",
    Sort.RETURNED: "Je krijgt dit bericht omdat je hieraan werkte of het indiende.",
    Sort.LAPSED: "Je krijgt dit bericht omdat je dit maakte, indiende, goedkeurde of inplande.",
    Sort.SAID: "Je krijgt dit bericht omdat je hieraan werkte of meepraat.",
}


def news_values(news: News, *, base_url: str) -> dict[str, object]:
    """Return what "edition_news" needs."""
    path = f"{base_url}/redactie/edities/{news.edition_id}"
    heading, sentences, after, link, place = _parts(news)
    return {
        "heading_words": heading,
        "sentences": sentences,
        "quotes": _quotes(news),
        "after": after,
        "link_words": link,
        "edition_url": f"{path}{place}",
        "reason_words": REASONS[news.sort],
        "off_url": f"{base_url}/redactie/account",
    }


def sample_news() -> dict[str, object]:
    """Return the values of an edition that was returned, for preview and test."""
    news = News(
        sort=Sort.RETURNED,
        what="returned",
        edition_id=15,
        kind=EditionKind.NEWSLETTER,
        number=15,
        title="Nieuwsbrief 15",
        at=datetime(2027, 5, 20, 8, 4, tzinfo=UTC),
        by="Idris Bonte",
        note="De datum van het werkbezoek klopt niet.",
    )
    return news_values(news, base_url="https://example.org")


Parts = tuple[str, tuple[str, ...], tuple[str, ...], str, str]
"""Heading, sentences, sentences after what was written, words of the link, and where it leads."""


def _parts(news: News) -> Parts:
    name, it = _name(news), _it(news)
    match news.sort:
        case Sort.SUBMITTED:
            return (
                f"{capital(name)} ligt klaar voor je oordeel",
                (f"{news.by or 'Een collega'} diende {it} in op {moment(news.at)}.",),
                (_planned(news), "Zonder akkoord gaat er niets uit."),
                f"Beoordeel {_short(news)}",
                "/beoordelen",
            )
        case Sort.RETURNED:
            return (
                f"{capital(name)} is teruggestuurd",
                (f"{news.by} stuurde {it} terug en schreef erbij:",),
                (f"{capital(it)} is weer een concept. Pas het aan en dien het opnieuw in.",),
                f"Open {_short(news)}",
                "",
            )
        case Sort.LAPSED:
            return _lapsed(news)
        case Sort.SAID:
            return (
                _said_heading(news),
                (),
                ("Antwoorden doe je bij de opmerking zelf.",),
                "Lees en antwoord",
                "#opmerkingen",
            )


def _lapsed(news: News) -> Parts:
    place = "/verzenden" if news.what in APPROVED_STILL else ""
    sentences = (_why(news), *_fell_away(news))
    return (_lapsed_heading(news), sentences, (_what_now(news),), f"Open {_short(news)}", place)


def _lapsed_heading(news: News) -> str:
    name = _name(news)
    if news.what == "too_late":
        return f"{capital(name)} gaat niet meer uit"
    if news.what == "unscheduled":
        return f"{capital(name)} is uit de planning gehaald"
    if news.what == "overslept":
        return f"{capital(name)} is niet uitgegaan"
    if news.approved_by:
        return f"Het akkoord op {name} is vervallen"
    return f"{capital(name)} is weer een concept"


def _why(news: News) -> str:
    it = _it(news)
    by_somebody, by_nobody = WHY[news.what]
    if news.is_change and news.by:
        return f"{news.by} wijzigde {it}."
    if news.by and by_somebody:
        return f"{news.by} {by_somebody.format(it=it)}."
    return f"{by_nobody.format(It=capital(it))}."


def _fell_away(news: News) -> list[str]:
    found = []
    if news.approved_by and news.what not in {*APPROVED_STILL, "too_late"}:
        found.append(f"Daarmee verviel het akkoord van {join(news.approved_by)}.")
    if news.planned_at is not None:
        then = "" if news.what == "overslept" else " Op dat moment gaat er niets uit."
        found.append(f"De verzending stond op {moment(news.planned_at)}.{then}")
    return found


def _what_now(news: News) -> str:
    if news.what == "unscheduled":
        return "Het akkoord blijft staan. Kies een nieuw moment als het nog uit moet."
    if news.what == "overslept":
        return "Het akkoord blijft staan. Verstuur alsnog, of kies een nieuw moment."
    if news.what == "too_late":
        return "Er is niets verzonden."
    return "Voor het uit kan, moet het opnieuw worden ingediend en goedgekeurd."


def _planned(news: News) -> str:
    if news.planned_at is None:
        return "Er is nog geen moment van verzending gekozen."
    return f"De verzending staat op {moment(news.planned_at)}."


def _quotes(news: News) -> list[dict[str, str]]:
    """Return what people wrote: over whose words it stands, and the words."""
    if news.sort is Sort.SAID:
        return [
            {"over": _over(one), "text": shorten(one.text, LONGEST)} for one in news.said[-MOST:]
        ]
    return [{"over": "", "text": news.note}] if news.note else []


def _over(said: Said) -> str:
    about = f" bij “{said.about}”" if said.about else ""
    return f"{said.by} antwoordde{about}:" if said.is_answer else f"{said.by}{about}:"


def _said_heading(news: News) -> str:
    name, many = _name(news), len(news.said)
    if many > 1:
        return f"{many} nieuwe opmerkingen bij {name}"
    is_answer = many and news.said[0].is_answer
    return f"Nieuw antwoord bij {name}" if is_answer else f"Nieuwe opmerking bij {name}"


def _name(news: News) -> str:
    if news.kind is EditionKind.NEWSLETTER:
        return f"editie {news.number}" if news.number else "de nieuwsbrief"
    return f"de aankondiging “{news.title}”"


def _short(news: News) -> str:
    return _name(news) if news.kind is EditionKind.NEWSLETTER else "de aankondiging"


def _it(news: News) -> str:
    return "de editie" if news.kind is EditionKind.NEWSLETTER else "de aankondiging"
