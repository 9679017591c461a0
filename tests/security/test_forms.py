"""S11 and S12: no form but our own changes anything, and looking changes nothing."""

from collections.abc import Callable
from typing import Any

import pytest

from newsletter.values import Role
from tests.security.world import World
from web.access import Who
from web.route import Route
from web.routes import ROUTES

POSTS = [route for route in ROUTES if "POST" in route.methods]
SECRET = [route for route in POSTS if route.who is not Who.PUBLIC]
OPEN = [route for route in POSTS if route.who is Who.PUBLIC]
SELDOM = [
    pytest.param(one, marks=pytest.mark.sweep) for one in ("PATCH", "DELETE", "TRACE", "PROPFIND")
]
ELSEWHERE = "https://elders.example.org"


def names(routes: list[Route]) -> list[str]:
    return [route.name for route in routes]


def strange_forms(ours: str, of_another: str) -> dict[str, dict[str, Any]]:
    """Return what comes along with each form that is not ours. ours: the token that would do."""
    whole = {"csrf": ours}
    return {
        "no token": {},
        "an empty token": {"data": {"csrf": ""}},
        "a token of another": {"data": {"csrf": of_another}},
        "a token in the address": {"params": whole},
        "a token in a header": {"headers": {"X-CSRF-Token": ours}},
        "another origin": {"data": whole, "headers": {"Origin": ELSEWHERE}},
        "no origin of a frame": {"data": whole, "headers": {"Origin": "null"}},
        "from another site": {"data": whole, "headers": {"Sec-Fetch-Site": "cross-site"}},
        "from another port": {"data": whole, "headers": {"Sec-Fetch-Site": "same-site"}},
        "forged by a script": {"headers": {"HX-Request": "true"}},
        "text": {"content": f"csrf={ours}", "headers": {"Content-Type": "text/plain"}},
        "json": {"json": whole},
    }


def refuses(world: World, chosen: Callable[[int, int], bool]) -> None:
    """Post strange forms. chosen: whether to try, by the numbers of a page and of a form."""
    world.enter(Role.EDITOR)
    of_another = world.csrf()
    world.enter(Role.ADMINISTRATOR)
    forms = strange_forms(world.csrf(), of_another)
    before = world.prints()

    for at, route in enumerate(SECRET):
        answers = {
            how: world.app.post(world.address(route), **form).status_code
            for number, (how, form) in enumerate(forms.items())
            if chosen(at, number)
        }
        assert (route.name, answers) == (route.name, dict.fromkeys(answers, 403))

    assert world.prints() == before
    assert world.app.get("/redactie").status_code == 200, "still signed in"


def test_a_form_that_is_not_ours_changes_nothing(world: World) -> None:
    """At each page one without a token and one other; each kind at a dozen pages."""
    assert len(SECRET) > 100
    refuses(world, lambda at, number: number in {0, 1 + at % 11})


@pytest.mark.sweep
def test_no_form_that_is_not_ours_changes_anything_anywhere(world: World) -> None:
    refuses(world, lambda _at, _number: True)


def test_a_form_of_a_session_that_ended_changes_nothing(world: World) -> None:
    world.enter(Role.ADMINISTRATOR)
    ours = {"csrf": world.csrf()}
    world.enter(None)
    before = world.prints()

    answers = {route.name: world.app.post(world.address(route), data=ours) for route in SECRET}

    assert {name: one.status_code for name, one in answers.items()} == dict.fromkeys(answers, 403)
    assert world.prints() == before


def test_the_door_takes_no_form_from_elsewhere(world: World) -> None:
    before = world.prints()
    doors = [route for route in OPEN if route.path.startswith("/redactie")]

    for route in doors:
        for headers in ({"Origin": ELSEWHERE}, {"Sec-Fetch-Site": "cross-site"}):
            answer = world.app.post(world.address(route), headers=headers)
            assert (route.name, answer.status_code) == (route.name, 403)
            assert "session" not in answer.cookies

    assert doors
    assert world.prints() == before


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_at_what_changes_something_changes_nothing(world: World, method: str) -> None:
    """Also on the public pages, with links that hold: a scanner opens every link of a mail."""
    world.enter(Role.ADMINISTRATOR)
    shown_too = {route.path for route in ROUTES if "GET" in route.methods}
    before = world.prints()

    answers = {
        route.name: world.app.request(method, world.address(route)).status_code for route in POSTS
    }

    only_posts = [route.name for route in POSTS if route.path not in shown_too]
    assert {name: answers[name] for name in only_posts} == dict.fromkeys(only_posts, 405)
    assert world.prints() == before


@pytest.mark.parametrize("method", ["PUT", "OPTIONS", *SELDOM])
def test_no_other_method_is_answered(standing: World, method: str) -> None:
    standing.enter(Role.ADMINISTRATOR)

    statuses = {
        standing.app.request(method, standing.address(route)).status_code for route in ROUTES
    }

    assert statuses == {405}


def test_looking_at_every_page_changes_nothing(world: World) -> None:
    world.enter(Role.ADMINISTRATOR)
    before = world.prints()

    broken = {
        route.name: answer.status_code
        for route in ROUTES
        if "GET" in route.methods
        for answer in [world.app.get(world.address(route))]
        if answer.status_code >= 500
    }

    assert broken == {}
    assert world.prints() == before
