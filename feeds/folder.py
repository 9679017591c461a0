"""A folder of practice examples as a source: each Markdown file in it is one example."""

from datetime import datetime
from pathlib import Path
from typing import Final

from feeds.decide import body_mark
from feeds.errors import (
    MalformedSource,
    SourceGone,
    SourceTooHeavy,
    SourceTooLarge,
    SourceUnreachable,
)
from feeds.reading import Read
from feeds.standing import Look, Standing
from feeds.values import Parsed, ParsedItem

FILE_BYTES: Final = 256 * 1024


def look_at_folder(source: Standing, *, read: Read, now: datetime) -> Look:
    """Read the folder; one bad file is a complaint that names the file and the line.

    Raises SourceGone when there is no such folder, SourceUnreachable when it may not be read.
    """
    files = _read(Path(source.url))
    everything = b"\0".join(name.encode() + b"\0" + body for name, body in files)
    mark = body_mark(everything, kind=source.kind, source_id=source.id, now=now)
    if mark == source.body_hash:
        return Look(source, mark=mark)
    items: list[ParsedItem] = []
    complaints: list[str] = []
    complete = True
    for name, body in files:
        try:
            _judge_size(body)
            parsed = read(source.kind, body, base_url=f"{source.url}/{name}", now=now)
        except (MalformedSource, SourceTooLarge, SourceTooHeavy) as failure:
            complaints.append(f"{name}: {failure}")
            complete = False  # the example is there, so it is not gone
            continue
        items.extend(parsed.items)
        complaints.extend(f"{name}: {complaint}" for complaint in parsed.complaints)
    parsed = Parsed(tuple(items), tuple(complaints), complete=complete)
    return Look(source, parsed=parsed, mark=mark)


def _judge_size(body: bytes) -> None:
    if len(body) > FILE_BYTES:
        raise SourceTooLarge(f"the file is larger than {FILE_BYTES} bytes")


def _read(folder: Path) -> list[tuple[str, bytes]]:
    if not folder.is_dir():
        raise SourceGone(f"there is no folder {folder}", status=410)
    try:
        return [(path.name, _head_of(path)) for path in sorted(folder.glob("*.md"))]
    except OSError as failure:
        raise SourceUnreachable(f"the folder cannot be read: {failure}") from failure


def _head_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(FILE_BYTES + 1)
