"""A database of its own for the commands of each test, and a shell to run them in."""

from pathlib import Path

import pytest

from newsletter.cli.session import state
from tests.newsletter.cli.shell import Capture, Shell


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSLETTER_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("NEWSLETTER_DATABASE_URL", database_url)
    monkeypatch.setattr(state, "debug", False)


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> Shell:
    return Shell(monkeypatch, capsys)
