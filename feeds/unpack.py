"""Taking in a body under limits: on its size, and on how many times it grows when unpacked."""

import sys
import zlib
from collections.abc import Callable, Iterable, Mapping
from typing import Final, Protocol

import brotli

from feeds.errors import MalformedSource, SourceTooLarge, SourceUnreachable

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ENCODINGS: Final = "gzip, deflate, br, zstd"
"""What we can unpack, as Accept-Encoding says it."""

# What else a server may call a packing (the registry of RFC 9110 §16.6.1).
OTHERS: Final = frozenset(
    ("aes128gcm", "compress", "x-compress", "dcb", "dcz", "exi", "pack200-gzip")
)
GZIP: Final = b"\x1f\x8b\x08"  # how every gzip file starts (RFC 1952 §2.3.1)
STEP_BYTES: Final = 64 * 1024
SMALL_BYTES: Final = 1024 * 1024  # below this a high ratio is only a repetitive text
WINDOW_LOG: Final = 23  # 8 MiB, as much as an HTTP answer may ask us to keep (RFC 9659 §3)
BROKEN: Final = (zlib.error, zstd.ZstdError, brotli.error)


def unpack(chunks: Iterable[bytes], encoding: str, *, size_bytes: int, ratio: int) -> bytes:
    """Return the decoded body.

    encoding: the Content-Encoding header; one layer of `ENCODINGS`, or none. A word in it that is
              no packing is passed over, as browsers do.
    Raises:   SourceTooLarge; MalformedSource for another or a broken encoding; SourceUnreachable
              when it ended before its end.
    """
    name = _packing(encoding)
    if not name:
        body = _take(chunks, size_bytes)
        if not body.startswith(GZIP):
            return body
        # A file that lies packed on the server, and of which the server does not say so.
        name, chunks = "gzip", [body]
    if name not in UNPACKERS:
        raise MalformedSource(f"the answer is packed as {encoding!r}; we read one of {ENCODINGS}")
    try:
        return _unpack(chunks, UNPACKERS[name], size_bytes, ratio)
    except BROKEN as failure:
        raise MalformedSource(f"the answer is not packed as {name}, as it says") from failure


def _packing(encoding: str) -> str:
    """Return what a header names; "" for no packing, such as "none" or a character set."""
    named = (name.strip().lower() for name in encoding.split(","))
    return ", ".join(name for name in named if name in UNPACKERS or name in OTHERS)


def _take(chunks: Iterable[bytes], size_bytes: int) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        _judge_size(len(body), size_bytes)
    return bytes(body)


class _Unpacker(Protocol):
    """Takes one packing off, in steps."""

    @property
    def needs_input(self) -> bool:
        """Whether it gave all that can be made of what it was given."""
        ...

    @property
    def eof(self) -> bool:
        """Whether the packed data came to its end."""
        ...

    @property
    def unused_data(self) -> bytes:
        """What was given after that end, and may be the beginning of another packing."""
        ...

    def decompress(self, data: bytes, /, max_length: int) -> bytes:
        """Take more in, unless it is empty; give the next bytes, hardly more than that many."""
        ...


def _unpack(
    chunks: Iterable[bytes], make: Callable[[], _Unpacker], size_bytes: int, ratio: int
) -> bytes:
    body, packed, unpacker = bytearray(), 0, make()
    for chunk in chunks:
        packed += len(chunk)
        rest, is_more = chunk, bool(chunk)
        while is_more:
            if unpacker.eof:
                unpacker = make()  # a file of several members, which are one text (RFC 1952 §2.2)
            body += unpacker.decompress(rest, max_length=STEP_BYTES)
            _judge_size(len(body), size_bytes)
            _judge_ratio(len(body), packed, ratio)
            rest = unpacker.unused_data if unpacker.eof else b""
            is_more = bool(rest) if unpacker.eof else not unpacker.needs_input
    if packed and not unpacker.eof:
        raise SourceUnreachable("the connection was lost before the packed answer was complete")
    return bytes(body)


class _Inflater:
    """gzip (RFC 1952) and zlib's "deflate" (RFC 9110 §8.4.1.2)."""

    def __init__(self, window_bits: int) -> None:
        self._inflater = zlib.decompressobj(window_bits)
        self.needs_input = True

    @property
    def eof(self) -> bool:
        return self._inflater.eof

    @property
    def unused_data(self) -> bytes:
        rest = self._inflater.unused_data
        return rest if rest.startswith(GZIP[:1]) else b""  # some servers fill up with zeros

    def decompress(self, data: bytes, /, max_length: int) -> bytes:
        made = self._inflater.decompress(self._inflater.unconsumed_tail + data, max_length)
        self.needs_input = len(made) < max_length
        return made


class _Deflated(_Inflater):
    """The same, or bare deflate data without zlib's two bytes before it, as some servers send."""

    def __init__(self) -> None:
        super().__init__(zlib.MAX_WBITS)
        self._is_begun = False

    def decompress(self, data: bytes, /, max_length: int) -> bytes:
        if data and not self._is_begun:
            self._is_begun = True
            if data[0] & 0x0F != zlib.DEFLATED:
                self._inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        return super().decompress(data, max_length)


class _Brotli:
    """br (RFC 7932)."""

    unused_data = b""

    def __init__(self) -> None:
        self._brotli = brotli.Decompressor()
        self.needs_input = True

    @property
    def eof(self) -> bool:
        return bool(self._brotli.is_finished())

    def decompress(self, data: bytes, /, max_length: int) -> bytes:
        made = bytes(self._brotli.process(data, output_buffer_limit=max_length))
        # It may take in all there is and still hold back what did not fit.
        is_empty = len(made) < max_length
        self.needs_input = is_empty and bool(self._brotli.can_accept_more_data())
        return made


def _gzip() -> _Inflater:
    return _Inflater(16 + zlib.MAX_WBITS)


def _zstd() -> "zstd.ZstdDecompressor":
    return zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: WINDOW_LOG})


UNPACKERS: Final[Mapping[str, Callable[[], _Unpacker]]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _Deflated,
    "br": _Brotli,
    "zstd": _zstd,
}


def _judge_size(size: int, limit: int) -> None:
    if size > limit:
        raise SourceTooLarge(f"the answer is larger than {limit} bytes")


def _judge_ratio(size: int, packed: int, ratio: int) -> None:
    if size > SMALL_BYTES and size > packed * ratio:
        raise SourceTooLarge(f"the answer unpacks to more than {ratio} times its size")
