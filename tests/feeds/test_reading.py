"""Children that read: what they answer, and what becomes of documents that would end the program.

The limits of some tests are small: what passes them must not depend on which bombs the parsers have
learnt to refuse by themselves.
"""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feeds.errors import MalformedSource, SourceTooHeavy
from feeds.identity import marked
from feeds.reading import Readers, ReadingLimits
from feeds.sources import PARSERS
from feeds.values import Parsed
from tests.feeds.documents import burning, calendar, entry, rss, vevent

pytestmark = pytest.mark.long

NOW = datetime(2027, 4, 20, 8, 0, tzinfo=UTC)
URL = "https://partner.example.org/feed/"
SMALL = rss(entry("x"), entry("y")).encode()
TEXT = "Scholen en lerarenopleidingen leiden samen leraren op. " * 160
LARGE = rss(*(entry(str(n), description=TEXT) for n in range(1000))).encode()
START = "DTSTART;TZID=Europe/Amsterdam:20270422T093000"
BURNING = burning()


def read(readers: Readers, document: bytes = SMALL, kind: str = "feed") -> Parsed:
    return readers.read(kind, document, base_url=URL, now=NOW)


@pytest.fixture
def readers() -> Iterator[Readers]:
    with Readers() as started:
        yield started


@pytest.mark.parametrize(
    ("kind", "document"),
    [
        ("feed", SMALL),
        ("agenda", calendar(vevent("e", START, "LOCATION:Zeist", "RRULE:FREQ=WEEKLY;COUNT=3"))),
        ("practice", b"---\ntitle: Een\nthemes: [visie]\n---\nVerhaal."),
    ],
)
def test_a_child_answers_as_the_parser_does(readers: Readers, kind: str, document: bytes) -> None:
    parsed = read(readers, document, kind)

    plain = PARSERS[kind](document, now=NOW, base_url=URL)
    assert parsed == plain
    assert [item.marks for item in parsed.items] == [marked(item).marks for item in plain.items]


def test_the_character_set_of_the_header_counts(readers: Readers) -> None:
    document = rss(entry("x", title="Caf\xe9 \u20ac")).replace("UTF-8", "none").encode("cp1250")

    parsed = readers.read(
        "feed", document, base_url=URL, now=NOW, content_type="text/xml; charset=windows-1250"
    )

    assert parsed.items[0].title == "Caf\xe9 \u20ac"


def test_what_is_no_feed_is_refused_with_its_reason(readers: Readers) -> None:
    with pytest.raises(MalformedSource, match="this is a web page, not a feed"):
        read(readers, b"<html></html>")

    assert len(read(readers).items) == 2
    assert len(readers.pids) == 1  # the same child went on


def test_one_child_reads_every_kind_in_turn(readers: Readers) -> None:
    event = calendar(vevent("e", START))

    counts = [len(read(readers, *one).items) for one in ((SMALL, "feed"), (event, "agenda")) * 2]

    assert counts == [2, 1, 2, 1]
    assert len(readers.pids) == 1


def test_a_kind_that_nobody_reads_costs_only_its_own_source(readers: Readers) -> None:
    with pytest.raises(MalformedSource):
        read(readers, SMALL, "telegraph")

    assert len(read(readers).items) == 2


def test_no_child_is_started_before_there_is_a_document(readers: Readers) -> None:
    assert readers.pids == ()


def test_children_end_with_the_round() -> None:
    with Readers() as readers:
        read(readers)
        (pid,) = readers.pids

    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_document_that_computes_too_long_costs_only_itself() -> None:
    with Readers(ReadingLimits(cpu_s=1)) as readers:
        with pytest.raises(SourceTooHeavy, match="more than 1 seconds of computing"):
            read(readers, BURNING)

        assert len(read(readers).items) == 2


def test_a_document_that_takes_too_much_memory_costs_only_itself() -> None:
    with Readers(ReadingLimits(memory_bytes=64 * 2**20)) as readers:
        with pytest.raises(SourceTooHeavy, match="more than 64 MiB of memory"):
            read(readers, LARGE)

        assert len(read(readers).items) == 2


def test_a_document_that_waits_too_long_costs_only_itself() -> None:
    with Readers(ReadingLimits(whole_s=2.0)) as readers:
        with pytest.raises(SourceTooHeavy, match="more than 2 seconds"):
            read(readers, BURNING)

        assert len(read(readers).items) == 2


def test_a_child_that_is_killed_at_work_costs_one_document(readers: Readers) -> None:
    read(readers)
    (pid,) = readers.pids
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(read, readers, BURNING)
        while computed_s(pid) < 2:
            assert not reading.done()
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(SourceTooHeavy, match="ended the reader: SIGKILL"):
            reading.result()

    assert len(read(readers).items) == 2


def test_a_child_that_is_killed_while_it_waits_costs_nothing(readers: Readers) -> None:
    read(readers)
    os.kill(readers.pids[0], signal.SIGKILL)

    assert len(read(readers).items) == 2


def test_a_child_that_read_much_is_replaced_by_a_new_one(readers: Readers) -> None:
    read(readers)
    first = readers.pids
    read(readers, LARGE)
    assert readers.pids == first

    read(readers, LARGE)

    assert not readers.pids
    assert len(read(readers).items) == 2


def test_one_document_does_not_hold_up_another() -> None:
    with Readers(ReadingLimits(cpu_s=2)) as readers, ThreadPoolExecutor(1) as pool:
        burning = pool.submit(read, readers, BURNING)

        assert len(read(readers).items) == 2
        assert not burning.done()


def test_a_child_may_not_write_nor_start_anything_and_knows_no_secret(
    readers: Readers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSLETTER_SECRET_KEY", "not for strangers")
    read(readers)

    place = Path("/proc") / str(readers.pids[0])
    limits = {
        line[:25].strip(): line[25:].split()[0]
        for line in (place / "limits").read_text(encoding="ascii").splitlines()
    }

    assert (place / "environ").read_bytes() == b""
    assert {limits[name] for name in ("Max file size", "Max processes", "Max core file size")} == {
        "0"
    }
    assert limits["Max address space"] == str(512 * 2**20)


def computed_s(pid: int) -> float:
    """Return for how long a process computed."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return int(fields[11]) / os.sysconf("SC_CLK_TCK")
