"""Coming in, going out, waiting, a forgotten password, and a session that ends."""

import re
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from newsletter.accounts.sign_in import GUESSED
from newsletter.values import Role
from newsletter.wiring import Services
from tests.fakes import FakeClock, FakeTransport
from tests.web.desk import PASSWORD, desk, links_in, make_user, post, sign_in
from web.app import create_app


@pytest.fixture
def visitor(near: Services) -> Iterator[TestClient]:
    """Somebody at the door, at a site whose mail is caught."""
    with TestClient(create_app(near), follow_redirects=False) as client:
        make_user(near, Role.EDITOR, "Rosa", password=PASSWORD)
        yield client


def test_signing_in_leads_to_today_or_to_what_was_asked(
    client: TestClient, services: Services
) -> None:
    email = make_user(services, Role.EDITOR, password=PASSWORD)

    plain = sign_in(client, email)
    onward = client.post(
        "/redactie/inloggen",
        data={"email": email, "password": PASSWORD, "naar": "/redactie/bronnen"},
    )

    assert (plain.status_code, plain.headers["location"]) == (303, "/redactie")
    assert onward.headers["location"] == "/redactie/bronnen"


def test_signing_in_never_leads_to_another_site(client: TestClient, services: Services) -> None:
    email = make_user(services, Role.EDITOR, password=PASSWORD)

    for naar in ("https://elders.example.org", "//elders.example.org", "/redactie\\..\\x", "/"):
        answer = client.post(
            "/redactie/inloggen", data={"email": email, "password": PASSWORD, "naar": naar}
        )
        assert answer.headers["location"] == "/redactie"


def test_a_wrong_password_and_an_unknown_address_read_the_same(
    client: TestClient, services: Services
) -> None:
    email = make_user(services, Role.EDITOR, password=PASSWORD)

    wrong = client.post("/redactie/inloggen", data={"email": email, "password": "fout"})
    unknown = client.post("/redactie/inloggen", data={"email": "x@example.org", "password": "fout"})

    assert wrong.status_code == unknown.status_code == 422
    assert wrong.text.replace(email, "") == unknown.text.replace("x@example.org", "")
    assert "session" not in wrong.cookies


def test_signing_in_gives_a_new_session_and_ends_the_one_before(
    client: TestClient, services: Services
) -> None:
    email = make_user(services, Role.EDITOR, password=PASSWORD)
    client.cookies.set("session", "van-een-ander", domain="testserver.local", path="/")
    sign_in(client, email)
    first = client.cookies["session"]
    sign_in(client, email)
    second = client.cookies["session"]

    client.cookies.clear()
    client.cookies.set("session", first)

    assert len({"van-een-ander", first, second}) == 3
    assert client.get("/redactie").status_code == 303


def test_after_signing_out_the_cookie_means_nothing(client: TestClient, services: Services) -> None:
    desk(client, services)
    cookie = client.cookies["session"]

    answer = post(client, "/redactie/uitloggen")
    client.cookies.clear()
    client.cookies.set("session", cookie)

    assert answer.headers["location"] == "/redactie/inloggen"
    assert client.get("/redactie").status_code == 303


def test_a_session_ends_by_itself(client: TestClient, services: Services, clock: FakeClock) -> None:
    desk(client, services)
    assert client.get("/redactie").status_code == 200

    clock.later(minutes=31)

    assert client.get("/redactie").status_code == 303


def test_a_message_is_shown_once(client: TestClient, services: Services) -> None:
    desk(client, services)
    post(client, "/redactie/uitloggen")

    first, second = client.get("/redactie/inloggen"), client.get("/redactie/inloggen")

    assert "Je bent uitgelogd." in first.text
    assert "Je bent uitgelogd." not in second.text


def test_a_message_that_we_did_not_write_is_not_shown(client: TestClient) -> None:
    client.cookies.set("message", "eyJ0ZXh0IjogIkJlbCBtaWoiLCAidW5kbyI6ICIifQ==.0000")

    assert "Bel mij" not in client.get("/redactie/inloggen").text


def guess(visitor: TestClient, clock: FakeClock, times: int) -> None:
    """Guess so often, each as soon as it is looked at."""
    for _ in range(times):
        visitor.post("/redactie/inloggen", data={"email": "rosa@example.org", "password": "fout"})
        clock.later(minutes=16)


def test_after_wrong_passwords_the_door_says_how_long_to_wait_to_anybody(
    visitor: TestClient,
) -> None:
    for email in ("rosa@example.org", "niemand@example.org"):
        fields = {"email": email, "password": "fout"}
        answers = [visitor.post("/redactie/inloggen", data=fields) for _ in range(6)]

        assert [answer.status_code for answer in answers] == [422] * 5 + [429]
        assert "Wacht 15 seconden" in answers[5].text
        assert "horen niet bij elkaar" not in answers[5].text


def test_the_owner_is_mailed_a_way_in_past_the_wait(
    visitor: TestClient, clock: FakeClock, transport: FakeTransport
) -> None:
    guess(visitor, clock, GUESSED - 1)
    assert transport.attempted == []
    guess(visitor, clock, 1)
    ((link,),) = [links_in(raw, "/redactie/binnen/") for _, _, raw in transport.accepted]
    visitor.post("/redactie/inloggen", data={"email": "rosa@example.org", "password": "fout"})
    assert sign_in(visitor, "rosa@example.org").status_code == 429

    assert "rosa@example.org" in visitor.get(link).text
    wrong = visitor.post(link, data={"password": "fout"})
    right = visitor.post(link, data={"password": PASSWORD})

    assert (wrong.status_code, right.status_code) == (422, 303)
    assert visitor.get("/redactie").status_code == 200
    assert visitor.get(link).status_code == 410


def test_a_forgotten_password_is_chosen_anew(
    visitor: TestClient, near: Services, transport: FakeTransport
) -> None:
    answer = visitor.post("/redactie/wachtwoord-vergeten", data={"email": "Rosa@example.org"})
    assert answer.headers["location"] == "/redactie/wachtwoord-vergeten?mail"
    (link,) = links_in(transport.accepted[0][2], "/redactie/wachtwoord/")
    fields = {"password": "fiets lamp dinsdag", "again": "fiets lamp dinsdag"}

    other = visitor.post(link, data={**fields, "again": "iets anders"})
    weak = visitor.post(link, data={"password": "rosa@example.org", "again": "rosa@example.org"})
    done = visitor.post(link, data=fields)

    assert "Dit is niet hetzelfde" in other.text
    assert "makkelijk te raden" in weak.text
    assert done.headers["location"] == "/redactie/inloggen"
    assert visitor.post(link, data=fields).status_code == 410
    assert sign_in(visitor, "rosa@example.org").status_code == 422
    assert [to for _, to, _ in transport.accepted] == ["rosa@example.org"] * 2  # and told of it
    came = visitor.post(
        "/redactie/inloggen",
        data={"email": "rosa@example.org", "password": "fiets lamp dinsdag"},
    )
    assert came.status_code == 303


def test_asking_for_a_password_reads_the_same_for_everybody(
    visitor: TestClient, transport: FakeTransport
) -> None:
    pages = []
    for email in ("rosa@example.org", "niemand@example.org"):
        answer = visitor.post("/redactie/wachtwoord-vergeten", data={"email": email})
        shown = visitor.get(answer.headers["location"]).text
        pages.append((answer.status_code, answer.headers["location"], shown))

    assert pages[0] == pages[1]
    assert "Kijk in je mail" in pages[0][2]
    assert transport.attempted == ["rosa@example.org"]


def test_one_network_asks_for_so_many_links_an_hour_and_others_go_on(
    near: Services, transport: FakeTransport
) -> None:
    make_user(near, Role.EDITOR, "Rosa", password=PASSWORD)
    app = create_app(near)
    asked = {"email": "niemand@example.org"}
    with TestClient(app, client=("192.0.2.7", 1), follow_redirects=False) as one:
        codes = [
            one.post("/redactie/wachtwoord-vergeten", data=asked).status_code for _ in "x" * 21
        ]
    with TestClient(app, client=("198.51.100.7", 1), follow_redirects=False) as other:
        other.post("/redactie/wachtwoord-vergeten", data={"email": "rosa@example.org"})

    assert codes == [303] * 20 + [429]
    assert transport.attempted == ["rosa@example.org"]


def test_a_network_that_guesses_waits_and_others_do_not(near: Services) -> None:
    make_user(near, Role.EDITOR, "Rosa", password=PASSWORD)
    app = create_app(near)
    with TestClient(app, client=("2001:db8:1:2::a", 1), follow_redirects=False) as guesser:
        for number in range(21):
            fields = {"email": f"n{number}@example.org", "password": "fout"}
            guesser.post("/redactie/inloggen", data=fields)
    for host, status in (("2001:db8:1:2::b", 429), ("2001:db8:1:3::b", 303)):
        with TestClient(app, client=(host, 1), follow_redirects=False) as client:
            assert sign_in(client, "rosa@example.org").status_code == status


def test_what_is_no_address_is_said_at_the_field(visitor: TestClient) -> None:
    answer = visitor.post("/redactie/wachtwoord-vergeten", data={"email": "rosa"})

    assert answer.status_code == 422
    assert re.search(r'id="email-error">Vul je e-mailadres in', answer.text)


def test_a_reader_of_results_lands_there_and_gets_nowhere_else(
    client: TestClient, services: Services
) -> None:
    desk(client, services, Role.READER)

    home = client.get("/redactie")
    shown = client.get("/redactie/resultaten").text
    refused = client.get("/redactie/edities")

    assert "Er is nog geen editie uitgegaan" in home.text
    places = ["/redactie", "/redactie/resultaten"]
    assert re.findall(r'<li><a href="(/redactie[^"]*)"', shown)[:2] == places
    assert refused.status_code == 403
    assert "alleen een redacteur, eindredacteur of beheerder" in refused.text


def test_who_may_is_named(client: TestClient, services: Services) -> None:
    make_user(services, Role.ADMINISTRATOR, "Marit", password=PASSWORD)
    make_user(services, Role.ADMINISTRATOR, "Weg")  # was invited, never came
    desk(client, services, Role.APPROVER)

    answer = client.get("/redactie/mensen")

    assert answer.status_code == 403
    assert "Dit mag alleen een beheerder. Vraag het Marit." in answer.text
