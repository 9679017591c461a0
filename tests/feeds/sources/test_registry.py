"""Every kind of source."""

import inspect
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from feeds.errors import MalformedSource
from feeds.sources import PARSERS
from feeds.values import SourceKind

NOW = datetime(2027, 4, 20, 8, 0, tzinfo=UTC)


def test_every_kind_has_a_parser() -> None:
    assert set(PARSERS) == set(SourceKind)


@pytest.mark.parametrize("kind", list(SourceKind))
def test_every_parser_is_there_and_takes_what_is_given(kind: SourceKind) -> None:
    given = inspect.signature(PARSERS[kind].load()).parameters

    assert list(given) == ["document", "now", "base_url"]


def test_no_library_is_imported_before_there_is_a_document() -> None:
    libraries = {"feedparser", "icalendar", "recurring_ical_events", "dateutil"}
    code = f"import sys, feeds.reading_child; print({libraries} & set(sys.modules))"

    done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, check=True)

    assert done.stdout == b"set()\n"


@pytest.mark.parametrize("kind", list(SourceKind))
@pytest.mark.parametrize("document", [b"", b"\0\xff\xfe", b"<html></html>", b"\xff\xfe<"])
def test_every_parser_refuses_what_is_not_its_kind(kind: SourceKind, document: bytes) -> None:
    with pytest.raises(MalformedSource):
        PARSERS[kind](document, now=NOW, base_url="https://partner.example.org/")
