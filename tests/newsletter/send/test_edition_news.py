"""The mail that tells colleagues at once what happened to an edition."""

from dataclasses import replace
from datetime import timedelta

import pytest

from newsletter.compose.notices import NoticeRenderer
from newsletter.matters import News, Said, Sort
from newsletter.send.notices.edition_news import news_values
from newsletter.settings import Settings
from newsletter.values import EditionKind
from tests.fakes import START

URL = "https://example.org"
OFF = f"""
Deze berichten uitzetten:
{URL}/redactie/account

Steunpunt Opleidingsscholen VO, Voorbeeldstraat 1, 1234 AB Voorbeeldstad
"""
SUBMITTED = News(
    sort=Sort.SUBMITTED,
    what="submitted",
    edition_id=15,
    kind=EditionKind.NEWSLETTER,
    number=15,
    title="Nieuwsbrief 15",
    at=START,
    by="Rosa Verhulst",
    planned_at=START + timedelta(days=2),
)
RETURNED = replace(
    SUBMITTED, sort=Sort.RETURNED, what="returned", by="Idris Bonte", note="Een <b>\n\nTwee."
)
LAPSED = replace(
    SUBMITTED,
    sort=Sort.LAPSED,
    what="withdrawn",
    by="Idris Bonte",
    approved_by=("Marit Zeeuw", "Jona Pieck"),
)


@pytest.fixture
def render(settings: Settings) -> NoticeRenderer:
    return NoticeRenderer(organisation=settings.organisation, base_url=settings.base_url)


def text_of(render: NoticeRenderer, news: News) -> str:
    return render("edition_news", news_values(news, base_url=URL)).text


def test_what_is_submitted_is_put_before_who_judges(render: NoticeRenderer) -> None:
    assert text_of(render, SUBMITTED) == (
        f"""\
Editie 15 ligt klaar voor je oordeel
====================================

Rosa Verhulst diende de editie in op dinsdag 20 april, 10.00 uur.

De verzending staat op donderdag 22 april, 10.00 uur.

Zonder akkoord gaat er niets uit.

Beoordeel editie 15:
{URL}/redactie/edities/15/beoordelen

{"-" * 72}

Je krijgt dit bericht omdat je edities mag goedkeuren.
{OFF}"""
    )


def test_an_announcement_is_called_so(render: NoticeRenderer) -> None:
    news = replace(
        SUBMITTED, kind=EditionKind.ANNOUNCEMENT, number=None, title="Congres", planned_at=None
    )

    found = render("edition_news", news_values(news, base_url=URL))

    assert found.subject == "De aankondiging “Congres” ligt klaar voor je oordeel"
    assert "diende de aankondiging in" in found.text
    assert "Er is nog geen moment van verzending gekozen." in found.text
    assert "Beoordeel de aankondiging:" in found.text


def test_what_is_returned_comes_with_the_reason(render: NoticeRenderer) -> None:
    found = render("edition_news", news_values(RETURNED, base_url=URL))

    assert "<b>\n" not in found.html
    assert found.text == (
        f"""\
Editie 15 is teruggestuurd
==========================

Idris Bonte stuurde de editie terug en schreef erbij:

> Een <b>
> Twee.

De editie is weer een concept. Pas het aan en dien het opnieuw in.

Open editie 15:
{URL}/redactie/edities/15

{"-" * 72}

Je krijgt dit bericht omdat je hieraan werkte of het indiende.
{OFF}"""
    )


def test_what_fell_away_is_told_with_why(render: NoticeRenderer) -> None:
    assert text_of(render, LAPSED) == (
        f"""\
Het akkoord op editie 15 is vervallen
=====================================

Idris Bonte trok de editie in.

Daarmee verviel het akkoord van Marit Zeeuw en Jona Pieck.

De verzending stond op donderdag 22 april, 10.00 uur. Op dat moment gaat
er niets uit.

Voor het uit kan, moet het opnieuw worden ingediend en goedgekeurd.

Open editie 15:
{URL}/redactie/edities/15

{"-" * 72}

Je krijgt dit bericht omdat je dit maakte, indiende, goedkeurde of
inplande.
{OFF}"""
    )


@pytest.mark.parametrize(
    ("what", "by", "is_change", "subject", "why"),
    [
        ("withdrawn", "Idris", True, "Het akkoord op editie 15", "Idris wijzigde de editie."),
        ("withdrawn", "", False, "Het akkoord op editie 15", "De editie is ingetrokken."),
        ("unscheduled", "Idris", False, "Editie 15 is uit de planning", "uit de planning."),
        ("organisation_changed", "Idris", False, "Het akkoord", "Idris wijzigde bij Instellingen"),
        ("seal_broken", "Idris", False, "Het akkoord", "niet meer wat er is goedgekeurd."),
        ("checks_failed", "", False, "Het akkoord", "Vlak voor het verzenden"),
        ("too_late", "", False, "Editie 15 gaat niet meer uit", "Het laatste moment"),
    ],
)
def test_each_way_to_fall_away_has_its_words(
    render: NoticeRenderer, what: str, by: str, *, is_change: bool, subject: str, why: str
) -> None:
    news = replace(LAPSED, what=what, by=by, is_change=is_change)

    found = render("edition_news", news_values(news, base_url=URL))

    assert found.subject.startswith(subject)
    assert why in found.text


def test_what_was_said_stands_in_the_mail(render: NoticeRenderer) -> None:
    said = (
        Said("Idris Bonte", "Werkbezoek Breda", "Klopt de datum?", is_answer=False),
        Said("Marit Zeeuw", "", "Ja.", is_answer=True),
    )
    news = replace(SUBMITTED, sort=Sort.SAID, what="answered", said=said)

    both = render("edition_news", news_values(news, base_url=URL))
    one = render("edition_news", news_values(replace(news, said=said[1:]), base_url=URL))

    assert both.subject == "2 nieuwe opmerkingen bij editie 15"
    assert one.subject == "Nieuw antwoord bij editie 15"
    assert "Idris Bonte bij “Werkbezoek Breda”:\n\n> Klopt de datum?" in both.text
    assert "Marit Zeeuw antwoordde:\n\n> Ja." in both.text
    assert f"{URL}/redactie/edities/15#opmerkingen" in both.text
