"""A real browser at a real server: what every browser test begins with."""

import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest
import uvicorn
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from newsletter.wiring import Services
from tests.web.desk import PASSWORD
from web.app import create_app
from web.impatient import ImpatientProtocol, server_config

CHROMIUM: Final = shutil.which("chromium-headless-shell") or shutil.which("chromium")
"""Debian's Chromium; where it is there the build that has no windows, for half of the work."""
PICTURES: Final = Path(__file__).parents[2] / "test-output" / "screenshots"
WIDTHS: Final = (1280, 375)
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

    def shoot(self, name: str) -> None:
        """Keep the page at each width; nothing may stick out at the side."""
        self.page.wait_for_load_state("networkidle")
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": 900})
            # A frame below the window is not painted: the window becomes as tall as the page.
            tall = self.page.evaluate("document.documentElement.scrollHeight")
            self.page.set_viewport_size({"width": width, "height": max(tall, 900)})
            self.page.wait_for_load_state("networkidle")
            wide = self.page.evaluate("document.documentElement.scrollWidth")
            self.page.screenshot(path=PICTURES / f"{name}-{width}.png")
            assert wide <= width, f"{name} is {wide} wide at {width}"
        self.page.set_viewport_size({"width": 1280, "height": 900})


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
