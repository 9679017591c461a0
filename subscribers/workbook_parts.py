"""The parts of a workbook that matter, each fed as a stream of XML: what a handler remembers of it.

Names of elements are compared without their prefix, so that the transitional and the strict kind
(ISO/IEC 29500-1 and -4) are one. Pure: bytes come in, values stay.
"""

import re
from array import array
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import IO, Final
from xml.parsers import expat

from subscribers.errors import MalformedImport

CHUNK: Final = 1 << 16
DEPTH_MAXIMUM: Final = 100  # elements in each other; a workbook needs ten
SILENCE_MAXIMUM: Final = 4 << 20  # bytes without an element; a cell holds 32,767 characters
ROWS_MAXIMUM: Final = 1_048_576  # of a sheet, by the norm
COLUMNS_MAXIMUM: Final = 16_384
CELL_MAXIMUM: Final = 32_767
STRINGS_MAXIMUM: Final = 96 << 20  # bytes of all shared texts, which have to be at hand
PIECES_MAXIMUM: Final = 4_000_000  # shared texts
LISTED_MAXIMUM: Final = 70_000  # styles, sheets, relations

_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")  # ST_Xstring, §22.9.2.19
_DATES: Final = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_DECOR: Final = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')
_DATE_LETTERS: Final = frozenset("dmyhs")


class Part:
    """Counts elements; each kind of part remembers what it needs."""

    def __init__(self) -> None:
        self.depth = self.starts = 0
        self.is_done = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Take note of the begin of an element."""
        self.depth += 1
        self.starts += 1

    def end(self, name: str) -> None:
        """Take note of its end."""
        self.depth -= 1

    def text(self, text: str) -> None:
        """Take note of text in it; long text comes in pieces."""


def read_part(stream: IO[bytes], part: Part) -> Iterator[int]:
    """Feed a part; yield how many bytes were read after each piece, until it says it is done.

    Raises MalformedImport for what no workbook holds, expat.ExpatError for what is no XML.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = part.start, part.end
    parser.CharacterDataHandler = part.text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    read = silent = 0
    while not part.is_done and (chunk := stream.read(CHUNK)):
        before = part.starts
        parser.Parse(chunk, False)  # noqa: FBT003 - the parser's own signature
        read += len(chunk)
        silent = silent + len(chunk) if part.starts == before else 0
        if part.depth > DEPTH_MAXIMUM or silent > SILENCE_MAXIMUM:
            raise MalformedImport("this workbook cannot be read: it is not what Excel writes")
        yield read
    if not part.is_done:
        parser.Parse(b"", True)  # noqa: FBT003


def _refuse_doctype(*_declared: object) -> None:
    raise MalformedImport("this workbook cannot be read: it declares a document type")


class Relations(Part):
    """Where the other parts are. targets: by id; kinds: the first target of each kind."""

    def __init__(self) -> None:
        super().__init__()
        self.targets: dict[str, str] = {}
        self.kinds: dict[str, str] = {}

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Remember one relation."""
        super().start(name, attributes)
        if _bare(name) == "Relationship" and len(self.targets) < LISTED_MAXIMUM:
            target = attributes.get("Target", "")
            self.targets[attributes.get("Id", "")] = target
            self.kinds.setdefault(attributes.get("Type", "").rpartition("/")[2], target)


class SheetList(Part):
    """Which sheets there are. first: the id of the first that is not hidden."""

    def __init__(self) -> None:
        super().__init__()
        self.first = ""
        self.epoch = datetime(1899, 12, 30)  # noqa: DTZ001 - a day on a sheet has no zone

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Look at one sheet."""
        super().start(name, attributes)
        bare = _bare(name)
        if bare == "sheet" and not self.first and "idden" not in attributes.get("state", ""):
            self.first = next((v for k, v in attributes.items() if _bare(k) == "id"), "")
        elif bare == "workbookPr" and attributes.get("date1904") in {"1", "true"}:
            self.epoch = datetime(1904, 1, 1)  # noqa: DTZ001


class Styles(Part):
    """Which looks of a cell show its number as a date. dates: by the number of the look."""

    def __init__(self) -> None:
        super().__init__()
        self.dates = bytearray()
        self._own: dict[str, bool] = {}
        self._is_of_cells = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Look at one format or look."""
        super().start(name, attributes)
        bare, number = _bare(name), attributes.get("numFmtId", "")
        if bare == "numFmt" and len(self._own) < LISTED_MAXIMUM:
            shown = _DECOR.sub("", attributes.get("formatCode", "")).lower()
            self._own[number] = bool(_DATE_LETTERS & set(shown))
        elif bare == "cellXfs":
            self._is_of_cells = True
        elif bare == "xf" and self._is_of_cells and len(self.dates) < LISTED_MAXIMUM:
            built_in = number.isdecimal() and len(number) < 4 and int(number) in _DATES
            self.dates.append(self._own.get(number, built_in))

    def end(self, name: str) -> None:
        """Leave the looks of cells."""
        super().end(name)
        if _bare(name) == "cellXfs":
            self._is_of_cells = False


class _Texts(Part):
    """Gathers the text of one thing: of its runs too, not of what only says how it sounds."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[str] = []
        self._length = 0
        self._is_open = self._is_phonetic = False

    def text(self, text: str) -> None:
        """Keep what stands in a text, up to what a cell can hold."""
        if self._is_open and self._length < CELL_MAXIMUM:
            self._pieces.append(text)
            self._length += len(text)

    def _begin(self) -> None:
        self._pieces, self._length = [], 0
        self._is_open = self._is_phonetic = False

    def _gathered(self) -> str:
        text = "".join(self._pieces)
        return _ESCAPED.sub(_unescaped, text) if "_x" in text else text


class Strings(_Texts):
    """The shared texts: all in one row of bytes, because a list of them takes three times that."""

    def __init__(self) -> None:
        super().__init__()
        self._bytes = bytearray()
        self._ends = array("I", [0])

    def __getitem__(self, number: int) -> str:
        """Return one text. Raises IndexError."""
        return self._bytes[self._ends[number] : self._ends[number + 1]].decode()

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Begin a text, or a part of one."""
        super().start(name, attributes)
        bare = _bare(name)
        if bare == "t":
            self._is_open = not self._is_phonetic
        elif bare == "si":
            self._begin()
        elif bare == "rPh":
            self._is_phonetic = True

    def end(self, name: str) -> None:
        """End it. Raises MalformedImport when there are more than fit in memory."""
        super().end(name)
        bare = _bare(name)
        if bare == "t":
            self._is_open = False
        elif bare == "rPh":
            self._is_phonetic = False
        elif bare == "si":
            self._bytes += self._gathered().encode("utf-8", "replace")
            self._ends.append(len(self._bytes))
            if len(self._bytes) > STRINGS_MAXIMUM or len(self._ends) > PIECES_MAXIMUM:
                raise MalformedImport("this workbook is too large: save the sheet as CSV")


class SheetRows(_Texts):
    """The rows of a sheet. ready: those that are whole, as (number, cells), without empty ones."""

    def __init__(self, strings: Strings, dates: bytes, epoch: datetime) -> None:
        super().__init__()
        self.ready: list[tuple[int, list[str]]] = []
        self.keep = COLUMNS_MAXIMUM
        self._strings, self._dates, self._epoch = strings, dates, epoch
        self._line = 0
        self._at = -1
        self._kind = self._look = ""
        self._cells: dict[int, str] = {}

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Begin a row, a cell, or what stands in it."""
        self.depth += 1
        self.starts += 1
        bare = _bare(name) if ":" in name else name
        if bare in {"v", "t"}:
            self._is_open = not self._is_phonetic
        elif bare == "c":
            self._begin_cell(attributes)
        elif bare == "row":
            self._line = _row_number(attributes.get("r", ""), self._line)
            self._cells, self._at = {}, -1
        elif bare == "rPh":
            self._is_phonetic = True

    def end(self, name: str) -> None:
        """End it; a row that holds anything is ready."""
        self.depth -= 1
        bare = _bare(name) if ":" in name else name
        if bare in {"v", "t"}:
            self._is_open = False
        elif bare == "c":
            self._end_cell()
        elif bare == "row":
            self._end_row()
        elif bare == "rPh":
            self._is_phonetic = False
        elif bare == "sheetData":
            self.is_done = True

    def _end_row(self) -> None:
        if self._cells:
            row = [""] * (max(self._cells) + 1)
            for at, value in self._cells.items():
                row[at] = value
            self.ready.append((self._line, row))

    def _begin_cell(self, attributes: Mapping[str, str]) -> None:
        place = attributes.get("r", "")
        self._at = _column(place.rstrip("0123456789")) if place else self._at + 1
        if self._at >= COLUMNS_MAXIMUM:
            raise MalformedImport("this workbook has more columns than a sheet can have")
        self._kind, self._look = attributes.get("t", "n"), attributes.get("s", "")
        self._begin()

    def _end_cell(self) -> None:
        if value := self._value():
            self._cells[min(self._at, self.keep - 1)] = value

    def _value(self) -> str:
        """Return what the cell shows; "" for one that shows an error."""
        text = self._gathered()
        if not text or self._kind == "e":
            return ""
        if self._kind == "s":
            return self._strings[int(text)] if len(text) < 9 else ""
        if self._kind == "b":
            return "waar" if text == "1" else "onwaar"
        if self._kind == "n" and self._is_date():
            return _day(self._epoch, text)
        return text

    def _is_date(self) -> bool:
        look = self._look
        number = int(look) if look.isdecimal() and len(look) < 6 else 0
        return number < len(self._dates) and bool(self._dates[number])


def _bare(name: str) -> str:
    return name.rpartition(":")[2]


def _unescaped(found: re.Match[str]) -> str:
    return chr(int(found[1], 16))


@lru_cache(maxsize=COLUMNS_MAXIMUM)
def _column(letters: str) -> int:
    """Return the place of a column: A is 0. Raises MalformedImport."""
    if not (0 < len(letters) <= 3 and letters.isascii() and letters.isalpha()):
        raise MalformedImport("this workbook cannot be read: a cell has no place")
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _row_number(told: str, before: int) -> int:
    number = int(told) if told.isdecimal() and len(told) < 9 else before + 1
    if number <= before or number > ROWS_MAXIMUM:
        raise MalformedImport("this workbook cannot be read: its rows are not in order")
    return number


def _day(epoch: datetime, serial: str) -> str:
    try:
        return (epoch + timedelta(days=float(serial))).date().isoformat()
    except (ValueError, OverflowError):
        return serial
