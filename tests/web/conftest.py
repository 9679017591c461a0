"""The web site as a browser sees it, without a server: redirects are looked at, not followed.

With a server and a browser: tests/browsers.py.
"""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from newsletter.settings import Settings
from newsletter.wiring import Services, build_services
from tests.fakes import FakeClock, FakeTransport
from web.app import create_app


@pytest.fixture
def client(services: Services) -> Iterator[TestClient]:
    with TestClient(create_app(services), follow_redirects=False) as client:
        yield client


@pytest.fixture
def transport() -> FakeTransport:
    return FakeTransport()


@pytest.fixture
def near(at_base: Settings, clock: FakeClock, transport: FakeTransport) -> Iterator[Services]:
    """A furnished desk at an address of its own."""
    built = build_services(at_base)
    yield replace(built, clock=clock, open_transport=lambda: transport)
    built.db.close()
