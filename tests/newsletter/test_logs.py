"""Logging: ours and the libraries' in one form, one object a line for machines."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from newsletter.logs import configure_logging


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    handlers = list(logging.getLogger().handlers)
    yield
    structlog.reset_defaults()
    logging.getLogger().handlers[:] = handlers


def test_every_line_for_machines_is_an_object(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("json")

    structlog.get_logger().info("complete", editions=[3])
    logging.getLogger("a_library").warning("unexpected %s", "byte")
    logging.getLogger("a_library").info("chatter")

    ours, theirs = map(json.loads, capsys.readouterr().err.splitlines())
    assert (ours["event"], ours["level"], ours["editions"]) == ("complete", "info", [3])
    assert (theirs["event"], theirs["level"]) == ("unexpected byte", "warning")


def test_configured_twice_it_says_things_once(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("text")
    configure_logging("text")

    logging.getLogger("a_library").warning("unexpected byte")

    (line,) = capsys.readouterr().err.splitlines()
    assert "unexpected byte" in line


def test_a_traceback_of_a_library_names_no_values(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("json")
    address = "jan@example.org"

    try:
        [address][len(address)]
    except IndexError:
        logging.getLogger("a_library").exception("failed")

    printed = capsys.readouterr().err
    assert json.loads(printed)["exception"]
    assert address not in printed
