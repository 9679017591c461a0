"""Unpacking under limits, whatever way the bytes come in."""

import gzip
import hashlib
import sys
import zlib
from collections.abc import Iterator

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.errors import GatherError, MalformedSource, SourceTooLarge, SourceUnreachable
from feeds.unpack import ENCODINGS, UNPACKERS, unpack

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

MIB = 1024 * 1024
NOISE = b"".join(hashlib.sha256(b"%d" % n).digest() for n in range(24_000))  # packs badly


def bare_deflate(text: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(text) + packer.flush()


PACKERS = {
    "gzip": lambda text: gzip.compress(text, mtime=0),
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstd.compress,
}


def in_pieces(packed: bytes, size: int) -> Iterator[bytes]:
    return (packed[start : start + size] for start in range(0, len(packed), size))


def opened(packed: bytes, encoding: str, *, piece: int = 1000, size: int = 10 * MIB) -> bytes:
    return unpack(in_pieces(packed, piece), encoding, size_bytes=size, ratio=100)


def test_what_we_ask_for_is_what_we_can_unpack() -> None:
    assert ENCODINGS.split(", ") == list(PACKERS)
    assert set(UNPACKERS) == {*PACKERS, "x-gzip"}


@pytest.mark.parametrize("encoding", PACKERS)
@given(text=st.binary(max_size=300), piece=st.integers(1, 40))
def test_it_does_not_matter_where_the_network_cuts(encoding: str, text: bytes, piece: int) -> None:
    assert opened(PACKERS[encoding](text), encoding, piece=piece) == text


@pytest.mark.parametrize("encoding", PACKERS)
def test_more_than_one_step_is_unpacked(encoding: str) -> None:
    text = NOISE * 2

    assert opened(PACKERS[encoding](text), encoding, piece=70_000) == text


@pytest.mark.parametrize("piece", [1, 7, 10_000])
def test_deflate_without_its_wrapper_is_unpacked(piece: int) -> None:
    assert opened(bare_deflate(b"hallo " * 50), "deflate", piece=piece) == b"hallo " * 50


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
@pytest.mark.parametrize("piece", [1, 5, 1000])
def test_a_file_of_several_members_is_one_text(encoding: str, piece: int) -> None:
    packed = PACKERS[encoding](b"hal") + PACKERS[encoding](b"lo")

    assert opened(packed, encoding, piece=piece) == b"hallo"


def test_zeros_after_the_end_are_nothing() -> None:
    assert opened(PACKERS["gzip"](b"hallo") + bytes(512), "gzip") == b"hallo"


@pytest.mark.long
@pytest.mark.parametrize("encoding", PACKERS)
def test_a_bomb_ends_long_before_it_is_whole(encoding: str) -> None:
    bomb = PACKERS[encoding](bytes(64 * MIB))
    taken: list[bytes] = []

    def network() -> Iterator[bytes]:
        for piece in in_pieces(bomb, 512):
            taken.append(piece)
            yield piece

    with pytest.raises(SourceTooLarge, match="more than 100 times"):
        unpack(network(), encoding, size_bytes=200 * MIB, ratio=100)
    assert sum(map(len, taken)) <= max(len(bomb) // 10, 512)


@pytest.mark.parametrize("encoding", PACKERS)
def test_the_size_counts_what_was_unpacked(encoding: str) -> None:
    packed = PACKERS[encoding](b"x" * 3000)

    assert len(opened(packed, encoding, size=3000)) == 3000
    with pytest.raises(SourceTooLarge, match="larger than 2999 bytes"):
        opened(packed, encoding, size=2999)


@pytest.mark.parametrize("encoding", PACKERS)
def test_what_is_cut_off_is_not_taken_for_whole(encoding: str) -> None:
    packed = PACKERS[encoding](NOISE[:5000])

    with pytest.raises(SourceUnreachable):
        opened(packed[:-2], encoding)


@pytest.mark.parametrize("encoding", PACKERS)
@given(rubbish=st.binary(min_size=1, max_size=60))
def test_rubbish_is_a_failure_of_its_source(encoding: str, rubbish: bytes) -> None:
    try:
        unpack([rubbish], encoding, size_bytes=MIB, ratio=100)
    except GatherError:
        return
    assert encoding in {"deflate", "br"}  # the shortest texts of these look like anything


def test_a_window_that_would_take_our_memory_is_refused() -> None:
    packer = zstd.ZstdCompressor(options={zstd.CompressionParameter.window_log: 27})
    packed = packer.compress(bytes(32 * MIB)) + packer.flush()

    with pytest.raises(MalformedSource):
        opened(packed, "zstd", piece=MIB)


@pytest.mark.parametrize("encoding", ["gzip, gzip", "compress", "br, gzip", "exi"])
def test_another_packing_is_refused(encoding: str) -> None:
    with pytest.raises(MalformedSource, match="we read one of gzip, deflate, br, zstd"):
        opened(b"x", encoding)


@pytest.mark.parametrize("encoding", ["utf-8", "none", "identity, 8bit", "aws-chunked", ","])
def test_a_word_that_is_no_packing_is_passed_over(encoding: str) -> None:
    assert opened(b"<rss/>", encoding) == b"<rss/>"
    assert opened(gzip.compress(b"<rss/>"), f"gzip, {encoding}") == b"<rss/>"


@pytest.mark.parametrize("encoding", [*PACKERS, "", "identity"])
def test_nothing_unpacks_to_nothing(encoding: str) -> None:
    assert opened(b"", encoding) == b""
