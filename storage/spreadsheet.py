"""Lines of a CSV file as spreadsheets in Dutch open them: in columns, with every letter.

There the comma stands within numbers, so columns are parted by semicolons, and UTF-8 is known by
its mark. What reads such a file again: `subscribers.sheets`, or any reader that is told the `;`.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

BOM: Final = "\ufeff"  # begins the file
DELIMITER: Final = ";"


def spreadsheet_line(cells: Sequence[str]) -> str:
    """Return one record with its line end (RFC 4180, but for the semicolon)."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=DELIMITER).writerow(cells)
    return out.getvalue()


def spreadsheet_lines(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield a whole file, its mark first."""
    mark = BOM
    for row in rows:
        yield mark + spreadsheet_line(row)
        mark = ""
