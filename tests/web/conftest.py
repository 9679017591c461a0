"""The web site as a browser sees it, without a server: redirects are looked at, not followed."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from newsletter.wiring import Services
from web.app import create_app


@pytest.fixture
def client(services: Services) -> Iterator[TestClient]:
    with TestClient(create_app(services), follow_redirects=False) as client:
        yield client
