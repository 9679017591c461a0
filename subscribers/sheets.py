"""A CSV file from anybody's spreadsheet becomes numbered records (RFC 4180), in flat memory.

Encoding: by its mark (UTF-8 or UTF-16), else UTF-8 when all of it is, else Windows-1252, which is
what a Dutch Excel writes. Delimiter: of comma, semicolon and tab, the one that the header has most.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, TextIO

from subscribers.errors import MalformedImport

FIELDS: Final[Mapping[str, tuple[str, ...]]] = {  # with the Dutch heads that are known as well
    "email": ("e-mail", "e-mailadres", "emailadres", "email adres", "mailadres", "mail"),
    "name": ("naam", "volledige naam"),
    "audience": ("kant", "doelgroep"),
    "role": ("rol", "functie"),
    "organisation": ("organisatie", "instelling"),
    "partnership": ("opleidingsschool", "samenwerkingsverband"),
    "region": ("regio",),
    "themes": ("thema's", "thema’s", "themas"),
}


@dataclass(frozen=True, slots=True)
class Known:
    """The columns that a list may have: fields with other heads, and the one that it needs."""

    fields: Mapping[str, tuple[str, ...]]
    needed: str
    meaning: str  # of the one that is needed, for the message


PEOPLE: Final = Known(FIELDS, "email", "the address")
LINE_MAXIMUM: Final = 1_000_000  # characters of one line that are read; the rest is left out

_MARKS: Final = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Record:
    """One record. line: where it starts, from 1; cells: None when unreadable, see `fault`."""

    line: int
    cells: list[str] | None
    fault: str = ""


class Sheet:
    """An open file: `columns` says which cell holds which field, `records` gives the rest."""

    def __init__(
        self, file: BinaryIO, encoding: str, columns: Mapping[str, str], known: Known = PEOPLE
    ) -> None:
        self.encoding = encoding
        self._file = file
        text = io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="")
        self._lines = _Lines(text)
        first = self._lines.readline()
        stated = re.fullmatch(r"sep=(.)\r?\n?", first)  # Excel's own note to itself
        head = self._lines.readline() if stated else first
        self.delimiter = stated[1] if stated else _delimiter(head)
        names = _cells(head, self.delimiter)
        self.columns = _find_columns(names, columns, known)
        self.width = len(names)

    @property
    def position(self) -> int:
        """How many bytes of the file were read."""
        return self._file.tell()

    def records(self) -> Iterator[Record]:
        """Yield every record that is not empty."""
        reader = csv.reader(self._lines, delimiter=self.delimiter)
        while True:
            line = self._lines.count + 1
            self._lines.taken.clear()
            try:
                cells = next(reader)
                self._require_closed_quotes()
            except StopIteration:
                return
            except csv.Error:  # the reader begins afresh at the next line
                yield Record(line, None, _unreadable(line, self._lines.count))
                continue
            if any(cells):
                yield Record(line, cells)

    def _require_closed_quotes(self) -> None:
        """Raise csv.Error for a record of several lines that a forgotten quote joined.

        In one line we are as lenient as a spreadsheet; over several, people would be lost unseen.
        """
        if len(self._lines.taken) > 1:
            list(csv.reader(self._lines.taken, delimiter=self.delimiter, strict=True))


@contextmanager
def open_sheet(path: Path, columns: Mapping[str, str], known: Known = PEOPLE) -> Iterator[Sheet]:
    """Open a file as a sheet. columns: field to the head of its column, where that is not known.

    known:  what the sheet is of.
    Raises: MalformedImport (no such column, none for what each needs, not a text file), OSError.
    """
    encoding = _encoding(path)
    with path.open("rb") as file:
        yield Sheet(file, encoding, columns, known)


class _Lines:
    """The lines of a text, counted, none longer than LINE_MAXIMUM. taken: those not yet cleared."""

    def __init__(self, text: TextIO) -> None:
        self._text, self.count = text, 0
        self.taken: list[str] = []

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self.readline()
        if not line:
            raise StopIteration
        return line

    def readline(self) -> str:
        line = self._text.readline(LINE_MAXIMUM)
        more = line
        while len(more) == LINE_MAXIMUM and more[-1] not in "\r\n":
            more = self._text.readline(LINE_MAXIMUM)
        self.count += bool(line)
        self.taken.append(line)
        return line


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(4)
        if start.startswith(b"PK\x03\x04"):
            raise MalformedImport("this is a workbook or a zip file: save the sheet as CSV first")
        for mark, encoding in _MARKS.items():
            if start.startswith(mark):
                return encoding
        file.seek(0)
        return "utf-8" if _is_utf8(file) else "windows-1252"


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
    return max(",;\t", key=bare.count)


def _find_columns(head: list[str], given: Mapping[str, str], known: Known) -> dict[str, int]:
    """Return the place of each field's column."""
    names = [name.strip().casefold() for name in head]
    fields = known.fields
    if unknown := set(given) - set(fields):
        raise MalformedImport(f"there is no field {min(unknown)!r}; there are {', '.join(fields)}")
    found = {}
    for field, synonyms in fields.items():
        wanted = (given[field].strip().casefold(),) if field in given else (field, *synonyms)
        places = [names.index(one) for one in wanted if one in names]
        if places and names.count(names[places[0]]) > 1:
            raise MalformedImport(f"the header has two columns called {names[places[0]]!r}")
        if field in given and not places:
            raise MalformedImport(
                f"there is no column {given[field]!r} for {field!r} in the header"
            )
        if places:
            found[field] = places[0]
    if known.needed not in found:
        raise MalformedImport(
            f"the header has no column for {known.meaning}: name it {known.needed}, "
            "or say which it is"
        )
    return found


def _unreadable(first: int, last: int) -> str:
    where = f"regel {first}" if first >= last else f"regel {first} tot en met {last}"
    return f"{where} kan niet gelezen worden: een aanhalingsteken is niet gesloten"
