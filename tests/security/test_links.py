"""S26 to S29: nothing leads away from us, and a link works for what it was made for only."""

import pytest

from newsletter.values import Role
from tests.security.world import World
from tests.web.desk import PASSWORD
from web.routes import ROUTES

AWAY = (
    "https://elders.example.org", "//elders.example.org", "\\\\elders.example.org",
    "/\\elders.example.org", "/\t/elders.example.org", "/%09/elders.example.org", "javascript:x",
    "https:elders.example.org", "/redactie\r\nSet-Cookie: a=b", "/redactie/../../elders", "http://x",
    "/redactie@elders.example.org", "///elders.example.org", "/redactie\x00", "data:text/html,x",
)  # fmt: skip
TOKENS = [
    route
    for route in ROUTES
    if "{token}" in route.path and "GET" in route.methods and not route.path.startswith("/redactie")
]


@pytest.mark.parametrize("away", AWAY)
def test_who_signs_in_stays_with_us(world: World, away: str) -> None:
    world.enter(None)
    fields = {"email": "anna@example.org", "password": PASSWORD, "naar": away}

    answer = world.app.post("/redactie/inloggen", data=fields)

    assert answer.status_code == 303
    to = answer.headers["location"]
    assert to.startswith("/redactie")
    assert "elders" not in to or to.startswith("/redactie/")
    assert "a=b" not in answer.headers.get("set-cookie", "")


def test_no_address_with_something_for_the_browser_behind_it_leads_away(world: World) -> None:
    world.enter(Role.ADMINISTRATOR)
    everywhere = dict.fromkeys(("naar", "url", "next", "terug", "redirect"), AWAY[1])
    led = {
        route.name: answer.headers["location"]
        for route in ROUTES
        if "GET" in route.methods
        for answer in [world.app.get(world.address(route), params=everywhere)]
        if "location" in answer.headers
    }

    assert {how: to for how, to in led.items() if not to.startswith("/") or "//" in to} == {}


@pytest.mark.parametrize("route", TOKENS, ids=lambda route: str(route.name))
def test_a_link_that_was_changed_opens_nothing(world: World, route: object) -> None:
    path = world.address(route)  # type: ignore[arg-type]  # a parameter of pytest is an object
    token = max(path.split("/"), key=len)
    whole = world.app.get(path).status_code
    before = world.prints()

    changed = [
        token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        for place in range(0, len(token), 3)
    ]
    spoilt = [*changed, token[:-1], token + "A", token + "=", token.swapcase(), "", "é", "%00"]
    opened = [one for one in spoilt if world.app.get(path.replace(token, one)).status_code == 200]

    assert whole in {200, 301, 303, 404, 410}
    assert opened == []
    assert world.prints() == before


def test_a_link_of_one_kind_is_none_of_another(world: World) -> None:
    paths = {route.path: world.address(route) for route in TOKENS}
    tokens = {path: max(made.split("/"), key=len) for path, made in paths.items()}

    opened = [
        (path, other)
        for path, made in paths.items()
        for other, token in tokens.items()
        if token != tokens[path]
        and world.app.get(made.replace(tokens[path], token)).status_code == 200
    ]

    assert len(set(tokens.values())) > 3
    assert opened == []
