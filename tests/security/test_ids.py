"""S16: numbers in addresses and forms lead nowhere but where they belong."""

import re

import pytest

from newsletter.values import Role
from tests.security.world import World
from web.route import Route
from web.routes import ROUTES

NUMBERED = [route for route in ROUTES if re.match(r"/redactie/.*\{(?!token|name)", route.path)]
CHILDREN = [route for route in NUMBERED if "{block}" in route.path or "{revision}" in route.path]
MISSING = {
    "id": "987654", "block": "987654", "revision": "987654", "item": "987654", "slug": "er-niet",
    "submission": "987654", "kind": "er-niet", "user": "987654", "slot": "2031-01-01",
    "invitation": "987654", "partnership": "987654", "organisation": "987654",
    "list": "987654", "subscriber": "987654", "change": "987654", "event": "987654",
    "mail": "987654",
}  # fmt: skip
NO_THING = {
    "old_item",  # leads to a page that says it is not there
    "moment_in_words",  # tells of a moment, whichever edition the address names
}


def _answer(world: World, route: Route, parts: dict[str, str], csrf: str) -> int:
    path = world.address(route, **parts)
    form = {} if "GET" in route.methods else {"csrf": csrf, "version": "1", "naar": "new"}
    status: int = world.app.request(route.methods[0], path, data=form).status_code
    return status


@pytest.mark.parametrize("role", [Role.EDITOR, Role.ADMINISTRATOR])
def test_what_is_not_there_is_not_there_for_anybody(world: World, role: Role) -> None:
    world.enter(role)
    csrf, before = world.csrf(), world.prints()

    statuses = {
        route.name: status
        for route in NUMBERED
        if (status := _answer(world, route, MISSING, csrf)) not in {403, 404}
        and route.name not in NO_THING
    }

    assert {name: one for name, one in statuses.items() if one not in {409, 422}} == {}
    assert world.prints() == before


def test_a_part_of_another_edition_is_not_there(world: World) -> None:
    """The block and the revision are of the draft; the address names the announcement."""
    world.enter(Role.ADMINISTRATOR)
    csrf, before = world.csrf(), world.prints()
    other = {"id": world.names["announcement"]}

    statuses = {route.name: _answer(world, route, other, csrf) for route in CHILDREN}

    assert len(statuses) > 10
    assert statuses == dict.fromkeys(statuses, 404)
    assert world.prints() == before
