"""S18, S19 in a real browser: whatever words come in, no page of the desk runs or fetches them."""

import socket
from dataclasses import dataclass, field, replace

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Request, Route

from newsletter.values import Role
from newsletter.wiring import build_services
from tests.fakes import FakeClock, FakeTransport
from tests.security.test_words import TEXTS, poison
from tests.security.world import World
from tests.web import every_page
from tests.web.browsing import NEEDS_BROWSER, Desk, serving

pytestmark = NEEDS_BROWSER
OPEN_ALL = "document.querySelectorAll('details').forEach((one) => { one.open = true; })"
AS_BUILT = "http://127.0.0.1:8000/"  # stands in mails that were frozen before this server was there


@dataclass
class Watch:
    """Notes each dialog, and stops and notes each request that leaves our server."""

    base: str
    fired: list[str] = field(default_factory=list)

    def follow(self, context: BrowserContext) -> None:
        context.on("dialog", self._shut)
        context.route(lambda url: not url.startswith((self.base, "data:", "about:")), self._stop)

    def _shut(self, dialog: Dialog) -> None:
        self.fired.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def _stop(self, route: Route, request: Request) -> None:
        self.fired.append(f"request {request.url}")
        route.abort()


@pytest.mark.long
def test_no_page_of_the_desk_runs_a_word_from_outside(
    world: World, door: socket.socket, base: str, browser: Browser
) -> None:
    near = replace(
        build_services(replace(world.services.settings, base_url=base)),
        clock=FakeClock(),
        open_transport=FakeTransport,
    )
    world.enter(Role.ADMINISTRATOR)
    token = world.app.cookies["session"]
    paths = every_page.addresses(world.names).values()
    poison(world, TEXTS)
    context = browser.new_context(reduced_motion="reduce")
    context.add_cookies([{"name": "session", "value": token, "url": base}])
    cees = Desk(context.new_page(), base)
    watch = Watch(base)
    watch.follow(context)
    with serving(near, door):
        for path in paths:
            cees.go(path)
            cees.page.evaluate(OPEN_ALL)
    near.db.close()

    assert len(paths) > 40
    assert watch.fired == []
    assert [one for one in cees.complaints if AS_BUILT not in one] == []
