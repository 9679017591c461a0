"""Every kind of source."""

from datetime import UTC, datetime

import pytest

from feeds.errors import MalformedSource
from feeds.sources import PARSERS
from feeds.values import SourceKind

NOW = datetime(2027, 4, 20, 8, 0, tzinfo=UTC)


def test_every_kind_has_a_parser() -> None:
    assert set(PARSERS) == set(SourceKind)


@pytest.mark.parametrize("kind", list(SourceKind))
@pytest.mark.parametrize("document", [b"", b"\0\xff\xfe", b"<html></html>", b"\xff\xfe<"])
def test_every_parser_refuses_what_is_not_its_kind(kind: SourceKind, document: bytes) -> None:
    with pytest.raises(MalformedSource):
        PARSERS[kind](document, now=NOW, base_url="https://partner.example.org/")
