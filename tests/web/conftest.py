"""The web site as a browser sees it, without a server: redirects are looked at, not followed."""

import socket
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from starlette.testclient import TestClient

from newsletter.wiring import Services
from tests.web.browsing import browsing, serving
from web.app import create_app


@pytest.fixture
def client(services: Services) -> Iterator[TestClient]:
    with TestClient(create_app(services), follow_redirects=False) as client:
        yield client


@pytest.fixture
def door() -> Iterator[socket.socket]:
    """Take a free port before anything is built: mails point to pictures at this address."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        yield door


@pytest.fixture
def base(door: socket.socket) -> str:
    return f"http://127.0.0.1:{door.getsockname()[1]}"


@pytest.fixture
def server(near: Services, door: socket.socket) -> Iterator[None]:
    """Serve the services of the test, `near`, at that port."""
    with serving(near, door):
        yield


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Start the browser once for the tests of a file: that takes longer than most of them."""
    with browsing() as browser:
        yield browser


@pytest.fixture
def browser(chromium: Browser) -> Iterator[Browser]:
    """Give a browser that knows nothing of the tests before; its windows are closed after it."""
    yield chromium
    for context in chromium.contexts:
        context.close()
