"""Notices: every one of the registry renders whole, and goes out as a proper one-off mail."""

from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from jinja2 import UndefinedError

from newsletter.compose.notices import NoticeRenderer
from newsletter.due import Deadline
from newsletter.errors import TransportRefused, UnsafeHeader
from newsletter.send.notices import NOTICES, confirm_values, reminder_values, send_notice
from newsletter.send.notices.ended import ended_values, sample_ended
from newsletter.send.notices.submission import (
    agree_values,
    confirm_submission_values,
    declined_values,
    published_values,
)
from newsletter.send.notices.telling import Ended, Ending
from newsletter.settings import Settings
from newsletter.store.waiting import Waiting
from newsletter.values import EditionFigures, EditionKind, EditionStatus
from subscribers.values import Audience
from tests.fakes import START, FakeTransport

WAITING = Waiting(
    edition_id=15,
    kind=EditionKind.NEWSLETTER,
    number=15,
    title="Nieuwsbrief 15",
    state=EditionStatus.IN_REVIEW,
    what=Deadline.APPROVE,
    due_at=START + timedelta(days=1),
    submitted_at=START,
    planned_at=START + timedelta(days=2),
    blocks=9,
    recipients={Audience.SCHOOL: 946, Audience.TEACHER_EDUCATION: 338},
)
URL = "https://example.org"
OFF = f"""\
Herinneringen uitzetten:
{URL}/redactie/account

Steunpunt Opleidingsscholen VO, Voorbeeldstraat 1, 1234 AB Voorbeeldstad
"""


@pytest.fixture
def render(settings: Settings) -> NoticeRenderer:
    return NoticeRenderer(organisation=settings.organisation, base_url=settings.base_url)


@pytest.mark.parametrize("notice", sorted(NOTICES))
def test_every_notice_goes_out_whole(
    notice: str, settings: Settings, render: NoticeRenderer
) -> None:
    transport = FakeTransport()

    send_notice(
        notice,
        to="lezer@example.org",
        values=NOTICES[notice].sample(),
        settings=settings,
        transport=transport,
        render=render,
        now=START,
    )

    ((sender, recipient, raw),) = transport.accepted
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    text, page = (str(one.get_content()) for one in message.iter_parts())
    assert (sender, recipient) == ("nieuwsbrief@example.org", "lezer@example.org")
    assert (str(message["To"]), message["Auto-Submitted"], message["Precedence"]) == (
        "lezer@example.org",
        "auto-generated",
        None,
    )
    assert message["Date"].datetime == START
    assert not message.defects
    assert max(map(len, raw.split(b"\r\n"))) <= 78
    assert max(map(len, text.splitlines())) <= 76
    assert "<html" in page
    assert "{{" not in text + page


def test_confirm_says_what_was_asked_for(render: NoticeRenderer, settings: Settings) -> None:
    values = confirm_values(
        confirm_url="https://example.org/bevestigen/t",
        audience=Audience.SCHOOL,
        newsletter=True,
        announcements=True,
        asked_at=START,
    )

    found = render("confirm", values)

    assert found.subject == "Bevestig je aanmelding voor de nieuwsbrief"
    assert found.text == (
        """\
Bevestig je aanmelding
======================

Je hebt dit adres opgegeven voor onze nieuwsbrief. Nog één stap:
bevestig dat het klopt. Daarna krijg je:

- De nieuwsbrief, uitgave voor scholen (Om de week op donderdag)
- Aankondigingen van bijeenkomsten en het congres (alleen als er iets
  gepland is)

Bevestig je aanmelding:
https://example.org/bevestigen/t

Heb jij dit niet ingevuld? Dan hoef je niets te doen. Zonder bevestiging
wissen we dit adres na 14 dagen.

------------------------------------------------------------------------

Je krijgt dit bericht eenmalig, omdat dit adres op 20 april 2027 om
10.00 uur is ingevuld op ons aanmeldformulier.

Lees onze privacyverklaring:
"""
        f"{settings.base_url}/privacy\n\n"
        "Steunpunt Opleidingsscholen VO, Voorbeeldstraat 1, 1234 AB Voorbeeldstad\n"
    )


@pytest.mark.parametrize(("newsletter", "announcements"), [(True, False), (False, True)])
def test_confirm_names_only_what_was_chosen(
    render: NoticeRenderer, *, newsletter: bool, announcements: bool
) -> None:
    values = confirm_values(
        confirm_url="https://example.org/bevestigen/t",
        audience=None,
        newsletter=newsletter,
        announcements=announcements,
        asked_at=START,
    )

    found = render("confirm", values)

    for text in (found.text, found.html):
        assert ("Om de week op donderdag" in text) is newsletter
        assert ("Aankondigingen" in text) is announcements


def test_reminder_says_when_to_whom_and_what_is_left(render: NoticeRenderer) -> None:
    values = reminder_values(
        WAITING,
        base_url=URL,
        now=START,
        points=("Bij “Werkbezoek Breda” staat nog niet voor wie het is.",),
    )

    found = render("reminder", values)

    assert found.subject == "Editie 15 wacht op je akkoord"
    assert found.text == (
        """\
Editie 15 wacht op je akkoord
=============================

De editie is ingediend op dinsdag 20 april, 10.00 uur. Kijk de editie na
vóór woensdag 21 april, 10.00 uur. Zonder akkoord gaat er niets uit.

Verzending: donderdag 22 april, 10.00 uur
Naar 1.284 abonnees: 946 van scholen en 338 van lerarenopleidingen.
Negen berichten.

Nog één punt:

1. Bij “Werkbezoek Breda” staat nog niet voor wie het is.

Beoordeel editie 15:
https://example.org/redactie/edities/15

------------------------------------------------------------------------

Je krijgt dit bericht omdat je edities mag goedkeuren. Je wordt één keer
herinnerd.

"""
        + OFF
    )


def test_reminder_of_an_announcement_without_a_moment(render: NoticeRenderer) -> None:
    waiting = replace(
        WAITING,
        kind=EditionKind.ANNOUNCEMENT,
        number=None,
        title='Congres "<b>"',
        planned_at=None,
        due_at=START,
        recipients={},
        blocks=1,
    )

    found = render("reminder", reminder_values(waiting, base_url=URL, now=START))

    assert found.subject == 'De aankondiging “Congres "<b>"” wacht op je akkoord'
    assert "Verzending: nog geen moment gekozen\nNaar 0 abonnees. Eén bericht." in found.text
    assert "vóór" not in found.text
    assert "<b>" not in found.html


def test_a_reminder_after_its_deadline_says_so(render: NoticeRenderer) -> None:
    late = START + timedelta(days=1, hours=1)
    waiting = replace(WAITING, what=Deadline.SUBMIT, state=EditionStatus.DRAFT)

    to_approve = render("reminder", reminder_values(WAITING, base_url=URL, now=late))
    to_submit = render("reminder_submit", reminder_values(waiting, base_url=URL, now=late))

    assert "Het akkoord had er moeten zijn vóór woensdag 21 april" in " ".join(
        to_approve.text.split()
    )
    assert to_submit.subject == "Editie 15: dien zo snel mogelijk in"
    assert "Die had ingediend moeten zijn vóór" in " ".join(to_submit.text.split())


def test_the_selection_closes(render: NoticeRenderer) -> None:
    waiting = replace(
        WAITING,
        what=Deadline.CLOSES,
        state=EditionStatus.DRAFT,
        is_touched=False,
        empty=("Agenda", "Praktijkvoorbeeld"),
    )

    found = render("reminder_select", reminder_values(waiting, base_url=URL, now=START))

    assert found.subject == "Editie 15: de selectie sluit woensdag 21 april, 10.00 uur"
    assert found.text == (
        """\
Editie 15: de selectie sluit woensdag 21 april, 10.00 uur
=========================================================

Tot dan kies je wat erin komt. Daarna schrijven we de teksten af.

Nog niemand keek naar het concept. Wat er nu in staat, koos het
programma.

Nog leeg: Agenda en Praktijkvoorbeeld.

Ga selecteren:
https://example.org/redactie/selecteren

------------------------------------------------------------------------

Je krijgt dit bericht omdat je redacteur bent. Je wordt één keer
herinnerd.

"""
        + OFF
    )


def test_an_edition_is_to_be_submitted(render: NoticeRenderer) -> None:
    waiting = replace(WAITING, what=Deadline.SUBMIT, state=EditionStatus.DRAFT)

    found = render("reminder_submit", reminder_values(waiting, base_url=URL, now=START))

    assert found.subject == "Editie 15: dien in vóór woensdag 21 april, 10.00 uur"
    assert found.text == (
        """\
Editie 15: dien in vóór woensdag 21 april, 10.00 uur
====================================================

De editie is nog een concept. Dien die in vóór woensdag 21 april, 10.00
uur, dan is er tijd om na te kijken. Zonder akkoord gaat er niets uit.

Open editie 15:
https://example.org/redactie/edities/15

------------------------------------------------------------------------

Je krijgt dit bericht omdat jij aan deze editie werkt. Je wordt één keer
herinnerd.

"""
        + OFF
    )


@pytest.mark.parametrize(
    ("state", "stands", "now_what"),
    [
        (EditionStatus.DRAFT, "Ze is nog een concept.", "Krijgt ze alsnog akkoord, dan gaat ze"),
        (EditionStatus.IN_REVIEW, "Ze wacht nog op akkoord.", "Krijgt ze alsnog akkoord"),
        (
            EditionStatus.APPROVED,
            "Ze is goedgekeurd, maar niet ingepland.",
            "Verstuur je de editie",
        ),
    ],
)
def test_an_edition_whose_moment_has_passed(
    render: NoticeRenderer, state: EditionStatus, stands: str, now_what: str
) -> None:
    waiting = replace(WAITING, what=Deadline.SEND, state=state)
    values = reminder_values(waiting, base_url=URL, now=START + timedelta(days=2))

    found = render("reminder_passed", values)

    assert found.subject == "Editie 15 is niet uitgegaan"
    for text in (" ".join(found.text.split()), " ".join(found.html.split())):
        assert f"Dat zou gebeuren op woensdag 21 april, 10.00 uur. {stands}" in text
        assert "Er gaat nu niets vanzelf uit." in text
        assert now_what in text
        assert "Dan is wel een nieuw akkoord nodig." in text


FOOT = "Steunpunt Opleidingsscholen VO, Voorbeeldstraat 1, 1234 AB Voorbeeldstad\n"
OWN = "https://example.org/praktijkvoorbeelden/inzending/t"


def test_the_first_mail_about_what_was_sent_in_holds_nothing_of_it(
    render: NoticeRenderer, settings: Settings
) -> None:
    url = "https://example.org/praktijkvoorbeelden/bevestigen/t"

    found = render("submission_confirm", confirm_submission_values(confirm_url=url, asked_at=START))

    assert found.subject == "Bevestig dat je een praktijkvoorbeeld instuurde"
    assert found.text == (
        """\
Bevestig je inzending
=====================

Iemand stuurde ons een praktijkvoorbeeld en vulde dit adres in. Was jij
dat? Bevestig het dan. Daarna leest de redactie je voorbeeld.

Bevestig je inzending:
https://example.org/praktijkvoorbeelden/bevestigen/t

Was jij het niet? Dan hoef je niets te doen. Zonder bevestiging leest
niemand het en wissen we alles na 14 dagen.

------------------------------------------------------------------------

Je krijgt dit bericht eenmalig, omdat dit adres op 20 april 2027 om
10.00 uur is ingevuld op ons formulier voor praktijkvoorbeelden.

Lees onze privacyverklaring:
"""
        f"{settings.base_url}/privacy\n\n{FOOT}"
    )


def test_the_edited_text_is_laid_before_who_sent_it_in(render: NoticeRenderer) -> None:
    found = render("submission_agree", agree_values(title="Klein <i>beginnen</i>", own_url=OWN))

    assert found.subject == "Lees na hoe we je praktijkvoorbeeld willen plaatsen"
    assert "<i>" not in found.html
    assert found.text == (
        f"""\
Klopt je voorbeeld zo?
======================

De redactie heeft het voorbeeld bewerkt dat je instuurde: “Klein
<i>beginnen</i>”.

Lees het na. Klopt het, dan geef je je akkoord met één knop. Wil je iets
anders, dan schrijf je dat erbij. Zonder jouw akkoord plaatsen we niets.

Lees je voorbeeld na:
{OWN}

------------------------------------------------------------------------

Je krijgt dit bericht omdat je een praktijkvoorbeeld instuurde. De link
is alleen voor jou: stuur deze mail niet door. Op dezelfde bladzijde kun
je je voorbeeld ook terugtrekken.

{FOOT}"""
    )


def test_declining_says_why_and_how_long_it_is_kept(render: NoticeRenderer) -> None:
    because = "Het gaat over het basisonderwijs.\n\nDat past <b>hier</b> niet."

    found = render("submission_declined", declined_values(because=because, own_url=OWN))

    assert "<b>" not in found.html
    assert found.text == (
        f"""\
We plaatsen je praktijkvoorbeeld niet
=====================================

Dank je wel dat je ons een voorbeeld stuurde. We plaatsen het niet. De
redactie schrijft erbij:

Het gaat over het basisonderwijs.

Dat past <b>hier</b> niet.

Heb je hier een vraag over? Beantwoord dan deze mail. Na 30 dagen wissen
we je tekst en je gegevens. Dat kun je ook nu al doen.

Bekijk of wis je inzending:
{OWN}

------------------------------------------------------------------------

Je krijgt dit bericht omdat je een praktijkvoorbeeld instuurde. De link
is alleen voor jou: stuur deze mail niet door.

{FOOT}"""
    )


def test_who_is_published_learns_how_to_withdraw(render: NoticeRenderer) -> None:
    values = published_values(
        title="Klein beginnen",
        public_url="https://example.org/praktijkvoorbeelden/41",
        own_url=OWN,
    )

    found = render("submission_published", values)

    assert found.text == (
        f"""\
Je praktijkvoorbeeld staat op de site
=====================================

“Klein beginnen” staat op de site, precies zoals je het hebt nagelezen.
Het kan ook in een nieuwsbrief komen.

Bekijk je voorbeeld:
https://example.org/praktijkvoorbeelden/41

Wil je later iets wijzigen, of het voorbeeld terugtrekken? Dat kan
altijd op je eigen bladzijde. Bewaar daarom deze mail.

Je eigen bladzijde:
{OWN}

------------------------------------------------------------------------

Je krijgt dit bericht omdat je een praktijkvoorbeeld instuurde. De link
naar je eigen bladzijde is alleen voor jou: stuur deze mail niet door.

{FOOT}"""
    )


def test_the_end_of_a_sending_is_told_with_its_figures(render: NoticeRenderer) -> None:
    text = render("ended", sample_ended())

    assert text.subject == "Editie 15 is verzonden: 1.284 mails, 3 mislukt"
    assert (
        text.text
        == """\
Editie 15 is verzonden: 1.284 mails, 3 mislukt
==============================================

Het verzenden was klaar op donderdag 20 mei, 10.04 uur.

3 adressen namen de mail niet aan. Bij het resultaat staat waarom.

Bekijk het resultaat:
https://example.org/redactie/edities/15/resultaat

------------------------------------------------------------------------

Je krijgt dit bericht omdat je dit maakte of goedkeurde. Je krijgt het
één keer.

Steunpunt Opleidingsscholen VO, Voorbeeldstraat 1, 1234 AB Voorbeeldstad
"""
    )


def figures_of(state: EditionStatus, **counts: Any) -> EditionFigures:
    return EditionFigures(
        id=15,
        kind="newsletter",
        number=15,
        title="",
        state=state,
        segments=(),
        content_hash="",
        **counts,
    )


@pytest.mark.parametrize(
    ("ending", "subject"),
    [
        (Ending.HALTED, "Editie 15 staat op pauze: de mailserver weigert ons"),
        (Ending.FAULTED, "Editie 15 staat op pauze: er klopt iets niet"),
        (Ending.MAILS_CHANGED, "Editie 15 staat op pauze: de mails zijn gewijzigd"),
        (Ending.EVENT_CHANGED, "Editie 15 staat op pauze: de bijeenkomst is gewijzigd"),
        (Ending.TOO_LATE, "Editie 15 is niet aan iedereen verzonden"),
    ],
)
def test_a_sending_that_stopped_says_why_and_what_to_do(
    render: NoticeRenderer, ending: Ending, subject: str
) -> None:
    figures = figures_of(EditionStatus.PAUSED, recipients=1287, sent=40)

    text = render("ended", ended_values(Ended(ending, figures, ()), base_url="https://example.org"))

    assert text.subject == subject
    assert "40 van de 1.287 mails zijn weg." in text.text
    place = "resultaat" if ending is Ending.TOO_LATE else "verzenden"
    assert f"Bekijk het {place}:\nhttps://example.org/redactie/edities/15/{place}" in text.text


def test_one_mail_and_one_in_doubt_are_told_in_the_singular(render: NoticeRenderer) -> None:
    figures = figures_of(EditionStatus.SENT, recipients=3, sent=1, in_doubt=1)

    def told(ending: Ending, figures: EditionFigures) -> str:
        values = ended_values(Ended(ending, figures, ()), base_url="https://example.org")
        return " ".join(render("ended", values).text.split())

    assert "1 van de 3 mails is weg." in told(Ending.HALTED, figures)
    assert "Van 1 mail weten we niet of die aankwam." in told(Ending.SENT, figures)
    two = told(Ending.SENT, replace(figures, in_doubt=2))
    assert "Van 2 mails weten we niet of die aankwamen. Bij het resultaat staat wat je" in two


def test_missing_value_is_an_error_and_not_a_hole(render: NoticeRenderer) -> None:
    with pytest.raises(UndefinedError):
        render("confirm", {"audience": None})


def test_notice_to_what_is_no_address_is_refused(
    settings: Settings, render: NoticeRenderer
) -> None:
    transport = FakeTransport()

    with pytest.raises(UnsafeHeader):
        send_notice(
            "confirm",
            to="a@example.org\r\nBcc: b@example.org",
            values=NOTICES["confirm"].sample(),
            settings=settings,
            transport=transport,
            render=render,
            now=START,
        )

    assert transport.attempted == []


def test_a_refusal_says_in_no_log_whom_it_is_about() -> None:
    refusal = TransportRefused("5.1.1 <lezer@example.org>: no such user", code=550)

    assert str(refusal) == "550 5.1.1 <(address)>: no such user"
    assert refusal.reply == "5.1.1 <lezer@example.org>: no such user"
