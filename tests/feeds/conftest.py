"""A local site and a fetcher that may visit it."""

from collections.abc import Iterator

import pytest

from feeds.fetch import Fetcher
from tests.feeds.site import Site


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as running:
        yield running


@pytest.fixture
def fetcher(site: Site) -> Fetcher:
    return Fetcher(allow=frozenset({site.host_port}), contact="https://nieuws.example.org")
