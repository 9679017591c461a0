"""S15 and S47: each role opens exactly what `roles.txt` says, and nobody sees readers."""

from pathlib import Path

import pytest
from sqlalchemy import select

from newsletter.values import Role
from subscribers.model import Subscriber
from tests.security.world import World
from web.access import Who, rank
from web.route import Route
from web.routes import ROUTES

LIST = "/redactie/abonnees"
CAME_BACK = "/redactie/teruggekomen"
TABLE = Path(__file__).with_name("roles.txt")
NOT_THERE = {
    "id": "999", "block": "999", "revision": "999", "item": "999", "slug": "weg", "user": "999",
    "submission": "999", "name": "a.jpg", "slot": "2027-05-05", "kind": "quote", "event": "999",
    "edition": "999", "example": "999", "token": "x", "subscriber": "999", "change": "999",
    "mail": "999", "delivery": "999", "entry": "999",
}  # fmt: skip


def published() -> dict[str, Who]:
    """Return who may do what, as the table says: the lowest role by method and path."""
    lines = (line.split() for line in TABLE.read_text("utf-8").splitlines() if line.strip())
    rows = [line for line in lines if line[0] != "#"]
    return {f"{method} {path}": Who[who.upper()] for method, path, who in rows}


def key(route: Route) -> str:
    return f"{route.methods[0]} {route.path}"


def test_the_published_table_is_whole_and_right() -> None:
    """Who adds a page decides who may open it, and writes that down twice."""
    assert {key(route): route.who for route in ROUTES} == published()


@pytest.mark.parametrize("role", [None, *Role])
def test_each_role_gets_exactly_what_the_table_says(world: World, role: Role | None) -> None:
    world.enter(role)
    reach = Who.PUBLIC if role is None else WHO[role]
    ours = {"csrf": world.csrf()} if role else {}
    parts = NOT_THERE  # who may is asked before whether it is there

    let_in = {
        key(route)
        for route in ROUTES
        if route.name != "sign_out" and _lets_in(world, route, ours, parts)
    }

    table = published()
    assert let_in == {name for name, who in table.items() if who <= reach} - {
        "POST /redactie/uitloggen"
    }


WHO = {role: Who[role.name] for role in Role}


def _lets_in(world: World, route: Route, ours: dict[str, str], parts: dict[str, str]) -> bool:
    answer = world.app.request(route.methods[0], world.address(route, **parts), data=ours)
    to_the_door = answer.headers.get("location", "").startswith("/redactie/inloggen?")
    return answer.status_code != 403 and (route.who is Who.PUBLIC or not to_the_door)


def test_the_ranks_of_the_roles_are_those_of_the_table() -> None:
    assert [WHO[role] for role in Role] == sorted(WHO.values())
    assert rank(None) is Who.PUBLIC


def test_pages_show_who_our_readers_are_only_where_administrators_look_for_them(
    world: World, pages: list[tuple[str, str]]
) -> None:
    readers = _readers(world)

    shown = _showing(pages, readers)

    assert readers
    assert {path for path, _ in shown} == {LIST, f"{LIST}/1", f"{LIST}/wijzigen", CAME_BACK}


@pytest.mark.parametrize("role", [Role.READER, Role.EDITOR, Role.APPROVER])
def test_nobody_else_sees_who_our_readers_are(world: World, role: Role) -> None:
    """Readers are counted at the desk, also by who makes and approves editions (S47)."""
    world.enter(role)

    assert _showing(list(world.pages()), _readers(world)) == set()


def _readers(world: World) -> list[str]:
    with world.services.db.read() as session:
        return list(session.scalars(select(Subscriber.email)))


def _showing(pages: list[tuple[str, str]], readers: list[str]) -> set[tuple[str, str]]:
    own = ("/voorkeuren/", "/afmelden/")  # what somebody opens by a link in a mail of their own
    return {
        (path, reader)
        for path, html in pages
        for reader in readers
        if reader in html and not path.startswith(own)
    }
