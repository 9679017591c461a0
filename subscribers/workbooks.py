"""The first sheet of a workbook (.xlsx, ISO/IEC 29500-1 §18) becomes rows of text, in flat memory.

Read as a stream, because a file from outside may say that it is anything: no tree is built of it,
no part is unpacked past a limit, and a document type, which no workbook has, is refused before it
could name an entity. Formulas are not looked at: what they gave when the file was saved counts.
Why not with a library: docs/decisions/0021-workbooks-are-read-as-a-stream.md.
"""

import io
import posixpath
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Final, TypeVar
from xml.parsers import expat

from subscribers.errors import FileKind, MalformedImport, OtherFile
from subscribers.workbook_parts import (
    Part,
    Relations,
    SheetList,
    SheetRows,
    Strings,
    Styles,
    read_part,
)

PART_MAXIMUM: Final = 1 << 30  # bytes that a part unpacks to: a full sheet of ten columns has half
LIST_MAXIMUM: Final = 1 << 20  # bytes of the list of parts: zipfile makes an object of each

PART = TypeVar("PART", bound=Part)

_END: Final = b"PK\x05\x06"
_END_64: Final = b"PK\x06\x07"
_TAIL: Final = 22 + 65_535  # the end record with the longest note
_METHODS: Final = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_BROKEN: Final = (
    *(zipfile.BadZipFile, zlib.error, expat.ExpatError, EOFError, KeyError, IndexError),
    *(ValueError, NotImplementedError, RuntimeError, struct.error),
)


class Workbook:
    """An open workbook. size, position: bytes of its sheet, unpacked, in all and read so far."""

    def __init__(self, file: BinaryIO) -> None:
        """Read all but the sheet. Raises MalformedImport."""
        with _judged():
            _require_small_list(file)
            self._zip = zipfile.ZipFile(file)
            if "_rels/.rels" not in self._zip.NameToInfo:  # which every such package has
                raise OtherFile(FileKind.PACKED)
            book = self._relations("").kinds["officeDocument"].lstrip("/")
            related, folder = self._relations(book), posixpath.dirname(book)
            sheets = self._read(book, SheetList())
            self._sheet = self._part(_resolved(folder, related.targets[sheets.first]))
            strings, styles = Strings(), Styles()
            for kind, part in (("sharedStrings", strings), ("styles", styles)):
                if kind in related.kinds:
                    self._read(_resolved(folder, related.kinds[kind]), part)
        self._rows = SheetRows(strings, bytes(styles.dates), sheets.epoch)
        self.size, self.position = self._sheet.file_size, 0

    def keep_columns(self, count: int) -> None:
        """Put what stands further to the right in the last of so many columns."""
        self._rows.keep = count

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield each row that is not empty: its number and its cells up to the last filled one.

        Raises MalformedImport where the sheet is broken.
        """
        with _judged(), self._zip.open(self._sheet) as stream:
            for read in read_part(stream, self._rows):
                self.position = read
                ready, self._rows.ready = self._rows.ready, []
                yield from ready
        self.position = self.size

    def _relations(self, part: str) -> Relations:
        folder, name = posixpath.split(part)
        return self._read(posixpath.join(folder, "_rels", f"{name}.rels"), Relations())

    def _read(self, name: str, part: PART) -> PART:
        with self._zip.open(self._part(name)) as stream:
            for _ in read_part(stream, part):
                pass
        return part

    def _part(self, name: str) -> zipfile.ZipInfo:
        """Return the entry of a part; zipfile unpacks no more of it than it declares."""
        info = self._zip.getinfo(name)
        if info.file_size > PART_MAXIMUM:
            raise MalformedImport("this workbook is too large: save the sheet as CSV")
        if info.compress_type not in _METHODS:
            raise MalformedImport("this workbook cannot be read: it is packed in another way")
        return info


@contextmanager
def _judged() -> Iterator[None]:
    try:
        yield
    except _BROKEN as failure:
        raise MalformedImport("this is no workbook that we can read: save the sheet as CSV") from (
            failure
        )


def _require_small_list(file: BinaryIO) -> None:
    """Raise MalformedImport when the list of parts is longer than that of any workbook."""
    whole = file.seek(0, io.SEEK_END)
    file.seek(max(0, whole - _TAIL - 20))
    tail = file.read()
    at = tail.rfind(_END)
    (size,) = struct.unpack_from("<L", tail, at + 12) if at >= 0 else (0,)
    if at < 0 or size > LIST_MAXIMUM or _END_64 in tail[max(0, at - 20) : at]:
        raise MalformedImport("this is no workbook that we can read: save the sheet as CSV")
    file.seek(0)


def _resolved(folder: str, target: str) -> str:
    return posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
