"""Lines for a Dutch spreadsheet, read again by our own reader of anybody's files."""

from pathlib import Path

from storage.spreadsheet import BOM, spreadsheet_line
from subscribers.sheets import open_sheet


def test_columns_are_parted_by_semicolons_and_our_own_reader_knows_them(tmp_path: Path) -> None:
    rows = [("e-mail", "naam", "rol"), ("a@example.org", "Zoë; van", 'zei "ja",\r\ntoen')]

    text = BOM + "".join(spreadsheet_line(row) for row in rows)
    path = tmp_path / "lijst.csv"
    path.write_bytes(text.encode())
    with open_sheet(path, {}) as sheet:
        records = list(sheet.rows.records())

    assert text.splitlines()[0] == f"{BOM}e-mail;naam;rol"
    assert sheet.rows.delimiter == ";"
    assert [record.cells for record in records] == [list(rows[1])]
