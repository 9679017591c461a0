"""Signing up and confirming, from the form to a subscriber."""

import re
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes, policy

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from newsletter.errors import TransportUnavailable, TransportUncertain
from newsletter.wiring import Services
from subscribers.model import Consent, Subscriber
from subscribers.store import consents_of, get_subscriber
from subscribers.values import ConsentKind, SubscriberStatus
from tests.fakes import START, FakeClock, FakeTransport
from tests.web.public.content import add_subscriber
from web.app import create_app
from web.public.consent_texts import CONSENT_TEXTS
from web.public.limits import MOST, MOST_OF_A_NETWORK, HourlyLimits, network_of

ADDRESS = "nieuw@example.org"
FORM = {"kant": "school", "email": ADDRESS, "krijg": ["newsletter"], "formulier": "aanmelden"}
CHECK_MAIL = "/aanmelden/kijk-in-je-mail"


@pytest.fixture
def transport() -> FakeTransport:
    return FakeTransport()


@pytest.fixture
def site(services: Services, transport: FakeTransport) -> Iterator[TestClient]:
    with_relay = replace(services, open_transport=lambda: transport)
    with TestClient(create_app(with_relay), follow_redirects=False) as client:
        yield client


def confirm_path(transport: FakeTransport, services: Services) -> str:
    mail = message_from_bytes(transport.accepted[-1][2], policy=policy.default)
    body = mail.get_body(("plain",))
    assert body is not None
    base = re.escape(services.settings.base_url)
    found = re.search(rf"{base}(/bevestigen/[\w-]{{22}})\s", body.get_content())
    assert found
    return found.group(1)


def status_of(services: Services, address: str = ADDRESS) -> str:
    with services.db.read() as session:
        row = get_subscriber(session, address)
        return row.status if row else ""


def test_from_the_form_to_a_subscriber(
    site: TestClient, services: Services, transport: FakeTransport
) -> None:
    form = FORM | {"krijg": ["newsletter", "announcements"], "opleidingsschool": "De Tussendeur"}
    answer = site.post("/aanmelden", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, CHECK_MAIL)
    assert "Kijk in je mail" in site.get(CHECK_MAIL).text
    assert [one[1] for one in transport.accepted] == [ADDRESS]
    assert status_of(services) == SubscriberStatus.PENDING

    path = confirm_path(transport, services)
    shown = site.get(path)
    assert "n***@example.org" in shown.text
    assert ADDRESS not in shown.text
    assert "de nieuwsbrief en aankondigingen van bijeenkomsten" in shown.text
    assert shown.headers["cache-control"] == "no-store"
    assert status_of(services) == SubscriberStatus.PENDING

    assert "Je bent aangemeld" in site.post(path).text
    assert status_of(services) == SubscriberStatus.ACTIVE
    assert "Je bent aangemeld" in site.post(path).text
    assert "Je bent aangemeld" in site.get(path).text


def test_what_was_shown_is_kept(site: TestClient, services: Services) -> None:
    site.post("/aanmelden", data=FORM)
    front = {"kant": "lerarenopleiding", "email": "voor@example.org", "formulier": "voorpagina"}
    site.post("/aanmelden", data=front)

    with services.db.read() as session:
        kept = [
            (fact.kind, fact.source, fact.text_shown, fact.topics)
            for fact in session.scalars(select(Consent).order_by(Consent.id))
        ]
    asked = ConsentKind.ASKED
    assert kept == [
        (asked, "aanmelden", CONSENT_TEXTS["aanmelden"], ["newsletter"]),
        (asked, "voorpagina", CONSENT_TEXTS["voorpagina"], ["newsletter"]),
    ]
    assert CONSENT_TEXTS["aanmelden"] in site.get("/aanmelden").text
    assert CONSENT_TEXTS["voorpagina"] in site.get("/").text


def test_no_box_is_ticked_beforehand(site: TestClient) -> None:
    for path in ("/", "/aanmelden"):
        assert "checked" not in site.get(path).text


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        ({"email": ""}, "email", "Vul je e-mailadres in"),
        ({"email": "schoolopleider.waal"}, "email", "met een @ erin"),
        ({"email": "a@b@example.org"}, "email", "één e-mailadres"),
        ({"email": "jan jansen@example.org"}, "email", "Haal de spatie"),
        ({"email": "x" * 300 + "@example.org"}, "email", "te lang"),
        ({"kant": ""}, "kant", "Kies waar je werkt."),
        ({"kant": "iets"}, "kant", "Kies waar je werkt."),
        ({"krijg": []}, "krijg", "Kies ten minste één ding"),
        ({"krijg": ["alles"]}, "krijg", "Kies ten minste één ding"),
        ({"opleidingsschool": "x" * 201}, "opleidingsschool", "te lang"),
    ],
)
def test_a_mistake_is_named_and_what_was_filled_in_stays(
    site: TestClient,
    services: Services,
    fields: dict[str, object],
    field: str,
    sentence: str,
) -> None:
    answer = site.post("/aanmelden", data={**FORM, **fields})

    assert answer.status_code == 422
    assert f'<a href="#{field}">' in answer.text
    assert f'id="{field}"' in answer.text
    assert sentence in answer.text
    if field != "email":
        assert f'value="{ADDRESS}"' in answer.text
    assert status_of(services) == ""


def test_every_address_gets_the_same_answer(
    site: TestClient, services: Services, transport: FakeTransport
) -> None:
    add_subscriber(services, "bekend@example.org")
    add_subscriber(services, "weg@example.org", status=SubscriberStatus.UNSUBSCRIBED)
    add_subscriber(services, "kapot@example.org", status=SubscriberStatus.SUPPRESSED)

    answers = [
        site.post("/aanmelden", data={**FORM, "email": f"{name}@example.org"})
        for name in ("bekend", "weg", "kapot", "onbekend")
    ]

    assert len({(one.status_code, one.headers["location"], one.text) for one in answers}) == 1
    assert [one[1] for one in transport.accepted] == ["weg@example.org", "onbekend@example.org"]


def test_a_program_that_fills_in_everything_is_ignored(
    site: TestClient, services: Services, transport: FakeTransport
) -> None:
    answer = site.post("/aanmelden", data={**FORM, "website": "https://example.org"})

    assert answer.headers["location"] == CHECK_MAIL
    assert transport.attempted == []
    assert status_of(services) == ""


def test_a_relay_that_is_away_tells_nobody_who_is_known_and_can_be_tried_again(
    site: TestClient, services: Services, transport: FakeTransport
) -> None:
    transport.fails[ADDRESS] = TransportUnavailable("no connection")

    answer = site.post("/aanmelden", data=FORM)

    assert answer.headers["location"] == CHECK_MAIL
    assert "nog eens aan" in site.get(CHECK_MAIL).text
    transport.fails.clear()
    assert site.post("/aanmelden", data=FORM).headers["location"] == CHECK_MAIL
    assert len(transport.accepted) == 1
    assert "Je bent aangemeld" in site.post(confirm_path(transport, services)).text


def test_a_mail_that_may_have_arrived_is_not_called_a_failure(
    site: TestClient, transport: FakeTransport
) -> None:
    transport.fails[ADDRESS] = TransportUncertain("lost after the dot")

    assert site.post("/aanmelden", data=FORM).headers["location"] == CHECK_MAIL


def test_links_that_are_wrong_or_old_get_a_calm_page(
    site: TestClient, services: Services, clock: FakeClock, transport: FakeTransport
) -> None:
    site.post("/aanmelden", data=FORM)
    path = confirm_path(transport, services)

    assert site.get("/bevestigen/onzin").status_code == 404
    assert "Deze link klopt niet" in site.post("/bevestigen/onzin").text
    clock.later(days=15)
    old = site.post(path)
    assert old.status_code == 410
    assert "Deze link is te oud" in old.text
    assert "Deze link is te oud" in site.get(path).text
    assert status_of(services) == SubscriberStatus.PENDING


def test_a_confirmation_brings_nobody_back(
    site: TestClient, services: Services, transport: FakeTransport, clock: FakeClock
) -> None:
    site.post("/aanmelden", data=FORM)
    path = confirm_path(transport, services)
    site.post(path)
    with services.db.read() as session:
        row = get_subscriber(session, ADDRESS)
        assert row is not None
    leave = services.links.unsubscribe_url(row.id).removeprefix(services.settings.base_url)
    site.post(leave, data={"actie": "afmelden"})

    assert "al gebruikt" in site.post(path).text
    assert status_of(services) == SubscriberStatus.UNSUBSCRIBED
    with services.db.read() as session:
        kinds = [fact.kind for fact in consents_of(session, row.id)]
    assert kinds == [ConsentKind.ASKED, ConsentKind.CONFIRMED, ConsentKind.WITHDRAWN]


def test_a_person_of_neither_side_may_sign_up(site: TestClient, services: Services) -> None:
    site.post("/aanmelden", data={**FORM, "kant": "anders"})

    with services.db.read() as session:
        rows = list(session.scalars(select(Subscriber)))
    assert [(row.email, row.audience, row.wants_announcements) for row in rows] == [
        (ADDRESS, None, False)
    ]


def test_the_answer_does_not_wait_for_the_relay(
    services: Services, transport: FakeTransport
) -> None:
    """Else the time it takes would tell who is on the list; the mail follows the answer."""
    order: list[str] = []

    class Slow(FakeTransport):
        def connect(self) -> FakeTransport:
            order.append("relay")
            return transport

    app = create_app(replace(services, open_transport=Slow))

    async def told(scope: Scope, receive: Receive, send: Send) -> None:
        async def note(message: Message) -> None:
            order.append(message["type"])
            await send(message)

        await app(scope, receive, note if scope["type"] == "http" else send)

    with TestClient(told, follow_redirects=False) as client:
        client.post("/aanmelden", data=FORM)

    assert order == ["http.response.start", "http.response.body", "relay"]


def test_an_hour_takes_so_many_sign_ups_and_no_more(
    services: Services, transport: FakeTransport
) -> None:
    clock = FakeClock()
    app = create_app(replace(services, clock=clock, open_transport=lambda: transport))
    add_subscriber(services, "bekend@example.org")

    def ask(host: str, number: int) -> int:
        with TestClient(app, follow_redirects=False, client=(host, 1)) as client:
            answer = client.post("/aanmelden", data={**FORM, "email": f"m{number}@example.org"})
            known = client.post("/aanmelden", data={**FORM, "email": "bekend@example.org"})
        assert known.status_code == answer.status_code
        return int(answer.status_code)

    one_network = [ask("192.0.2.7", number) for number in range(MOST_OF_A_NETWORK // 2 + 1)]
    assert one_network == [303] * (MOST_OF_A_NETWORK // 2) + [429]
    assert ask("198.51.100.7", 1000) == 303
    clock.later(hours=1)
    assert ask("192.0.2.9", 2000) == 303


def test_many_networks_share_one_limit() -> None:
    limits = HourlyLimits()

    taken = [limits.take(f"10.{number}.0.1", now=START) for number in range(MOST + 5)]

    assert taken == [True] * MOST + [False] * 5


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("192.0.2.7", "192.0.2.0/24"),
        ("::ffff:192.0.2.7", "192.0.2.0/24"),
        ("2001:db8:1:2ff::7", "2001:db8:1:200::/56"),
        ("127.0.0.1", ""),
        ("testclient", ""),
    ],
)
def test_a_network_is_what_one_party_easily_has(host: str, network: str) -> None:
    assert network_of(host) == network
