"""Lines for a Dutch spreadsheet, read again by our own reader of anybody's files."""

import io

from storage.spreadsheet import BOM, spreadsheet_line
from subscribers.sheets import Sheet


def test_columns_are_parted_by_semicolons_and_our_own_reader_knows_them() -> None:
    rows = [("e-mail", "naam", "rol"), ("a@example.org", "Zoë; van", 'zei "ja",\r\ntoen')]

    text = BOM + "".join(spreadsheet_line(row) for row in rows)
    sheet = Sheet(io.BytesIO(text.encode()), "utf-8-sig", {})

    assert text.splitlines()[0] == f"{BOM}e-mail;naam;rol"
    assert sheet.delimiter == ";"
    assert [record.cells for record in sheet.records()] == [list(rows[1])]
