"""Two people at the desk, readers and news to work with, and a relay that refuses one address."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from newsletter.errors import TransportRefused
from newsletter.values import Role
from newsletter.wiring import Services
from tests.fakes import FakeTransport
from tests.web.desk import desk, fill
from web.app import create_app

REFUSED = "school1@example.org"


@pytest.fixture
def transport() -> FakeTransport:
    return FakeTransport({REFUSED: TransportRefused("5.1.1 unknown", code=550)})


@pytest.fixture
def near(services: Services, transport: FakeTransport) -> Services:
    return replace(services, open_transport=lambda: transport)


@pytest.fixture
def editor(near: Services) -> Iterator[TestClient]:
    with TestClient(create_app(near), follow_redirects=False) as client:
        fill(near)
        yield desk(client, near, Role.EDITOR)


@pytest.fixture
def approver(near: Services) -> Iterator[TestClient]:
    with TestClient(create_app(near), follow_redirects=False) as client:
        yield desk(client, near, Role.APPROVER)
