"""A reader's own pages: themes, a pause, another address, everything we hold, and why."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes, policy
from typing import Any

import pytest
from starlette.testclient import TestClient

from newsletter.errors import TransportRefused
from newsletter.learn.consequences import Outcome
from newsletter.values import DeliveryState
from newsletter.wiring import Services
from storage.log import LogEntry
from subscribers import pausing
from subscribers.model import AddressChange, Subscriber
from subscribers.store import consents_of
from subscribers.themes import themes_of
from subscribers.values import ConsentKind, SubscriberStatus, SuppressionReason, Topic
from tests.fakes import START, FakeClock, FakeTransport
from tests.web.public.content import add_subscriber, add_themes, stamped
from web.app import create_app
from web.public.own_data import VALUE_WORDS

FORM = {"kant": "school", "krijg": ["newsletter", "announcements"], "themas": "ja"}
OLD, NEW = "m.v@example.org", "nieuw@example.org"


@pytest.fixture
def transport() -> FakeTransport:
    return FakeTransport()


@pytest.fixture
def site(services: Services, transport: FakeTransport) -> Iterator[TestClient]:
    with_relay = replace(services, open_transport=lambda: transport)
    with TestClient(create_app(with_relay), follow_redirects=False) as client:
        yield client


@pytest.fixture
def reader(services: Services) -> int:
    add_themes(services)
    return add_subscriber(services, OLD)


def own(services: Services, reader: int, page: str = "") -> str:
    url = services.links.preferences_url(reader, 7)
    return url.removeprefix(services.settings.base_url) + page


def row_of(services: Services, reader: int) -> Subscriber:
    with services.db.read() as session:
        return session.get_one(Subscriber, reader)


def kinds(services: Services, reader: int) -> list[str]:
    with services.db.read() as session:
        return [fact.kind for fact in consents_of(session, reader)]


def mails(transport: FakeTransport) -> list[tuple[str, str]]:
    """Return whom each mail went to, with its text part."""
    found = []
    for _, recipient, raw in transport.accepted:
        body = message_from_bytes(raw, policy=policy.default).get_body(("plain",))
        assert body is not None
        found.append((recipient, body.get_content()))
    return found


def move_path(transport: FakeTransport) -> str:
    found = re.search(r"(/adres-bevestigen/[\w-]{22})\s", mails(transport)[-1][1])
    assert found
    return found[1]


def test_themes_stand_in_their_groups_and_are_kept(
    site: TestClient, services: Services, reader: int
) -> None:
    path = own(services, reader)
    before = site.get(path).text

    saved = site.post(path, data={**FORM, "thema": ["kwaliteitszorg", "bestaat-niet!"]})

    assert before.count('name="thema"') == 2
    assert 'value="kwaliteitszorg" checked' not in before
    assert 'value="kwaliteitszorg" checked' in saved.text
    with services.db.read() as session:
        assert themes_of(session, [reader]) == {reader: ["kwaliteitszorg"]}
    site.post(path, data=FORM)
    with services.db.read() as session:
        assert themes_of(session, [reader]) == {}


def test_a_form_without_themes_or_names_leaves_them_as_they_were(
    site: TestClient, services: Services, reader: int
) -> None:
    path = own(services, reader)
    site.post(path, data={**FORM, "thema": ["hr-beleid"], "rol": "rector", "naam": "Mia"})

    site.post(path, data={"kant": "school", "krijg": ["newsletter"]})

    row = row_of(services, reader)
    assert (row.role, row.name, row.wants_announcements) == ("rector", "Mia", False)
    with services.db.read() as session:
        assert themes_of(session, [reader]) == {reader: ["hr-beleid"]}


def test_a_pause_is_shown_honoured_and_ended(
    site: TestClient, services: Services, reader: int, clock: FakeClock
) -> None:
    path = own(services, reader)

    saved = site.post(path, data={**FORM, "pauze": "2027-05-02"})

    assert "Tot en met zondag 2 mei 2027 krijg je niets. Daarna" in saved.text
    shown = site.get(path).text
    assert "krijgt tot en met zondag 2 mei 2027 geen mail" in shown
    assert 'value="2027-05-02"' in shown
    assert row_of(services, reader).status == SubscriberStatus.PAUSED
    clock.now = START.replace(month=5, day=2, hour=22, minute=0)  # midnight in Amsterdam
    assert pausing.end_pauses(services.db, now=clock()) == 1
    assert "geen mail. Daarna" not in site.get(path).text


def test_emptying_the_day_ends_the_pause(site: TestClient, services: Services, reader: int) -> None:
    path = own(services, reader)
    site.post(path, data={**FORM, "pauze": "2027-05-02"})

    site.post(path, data={**FORM, "pauze": ""})

    assert row_of(services, reader).status == SubscriberStatus.ACTIVE
    assert kinds(services, reader)[-2:] == [ConsentKind.PAUSED, ConsentKind.RESUMED]


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ("2027-04-19", "Deze dag is al geweest"),
        ("2029-01-01", "Kies een dag binnen een jaar"),
        ("morgen", "Vul een datum in"),
    ],
)
def test_a_pause_needs_a_day_that_comes(
    site: TestClient, services: Services, reader: int, day: str, sentence: str
) -> None:
    answer = site.post(own(services, reader), data={**FORM, "pauze": day})

    assert answer.status_code == 422
    assert '<a href="#pauze">' in answer.text
    assert sentence in answer.text
    assert row_of(services, reader).status == SubscriberStatus.ACTIVE


def test_another_address_is_confirmed_there_and_told_here(
    site: TestClient, services: Services, reader: int, transport: FakeTransport
) -> None:
    path = own(services, reader)
    asked = site.post(path + "/adres", data={"email": NEW})
    assert "Kijk in de mail op je nieuwe adres" in asked.text
    assert [to for to, _ in mails(transport)] == [NEW]
    assert OLD not in mails(transport)[0][1]

    link = move_path(transport)
    shown = site.get(link)
    assert "n***@example.org" in shown.text
    assert (site.head(link).status_code, row_of(services, reader).email) == (200, OLD)
    assert "Je adres is gewijzigd" in site.post(link).text

    assert row_of(services, reader).email == NEW
    assert [to for to, _ in mails(transport)] == [NEW, OLD]
    assert "n***@example.org" in mails(transport)[1][1]
    assert NEW not in mails(transport)[1][1]
    again = site.post(link)
    assert (again.status_code, len(transport.accepted)) == (410, 2)
    assert "Dan is je adres gewijzigd en hoef je niets te doen." in again.text  # pressed twice
    assert "n***@example.org" in site.get(path).text


def test_the_page_says_the_same_of_every_new_address(
    site: TestClient, services: Services, reader: int, transport: FakeTransport
) -> None:
    add_subscriber(services, "bekend@example.org")
    add_subscriber(services, "weg@example.org", status=SubscriberStatus.UNSUBSCRIBED)
    transport.fails["stuk@example.org"] = TransportRefused("550 nee", code=550)
    path = own(services, reader, "/adres")

    answers = [
        site.post(path, data={"email": f"{name}@example.org"})
        for name in ("bekend", "weg", "stuk", "nieuw")
    ]

    assert len({(one.status_code, one.text) for one in answers}) == 1
    assert [to for to, _ in mails(transport)] == [NEW]
    with services.db.read() as session:
        assert session.query(AddressChange).count() == 1


@pytest.mark.parametrize(
    ("email", "sentence"),
    [
        ("", "Vul je e-mailadres in"),
        ("geen adres", "Haal de spatie"),
        ("a@b@example.org", "één e-mailadres"),
        (OLD.upper(), "waarop je onze mail al krijgt"),
        ("zoë@example.org", "een letter als é of ø. Daar kan onze mailserver niet heen mailen"),
    ],
)
def test_a_wrong_address_is_named(
    site: TestClient,
    services: Services,
    reader: int,
    transport: FakeTransport,
    email: str,
    sentence: str,
) -> None:
    services.offers.letters = False

    answer = site.post(own(services, reader, "/adres"), data={"email": email})

    assert (answer.status_code, transport.attempted) == (422, [])
    assert sentence in answer.text
    assert '<a href="#email">' in answer.text


def test_an_old_or_made_up_link_moves_nobody(
    site: TestClient, services: Services, reader: int, transport: FakeTransport, clock: FakeClock
) -> None:
    site.post(own(services, reader, "/adres"), data={"email": NEW})
    link = move_path(transport)

    assert site.post("/adres-bevestigen/onzin").status_code == 404
    clock.later(days=15)
    for ask in (site.get, site.post):
        answer = ask(link)
        assert answer.status_code == 410
        assert "te oud" in answer.text
    assert row_of(services, reader).email == OLD


def test_who_left_has_no_address_to_change(site: TestClient, services: Services) -> None:
    left = add_subscriber(services, status=SubscriberStatus.UNSUBSCRIBED)

    answer = site.get(own(services, left, "/adres"))

    assert (answer.status_code, answer.headers["location"]) == (303, own(services, left))


def test_everything_we_hold_is_one_file(site: TestClient, services: Services, reader: int) -> None:
    path = own(services, reader)
    site.post(path, data={**FORM, "thema": ["hr-beleid"], "naam": "Mia"})

    answer = site.post(path + "/gegevens")
    given: dict[str, Any] = json.loads(answer.text)

    assert answer.headers["content-disposition"] == (
        'attachment; filename="wat-we-van-je-bewaren.json"'
    )
    assert answer.headers["cache-control"] == "no-store"
    assert (given["e-mailadres"], given["naam"], given["thema's"]) == (OLD, "Mia", ["hr-beleid"])
    facts = [(one["soort"], one["onderwerpen"]) for one in given["toestemming"]]
    asked, both = ["nieuwsbrief"], ["aankondigingen", "nieuwsbrief"]
    assert facts == [("gevraagd", asked), ("bevestigd", asked), ("gewijzigd", both)]
    assert (given["stand"], given["grond"]) == ("op de lijst", "zelf aangemeld")
    assert (given["kant"], given["kant zelf opgegeven"]) == ("school", False)
    assert (given["verzendingen"], given["blokkade"]) == ([], None)
    assert site.get(path + "/gegevens").status_code == 405
    with services.db.read() as session:
        last = session.query(LogEntry).order_by(LogEntry.id.desc()).first()
    assert last is not None
    assert (last.what, last.via, last.detail) == (
        "subscriber.taken",
        "site",
        {"subscriber": reader},
    )


def test_the_file_has_words_for_all_that_may_stand_in_it() -> None:
    for field, kinds in {
        "status": SubscriberStatus,
        "kind": ConsentKind,
        "topics": Topic,
        "state": DeliveryState,
        "reason": SuppressionReason,
        "outcome": Outcome,
    }.items():
        assert set(kinds) <= set(VALUE_WORDS[field]), field


def test_a_side_that_nobody_said_is_told_to_follow_from_the_organisation(
    site: TestClient, services: Services, reader: int
) -> None:
    follows = add_subscriber(services, "volgt@example.org", organisation="Lyceum")
    said = add_subscriber(services, "koos@example.org", organisation="Lyceum", audience_said=True)

    assert "school, volgens je organisatie</dd>" in site.get(own(services, follows)).text
    for other in (said, reader):
        assert "volgens je organisatie" not in site.get(own(services, other)).text


def test_why_tells_ground_evidence_and_how_to_stop(
    site: TestClient, services: Services, reader: int
) -> None:
    imported = add_subscriber(services, "import@example.org", ground=ConsentKind.IMPORTED)
    with services.db.write() as session:
        consents_of(session, imported)[-1].ground = "Deelnemers congres 2026"
        for fact in consents_of(session, reader):
            fact.text_shown = "Je vraagt hiermee de nieuwsbrief aan."

    asked = site.get(own(services, reader, "/waarom"))
    brought = site.get(own(services, imported, "/waarom"))

    for part in (
        "omdat je je op 3 maart 2027 via de site aanmeldde",
        "Jouw toestemming",
        "sinds woensdag 3 maart 2027",
        "Je bevestigde dat met de knop in onze mail.",
        "“Je vraagt hiermee de nieuwsbrief aan.”",
        'href="/afmelden/',
        "m***@example.org",
    ):
        assert part in asked.text
    assert asked.text.count("Daarbij stond") == 1  # at the form, and not at the button
    assert OLD not in asked.text
    assert asked.headers["cache-control"] == "no-store"
    assert "omdat we je adres op 3 maart 2027 op de verzendlijst" in brought.text
    assert "Deelnemers congres 2026" in brought.text
    assert "We bewaren niets meer van je" in site.get(own(services, 4711, "/waarom")).text


def test_why_does_not_say_that_who_left_gets_mail(site: TestClient, services: Services) -> None:
    left = add_subscriber(services, status=SubscriberStatus.UNSUBSCRIBED)

    text = site.get(own(services, left, "/waarom")).text

    assert "Je krijgt geen mail van ons" in text
    assert "Die gold voor" in text
    assert "Meld je af" not in text


def test_who_is_blocked_is_told_the_one_way_back(
    site: TestClient, services: Services, transport: FakeTransport
) -> None:
    """Signing up again would bring them no mail: they are erased first, and then it does."""
    email = "kapot@example.org"
    blocked = add_subscriber(services, email, status=SubscriberStatus.SUPPRESSED)

    for page in ("", "/waarom"):
        text = site.get(own(services, blocked, page)).text
        assert "Laat je dan eerst wissen, en meld je daarna opnieuw aan." in text
        assert "/wissen" in text
        assert ">Meld je opnieuw aan<" not in text

    site.post(own(services, blocked, "/wissen"))
    form = {"kant": "school", "email": email, "krijg": "newsletter", "formulier": "aanmelden"}
    site.post("/aanmelden", data=stamped(services, form))
    assert [to for to, _ in mails(transport)] == [email]


def test_one_kind_of_mail_can_be_left_with_one_press(
    site: TestClient, services: Services, reader: int
) -> None:
    url = services.links.unsubscribe_url(reader, 7)
    path = url.removeprefix(services.settings.base_url)
    assert "Alleen geen nieuwsbrief meer" in site.get(path).text

    answer = site.post(path, data={"actie": "geen-nieuwsbrief"})

    row = row_of(services, reader)
    assert (row.status, row.wants_newsletter, row.wants_announcements) == ("active", False, True)
    assert "krijgt de nieuwsbrief niet meer" in answer.text
    assert "Alleen geen" not in site.get(path).text
    with services.db.read() as session:
        fact = consents_of(session, reader)[-1]
    assert (fact.kind, fact.edition_id, fact.topics) == ("changed", 7, ["announcements"])
    site.post(path, data={"actie": "geen-aankondigingen"})  # the last one: that is leaving
    assert row_of(services, reader).wants_announcements


def test_a_long_pause_is_not_lost_to_another_form(
    site: TestClient, services: Services, reader: int
) -> None:
    """A mistake elsewhere in the form keeps what was typed, the pause as well."""
    answer = site.post(
        own(services, reader), data={"kant": "school", "pauze": "2027-05-02", "thema": "hr-beleid"}
    )

    assert answer.status_code == 422
    assert 'value="2027-05-02"' in answer.text
    assert 'value="hr-beleid" checked' in answer.text
    assert row_of(services, reader).paused_until is None


def test_links_of_a_year_ago_work_after_another_address(
    site: TestClient, services: Services, reader: int, transport: FakeTransport, clock: FakeClock
) -> None:
    """S36: a link is of a person, whatever their address, and shows the one they have now."""
    leave = services.links.unsubscribe_url(reader, 7).removeprefix(services.settings.base_url)
    site.post(own(services, reader) + "/adres", data={"email": NEW})
    site.post(move_path(transport))
    clock.later(days=366)

    shown = site.get(leave).text
    assert "n***@example.org" in shown
    assert NEW not in shown
    assert site.post(leave, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert row_of(services, reader).status == SubscriberStatus.UNSUBSCRIBED


def test_a_confirmation_pressed_a_hundred_times_moves_once(
    site: TestClient, services: Services, reader: int, transport: FakeTransport
) -> None:
    """S28, for the address: replays change nothing, also after another change or leaving."""
    site.post(own(services, reader) + "/adres", data={"email": NEW})
    link = move_path(transport)
    site.post(link)
    before = kinds(services, reader)

    answers = {site.post(link).status_code for _ in range(100)}

    assert answers == {410}
    assert (kinds(services, reader), row_of(services, reader).email) == (before, NEW)
    assert len(transport.accepted) == 2
