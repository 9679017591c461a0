"""Reading in a child: the same answers, and an end to what takes too long or too much."""

import subprocess
from pathlib import Path

import pytest

from newsletter.learn.reading import read_bounce
from newsletter.learn.reading_children import LIMITS, BounceLimits, BounceReader
from newsletter.learn.reading_wire import UNPACK_FAULTS, pack_report, unpack_report
from newsletter.learn.returned import BounceClass

SAMPLES = Path(__file__).parents[2] / "data" / "bounces"
MEGABYTE = 1024 * 1024
LARGE = b"X: y\n" * 170_000  # a hundred bytes of ours for each of theirs
# Much work for who tries every pattern at every place, and nothing to say.
HEAVY = b"From: MAILER-DAEMON@example.org\nSubject: Undelivered\n\n" + b"user " * 200_000


def test_a_child_says_what_is_read_here() -> None:
    with BounceReader() as reader:
        for sample in sorted(SAMPLES.glob("*.eml")):
            assert reader.read(sample.read_bytes()) == read_bounce(sample.read_bytes()), sample


def test_what_eats_the_memory_ends_a_child_and_the_next_one_reads_on() -> None:
    raw = (SAMPLES / "qmail-two.eml").read_bytes()

    with BounceReader(BounceLimits(memory_bytes=48 * MEGABYTE)) as small:
        ended = small.read(LARGE)
    with BounceReader() as reader:
        read = reader.read(raw)

    assert (ended.kind, ended.recipients) == (BounceClass.NONE, ())
    assert read.kind == BounceClass.PERMANENT


def test_what_takes_too_long_ends_a_child_and_the_next_one_reads_on() -> None:
    raw = (SAMPLES / "qmail-two.eml").read_bytes()

    with BounceReader(BounceLimits(cpu_s=0)) as reader:
        for _ in range(8):  # the kernel counts whole seconds, and machines differ
            assert reader.read(HEAVY * 5).kind == BounceClass.NONE
            if reader._child is None:
                break
        was_ended, reader._limits = reader._child is None, LIMITS

        assert was_ended
        assert reader.read(raw).kind == BounceClass.PERMANENT


def test_a_child_that_was_ended_is_replaced() -> None:
    raw = (SAMPLES / "qmail-two.eml").read_bytes()
    with BounceReader() as reader:
        reader.read(raw)
        assert reader._child is not None
        reader._child._process.kill()
        reader._child._process.wait()

        assert reader.read(raw).kind == BounceClass.PERMANENT


def test_a_child_gets_nothing_of_our_environment() -> None:
    with BounceReader() as reader:
        reader.read(b"")
        assert reader._child is not None
        shown = subprocess.run(
            ["cat", f"/proc/{reader._child._process.pid}/environ"],
            capture_output=True,
            check=True,
        )

    assert shown.stdout.strip(b"\0") == b""


@pytest.mark.parametrize("frame", [b"", b"{}", b"[]", b'{"kind": "x"}', b"null"])
def test_an_answer_of_another_shape_is_none(frame: bytes) -> None:
    with pytest.raises(UNPACK_FAULTS):
        unpack_report(frame)


def test_a_report_comes_over_whole() -> None:
    for sample in SAMPLES.glob("*.eml"):
        report = read_bounce(sample.read_bytes())
        assert unpack_report(pack_report(report)) == report
