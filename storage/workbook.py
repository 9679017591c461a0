"""A workbook of one sheet (.xlsx, ISO/IEC 29500-1 §18), written row by row in flat memory.

Every cell is text, said to be text, and looks like text: no spreadsheet takes one for a formula,
not even when somebody edits it. What reads such a file again: `subscribers.workbooks`.
"""

import re
import zipfile
from collections.abc import Iterable, Sequence
from typing import IO, Final
from xml.sax.saxutils import escape, quoteattr

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROWS_MAXIMUM: Final = 1_048_576  # of a sheet, by the norm
CELL_MAXIMUM: Final = 32_767  # characters

_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_KIND: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_NO_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LIKE_ESCAPE: Final = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")  # ST_Xstring, §22.9.2.19
_PARTS: Final = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_KIND}.styles+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_KIND}.worksheet+xml"/>'
        "</Types>"
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/>'
        "</Relationships>"
    ),
    # Look 1 is text (format 49), 2 is a head; quotePrefix is the apostrophe that Excel shows.
    "xl/styles.xml": (
        f'<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/>'
        '</font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill><fill>'
        '<patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders>'
        '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf xfId="0"/>'
        '<xf xfId="0" numFmtId="49" applyNumberFormat="1" quotePrefix="1"/>'
        '<xf xfId="0" numFmtId="49" fontId="1" applyNumberFormat="1" applyFont="1"/></cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
        "</styleSheet>"
    ),
}


def write_workbook(
    out: IO[bytes], title: str, head: Sequence[str], rows: Iterable[Sequence[str]]
) -> int:
    """Write the head and the rows; return how many rows. out: need not be able to seek.

    Raises ValueError when there are more than a sheet holds.
    """
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=5) as book:
        for name, part in _PARTS.items():
            book.writestr(name, _HEAD + part)
        book.writestr("xl/workbook.xml", _HEAD + _workbook(title))
        with book.open("xl/worksheets/sheet1.xml", "w", force_zip64=False) as sheet:
            sheet.write(
                f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
                '<pane ySplit="1" topLeftCell="A2" state="frozen"/></sheetView></sheetViews>'
                f"<sheetData>{_row(head, look=2)}".encode()
            )
            count = 0
            for count, row in enumerate(rows, 1):
                if count >= ROWS_MAXIMUM:
                    raise ValueError("more rows than a sheet holds")
                sheet.write(_row(row, look=1).encode())
            sheet.write(b"</sheetData></worksheet>")
    return count


def _workbook(title: str) -> str:
    return (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        f'<sheet name={quoteattr(title[:31])} sheetId="1" r:id="rId1"/></sheets></workbook>'
    )


def _row(cells: Sequence[str], *, look: int) -> str:
    return f"<row>{''.join(_cell(cell, look) for cell in cells)}</row>"


def _cell(text: str, look: int) -> str:
    if not text:
        return "<c/>"
    plain = _LIKE_ESCAPE.sub("_x005F_", _NO_XML.sub("", text))[:CELL_MAXIMUM]
    shown = escape(plain, {"\r": "&#13;"})
    return f'<c t="inlineStr" s="{look}"><is><t xml:space="preserve">{shown}</t></is></c>'
