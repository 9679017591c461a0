"""A furnished desk at a port, and a browser: for the tests of pages and for the stories."""

import shutil
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser

from newsletter.settings import Settings
from newsletter.wiring import Services
from tests.web.browsing import browsing, serving
from tests.web.furniture import furnish, prepared


@pytest.fixture
def door() -> Iterator[socket.socket]:
    """Take a free port before anything is built: mails point to pictures at this address."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        yield door


@pytest.fixture
def base(door: socket.socket) -> str:
    return f"http://127.0.0.1:{door.getsockname()[1]}"


@pytest.fixture(scope="session")
def furnished(migrated: Path | None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Furnish a desk once for the tests of a process; each begins with a copy of this file."""
    assert migrated, "in a browser everything is seen on SQLite"
    return prepared(migrated, tmp_path_factory.mktemp("furnished"), furnish)


@pytest.fixture
def at_base(settings: Settings, furnished: Path, base: str) -> Settings:
    """The settings of a furnished desk that is served at that port."""
    shutil.copy(furnished, settings.data_dir / furnished.name)
    return replace(settings, base_url=base)


@pytest.fixture
def server(near: Services, door: socket.socket) -> Iterator[None]:
    """Serve the services of the test, `near`, at that port."""
    with serving(near, door):
        yield


def _as_long_as_it_can(
    fixture_name: str,
    config: pytest.Config,
) -> Literal["module", "session"]:
    """Return for how long a browser stays: where only tests in a browser run, for all of them.

    It keeps an event loop in the thread, in which tests of other kinds cannot begin one.
    """
    return "session" if config.getoption("markexpr").startswith("browser") else "module"


@pytest.fixture(scope=_as_long_as_it_can)
def chromium() -> Iterator[Browser]:
    """Start the browser once for many tests: that takes longer than most of them."""
    with browsing() as browser:
        yield browser


@pytest.fixture
def browser(chromium: Browser) -> Iterator[Browser]:
    """Give a browser that knows nothing of the tests before; its windows are closed after it."""
    yield chromium
    for context in chromium.contexts:
        context.close()
