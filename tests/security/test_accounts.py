"""Accounts under attack: S01 to S10 and S51 of the project's list of security tests.

Every test names its number. Servers are real where time or memory is measured.
"""

import re
import resource
import socket
import statistics
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import httpx
import pyotp
import pytest
from argon2 import PasswordHasher, extract_parameters
from sqlalchemy import select
from starlette.testclient import TestClient

from newsletter import passwords
from newsletter.account_rows import RecoveryCode, SignInWait
from newsletter.accounts import invitations, people, second_step, sign_in
from newsletter.accounts.people import user_by_email
from newsletter.accounts.sessions import find_session, open_session
from newsletter.model import User
from newsletter.values import Role
from newsletter.wiring import Services, build_services
from storage.log import LogEntry
from tests.factories import KEY
from tests.fakes import START, FakeClock, FakeTransport
from tests.web.browsing import serving
from tests.web.desk import PASSWORD, links_in, make_user, post
from web.access import Who
from web.app import create_app
from web.routes import DESK_ROUTES

DOOR: Final = "/redactie/inloggen"
EMAIL: Final = "rosa@example.org"
NOBODY: Final = "niemand@example.org"
CODE: Final = "/redactie/inloggen/code"
SECRET: Final = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NEW: Final = "fiets lamp dinsdag"


@pytest.fixture
def transport() -> FakeTransport:
    return FakeTransport()


@pytest.fixture
def near(services: Services, transport: FakeTransport) -> Services:
    built = replace(services, open_transport=lambda: transport)
    make_user(built, Role.EDITOR, "Rosa", password=PASSWORD)
    return built


@pytest.fixture
def client(near: Services) -> Iterator[TestClient]:
    with TestClient(create_app(near), follow_redirects=False) as client:
        yield client


@pytest.fixture
def base(near: Services) -> Iterator[str]:
    """Serve it really, and give the address."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        with serving(near, door):
            yield f"http://127.0.0.1:{door.getsockname()[1]}"


def user_id(services: Services, email: str = EMAIL) -> int:
    with services.db.read() as session:
        return user_by_email(session, email).id


def came_in(client: TestClient, password: str = PASSWORD, **more: str) -> httpx.Response:
    answer: httpx.Response = client.post(DOOR, data={"email": EMAIL, "password": password, **more})
    return answer


def test_s01_a_password_is_kept_as_argon2id_and_an_old_hash_is_renewed(
    client: TestClient, near: Services
) -> None:
    """S01: m >= 19 MiB, t >= 2, p 1; old parameters are hashed again at sign-in."""
    old = PasswordHasher(memory_cost=8_192, time_cost=1).hash(PASSWORD)
    with near.db.write() as session:
        session.get_one(User, user_id(near)).password_hash = old

    assert came_in(client).status_code == 303

    with near.db.read() as session:
        kept = session.get_one(User, user_id(near)).password_hash
    found = extract_parameters(kept)
    assert kept.startswith("$argon2id$")
    assert (found.memory_cost >= 19 * 1024, found.time_cost >= 2, found.parallelism) == (
        True,
        True,
        1,
    )
    assert PASSWORD not in kept


@pytest.mark.long
def test_s02_fifty_huge_passwords_at_once_cost_nothing(base: str) -> None:
    """S02: refused before any hashing; memory does not rise by 200 MB; others are served."""
    huge = {"email": EMAIL, "password": "x" * 1_000_000}
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    served: list[float] = []
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            begun = time.perf_counter()
            assert httpx.get(f"{base}/healthz", timeout=30).status_code == 200
            served.append(time.perf_counter() - begun)

    with ThreadPoolExecutor(51) as pool:
        looking = pool.submit(look)
        tries = [pool.submit(httpx.post, base + DOOR, data=huge, timeout=60) for _ in range(50)]
        codes = {one.result().status_code for one in tries}
        done.set()
        looking.result()

    rise_mb = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert codes <= {422, 413}
    assert rise_mb < 200 + 50 * 3  # what fifty clients in this process themselves hold
    assert len(served) > 1
    assert passwords.SLOTS._initial_value == 4  # type: ignore[attr-defined]


def test_s02_a_password_over_the_limit_is_not_even_counted(
    client: TestClient, near: Services
) -> None:
    """S02: nothing is hashed, so nothing is written either."""
    for _ in range(10):
        assert came_in(client, "x" * 129).status_code == 422

    with near.db.read() as session:
        assert session.scalars(select(SignInWait)).all() == []


def test_s03_a_thousand_wrong_passwords_lock_nobody_out(
    client: TestClient, near: Services, clock: FakeClock, transport: FakeTransport
) -> None:
    """S03: delays by account and by network, a way in by mail at once, and an alarm in the log."""
    looked_at, longest = 0, timedelta()
    for number in range(1_000):
        tried = sign_in.check_password(
            near.db, EMAIL, "fout", key=KEY, network=f"192.0.2.{number % 100}/32", now=clock()
        )
        looked_at += not tried.is_unseen
        if tried.wait_until and number % 25 == 0:
            longest = max(longest, tried.wait_until - clock())
            clock.now = tried.wait_until
    assert looked_at < 60
    assert longest == timedelta(minutes=15)

    key = near.settings.secret_key
    for _ in range(10):  # and at the door itself, so that the owner is mailed
        sign_in.check_password(near.db, EMAIL, "fout", key=key, now=clock())
        clock.later(minutes=16)
    came_in(client, "fout")
    assert came_in(client).status_code == 429
    (link,) = links_in(transport.accepted[0][2], "/redactie/binnen/")

    assert client.post(link, data={"password": PASSWORD}).status_code == 303
    assert client.get("/redactie").status_code == 200
    with near.db.read() as session:
        alarms = session.scalars(select(LogEntry).where(LogEntry.what == "account.guessed"))
        assert [one.about for one in alarms] != []


@pytest.mark.sweep
@pytest.mark.parametrize("path", [DOOR, "/redactie/wachtwoord-vergeten"])
def test_s04_nobody_can_tell_from_time_or_words_who_has_an_account(
    base: str, clock: FakeClock, path: str
) -> None:
    """S04: 200 timings each: same text, same status, and medians within 10 %."""
    took: dict[str, list[float]] = {EMAIL: [], NOBODY: []}
    told: dict[str, set[tuple[int, str]]] = {EMAIL: set(), NOBODY: set()}
    with httpx.Client(timeout=30) as browser:
        for number in range(400):
            email = (EMAIL, NOBODY, NOBODY, EMAIL)[number % 4]  # each follows the other as often
            if number % 40 == 0:
                clock.later(minutes=61)  # so that neither a wait nor an hour's limit speaks
            begun = time.perf_counter()
            answer = browser.post(base + path, data={"email": email, "password": "fout"})
            took[email].append(time.perf_counter() - begun)
            words = re.sub(r"Wacht \d+ \w+", "Wacht", answer.text).replace(email, "")
            told[email].add((answer.status_code, words))

    known, unknown = (statistics.median(took[one]) for one in (EMAIL, NOBODY))
    assert abs(known - unknown) <= 0.1 * max(known, unknown)
    assert told[EMAIL] == told[NOBODY]


@pytest.mark.sweep
def test_s04_a_password_that_is_looked_at_takes_as_long_for_nobody(near: Services) -> None:
    """S04: the hashing itself, which the waits at the door hide."""
    took: dict[str, list[float]] = {EMAIL: [], NOBODY: []}
    now = START
    for number in range(400):
        email = (EMAIL, NOBODY)[number % 2]
        now += timedelta(minutes=16)
        begun = time.perf_counter()
        tried = sign_in.check_password(near.db, email, "fout", key=KEY, now=now)
        took[email].append(time.perf_counter() - begun)
        assert not tried.is_unseen

    known, unknown = (statistics.median(took[one]) for one in (EMAIL, NOBODY))
    assert abs(known - unknown) <= 0.1 * max(known, unknown)


def test_s05_a_cookie_that_was_set_before_is_never_used(client: TestClient, near: Services) -> None:
    """S05: another session id after signing in and after a change of role."""
    client.cookies.set("session", "van-de-aanvaller", domain="testserver.local", path="/")
    came_in(client)
    first = client.cookies["session"]
    people.change_role(near.db, user_id(near), Role.APPROVER, by=None, now=near.clock())
    assert client.get("/redactie").status_code == 303
    came_in(client)

    assert len({"van-de-aanvaller", first, client.cookies["session"]}) == 3
    assert find_session(near.db, "van-de-aanvaller", now=near.clock()) is None
    assert find_session(near.db, first, now=near.clock()) is None


@pytest.mark.parametrize("how", ["change", "reset", "disable"])
def test_s06_all_other_sessions_are_dead_at_their_next_request(
    client: TestClient, near: Services, how: str
) -> None:
    """S06: after a change of password, a reset, and switching the account off."""
    me, now = user_id(near), near.clock()
    others = [open_session(near.db, me, now=now) for _ in range(3)]
    came_in(client)
    mine = client.cookies["session"]

    if how == "change":
        fields = {"present": PASSWORD, "password": NEW, "again": NEW}
        assert post(client, "/redactie/account/wachtwoord", fields).status_code == 303
        mine = client.cookies["session"]
    elif how == "reset":
        asked = invitations.ask_reset(near.db, EMAIL, now=now)
        assert asked
        invitations.reset_password(near.db, asked[2], NEW, key=KEY, now=now)
    else:
        people.switch_off(near.db, me, by=None, now=now)

    assert [find_session(near.db, one, now=now) for one in others] == [None] * 3
    assert (find_session(near.db, mine, now=now) is not None) is (how == "change")


def code_at(now: datetime, later: int = 0) -> str:
    return pyotp.TOTP(SECRET).at(now + timedelta(seconds=30 * later))


def with_second_step(services: Services) -> tuple[str, ...]:
    """Give Rosa a second step, set up an hour ago; return her recovery codes."""
    key, then = services.settings.secret_key, services.clock() - timedelta(hours=1)
    me = user_id(services)
    return second_step.set_up(services.db, me, SECRET, code_at(then), key=key, keep="", now=then)


def half_way(services: Services) -> TestClient:
    """Give a browser in which Rosa's password was given, and no code yet."""
    client = TestClient(create_app(services), follow_redirects=False)
    assert came_in(client).headers["location"] == CODE
    return client


def give(client: TestClient, code: str, *, csrf: str = "") -> httpx.Response:
    found = re.search(r'name="csrf" value="([^"]+)"', client.get(CODE).text)
    fields = {"csrf": csrf or (found[1] if found else ""), "code": code}
    answer: httpx.Response = client.post(CODE, data=fields)
    return answer


def test_s05_after_the_second_step_the_session_is_another(near: Services) -> None:
    """S05: the cookie of before the code opens nothing after it."""
    with_second_step(near)
    client = half_way(near)
    before = client.cookies["session"]

    give(client, code_at(near.clock()))

    assert client.get("/redactie").status_code == 200
    assert find_session(near.db, before, now=near.clock()) is None


def test_s07_a_code_that_was_used_is_refused_in_its_window_and_elsewhere(near: Services) -> None:
    """S07: the same code again, in another session that waits for one."""
    with_second_step(near)
    first, second = half_way(near), half_way(near)
    code = code_at(near.clock())

    assert give(first, code).status_code == 303
    assert give(second, code).status_code == 422
    assert second.get("/redactie").status_code == 303
    assert give(second, code_at(near.clock(), later=1)).status_code == 303


def test_s07_a_code_counts_for_the_session_whose_page_asked(near: Services) -> None:
    """S07: with the form of another session, or without its cookie, a right code does nothing."""
    with_second_step(near)
    mine, other = half_way(near), half_way(near)
    found = re.search(r'name="csrf" value="([^"]+)"', mine.get(CODE).text)
    assert found

    assert give(other, code_at(near.clock()), csrf=found[1]).status_code == 403
    other.cookies.clear()
    assert other.post(CODE, data={"code": code_at(near.clock())}).status_code == 403
    assert give(mine, code_at(near.clock())).status_code == 303


def test_s07_after_twenty_guesses_the_first_step_must_be_done_again(
    near: Services, clock: FakeClock
) -> None:
    """S07: shut for 15 minutes, whatever is given; then the password comes first."""
    codes = with_second_step(near)
    client = half_way(near)
    for _ in range(20):
        answer = give(client, "000000" if code_at(clock()) != "000000" else "000001")
    assert answer.headers["location"] == DOOR
    assert client.get(CODE).headers["location"].startswith(DOOR)

    again = half_way(near)
    assert give(again, code_at(clock())).headers["location"] == DOOR
    assert give(again, codes[0]).headers["location"] == DOOR
    clock.later(minutes=16)
    assert give(half_way(near), code_at(clock())).headers["location"] == "/redactie"


def test_s08_between_password_and_code_only_the_page_of_the_code_answers(near: Services) -> None:
    """S08: every page of the desk leads there, every change is refused; another site is ignored."""
    with_second_step(near)
    client = half_way(near)
    found = re.search(r'name="csrf" value="([^"]+)"', client.get(CODE).text)
    assert found
    answered = set()
    for route in DESK_ROUTES:
        if route.who in {Who.PUBLIC, Who.HALF_WAY}:
            continue
        path = re.sub(r"\{\w+(:\w+)?\}", "1", route.path)
        answer = client.request(route.methods[0], path, data={"csrf": found[1]})
        to = answer.headers.get("location", "")
        if answer.status_code != 403 and not to.startswith(CODE):
            answered.add(route.name)
    assert answered == set()

    for elsewhere in (
        "https://elders.example.org",
        "//elders.example.org",
        "/\\elders.example.org",
    ):
        fields = {"csrf": found[1], "code": "000000", "naar": elsewhere}
        assert "elders" not in client.post(f"{CODE}?naar={elsewhere}", data=fields).text
    done = client.post(
        f"{CODE}?naar=https://elders.example.org",
        data={"csrf": found[1], "code": code_at(near.clock())},
    )
    assert done.headers["location"] == "/redactie"


def test_s09_a_recovery_code_works_once_and_is_kept_as_a_hash(near: Services) -> None:
    """S09: the second use is refused, and the database does not tell it."""
    codes = with_second_step(near)

    assert [give(half_way(near), codes[0]).status_code for _ in range(2)] == [303, 422]
    with near.db.read() as session:
        kept = " ".join(session.scalars(select(RecoveryCode.code_hash)))
    assert not any(code in kept or code.replace("-", "") in kept for code in codes)


def test_s10_a_session_ends_when_nothing_is_done_and_when_it_is_old(
    client: TestClient, clock: FakeClock
) -> None:
    """S10: idle 30 minutes, absolute 12 hours: the sign-in page."""
    came_in(client)
    clock.later(minutes=30)
    assert client.get("/redactie").status_code == 200
    clock.later(minutes=31)
    assert client.get("/redactie").headers["location"].startswith(DOOR)

    came_in(client)
    for _ in range(30):
        clock.later(minutes=24)
        assert client.get("/redactie").status_code == 200
    clock.later(minutes=1)
    assert client.get("/redactie").headers["location"].startswith(DOOR)


def test_s10_after_signing_out_nothing_can_be_looked_back_at(client: TestClient) -> None:
    """S10: no page of the desk is kept by a browser, so its back button shows the door."""
    came_in(client)
    for route in DESK_ROUTES:
        if "GET" in route.methods and "{" not in route.path:
            kept = client.get(route.path).headers["cache-control"]
            assert (route.name, kept) == (route.name, "no-store")
    cookie = client.cookies["session"]
    post(client, "/redactie/uitloggen")

    client.cookies.set("session", cookie, domain="testserver.local", path="/")
    assert client.get("/redactie").headers["location"].startswith(DOOR)


def test_s51_cookies_are_bound_to_this_host_and_hidden(near: Services) -> None:
    """S51: `__Host-`, Secure, HttpOnly, SameSite=Lax, path /, without a domain."""
    settings = replace(near.settings, base_url="https://nieuwsbrief.example.org")
    served = replace(build_services(settings), clock=near.clock)
    site = "https://nieuwsbrief.example.org"
    with TestClient(create_app(served), base_url=site, follow_redirects=False) as client:
        came = came_in(client)
        out = post(client, "/redactie/uitloggen")
    served.db.close()

    set_cookies = [
        *came.headers.get_list("set-cookie"),
        *out.headers.get_list("set-cookie"),
    ]
    assert {one.partition("=")[0] for one in set_cookies} == {"__Host-session", "__Host-message"}
    for one in set_cookies:
        words = {part.strip().lower() for part in one.split(";")[1:]}
        assert {"secure", "httponly", "samesite=lax", "path=/"} <= words
        assert not any(word.startswith("domain") for word in words)
