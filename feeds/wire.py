"""Between us and the children that read documents: frames on a socket, and a `Parsed` as JSON.

JSON and not pickle: a child reads what strangers wrote, and what it answers must not be able to do
anything here.
"""

import json
import socket
import struct
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, Final, get_type_hints

from feeds.values import EventTimes, ItemKind, Marks, Parsed, ParsedItem

LENGTH: Final = struct.Struct(">Q")
LONGEST: Final = 64 * 1024 * 1024  # of a frame: more than any document and any answer

BEGUN: Final = b""  # a child has the whole document: from now on, its end is that document's doing
READ, REFUSED = b"=", b"!"  # how an answer begins: a `Parsed` follows, or a name and a line
NO_MEMORY: Final = 77  # the exit status of a child that says so


class ChannelClosed(Exception):
    """The other side is gone, or says what it may not say."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a child is asked to read, beside the document itself."""

    kind: str
    content_type: str
    base_url: str
    now: datetime


def send(channel: socket.socket, frame: bytes) -> None:
    """Send one frame. Raises ChannelClosed, TimeoutError."""
    try:
        channel.sendall(LENGTH.pack(len(frame)))
        channel.sendall(frame)
    except ConnectionError as failure:
        raise ChannelClosed(str(failure)) from failure


def receive(channel: socket.socket, *, until: float | None = None) -> bytes:
    """Return one frame. until: on the monotonic clock. Raises ChannelClosed, TimeoutError."""
    (length,) = LENGTH.unpack(_exactly(channel, LENGTH.size, until))
    if length > LONGEST:
        raise ChannelClosed(f"a frame of {length} bytes")
    return bytes(_exactly(channel, length, until))


def pack_request(request: Request) -> bytes:
    """Return a request as one frame."""
    return json.dumps({**asdict(request), "now": request.now.isoformat()}).encode()


def unpack_request(frame: bytes) -> Request:
    """Return what `pack_request` was given."""
    told = json.loads(frame)
    return Request(**{**told, "now": datetime.fromisoformat(told["now"])})


def pack_parsed(parsed: Parsed) -> bytes:
    """Return a document that was read as one frame."""
    items = [[_plain(getattr(item, name)) for name in ITEM_FIELDS] for item in parsed.items]
    rest = {one.name: getattr(parsed, one.name) for one in fields(Parsed) if one.name != "items"}
    return json.dumps({**rest, "items": items}, separators=(",", ":")).encode()


def unpack_parsed(frame: bytes) -> Parsed:
    """Return what `pack_parsed` was given. Raises ValueError, TypeError, LookupError for less."""
    told = json.loads(frame)
    return Parsed(
        **{
            **told,
            "items": tuple(map(_item, told["items"])),
            "complaints": tuple(told["complaints"]),
        }
    )


def _item(values: list[Any]) -> ParsedItem:
    return ParsedItem(*(make(value) for make, value in zip(MAKERS, values, strict=True)))


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, EventTimes):
        ends_at = value.ends_at.isoformat() if value.ends_at else None
        return [value.starts_at.isoformat(), ends_at, value.all_day]
    if isinstance(value, Marks):
        return [value.fingerprint, value.link_key, value.text_key]
    return dict(value) if isinstance(value, Mapping) else value


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _times(told: tuple[str, str | None, bool] | None) -> EventTimes | None:
    if told is None:
        return None
    starts_at, ends_at, all_day = told
    return EventTimes(datetime.fromisoformat(starts_at), _moment(ends_at), all_day)


def _marks(told: list[str] | None) -> Marks | None:
    return Marks(*told) if told else None


def _same(value: object) -> object:
    return value


# Any: from JSON, to a field of whatever type.
_MAKER_BY_TYPE: Final[Mapping[object, Callable[[Any], Any]]] = {
    str: _same,
    bool: _same,
    ItemKind: ItemKind,
    tuple[str, ...]: tuple,
    datetime | None: _moment,
    EventTimes | None: _times,
    Marks | None: _marks,
    Mapping[str, object]: _same,
}
# By position and type: a field of a type that is not in the table above is noticed at the import.
ITEM_FIELDS: Final = tuple(one.name for one in fields(ParsedItem))
MAKERS: Final = tuple(_MAKER_BY_TYPE[get_type_hints(ParsedItem)[name]] for name in ITEM_FIELDS)


def _exactly(channel: socket.socket, length: int, until: float | None) -> bytearray:
    taken = bytearray(length)
    view, filled = memoryview(taken), 0
    while filled < length:
        if until is not None:
            channel.settimeout(max(until - time.monotonic(), 0.001))
        try:
            count = channel.recv_into(view[filled:])
        except ConnectionError as failure:
            raise ChannelClosed(str(failure)) from failure
        if count == 0:
            raise ChannelClosed("the other side ended")
        filled += count
    return taken
