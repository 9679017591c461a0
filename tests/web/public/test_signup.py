"""Signing up and confirming, from the form to a subscriber."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from email import message_from_bytes, policy
from html import unescape

import pytest
from sqlalchemy import event, select
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from newsletter.errors import TransportUnavailable, TransportUncertain
from newsletter.wiring import Services
from storage import hourly
from storage.hourly import Taken
from storage.log import LogEntry
from subscribers.model import Consent, Subscriber
from subscribers.store import consents_of, get_subscriber
from subscribers.themes import themes_of
from subscribers.values import ConsentKind, SubscriberStatus
from tests.fakes import FakeClock, FakeTransport
from tests.web.public.content import add_subscriber, add_themes, stamped
from web.app import create_app
from web.public.consent_texts import CONSENT_TEXTS, CONSENT_VERSIONS
from web.public.limits import MOST, MOST_OF_A_DOMAIN, MOST_OF_A_NETWORK, network_of

ADDRESS = "nieuw@example.org"
FORM = {
    "kant": "school",
    "email": ADDRESS,
    "krijg": ["newsletter"],
    "formulier": "aanmelden",
}
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
    answer = site.post("/aanmelden", data=stamped(services, form))
    assert (answer.status_code, answer.headers["location"]) == (303, CHECK_MAIL)
    told = site.get(CHECK_MAIL).text
    assert "Kijk in je mail" in told
    assert "hooguit één keer per dag" in told
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
    site.post("/aanmelden", data=stamped(services, FORM))
    front = {"kant": "lerarenopleiding", "email": "voor@example.org", "formulier": "voorpagina"}
    site.post("/aanmelden", data=stamped(services, front))

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
    answer = site.post("/aanmelden", data=stamped(services, {**FORM, **fields}))

    assert answer.status_code == 422
    assert f'<a href="#{field}">' in answer.text
    assert f'id="{field}"' in answer.text
    assert sentence in answer.text
    if field != "email":
        assert f'value="{ADDRESS}"' in answer.text
    assert status_of(services) == ""


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("path", ["/aanmelden", "/aanmelden/inbedden"])
def test_an_address_that_our_relay_refuses_is_named_at_its_field(
    site: TestClient,
    services: Services,
    path: str,
    known: bool,  # noqa: FBT001 - made up
) -> None:
    email = "zoë@example.org"
    form = FORM | {"email": email, "formulier": path.rpartition("/")[2]}
    if known:
        add_subscriber(services, email)
    services.offers.letters = False

    refused = site.post(path, data=stamped(services, form))
    elsewhere = site.post(path, data=stamped(services, form | {"email": "jan@böter.example.org"}))
    services.offers.letters = None
    taken = site.post(path, data=stamped(services, form))

    assert [one.status_code for one in (refused, elsewhere, taken)] == [422, 303, 303]
    assert "Voor de @ staat een letter als é of ø." in unescape(refused.text)
    assert "vul een ander adres in" in refused.text
    assert f'value="{email}"' in refused.text


def test_every_address_gets_the_same_answer(
    site: TestClient, services: Services, transport: FakeTransport
) -> None:
    add_subscriber(services, "bekend@example.org")
    add_subscriber(services, "weg@example.org", status=SubscriberStatus.UNSUBSCRIBED)
    add_subscriber(services, "kapot@example.org", status=SubscriberStatus.SUPPRESSED)

    answers = [
        site.post("/aanmelden", data=stamped(services, {**FORM, "email": f"{name}@example.org"}))
        for name in ("bekend", "weg", "kapot", "onbekend")
    ]

    assert len({(one.status_code, one.headers["location"], one.text) for one in answers}) == 1
    assert [one[1] for one in transport.accepted] == ["weg@example.org", "onbekend@example.org"]


def test_a_program_that_fills_in_everything_is_ignored(
    site: TestClient, services: Services, transport: FakeTransport
) -> None:
    answer = site.post(
        "/aanmelden", data=stamped(services, {**FORM, "website": "https://example.org"})
    )

    assert answer.headers["location"] == CHECK_MAIL
    assert transport.attempted == []
    assert status_of(services) == ""


def test_a_relay_that_is_away_tells_nobody_who_is_known_and_can_be_tried_again(
    site: TestClient, services: Services, transport: FakeTransport
) -> None:
    transport.fails[ADDRESS] = TransportUnavailable("no connection")

    answer = site.post("/aanmelden", data=stamped(services, FORM))

    assert answer.headers["location"] == CHECK_MAIL
    assert "nog eens aan" in site.get(CHECK_MAIL).text
    transport.fails.clear()
    assert site.post("/aanmelden", data=stamped(services, FORM)).headers["location"] == CHECK_MAIL
    assert len(transport.accepted) == 1
    assert "Je bent aangemeld" in site.post(confirm_path(transport, services)).text


def test_a_mail_that_may_have_arrived_is_not_called_a_failure(
    site: TestClient, services: Services, transport: FakeTransport
) -> None:
    transport.fails[ADDRESS] = TransportUncertain("lost after the dot")

    assert site.post("/aanmelden", data=stamped(services, FORM)).headers["location"] == CHECK_MAIL


def test_links_that_are_wrong_or_old_get_a_calm_page(
    site: TestClient, services: Services, clock: FakeClock, transport: FakeTransport
) -> None:
    site.post("/aanmelden", data=stamped(services, FORM))
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
    site.post("/aanmelden", data=stamped(services, FORM))
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
    site.post("/aanmelden", data=stamped(services, {**FORM, "kant": "anders"}))

    with services.db.read() as session:
        rows = list(session.scalars(select(Subscriber)))
    assert [(row.email, row.audience, row.wants_announcements) for row in rows] == [
        (ADDRESS, None, False)
    ]


@pytest.mark.parametrize("known", [False, True])
def test_the_answer_waits_neither_for_the_rows_nor_for_the_relay(
    services: Services,
    transport: FakeTransport,
    known: bool,  # noqa: FBT001 - made up
) -> None:
    """Else the time it takes would tell who is on the list; all of that follows the answer.

    What is kept before it, so that a crash loses nothing, is kept for everybody.
    """
    order: list[str] = []
    if known:
        add_subscriber(services, ADDRESS)

    def note_statement(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        for table, word in (("waiting_sign_up", "kept"), ("subscriber", "row")):
            if f"INSERT INTO {table} " in statement:
                order.append(word)

    event.listen(services.db.engine, "before_cursor_execute", note_statement)

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
        client.post("/aanmelden", data=stamped(services, FORM))

    answered, mailed = ["http.response.start", "http.response.body"], [] if known else ["relay"]
    assert order == ["kept", *answered, "row", *mailed]


def fill(services: Services, whom: Mapping[str, int]) -> None:
    """Count so many sign-ups for these, as if they came a moment ago."""
    key, now = services.settings.hash_key, services.clock()
    with services.db.write() as session:
        for who, times in whom.items():
            mark = hourly._mark(key, "sign_up", who)
            session.add_all(Taken(what="sign_up", mark=mark, at=now) for _ in range(times))


def test_an_hour_takes_so_many_sign_ups_and_no_more(
    services: Services, transport: FakeTransport
) -> None:
    clock = FakeClock()
    app = create_app(replace(services, clock=clock, open_transport=lambda: transport))
    add_subscriber(services, "bekend@example.org")

    def ask(host: str, number: int) -> int:
        with TestClient(app, follow_redirects=False, client=(host, 1)) as client:
            answer = client.post(
                "/aanmelden", data=stamped(services, {**FORM, "email": f"m{number}@example.org"})
            )
            known = client.post(
                "/aanmelden", data=stamped(services, {**FORM, "email": "bekend@example.org"})
            )
        assert known.status_code == answer.status_code
        return int(answer.status_code)

    fill(services, {"192.0.2.0/24": MOST_OF_A_NETWORK - 4})
    assert [ask("192.0.2.7", number) for number in range(3)] == [303, 303, 429]
    assert ask("198.51.100.7", 1000) == 303
    clock.later(hours=1)
    assert ask("192.0.2.9", 2000) == 303


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


@pytest.mark.parametrize("seconds", [0, 1])
def test_a_form_that_comes_back_at_once_asks_for_one_more_press(
    site: TestClient,
    services: Services,
    transport: FakeTransport,
    clock: FakeClock,
    seconds: int,
) -> None:
    shown = re.search(r'name="stempel" value="([^"]+)"', site.get("/aanmelden").text)
    assert shown
    clock.later(seconds=seconds)

    soon = site.post("/aanmelden", data={**FORM, "stempel": shown[1]})

    assert (soon.status_code, status_of(services)) == (422, "")
    assert '<a href="#stempel">Dat ging wel erg snel.' in soon.text
    assert re.search(r'<button[^>]* id="stempel"', soon.text)
    assert f'value="{ADDRESS}"' in soon.text
    assert f'value="{shown[1]}"' in soon.text  # grows older: one more press is enough
    clock.later(seconds=5)
    site.post("/aanmelden", data={**FORM, "stempel": shown[1]})
    assert [one[1] for one in transport.accepted] == [ADDRESS]


@pytest.mark.parametrize("stamp", ["", "onzin", "65000000.0123456789abcdef.00", "é"])
def test_a_form_without_a_stamp_of_ours_is_dropped_with_the_same_answer(
    site: TestClient, services: Services, transport: FakeTransport, stamp: str
) -> None:
    answer = site.post("/aanmelden", data={**FORM, "stempel": stamp})

    assert (answer.status_code, answer.headers["location"]) == (303, CHECK_MAIL)
    assert (status_of(services), transport.attempted) == ("", [])


def test_a_page_that_lay_open_for_days_asks_for_one_more_press(
    site: TestClient, services: Services, clock: FakeClock
) -> None:
    old = stamped(services, FORM)
    clock.later(days=2)

    again = site.post("/aanmelden", data=old)

    assert again.status_code == 422
    assert "stond lang open" in again.text
    assert f'value="{ADDRESS}"' in again.text
    fresh = re.search(r'name="stempel" value="([^"]+)"', again.text)
    assert fresh
    clock.later(seconds=10)
    site.post("/aanmelden", data={**old, "stempel": fresh[1]})
    assert status_of(services) == SubscriberStatus.PENDING


def test_a_form_that_lay_open_while_the_key_was_renewed_is_taken(
    services: Services, transport: FakeTransport
) -> None:
    form, old = stamped(services, FORM), services.settings.secret_key
    renewed = replace(services.settings, secret_key=b"another" * 5, former_secret_keys=(old,))
    since = replace(services, settings=renewed, open_transport=lambda: transport)

    with TestClient(create_app(since), follow_redirects=False) as client:
        client.post("/aanmelden", data=form)

    assert [one[1] for one in transport.accepted] == [ADDRESS]


def test_what_was_told_of_oneself_is_kept_and_optional(
    site: TestClient, services: Services
) -> None:
    add_themes(services)
    told = {"rol": "rector", "organisatie": "Het Lyceum", "thema": ["hr-beleid", "onbekend"]}

    site.post("/aanmelden", data=stamped(services, FORM | told))
    site.post("/aanmelden", data=stamped(services, FORM | {"email": "kaal@example.org"}))

    with services.db.read() as session:
        rows = [
            (row.role, row.organisation, themes_of(session, [row.id]).get(row.id, []))
            for row in session.scalars(select(Subscriber).order_by(Subscriber.id))
        ]
    assert rows == [("rector", "Het Lyceum", ["hr-beleid"]), ("", "", [])]


def test_the_form_in_a_frame_does_the_same_and_may_be_framed_by_anybody(
    site: TestClient, services: Services, transport: FakeTransport
) -> None:
    shown = site.get("/aanmelden/inbedden")
    assert "frame-ancestors *" in shown.headers["content-security-policy"]
    assert "form-action 'self'" in shown.headers["content-security-policy"]
    assert "<script" not in shown.text
    fields = {"kant": "school", "email": ADDRESS, "formulier": "inbedden"}

    wrong = site.post("/aanmelden/inbedden", data=stamped(services, fields | {"email": "x"}))
    answer = site.post("/aanmelden/inbedden", data=stamped(services, fields))

    assert wrong.status_code == 422
    assert "frame-ancestors *" in wrong.headers["content-security-policy"]
    done = site.get(answer.headers["location"])
    assert "Kijk in je mail" in done.text
    assert 'href="/aanmelden/inbedden"' in done.text
    assert "frame-ancestors *" in done.headers["content-security-policy"]
    with services.db.read() as session:
        fact = session.scalars(select(Consent)).one()
    assert (fact.source, fact.text_version) == ("inbedden", "inbedden-1")
    assert fact.topics == ["newsletter"]
    assert fact.text_shown in unescape(shown.text)
    assert "Steunpunt Opleidingsscholen VO" in fact.text_shown
    for path in ("/", "/aanmelden", "/voorkeuren/onzin", "/redactie/inloggen", CHECK_MAIL):
        assert "frame-ancestors 'none'" in site.get(path).headers["content-security-policy"]
    assert len(transport.accepted) == 1


def test_each_version_of_a_text_has_its_words(services: Services) -> None:
    """Who changes the words gives them another version, and adds it here."""
    marks = {
        CONSENT_VERSIONS[form]: hashlib.sha256(text.encode()).hexdigest()[:12]
        for form, text in CONSENT_TEXTS.items()
    }

    assert marks == {
        "voorpagina-1": "a36cc90c9915",
        "inbedden-1": "c33f09f079fa",
        "aanmelden-1": "59ab9f1f9a3b",
    }


def test_a_shared_address_is_told_what_sharing_means(
    site: TestClient, services: Services, transport: FakeTransport
) -> None:
    site.post("/aanmelden", data=stamped(services, FORM | {"email": "info@example.org"}))
    shared = site.get(confirm_path(transport, services)).text
    site.post("/aanmelden", data=stamped(services, FORM))
    own = site.get(confirm_path(transport, services)).text

    assert "gedeeld adres" in shared
    assert "gedeeld adres" not in own


def test_a_flood_of_sign_ups_sends_no_more_than_an_hour_may(
    services: Services, transport: FakeTransport
) -> None:
    """One address, one domain, and many networks: each has its own bound, also after a restart."""

    def ask(number: int, address: str) -> int:
        app = create_app(replace(services, open_transport=lambda: transport))
        host = f"10.{number // 250}.{number % 250}.1"
        with TestClient(app, follow_redirects=False, client=(host, 1)) as client:
            form = stamped(services, {**FORM, "email": address})
            return int(client.post("/aanmelden", data=form).status_code)

    assert {ask(number, ADDRESS) for number in range(5)} == {303}
    assert len(transport.accepted) == 1
    fill(services, {"@school.example.org": MOST_OF_A_DOMAIN})
    assert ask(6, "nog@school.example.org") == 429
    assert ask(7, "iemand@elders.example.org") == 303
    fill(services, {"": MOST - 6})
    assert ask(8, "nog.iemand@elders.example.org") == 429
    with services.db.read() as session:
        logged = session.scalars(select(LogEntry.what)).all()
    assert logged == ["subscriber.flooded"]
    assert len(transport.accepted) == 2
