"""Signing in with a work account, at a real OpenID provider that runs on this machine."""

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from newsletter.accounts import people, second_step, work_account
from newsletter.accounts.people import user_by_email
from newsletter.openid import WORK_RETURN, Client, OpenId
from newsletter.values import Role
from newsletter.wiring import Services, build_services, running_clock
from storage.log import LogEntry
from tests.fakes import FakeTransport
from tests.web.desk import PASSWORD, links_in, make_user
from tests.web.provider import CLIENT_ID, SECRET, Provider, providing
from web.app import create_app
from web.editor.work_account import WORK

pytestmark = pytest.mark.long  # the provider takes seconds to start

SITE: Final = "http://127.0.0.1:8000"
DOOR: Final = "/redactie/inloggen"
AT_WORK: Final = {"rosa": "rosa@example.org", "noor": "Noor@example.org", "vreemd": "x@example.org"}


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with providing(redirect=SITE + WORK_RETURN, site=SITE, people=AT_WORK) as provider:
        yield provider


@pytest.fixture
def transport() -> FakeTransport:
    return FakeTransport()


@pytest.fixture
def near(services: Services, provider: Provider, transport: FakeTransport) -> Iterator[Services]:
    """The desk of an organisation whose issuer is believed about addresses, by the real clock."""
    settings = replace(
        services.settings,
        base_url=SITE,
        oidc_issuer=provider.issuer,
        oidc_client_id=CLIENT_ID,
        oidc_client_secret=SECRET,
        oidc_label="SURFconext",
        oidc_trust_email=True,
    )
    built = build_services(settings)
    near = replace(built, clock=running_clock(None), open_transport=lambda: transport)
    make_user(near, Role.EDITOR, "Rosa", password=PASSWORD)
    yield near
    near.db.close()


@pytest.fixture
def client(near: Services) -> Iterator[TestClient]:
    with TestClient(create_app(near), base_url=SITE, follow_redirects=False) as client:
        yield client


def go(client: TestClient, start: str = WORK) -> str:
    """Press the button; return where that leads at the provider."""
    return str(client.get(start).headers["location"])


def come_back(client: TestClient, address: str) -> str:
    """Come back from the provider; return where that leads."""
    parts = urlsplit(address)
    assert f"{parts.scheme}://{parts.netloc}" == SITE
    return str(client.get(f"{parts.path}?{parts.query}").headers["location"])


def enter(client: TestClient, provider: Provider, user: str, start: str = WORK) -> str:
    return come_back(client, provider.sign_in(go(client, start), user))


def said(client: TestClient) -> str:
    found = re.search(r'role="status"><p>([^<]+)</p>', client.get(DOOR).text)
    return html.unescape(found[1]) if found else ""


def test_who_has_an_account_comes_in_and_gets_where_they_wanted(
    client: TestClient, near: Services, provider: Provider
) -> None:
    shown = client.get(f"{DOOR}?naar=/redactie/bronnen").text
    start = re.search(r'href="(/redactie/inloggen/werk[^"]*)">Ga verder met je werkaccount', shown)
    assert start
    assert "(SURFconext)" in shown

    assert enter(client, provider, "rosa", html.unescape(start[1])) == "/redactie/bronnen"

    assert "Rosa, redacteur" in client.get("/redactie/bronnen").text
    assert "work" not in client.cookies
    with near.db.read() as session:
        user = user_by_email(session, "rosa@example.org")
        assert (user.work_issuer, user.work_subject) == (provider.issuer, "rosa")
        names = list(session.scalars(select(LogEntry.what).order_by(LogEntry.id)))
    assert names[-2:] == ["account.work_linked", "account.signed_in"]


def test_the_way_out_carries_everything_that_binds_the_answer(client: TestClient) -> None:
    asked = parse_qs(urlsplit(go(client)).query)

    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == [SITE + WORK_RETURN]
    assert set(asked["scope"][0].split()) == {"openid", "email", "profile"}
    once = {name: asked[name][0] for name in ("state", "nonce", "code_challenge")}
    again = parse_qs(urlsplit(go(client)).query)
    assert all(len(value) >= 40 and again[name] != [value] for name, value in once.items())


def test_nobody_gets_in_without_an_account(
    client: TestClient, near: Services, provider: Provider
) -> None:
    assert enter(client, provider, "vreemd") == DOOR

    assert said(client).startswith("Er is hier geen account met het adres van je werkaccount")
    assert client.get("/redactie").status_code == 303
    with near.db.read() as session:
        assert [user.email for user in people.list_users(session)] == ["rosa@example.org"]


def test_an_account_that_is_off_stays_off(
    client: TestClient, near: Services, provider: Provider
) -> None:
    enter(client, provider, "rosa")
    with near.db.read() as session:
        rosa = user_by_email(session, "rosa@example.org").id
    people.switch_off(near.db, rosa, by=None, now=near.clock())

    assert enter(client, provider, "rosa") == DOOR
    assert client.get("/redactie").status_code == 303


def test_who_was_invited_needs_no_password(
    client: TestClient, near: Services, provider: Provider, transport: FakeTransport
) -> None:
    from newsletter.account_mail import invite  # noqa: PLC0415 - this test only

    invite(near, email="noor@example.org", name="Noor", role=Role.READER, by=None, now=near.clock())
    (link,) = links_in(transport.accepted[0][2], "/redactie/uitnodiging/")
    assert "Gebruik je werkaccount (SURFconext)" in client.get(link).text

    assert enter(client, provider, "noor") == "/redactie"

    assert client.get("/redactie/resultaten").status_code == 200
    assert client.get(link).status_code == 410
    assert "Dit account heeft geen wachtwoord" in client.get("/redactie/account").text


def test_an_issuer_that_does_not_vouch_for_addresses_is_asked_in_vain(
    near: Services, provider: Provider
) -> None:
    strict = replace(near, settings=replace(near.settings, oidc_trust_email=False))
    with TestClient(create_app(strict), base_url=SITE, follow_redirects=False) as client:
        assert enter(client, provider, "rosa") == DOOR
        assert "zegt niet zeker welk mailadres van jou is" in said(client)

    with TestClient(create_app(near), base_url=SITE, follow_redirects=False) as client:
        assert enter(client, provider, "rosa") == "/redactie"  # remembered from now on
    with TestClient(create_app(strict), base_url=SITE, follow_redirects=False) as client:
        assert enter(client, provider, "rosa") == "/redactie"


def test_from_the_first_time_on_the_name_at_the_issuer_decides(
    client: TestClient, near: Services, provider: Provider
) -> None:
    enter(client, provider, "rosa")
    with near.db.write() as session:  # Rosa's address here becomes another one
        rosa = user_by_email(session, "rosa@example.org")
        rosa.email = rosa.email_key = "rosa.nieuw@example.org"
    assert enter(client, provider, "rosa") == "/redactie"

    with near.db.write() as session:  # and somebody else gets the account of Noor's address
        rosa = user_by_email(session, "rosa.nieuw@example.org")
        rosa.email = rosa.email_key = "noor@example.org"
        rosa_id = rosa.id
    assert enter(client, provider, "noor") == DOOR
    assert "Bij dit account hoort al een ander werkaccount" in said(client)

    work_account.unlink(near.db, rosa_id, by=None, now=near.clock())
    assert enter(client, provider, "noor") == "/redactie"


def test_the_second_step_is_asked_here_too(
    client: TestClient, near: Services, provider: Provider
) -> None:
    secret, now = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", near.clock()
    with near.db.read() as session:
        rosa = user_by_email(session, "rosa@example.org").id
    code, key = pyotp.TOTP(secret).at(now), near.settings.secret_key
    second_step.set_up(near.db, rosa, secret, code, key=key, keep="", now=now)

    to = enter(client, provider, "rosa", f"{WORK}?naar=/redactie/bronnen")

    assert to == f"{DOOR}/code?naar=/redactie/bronnen"
    assert client.get("/redactie/bronnen").headers["location"].startswith(f"{DOOR}/code")


def test_an_answer_counts_once_and_for_the_browser_that_asked(
    client: TestClient, near: Services, provider: Provider
) -> None:
    back = provider.sign_in(go(client), "rosa")
    with TestClient(create_app(near), base_url=SITE, follow_redirects=False) as other:
        assert come_back(other, back) == DOOR  # it never asked
        go(other)
        assert come_back(other, back) == DOOR  # it asked for something else
        assert other.get("/redactie").status_code == 303

    assert come_back(client, back) == "/redactie"
    assert come_back(client, back) == DOOR
    go(client)
    kept = parse_qs(urlsplit(back).query)
    assert come_back(client, f"{SITE}{WORK_RETURN}?code={kept['code'][0]}&state=anders") == DOOR


def test_a_code_of_another_attempt_is_refused_by_its_verifier_or_nonce(
    client: TestClient, near: Services, provider: Provider
) -> None:
    """What an attacker gets at the issuer is slipped into the victim's attempt."""
    with TestClient(create_app(near), base_url=SITE, follow_redirects=False) as attacker:
        theirs = parse_qs(urlsplit(provider.sign_in(go(attacker), "noor")).query)
    mine = parse_qs(urlsplit(go(client)).query)

    back = f"{SITE}{WORK_RETURN}?code={theirs['code'][0]}&state={mine['state'][0]}"

    assert come_back(client, back) == DOOR
    assert "lukte niet" in said(client)


def test_what_the_issuer_refuses_is_said(client: TestClient) -> None:
    state = parse_qs(urlsplit(go(client)).query)["state"][0]

    assert come_back(client, f"{SITE}{WORK_RETURN}?error=access_denied&state={state}") == DOOR
    assert "Inloggen met je werkaccount (SURFconext) lukte niet." in said(client)


@pytest.mark.parametrize("wrong", ["secret", "issuer", "silent"])
def test_an_issuer_that_does_not_fit_lets_nobody_in(
    near: Services, provider: Provider, wrong: str
) -> None:
    client_of_ours = {
        "secret": Client(provider.issuer, CLIENT_ID, "een ander geheim"),
        "issuer": Client(provider.issuer + "/", CLIENT_ID, SECRET),
        "silent": Client("http://127.0.0.1:1", CLIENT_ID, SECRET),
    }[wrong]
    served = replace(near, openid=OpenId(client_of_ours, redirect_url=SITE + WORK_RETURN))
    with TestClient(create_app(served), base_url=SITE, follow_redirects=False) as client:
        to = go(client)
        if wrong == "secret":
            to = come_back(client, provider.sign_in(to, "rosa"))
        assert to == DOOR
        assert "lukte niet" in said(client)


def test_another_organisations_cookie_or_none_begins_anew(client: TestClient) -> None:
    client.cookies.set("work", "x.y", domain="127.0.0.1", path="/")

    assert come_back(client, f"{SITE}{WORK_RETURN}?code=a&state=b") == DOOR
    assert "Dat duurde te lang" in said(client)
