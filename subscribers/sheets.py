"""A list from anybody's spreadsheet becomes numbered records, in flat memory: CSV or a workbook.

CSV is read as RFC 4180. Encoding: by its mark (UTF-8 or UTF-16), else UTF-16 when every other byte
at its start is zero, else UTF-8 when all of it is, else Windows-1252, which is what a Dutch Excel
writes. Delimiter: of comma, semicolon, tab and bar, the one that the header has most.
What a workbook is: `subscribers.workbooks`.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final, Protocol, TextIO

from subscribers import workbooks
from subscribers.errors import FileKind, MalformedImport, OtherFile
from subscribers.heads import PEOPLE, Known, find_columns, guess_columns, told_heads

LINE_MAXIMUM: Final = 1_000_000  # characters of one line that are read; the rest is left out
LOOKED_AT: Final = 200  # records that say what a column holds
HEADS_MAXIMUM: Final = 1_000  # columns; a list of people has ten

DELIMITERS: Final = ",;\t|"
# UTF-8 may have its mark; the last two are of MS-DOS and of old Macs, which nothing tells apart.
ENCODINGS: Final = ("utf-8", "windows-1252", "utf-16", "cp850", "mac-roman")
_MARKS: Final = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_ZIP: Final = b"PK\x03\x04"
_MARKED: Final = {"utf-8-sig": ("utf-8",), "utf-16": ("utf-16",)}
_UNMARKED_AS: Final = {"utf-16": "utf-16-le"}  # what Windows writes
_UNMARKED: Final = {1: "utf-16-le", 0: "utf-16-be"}  # by which bytes of a head in ASCII are zero
_START: Final = 128  # bytes that tell of which kind a file is
_OTHERS: Final = {
    re.compile(rb"\xd0\xcf\x11\xe0"): FileKind.OLD_WORKBOOK,  # a compound file, [MS-CFB]
    re.compile(  # OpenDocument 1.3, part 2, §3.3
        rb"PK\x03\x04.{26}mimetypeapplication/vnd\.oasis\.opendocument", re.DOTALL
    ): FileKind.OPEN_DOCUMENT,
    re.compile(rb"%PDF-"): FileKind.PDF,
}
_CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class ReadAs:
    """How somebody says that a CSV file is to be read; "" is found out, and so is a workbook.

    encoding: one of ENCODINGS; delimiter: one of DELIMITERS.
    """

    encoding: str = ""
    delimiter: str = ""

    def __post_init__(self) -> None:
        """Raise MalformedImport for what is none of them."""
        if self.encoding not in {"", *ENCODINGS}:
            raise MalformedImport(f"no such encoding; there are {', '.join(ENCODINGS)}")
        if len(self.delimiter) > 1 or self.delimiter not in DELIMITERS:
            raise MalformedImport("no such delimiter; there are , ; | and the word tab")


@dataclass(slots=True)  # not frozen: there are millions, and that takes three times as long
class Record:
    """One record. line: where it starts, from 1; cells: None when unreadable, see `fault`."""

    line: int
    cells: list[str] | None
    fault: str = ""


class Rows(Protocol):
    """What a file holds. encoding: "xlsx" for a workbook; delimiter: "" there."""

    encoding: str
    delimiter: str
    head: list[str]

    @property
    def position(self) -> int:
        """How much of `size` was read."""
        ...

    @property
    def size(self) -> int:
        """How much there is to read, in whatever unit."""
        ...

    def records(self) -> Iterator[Record]:
        """Yield every record after the head that is not empty."""
        ...


@dataclass(frozen=True, slots=True)
class Sheet:
    """An open file. columns: the place of each field's cell; width: how many cells there are."""

    rows: Rows
    columns: Mapping[str, int]

    @property
    def width(self) -> int:
        """How many columns the head has."""
        return len(self.rows.head)

    def records(self) -> Iterator[Record]:
        """Yield every record after the head that is not empty."""
        return self.rows.records()


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a file seems to be, for a person to confirm.

    columns: the place of each field; guessed: those fields that only their content tells;
    rows:    the first ones, as they are read.
    """

    encoding: str
    delimiter: str
    head: list[str]
    columns: Mapping[str, int]
    guessed: frozenset[str]
    rows: list[list[str]]


@contextmanager
def open_sheet(
    path: Path,
    columns: Mapping[str, str | int],
    known: Known = PEOPLE,
    *,
    read_as: ReadAs = ReadAs(),
) -> Iterator[Sheet]:
    """Open a file as a sheet. columns: field to its column, by head or place, where not known.

    known:  what the sheet is of.
    Raises: MalformedImport (no such column, none for what each needs, no such file), OSError.
    """
    with _open_rows(path, read_as) as rows:
        found = find_columns(rows.head, columns, known)
        if known.needed not in found:
            raise MalformedImport(_lacking(rows, known))
        yield Sheet(rows, found)


def propose(path: Path, read_as: ReadAs = ReadAs()) -> Proposal:
    """Say what a file seems to be, from its head and first records. Raises MalformedImport."""
    with _open_rows(path, read_as) as rows:
        first = _first_rows(rows)
        named = find_columns(rows.head, {})
        guessed = {
            field: place
            for field, place in guess_columns(rows.head, first).items()
            if field not in named and place not in named.values()
        }
        return Proposal(
            rows.encoding,
            rows.delimiter,
            rows.head,
            named | guessed,
            frozenset(guessed),
            first[:5],
        )


def every_row(path: Path) -> Iterator[list[str]]:
    """Yield the cells of every row of a file, its head among them; not of what is unreadable.

    Raises MalformedImport, OSError.
    """
    with _open_rows(path, ReadAs()) as rows:
        yield rows.head
        yield from (one.cells for one in rows.records() if one.cells is not None)


@contextmanager
def _open_rows(path: Path, read_as: ReadAs) -> Iterator[Rows]:
    with path.open("rb") as file:
        file.seek(0)  # one that is open already may be given by its number
        start = file.read(_START)
        for form, kind in _OTHERS.items():
            if form.match(start):
                raise OtherFile(kind)
        rows = _WorkbookRows(file) if start.startswith(_ZIP) else _TextRows(file, read_as)
        if not any(map(str.strip, rows.head)):
            raise OtherFile(FileKind.EMPTY)
        yield rows


class _TextRows:
    """The rows of a CSV file."""

    def __init__(self, file: BinaryIO, read_as: ReadAs) -> None:
        encoding = self.encoding = _encoding_of(file, read_as.encoding)
        if not read_as.encoding:
            _require_text(file, encoding)
        self._file = file
        self.size = file.seek(0, io.SEEK_END)
        file.seek(0)
        text = io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="")
        self._lines = _Lines(text)
        first = self._lines.readline()
        stated = re.fullmatch(r"sep=(.)\r?\n?", first)  # Excel's own note to itself
        head = self._lines.readline() if stated else first
        self.delimiter = read_as.delimiter or (stated[1] if stated else _delimiter(head))
        self.head = _cells(head, self.delimiter)
        _require_few(self.head)

    @property
    def position(self) -> int:
        return self._file.tell()

    def records(self) -> Iterator[Record]:
        taken = self._lines.taken
        reader = csv.reader(iter(self._lines), delimiter=self.delimiter)
        while True:
            line = self._lines.count + 1
            taken.clear()
            try:
                cells = next(reader)
                if len(taken) > 1:
                    self._require_closed_quotes()
            except StopIteration:
                return
            except csv.Error:
                yield Record(line, None, _unreadable(line, self._lines))
                continue
            if any(cells):
                yield Record(line, cells)

    def _require_closed_quotes(self) -> None:
        """Raise csv.Error for a record of several lines that a forgotten quote joined.

        In one line we are as lenient as a spreadsheet; over several, people would be lost unseen.
        """
        list(csv.reader(self._lines.taken, delimiter=self.delimiter, strict=True))


class _WorkbookRows:
    """The rows of the first sheet of a workbook."""

    encoding, delimiter = "xlsx", ""

    def __init__(self, file: BinaryIO) -> None:
        self._book = workbooks.Workbook(file)
        self._rows = self._book.rows()
        self.head = next((cells for _, cells in self._rows), [])
        _require_few(self.head)
        self._most = len(self.head) + 1  # one more shows that there are too many
        self._book.keep_columns(self._most)

    @property
    def position(self) -> int:
        return self._book.position

    @property
    def size(self) -> int:
        return self._book.size

    def records(self) -> Iterator[Record]:
        for line, cells in self._rows:
            if len(cells) > self._most:  # was read together with the head
                cells[self._most - 1 :] = cells[-1:]
            yield Record(line, cells)


class _Lines:
    """The lines of a text, counted, none longer than LINE_MAXIMUM. taken: those not yet cleared."""

    def __init__(self, text: TextIO) -> None:
        self._text, self.count = text, 0
        self.taken: list[str] = []

    def __iter__(self) -> Iterator[str]:
        read, take = self._text.readline, self.taken.append
        while line := read(LINE_MAXIMUM):
            if len(line) == LINE_MAXIMUM:
                self._skip_rest(line)
            self.count += 1
            take(line)
            yield line

    def readline(self) -> str:
        return next(iter(self), "")

    def _skip_rest(self, line: str) -> None:
        while len(line) == LINE_MAXIMUM and line[-1] not in "\r\n":
            line = self._text.readline(LINE_MAXIMUM)


def _encoding_of(file: BinaryIO, said: str) -> str:
    file.seek(0)
    start = file.read(4)
    for mark, encoding in _MARKS.items():
        if start.startswith(mark) and said in {"", *_MARKED[encoding]}:
            return encoding
    return _UNMARKED_AS.get(said, said) if said else _found_encoding(file, start)


def _found_encoding(file: BinaryIO, start: bytes) -> str:
    for offset, encoding in _UNMARKED.items():
        if len(start) == 4 and not any(start[offset::2]):
            return encoding
    file.seek(0)
    return "utf-8" if _is_utf8(file) else "windows-1252"


def _require_text(file: BinaryIO, encoding: str) -> None:
    """Raise OtherFile for what holds zeros where a list has its head, such as a picture."""
    file.seek(0)
    if not encoding.startswith("utf-16") and b"\0" in file.read(_START):
        raise OtherFile(FileKind.NO_TEXT)


def _is_utf8(file: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while chunk := file.read(_CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _cells(head: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([head], delimiter=delimiter), [])
    except csv.Error as failure:
        raise MalformedImport(f"the header cannot be read: {failure}") from failure


def _delimiter(head: str) -> str:
    bare = re.sub(r'"[^"]*"', "", head)
    return max(DELIMITERS, key=bare.count)


def _require_few(head: list[str]) -> None:
    if len(head) > HEADS_MAXIMUM:
        raise MalformedImport(f"the header has {len(head)} columns; at most {HEADS_MAXIMUM}")


def _first_rows(rows: Rows) -> list[list[str]]:
    return [one.cells for one in islice(rows.records(), LOOKED_AT) if one.cells is not None]


def _lacking(rows: Rows, known: Known) -> str:
    sentence = (
        f"the header has no column for {known.meaning}: name it {known.needed}{known.otherwise}"
    )
    place = guess_columns(rows.head, _first_rows(rows)).get(known.needed)
    head = "" if place is None else rows.head[place].strip()
    if not head or "@" in head:
        return f"{sentence}; {told_heads(rows.head)}"
    return f"{sentence}; {head!r} holds addresses"


def _unreadable(first: int, lines: _Lines) -> str:
    """Say what is wrong with the lines that were taken, from the first on."""
    last = lines.count
    if first >= last and len(lines.taken[-1]) > csv.field_size_limit():
        return f"regel {first} kan niet gelezen worden: die is te lang"
    where = f"regel {first}" if first >= last else f"regel {first} tot en met {last}"
    return f"{where} kan niet gelezen worden: een aanhalingsteken is niet gesloten"
