"""The pages of the second step: on the way in, and on my account."""

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import pyotp
import pytest
from httpx import Response
from starlette.testclient import TestClient

from newsletter.accounts.people import user_by_email
from newsletter.values import Role
from newsletter.wiring import Services
from tests.fakes import FakeClock, FakeTransport
from tests.web.desk import PASSWORD, enter, make_user, post, sign_in
from web.app import create_app

ACCOUNT: Final = "/redactie/account"
OWN: Final = ACCOUNT + "/tweestaps"
CODE: Final = "/redactie/inloggen/code"
SET_UP: Final = "/redactie/inloggen/instellen"
IDRIS: Final = "idris@example.org"


@pytest.fixture
def strict(near: Services) -> Services:
    """The desk where who approves must have a second step."""
    return replace(near, settings=replace(near.settings, second_step=True))


@pytest.fixture
def idris(near: Services) -> Iterator[TestClient]:
    with TestClient(create_app(near), follow_redirects=False) as client:
        enter(client, near, make_user(near, Role.APPROVER, "Idris", password=PASSWORD))
        yield client


def field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, f"the page has no {name}"
    return html.unescape(found[1])


def secret_on(page: str) -> str:
    found = re.search(r"<code>([A-Z2-7 ]+)</code>", page)
    assert found
    return found[1].replace(" ", "")


def recovery_on(page: str) -> list[str]:
    return re.findall(r"<li><code>([a-z0-9-]+)</code>", page)


def send(client: TestClient, path: str, page: str, **fields: str) -> Response:
    answer: Response = client.post(path, data={"csrf": field(page, "csrf"), **fields})
    return answer


def set_up(client: TestClient, clock: FakeClock, path: str = OWN) -> tuple[str, list[str]]:
    """Set it up as people do; return what the app keeps, and the recovery codes."""
    page = client.get(path).text
    secret = secret_on(page)
    code = pyotp.TOTP(secret).at(clock())
    fields = {"secret": field(page, "secret"), "code": code}
    if path == OWN:
        fields["present"] = PASSWORD
    done = send(client, path, page, **fields)
    assert done.status_code == 200, done.text
    clock.later(minutes=1)  # the next code is another
    return secret, recovery_on(done.text)


def test_it_is_set_up_from_my_account(
    idris: TestClient, clock: FakeClock, transport: FakeTransport
) -> None:
    before = idris.cookies["session"]
    page = idris.get(OWN).text
    assert "<svg" in page
    assert "style=" not in page  # the policy of the page allows none
    wrong = send(idris, OWN, page, secret=field(page, "secret"), code="000000", present=PASSWORD)
    assert wrong.status_code == 422
    assert secret_on(wrong.text) == secret_on(page)  # the app that was scanned still fits

    _, codes = set_up(idris, clock)

    assert len(codes) == 10
    assert idris.cookies["session"] != before
    shown = idris.get(ACCOUNT).text
    assert "Je hebt nog 10 herstelcodes" in shown
    assert not any(code in shown for code in codes)
    assert idris.get(OWN).headers["location"] == ACCOUNT
    assert transport.attempted == [IDRIS]


def test_an_open_screen_is_not_enough_to_set_it_up(
    idris: TestClient, clock: FakeClock, transport: FakeTransport
) -> None:
    page = idris.get(OWN).text
    secret = secret_on(page)
    fields = {"secret": field(page, "secret"), "code": pyotp.TOTP(secret).at(clock())}

    without = send(idris, OWN, page, **fields)
    guessed = send(idris, OWN, page, **fields, present="een-andere-lange-zin")

    assert "Je wachtwoord</label>" in page
    assert [without.status_code, guessed.status_code] == [422, 422]
    assert "Dit is niet je wachtwoord." in guessed.text
    assert "een-andere-lange-zin" not in guessed.text
    assert secret_on(guessed.text) == secret  # the app that was scanned still fits
    assert idris.get(OWN).status_code == 200
    assert transport.attempted == []


def test_a_secret_that_was_not_shown_to_me_is_none(idris: TestClient, clock: FakeClock) -> None:
    page = idris.get(OWN).text
    made_up = pyotp.random_base32()

    answer = send(idris, OWN, page, secret=made_up, code=pyotp.TOTP(made_up).at(clock()))

    assert answer.status_code == 422


def test_after_the_password_only_the_code_lets_in(
    idris: TestClient, near: Services, clock: FakeClock
) -> None:
    secret, _ = set_up(idris, clock)
    fields = {"email": IDRIS, "password": PASSWORD, "naar": "/redactie/bronnen"}
    with TestClient(create_app(near), follow_redirects=False) as client:
        came = client.post("/redactie/inloggen", data=fields)
        assert came.headers["location"] == f"{CODE}?naar=/redactie/bronnen"
        half = client.cookies["session"]
        page = client.get(came.headers["location"]).text
        wrong = send(client, f"{CODE}?naar=/redactie/bronnen", page, code="000000")
        assert wrong.status_code == 422
        assert "Deze code klopt niet" in wrong.text
        right = pyotp.TOTP(secret).at(clock())
        done = send(client, f"{CODE}?naar=/redactie/bronnen", page, code=right)

        assert done.headers["location"] == "/redactie/bronnen"
        assert client.cookies["session"] != half
        assert client.get("/redactie/bronnen").status_code == 200
        assert client.get(CODE).headers["location"] == "/redactie"


def test_a_recovery_code_lets_in_once_and_is_told_by_mail(
    idris: TestClient, near: Services, clock: FakeClock, transport: FakeTransport
) -> None:
    _, codes = set_up(idris, clock)
    for expected in (303, 422):
        with TestClient(create_app(near), follow_redirects=False) as client:
            sign_in(client, IDRIS)
            answer = send(client, CODE, client.get(CODE).text, code=codes[3])
            assert answer.status_code == expected
    assert transport.attempted == [IDRIS, IDRIS]  # it was set up, and a code was used
    assert "Je hebt nog 9 herstelcodes" in idris.get(ACCOUNT).text


def test_new_codes_and_turning_it_off_ask_for_a_code(
    idris: TestClient, near: Services, clock: FakeClock
) -> None:
    secret, old = set_up(idris, clock)
    assert post(idris, f"{OWN}/codes", {"code": "000000"}).status_code == 303
    assert "Deze code klopt niet" in idris.get(ACCOUNT).text

    renewed = post(idris, f"{OWN}/codes", {"code": pyotp.TOTP(secret).at(clock())})
    assert len(recovery_on(renewed.text)) == 10
    assert post(idris, f"{OWN}/uit", {"code": old[0]}).headers["location"].endswith("#tweestaps")
    off = post(idris, f"{OWN}/uit", {"code": recovery_on(renewed.text)[0]})

    assert off.headers["location"] == ACCOUNT
    assert "Tweestapsverificatie staat uit." in idris.get(ACCOUNT).text
    with TestClient(create_app(near), follow_redirects=False) as client:
        assert sign_in(client, IDRIS).headers["location"] == "/redactie"


def test_who_approves_must_set_it_up_before_anything_else(
    strict: Services, clock: FakeClock
) -> None:
    make_user(strict, Role.APPROVER, "Idris", password=PASSWORD)
    with TestClient(create_app(strict), follow_redirects=False) as client:
        assert sign_in(client, IDRIS).headers["location"] == SET_UP
        assert client.get("/redactie/edities").headers["location"].startswith(SET_UP)
        assert client.get(CODE).status_code == 303
        secret, codes = set_up(client, clock, SET_UP)
        assert len(codes) == 10
        assert client.get("/redactie/edities").status_code == 200
        shown = client.get(ACCOUNT).text
        refused = post(client, f"{OWN}/uit", {"code": pyotp.TOTP(secret).at(clock())})

    assert "Wie goedkeurt, moet dit aan hebben staan" in shown
    assert refused.status_code == 409


def test_who_only_writes_need_not(strict: Services) -> None:
    make_user(strict, Role.EDITOR, "Rosa", password=PASSWORD)
    with TestClient(create_app(strict), follow_redirects=False) as client:
        assert sign_in(client, "rosa@example.org").headers["location"] == "/redactie"


def test_an_administrator_takes_it_off_for_who_lost_everything(
    idris: TestClient, near: Services, clock: FakeClock, transport: FakeTransport
) -> None:
    set_up(idris, clock)
    with near.db.read() as session:
        person = f"/redactie/mensen/{user_by_email(session, IDRIS).id}"
    with TestClient(create_app(near), follow_redirects=False) as marit:
        enter(marit, near, make_user(near, Role.ADMINISTRATOR, "Marit", password=PASSWORD))
        assert (
            'data-label="Tweestaps:"><span class="tag tag-ok">aan'
            in marit.get("/redactie/mensen").text
        )
        post(marit, f"{person}/tweestaps")
        assert "De tweede stap van Idris is weg." in marit.get(person).text
        assert post(marit, f"{person}/tweestaps").status_code == 409

    assert idris.get(ACCOUNT).status_code == 303
    assert sign_in(idris, IDRIS).headers["location"] == "/redactie"
    assert transport.attempted == [IDRIS, IDRIS]
    assert "Een beheerder haalde" in transport.accepted[1][2].decode().replace("=\r\n", "")
