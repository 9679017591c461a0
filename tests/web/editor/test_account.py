"""Mijn account: my password, and where I am signed in."""

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from newsletter.accounts.people import user_by_email
from newsletter.accounts.sessions import open_session
from newsletter.model import User
from newsletter.values import Role
from newsletter.wiring import Services
from storage.log import LogEntry
from tests.fakes import FakeClock, FakeTransport
from tests.web.desk import PASSWORD, enter, make_user, post, sign_in
from web.app import create_app
from web.editor.devices import device_words

ACCOUNT = "/redactie/account"
NEW = "fiets lamp dinsdag"


@pytest.fixture
def rosa(near: Services) -> Iterator[TestClient]:
    with TestClient(create_app(near), follow_redirects=False) as client:
        enter(client, near, make_user(near, Role.READER, "Rosa", password=PASSWORD))
        yield client


def elsewhere(services: Services, agent: str = "") -> str:
    """Sign Rosa in at another place; return its cookie."""
    with services.db.read() as session:
        user = user_by_email(session, "rosa@example.org")
    return open_session(services.db, user.id, now=services.clock(), agent=agent)


def is_in(services: Services, cookie: str) -> bool:
    with TestClient(create_app(services), follow_redirects=False) as client:
        client.cookies.set("session", cookie, domain="testserver.local", path="/")
        return bool(client.get(ACCOUNT).status_code == 200)


def test_i_see_where_i_am_signed_in_and_end_one_place(rosa: TestClient, near: Services) -> None:
    phone = elsewhere(near, "Mozilla/5.0 (iPhone; CPU) Version/17 Safari/604.1")
    shown = rosa.get(ACCOUNT).text
    assert "Safari op een iPhone" in shown
    mark = re.search(r'name="mark" value="(\w+)"', shown)
    assert mark

    post(rosa, f"{ACCOUNT}/sessies/beeindig", {"mark": mark[1]})

    assert not is_in(near, phone)
    assert rosa.get(ACCOUNT).status_code == 200
    post(rosa, f"{ACCOUNT}/sessies/beeindig", {"mark": mark[1]})
    assert "Daar was je al uitgelogd." in rosa.get(ACCOUNT).text


def test_all_others_end_together(rosa: TestClient, near: Services) -> None:
    others = [elsewhere(near) for _ in range(2)]

    post(rosa, f"{ACCOUNT}/sessies/andere")

    assert "Je bent uitgelogd op 2 andere plekken." in rosa.get(ACCOUNT).text
    assert not any(is_in(near, one) for one in others)


def test_what_a_browser_calls_itself_is_never_shown(rosa: TestClient, near: Services) -> None:
    elsewhere(near, "<script>alert(1)</script> Firefox/1 Windows")

    shown = rosa.get(ACCOUNT).text

    assert "Firefox op Windows" in shown
    assert "alert(1)" not in shown


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) Gecko Firefox/130.0", "Firefox op Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/1 Safari/537 Edg/1", "Edge op Windows"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/1 Safari/1", "Chrome op een Android-toestel"),
        ("Mozilla/5.0 (Macintosh) Version/17 Safari/605", "Safari op een Mac"),
        ("curl/8.1", "Een andere browser"),
        ("", "Een andere browser"),
    ],
)
def test_a_device_is_told_in_words(agent: str, words: str) -> None:
    assert device_words(agent) == words


def test_i_change_my_password_and_stay_in_here_only(
    rosa: TestClient, near: Services, transport: FakeTransport
) -> None:
    other, before = elsewhere(near), rosa.cookies["session"]

    answer = post(
        rosa, f"{ACCOUNT}/wachtwoord", {"present": PASSWORD, "password": NEW, "again": NEW}
    )

    assert answer.headers["location"] == ACCOUNT
    assert rosa.get(ACCOUNT).status_code == 200
    assert rosa.cookies["session"] != before
    assert not is_in(near, before)
    assert not is_in(near, other)
    assert transport.attempted == ["rosa@example.org"]
    assert sign_in(rosa, "rosa@example.org").status_code == 422


@pytest.mark.parametrize(
    ("present", "password", "again", "said"),
    [
        ("fout", NEW, NEW, 'id="present-error">Dit is niet je wachtwoord van nu'),
        (PASSWORD, NEW, "anders", 'id="again-error">Dit is niet hetzelfde'),
        (PASSWORD, "kort", "kort", 'id="password-error">Kies een wachtwoord van 12'),
        (PASSWORD, "Rosa rosa rosa!", "Rosa rosa rosa!", 'id="password-error">Dit is makkelijk'),
    ],
)
def test_what_is_wrong_stands_at_its_field(
    rosa: TestClient, present: str, password: str, again: str, said: str
) -> None:
    fields = {"present": present, "password": password, "again": again}
    answer = post(rosa, f"{ACCOUNT}/wachtwoord", fields)

    assert answer.status_code == 422
    assert said in answer.text
    assert f'value="{password}"' not in answer.text


def test_a_new_password_is_no_new_coming_in_for_the_log(rosa: TestClient, near: Services) -> None:
    fields = {"present": PASSWORD, "password": NEW, "again": NEW}
    post(rosa, f"{ACCOUNT}/wachtwoord", fields)

    with near.db.read() as session:
        names = list(session.scalars(select(LogEntry.what).order_by(LogEntry.id)))
    assert names[-2:] == ["account.signed_in", "account.password_changed"]


def test_who_is_still_writing_stays_in(rosa: TestClient, clock: FakeClock) -> None:
    token = re.search(r'name="csrf" value="([^"]+)"', rosa.get(ACCOUNT).text)
    assert token
    for _ in range(5):
        clock.later(minutes=20)
        assert rosa.post("/redactie/bezig", data={"csrf": token[1]}).status_code == 204

    clock.later(minutes=20)
    watched = rosa.get(ACCOUNT, headers={"Sec-Fetch-Dest": "empty"})
    clock.later(minutes=11)
    assert watched.status_code == 200
    assert rosa.get(ACCOUNT).status_code == 303


def test_somebody_turns_the_news_of_editions_off_and_on_again(
    editor: TestClient, services: Services
) -> None:
    def wants() -> bool:
        with services.db.read() as session:
            return session.scalars(select(User.wants_news)).one()

    assert "Die mails krijg je nu." in editor.get("/redactie/account").text
    answer = post(editor, "/redactie/berichten-over-edities", {"wil": "nee"})
    assert not wants()
    assert answer.headers["location"] == "/redactie/account#herinneringen"
    page = editor.get("/redactie/account").text
    assert "Die mails krijg je niet." in page
    undo = re.search(r'action="(/redactie/berichten-over-edities\?wil=ja)"', page)
    assert undo

    post(editor, undo[1])

    assert wants()
