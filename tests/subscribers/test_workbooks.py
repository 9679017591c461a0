"""Workbooks: what Excel's kind of file holds is read; what harms is refused, in flat memory."""

import io
import zipfile
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook as OtherWorkbook
from openpyxl import load_workbook

from storage.session import Database
from storage.workbook import write_workbook
from subscribers.errors import FileKind, MalformedImport, OtherFile
from subscribers.exporting import export_workbook
from subscribers.importing import ImportReport, import_file
from subscribers.sheets import open_sheet, propose
from subscribers.workbooks import Workbook
from tests.factories import KEY, make_subscriber
from tests.fakes import START

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
HEAD = '<row r="1"><c r="A1" t="inlineStr"><is><t>email</t></is></c></row>'


def run(db: Database, path: Path) -> ImportReport:
    return import_file(db, path, ground="deelnemer", key=KEY, now=START)


def rows_of(path: Path) -> list[tuple[int, list[str]]]:
    with path.open("rb") as file:
        return list(Workbook(file).rows())


def saved(book: OtherWorkbook, folder: Path) -> Path:
    path = folder / "lijst.xlsx"
    book.save(path)
    return path


def handmade(folder: Path, sheet: str | bytes, **parts: bytes) -> Path:
    """Write a workbook whose sheet and other parts are as given, however strange."""
    path = folder / "lijst.xlsx"
    buffer = io.BytesIO()
    write_workbook(buffer, "Blad", ["email"], [])
    with zipfile.ZipFile(buffer) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name in source.namelist():
            if name != "xl/worksheets/sheet1.xml":
                out.writestr(name, parts.get(name.rpartition("/")[2], source.read(name)))
        out.writestr("xl/worksheets/sheet1.xml", sheet)
    return path


def sheet_of(rows: str) -> str:
    return f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'


def test_a_workbook_of_another_program_is_imported(db: Database, tmp_path: Path) -> None:
    book = OtherWorkbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["E-mailadres", "Naam", "Kant"])
    sheet.append(["zoe@example.org", "Zoë & <co>", "school"])
    sheet.append([])
    sheet.append(["fout", "", ""])
    book.create_sheet("Ander blad").append(["email"])

    report = run(db, saved(book, tmp_path))

    assert (report.read, report.added, report.rejected) == (2, 1, 1)
    assert (report.encoding, report.delimiter) == ("xlsx", "")
    assert report.columns == {"email": "E-mailadres", "name": "Naam", "audience": "Kant"}
    assert report.errors[0].line == 4


def test_cells_of_every_kind_become_what_they_show(tmp_path: Path) -> None:
    book = OtherWorkbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["a", "b", "c", "d", "e", "f"])
    sheet.append([12, 1.5, True, date(2027, 6, 2), "=1+1", "regel\neen"])

    assert rows_of(saved(book, tmp_path)) == [
        (1, ["a", "b", "c", "d", "e", "f"]),
        # Nobody has worked out the formula yet: it shows nothing.
        (2, ["12", "1.5", "waar", "2027-06-02", "", "regel\neen"]),
    ]


def test_a_formula_counts_as_what_it_gave_and_an_error_as_nothing(tmp_path: Path) -> None:
    path = handmade(
        tmp_path,
        sheet_of(
            f'{HEAD}<row r="2"><c r="A2" t="str"><f>HYPERLINK("http://x")</f><v>a@example.org</v></c>'
            '<c r="B2" t="e"><v>#N/A</v></c><c r="D2"><v>3</v></c></row>'
        ),
    )

    assert rows_of(path)[1] == (2, ["a@example.org", "", "", "3"])


def test_a_hidden_sheet_is_not_the_one_that_is_read(tmp_path: Path) -> None:
    book = OtherWorkbook()
    hidden = book.active
    assert hidden is not None
    hidden.append(["geheim"])
    hidden.sheet_state = "hidden"
    book.create_sheet("Leden").append(["email"])
    book.active = 1

    assert rows_of(saved(book, tmp_path)) == [(1, ["email"])]


def test_what_we_export_is_text_to_another_program_and_the_same_to_us(
    db: Database, tmp_path: Path
) -> None:
    names = ("=1+1", "+31 6", "-1", "@SUM(A1)", "'=al gemerkt", "_x0041_", "Zoë <&> \"'")
    with db.write() as session:
        for number, name in enumerate(names):
            make_subscriber(session, f"a{number}@example.org", name=name)
    path = tmp_path / "uit.xlsx"

    with path.open("wb") as out:
        written = export_workbook(db, out, now=START)

    sheet = load_workbook(path).active
    assert sheet is not None
    cells = [row[2] for row in sheet.iter_rows(min_row=2)]
    again = run(db, path)
    assert written == len(names)
    assert {cell.data_type for cell in cells} == {"s"}
    shown = [cell.value for cell in cells]
    assert shown[:5] == ["=1+1", "+31 6", "-1", "@SUM(A1)", "''=al gemerkt"]
    assert all(cell.quotePrefix for cell in cells)
    assert (again.unchanged, again.updated, again.rejected) == (len(names), 0, 0)


def test_a_text_that_looks_like_an_escape_comes_back_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "uit.xlsx"
    texts = ["_x0041_", "a\rb", "a\tb\nc", " spaties ", "\x00weg\x1f"]

    with path.open("wb") as out:
        write_workbook(out, "Blad", ["kop"], [[text] for text in texts])

    shown = [cells[0] for _, cells in rows_of(path)[1:]]
    assert shown == ["_x0041_", "a\rb", "a\tb\nc", " spaties ", "weg"]


ENTITIES = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    + sheet_of(f"{HEAD}<row><c t='str'><v>&b;</v></c></row>")
)
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + sheet_of(HEAD)


@pytest.mark.parametrize(
    "sheet",
    [
        ENTITIES,
        OUTSIDE,
        sheet_of(HEAD) + "rommel",
        f'<worksheet xmlns="{MAIN}"><sheetData>{HEAD}',
        sheet_of('<row r="1"><c r="ABCD1" t="str"><v>email</v></c></row>'),
        sheet_of('<row r="1"><c r="ZZZ1" t="str"><v>email</v></c></row>'),
        sheet_of('<row r="2000000"><c t="str"><v>email</v></c></row>'),
        sheet_of(f'{HEAD}<row r="1"/>'),
        sheet_of('<row r="1"><c t="s"><v>7</v></c></row>'),
        sheet_of('<row r="1"><c t="s"><v>x</v></c></row>'),
        "<a>" * 200_000,
        sheet_of('<row r="1"><c r="A1" t="str"><v>' + "x" * 9_000_000),
        "",
    ],
    ids=map(str, range(13)),
)
def test_a_strange_sheet_is_refused(db: Database, tmp_path: Path, sheet: str) -> None:
    path = handmade(tmp_path, sheet)

    with pytest.raises(MalformedImport):
        run(db, path)


def test_what_is_no_workbook_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "pakket.xlsx"
    with zipfile.ZipFile(other, "w") as out:
        out.writestr("brief.txt", "hallo")
    crowded = tmp_path / "vol.xlsx"
    with zipfile.ZipFile(crowded, "w") as out:
        for number in range(20_000):
            out.writestr(f"een/lange/naam/voor/een/deel/{number}", b"")
    cut = tmp_path / "half.xlsx"
    whole = io.BytesIO()
    write_workbook(whole, "Blad", ["email"], [["a@example.org"]])
    cut.write_bytes(whole.getvalue()[:-200])

    for path in (other, crowded, cut):
        with pytest.raises(MalformedImport):
            propose(path)


def opendocument() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("content.xml", "<office:document-content/>")
    return out.getvalue()


def package() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("lijst.csv", "email\na@example.org\n")
    return out.getvalue()


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), FileKind.OLD_WORKBOOK),
        (opendocument(), FileKind.OPEN_DOCUMENT),
        (package(), FileKind.PACKED),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", FileKind.PDF),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(9), FileKind.NO_TEXT),
        (b"", FileKind.EMPTY),
        (b"\xef\xbb\xbf\r\n;;\r\na@example.org;;\r\n", FileKind.EMPTY),
        (b" ;;\r\na@example.org;;\r\n", FileKind.EMPTY),
    ],
)
def test_another_kind_of_file_is_refused_with_what_to_do(
    tmp_path: Path, document: bytes, kind: FileKind
) -> None:
    path = tmp_path / "lijst"
    path.write_bytes(document)

    with pytest.raises(OtherFile) as refused:
        propose(path)

    assert (refused.value.kind, str(refused.value)) == (kind, kind.value)


def test_a_part_that_unpacks_to_far_too_much_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "bom.xlsx"
    buffer = io.BytesIO()
    write_workbook(buffer, "Blad", ["email"], [])
    with zipfile.ZipFile(buffer) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name in source.namelist():
            if name != "xl/worksheets/sheet1.xml":
                out.writestr(name, source.read(name))
        with out.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(sheet_of(HEAD).encode()[:-30])
    content = bytearray(path.read_bytes())
    entry = content.rfind(b"PK\x01\x02")
    content[entry + 24 : entry + 28] = (3_000_000_000).to_bytes(4, "little")
    path.write_bytes(content)

    with pytest.raises(MalformedImport):
        rows_of(path)


def test_cells_far_to_the_right_cost_one_column(db: Database, tmp_path: Path) -> None:
    far = '<row r="2"><c r="A2" t="str"><v>a@example.org</v></c><c r="XFD2"><v>1</v></c></row>'

    path = handmade(tmp_path, sheet_of(HEAD + far))

    with open_sheet(path, {}) as sheet:
        assert [one.cells for one in sheet.rows.records()] == [["a@example.org", "1"]]
    assert run(db, path).errors[0].reason == "er staan meer velden dan in de kop"


@pytest.mark.long
def test_a_million_empty_rows_are_nothing(db: Database, tmp_path: Path) -> None:
    path = handmade(tmp_path, sheet_of(HEAD + "<row><c/></row>" * 1_048_575))

    report = run(db, path)

    assert report.read == 0


@pytest.mark.long
def test_one_row_more_than_a_sheet_can_have_is_refused(db: Database, tmp_path: Path) -> None:
    path = handmade(tmp_path, sheet_of(HEAD + "<row/>" * 1_048_576))

    with pytest.raises(MalformedImport):
        run(db, path)
