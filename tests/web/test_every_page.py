"""Every page of the desk opens on PostgreSQL too; on SQLite they are opened in tests/security."""

from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from newsletter.wiring import Services
from tests.conftest import POSTGRES_URL
from tests.fakes import FakeTransport
from tests.web import every_page
from tests.web.desk import enter
from web.app import create_app


@pytest.mark.postgresql
@pytest.mark.skipif(not POSTGRES_URL, reason="on SQLite every page is opened in tests/security")
def test_every_page_opens(services: Services) -> None:
    near = replace(services, open_transport=FakeTransport)
    paths = every_page.addresses(every_page.begin_usual(near)).values()

    with TestClient(create_app(near), follow_redirects=False) as cees:
        enter(cees, near, every_page.ADMINISTRATOR)
        answers = {path: cees.get(path).status_code for path in paths}

    assert len(answers) > 60
    assert {path: status for path, status in answers.items() if status >= 400} == {}
