"""Coming in, going out, and a session that ends."""

from starlette.testclient import TestClient

from newsletter.values import Role
from newsletter.wiring import Services
from tests.fakes import FakeClock
from tests.web.desk import PASSWORD, desk, make_user, post, sign_in


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

    clock.later(hours=13)

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
