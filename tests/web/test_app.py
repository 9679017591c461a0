"""What every answer carries, and what happens when something breaks."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from feeds import errors as feed_errors
from newsletter.settings import Settings
from newsletter.values import Role
from newsletter.wiring import Services
from storage.session import Database
from subscribers.links import Links, LinkTarget
from tests.web.desk import PASSWORD, desk, fill, make_draft, make_user, sign_in
from web.app import create_app
from web.editor.source_words import SOURCE_TROUBLE
from web.errors import ERROR_PAGES
from web.pages import environment


def secure(services: Services) -> Services:
    settings: Settings = replace(services.settings, base_url="https://nieuwsbrief.example.org")
    return replace(services, settings=settings)


def test_every_answer_carries_the_same_protection(client: TestClient, services: Services) -> None:
    desk(client, services)

    for path in ("/healthz", "/redactie", "/redactie/inloggen", "/static/app.css", "/weg"):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert "strict-transport-security" not in headers


@pytest.mark.parametrize("content", [b"", b"this is no database, whatever its name says"])
def test_without_a_usable_database_it_is_alive_and_not_ready(
    client: TestClient, services: Services, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "other.db").write_bytes(content)
    other = replace(services, db=Database(f"sqlite:///{tmp_path}/other.db"))
    with TestClient(create_app(other)) as unready:
        answers = [unready.get(path).status_code for path in ("/healthz", "/readyz")]
    other.db.close()

    assert answers == [200, 503]
    assert client.get("/readyz").text == "ready\n"


def test_no_page_of_the_desk_is_kept_by_the_browser(client: TestClient, services: Services) -> None:
    desk(client, services)

    assert client.get("/redactie").headers["cache-control"] == "no-store"
    assert client.get("/redactie/inloggen").headers["cache-control"] == "no-store"


def test_over_https_the_cookie_is_tied_to_this_host(services: Services) -> None:
    email = make_user(services, Role.EDITOR, password=PASSWORD)
    with TestClient(
        create_app(secure(services)),
        base_url="https://nieuwsbrief.example.org",
        follow_redirects=False,
    ) as client:
        answer = sign_in(client, email)
        cookie = answer.headers["set-cookie"]

        assert cookie.startswith("__Host-session=")
        for part in ("HttpOnly", "Secure", "Path=/", "SameSite=lax"):
            assert part in cookie
        assert client.get("/redactie").headers["strict-transport-security"]


def test_the_mail_is_shown_without_scripts_and_forms(
    client: TestClient, services: Services
) -> None:
    fill(services)
    edition_id = make_draft(services)
    desk(client, services)

    answer = client.get(f"/redactie/edities/{edition_id}/voorbeeld?kant=school")

    policy = answer.headers["content-security-policy"]
    allowed = "allow-scripts allow-popups allow-popups-to-escape-sandbox"
    assert policy.startswith(f"sandbox {allowed}; default-src 'none'")
    nonces = re.findall(r"script-src 'nonce-([\w-]{22})';", policy)
    assert re.findall(r'<script nonce="([\w-]+)" src="/static/frame.js', answer.text) == nonces
    assert answer.text.count("<script") == 1
    assert "form-action 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert '<base target="_blank">' in answer.text
    assert "Nieuwe regels voor samen opleiden" in answer.text


def test_a_surprise_becomes_a_calm_page_with_a_mark(services: Services) -> None:
    app = create_app(services)
    services.db.close()
    broken = replace(services, db=None)  # type: ignore[arg-type]  # nothing answers
    with TestClient(create_app(broken), follow_redirects=False) as client:
        client.cookies.set("session", "iets")
        answer = client.get("/redactie")

    assert app.title
    assert answer.status_code == 500
    assert "Het lukte niet" in answer.text
    assert "Traceback" not in answer.text
    assert "NoneType" not in answer.text


def test_the_stylesheet_is_named_after_its_content(client: TestClient) -> None:
    page = client.get("/redactie/inloggen").text
    address = page.split('rel="stylesheet" href="')[1].split('"')[0]

    lasting, bare = client.get(address), client.get("/static/app.css")

    assert "immutable" in lasting.headers["cache-control"]
    assert "immutable" not in bare.headers["cache-control"]
    assert lasting.headers["content-type"] == "text/css; charset=utf-8"


def test_only_files_that_are_there_are_given(client: TestClient) -> None:
    for path in ("/static/weg.css", "/static/../app.py", "/static/%2e%2e/app.py", "/static/"):
        assert client.get(path).status_code == 404


def test_the_colours_of_the_organisation_come_after_ours(services: Services) -> None:
    organisation = replace(
        services.settings.organisation,
        colours={"school": "#123456", "bad": "red; } body { display: none"},
    )
    settings = replace(services.settings, organisation=organisation)
    with TestClient(create_app(replace(services, settings=settings))) as client:
        sheet = client.get("/static/app.css").text

    assert "--school:#123456;" in sheet
    assert 'display: none"' not in sheet
    assert "--bad" not in sheet


def test_head_is_answered_without_a_body(client: TestClient, services: Services) -> None:
    desk(client, services)

    answer = client.head("/redactie")

    assert answer.status_code == 200
    assert answer.content == b""


@pytest.mark.parametrize("kind", sorted(ERROR_PAGES, key=str))
def test_every_known_error_has_a_title_and_a_way_on(kind: type[Exception]) -> None:
    shown = ERROR_PAGES[kind]

    assert 400 <= shown.status < 500 or shown.status == 503  # what takes too long may do later
    assert shown.title
    assert shown.sentence.endswith(".")
    assert "!" not in shown.title + shown.sentence


def test_every_trouble_with_a_source_has_its_sentence() -> None:
    kinds = {
        name
        for name, value in vars(feed_errors).items()
        if isinstance(value, type) and issubclass(value, feed_errors.GatherError)
    }

    assert kinds == set(SOURCE_TROUBLE)


def test_every_template_can_be_read() -> None:
    names = environment().list_templates()

    assert [environment().get_template(name).name for name in names] == names


@pytest.mark.parametrize(
    "path",
    [
        *("/archief/{}", "/agenda/{}", "/agenda/{}.ics", "/praktijkvoorbeelden/{}"),
        *(
            "/redactie/edities/{}",
            "/redactie/edities/1/blokken/{}",
            "/redactie/berichten/{}",
            "/redactie/bronnen/{}",
            "/redactie/selecteren?bericht={}",
        ),
        *(
            "/redactie/selecteren?bladzijde={}",
            "/redactie/selecteren?open={}",
            "/redactie/edities/1?blok={}",
        ),
    ],
)
def test_a_number_of_thousands_of_digits_is_no_fault_of_ours(
    client: TestClient, services: Services, path: str
) -> None:
    fill(services)
    make_draft(services)
    desk(client, services)

    for number in ("9" * 5_000, "²", "-1", "99999999999999", "%00"):
        assert client.get(path.format(number)).status_code in {200, 404, 405}


def test_a_fault_is_logged_without_the_token_in_the_address(services: Services) -> None:
    path = services.links.preferences_url(1, 1).removeprefix(services.settings.base_url)

    class Broken(Links):
        def read_preferences(self, token: str) -> LinkTarget:
            raise RuntimeError

    broken = replace(services, links=Broken(key=b"k" * 32, base_url="http://127.0.0.1:8000"))

    with TestClient(create_app(broken)) as client, capture_logs() as logs:
        answer = client.post(path, data={"krijg": "newsletter", "kant": "school"})

    assert answer.status_code == 500
    assert [(one["event"], one["route"]) for one in logs] == [("page failed", "preferences_post")]
    assert path.rsplit("/", 1)[1] not in repr(logs)
