"""Taking in a body under limits: on its size, and on how many times it grows when unpacked."""

import zlib
from collections.abc import Iterable
from typing import Final

from feeds.errors import MalformedSource, SourceTooLarge, SourceUnreachable

GZIP: Final = b"\x1f\x8b\x08"  # how every gzip file starts (RFC 1952 §2.3.1)
STEP_BYTES: Final = 64 * 1024
SMALL_BYTES: Final = 1024 * 1024  # below this a high ratio is only a repetitive text


def unpack(chunks: Iterable[bytes], encoding: str, *, size_bytes: int, ratio: int) -> bytes:
    """Return the decoded body.

    encoding: the Content-Encoding header; one layer of gzip or deflate, or none.
    Raises:   SourceTooLarge; MalformedSource for another or a broken encoding; SourceUnreachable
              when it ended before its end.
    """
    name = encoding.strip().lower()
    if name in {"", "identity"}:
        body = _take(chunks, size_bytes)
        if not body.startswith(GZIP):
            return body
        # A file that lies packed on the server, and of which the server does not say so.
        name, chunks = "gzip", [body]
    if name in {"gzip", "x-gzip"}:
        return _inflate(chunks, zlib.decompressobj(16 + zlib.MAX_WBITS), size_bytes, ratio)
    if name == "deflate":
        return _inflate(chunks, zlib.decompressobj(), size_bytes, ratio)
    raise MalformedSource(
        f"the answer is packed as {encoding!r}; we read one layer of gzip or deflate"
    )


def _take(chunks: Iterable[bytes], size_bytes: int) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        _judge_size(len(body), size_bytes)
    return bytes(body)


def _inflate(
    chunks: Iterable[bytes], inflater: "zlib._Decompress", size_bytes: int, ratio: int
) -> bytes:
    body, packed = bytearray(), 0
    try:
        for chunk in chunks:
            packed += len(chunk)
            rest = chunk
            while rest and not inflater.eof:
                body += inflater.decompress(rest, STEP_BYTES)
                rest = inflater.unconsumed_tail
                _judge_size(len(body), size_bytes)
                _judge_ratio(len(body), packed, ratio)
    except zlib.error as failure:
        raise MalformedSource(f"the answer cannot be unpacked: {failure}") from failure
    if packed and not inflater.eof:
        raise SourceUnreachable("the connection was lost before the packed answer was complete")
    return bytes(body)


def _judge_size(size: int, limit: int) -> None:
    if size > limit:
        raise SourceTooLarge(f"the answer is larger than {limit} bytes")


def _judge_ratio(size: int, packed: int, ratio: int) -> None:
    if size > SMALL_BYTES and size > packed * ratio:
        raise SourceTooLarge(f"the answer unpacks to more than {ratio} times its size")
