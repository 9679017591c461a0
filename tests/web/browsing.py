"""A real browser at a real server: what every browser test begins with."""

import os
import shutil
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, Final

import pytest
import uvicorn
from playwright.sync_api import Browser, ConsoleMessage, Page, Route, expect, sync_playwright

from newsletter.accounts.people import user_by_email
from newsletter.accounts.sessions import Step, open_session
from newsletter.wiring import Services
from tests.web.desk import PASSWORD
from web.access import session_cookie
from web.app import create_app
from web.impatient import ImpatientProtocol, server_config

CHROMIUM: Final = shutil.which("chromium-headless-shell") or shutil.which("chromium")
"""Debian's Chromium; where it is there the build that has no windows, for half of the work."""
PICTURES: Final = Path(__file__).parents[2] / "test-output" / "screenshots"
KEEPS: Final = bool(os.environ.get("NEWSLETTER_TEST_PICTURES"))
"""Whether pages are kept as pictures, as `make shots` does: that takes longer than the tests."""
WIDTHS: Final = (1280, 375)
WIDE: Final = "document.documentElement.scrollWidth"
STANDS_STILL: Final = """() => {
  const tall = document.documentElement.scrollHeight;
  const stands = tall === window.wasTall;
  window.wasTall = tall;
  const mails = [...document.querySelectorAll(".frame iframe:not([loading=lazy])")];
  return stands && mails.every((mail) => mail.style.height);
}"""
PHONE: Final[Mapping[str, Any]] = {
    "viewport": {"width": 375, "height": 812},
    "has_touch": True,
    "is_mobile": True,
    "reduced_motion": "reduce",
}
QUIET: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
NEEDS_BROWSER: Final = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on this machine"),
]

PATIENCE_MS: Final = 20_000  # a machine with everything at once on it is slow, and not wrong
expect.set_options(timeout=PATIENCE_MS)


@dataclass
class Desk:
    """One person at one browser; what the browser complains about is kept."""

    page: Page
    base: str
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _note(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(f"{message.text} at {message.location['url']}")

    def go(self, path: str) -> None:
        self.page.goto(self.base + path)

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name).first.click()

    def sign_in(self, email: str) -> None:
        self.go("/redactie/inloggen")
        self.page.get_by_label("E-mailadres").fill(email)
        self.page.get_by_label("Wachtwoord").fill(PASSWORD)
        self.press("Log in")

    def enter(self, services: Services, email: str, *, step: Step = Step.DONE) -> None:
        """Come in without the door: what comes of a password is tested where it is about that."""
        with services.db.read() as session:
            user = user_by_email(session, email)
        token = open_session(services.db, user.id, now=services.clock(), step=step)
        cookie = session_cookie(services.settings)
        self.page.context.add_cookies([{"name": cookie, "value": token, "url": self.base}])

    def shoot(self, name: str) -> None:
        """See that nothing sticks out at the side, at each width; keep the page with KEEPS."""
        self.page.wait_for_load_state()
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": 900})
            wide = self.page.evaluate(WIDE)
            assert wide <= width, f"{name} is {wide} wide at {width}"
            if KEEPS:
                self._keep(f"{name}-{width}.png", width)
        self.page.set_viewport_size({"width": 1280, "height": 900})

    def shoot_both(self, name: str) -> None:
        """Do so, and keep the page in the dark too: it is as wide as in the light."""
        self.shoot(name)
        if KEEPS:
            self.page.emulate_media(color_scheme="dark")
            self.shoot(f"{name}-donker")
            self.page.emulate_media(color_scheme="light")

    def snap(self, name: str) -> None:
        """Keep what is in sight, as it is, with KEEPS."""
        if KEEPS:
            self.page.screenshot(path=PICTURES / f"{name}.png")

    def settle(self) -> None:
        """Wait until the mails in the page have their heights, and nothing in it moves any more."""
        self.page.wait_for_load_state()
        self.page.wait_for_function(STANDS_STILL)

    def _keep(self, name: str, width: int) -> None:
        self.page.wait_for_load_state("networkidle")
        # A frame below the window is not painted: the window becomes as tall as the page.
        tall = self.page.evaluate("document.documentElement.scrollHeight")
        self.page.set_viewport_size({"width": width, "height": max(tall, 900)})
        self.page.wait_for_load_state("networkidle")
        self.page.screenshot(path=PICTURES / name)


@contextmanager
def overtaken(page: Page, url: str, *, by: Callable[[], object]) -> Iterator[None]:
    """Hold what is sent to an address within this block, until something else was done first."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        if route.request.method == "POST":
            held.append(route)
        else:
            route.continue_()

    page.route(url, hold)
    with page.expect_request(lambda sent: sent.method == "POST" and fnmatch(sent.url, url)):
        yield
    by()
    for one in held:
        one.continue_()
    page.unroute(url, hold)


@contextmanager
def serving(
    services: Services,
    door: socket.socket,
    *,
    protocol: type[ImpatientProtocol] = ImpatientProtocol,
) -> Iterator[None]:
    """Serve the site and the desk, as `newsletter serve` does, at a port that was taken already."""
    config = server_config(create_app(services), protocol=protocol)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [door]}, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.02)
    yield
    server.should_exit = True
    thread.join()


@contextmanager
def browsing() -> Iterator[Browser]:
    """Give Debian's Chromium."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield browser
        browser.close()
