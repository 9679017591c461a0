"""Raw messages from files, folders, Maildirs and mboxes (RFC 4155), each cut to a bound."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

MESSAGE_MAXIMUM: Final = 1 << 20  # bytes that are read; what a bounce says stands near its start
_LINE_MAXIMUM: Final = 1 << 16
# With the moment that RFC 4155 asks for: a sentence may begin with "From" as well.
_SEPARATOR: Final = re.compile(rb"From \S*.{0,200}\d\d?:\d\d")


def find_files(path: Path) -> list[Path]:
    """Return the files that a path stands for, by name: itself, a Maildir's, or a folder's.

    Raises: FileNotFoundError when there is nothing there.
    """
    if not path.is_dir():
        return [path.resolve(strict=True)]
    maildir = [path / "new", path / "cur"]
    folders = maildir if all(one.is_dir() for one in maildir) else [path]
    return sorted(
        file
        for folder in folders
        for file in folder.iterdir()
        if file.is_file() and not file.name.startswith(".")
    )


def read_messages(file: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the messages in one file, each with its name: `file#2` in an mbox of several."""
    with file.open("rb") as opened:
        start = opened.read(MESSAGE_MAXIMUM)
    if _SEPARATOR.match(start):
        yield from _read_mbox(file)
    else:
        yield str(file), start


def _read_mbox(file: Path) -> Iterator[tuple[str, bytes]]:
    message, number, after_blank = bytearray(), 0, True
    with file.open("rb") as opened:
        while line := opened.readline(_LINE_MAXIMUM):
            if after_blank and _SEPARATOR.match(line):
                if number:
                    yield f"{file}#{number}", bytes(message)
                message, number = bytearray(), number + 1
            elif len(message) < MESSAGE_MAXIMUM:
                message += line[1:] if line.startswith(b">From ") else line
            after_blank = line in {b"\n", b"\r\n"}
    yield f"{file}#{number}" if number > 1 else str(file), bytes(message)
