"""Lists of people by command: differences, workbooks, the list of another system, a kill."""

import csv
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from newsletter.cli.lists import PART_DONE
from newsletter.cli.stopping import told_of_interrupt
from storage.session import Database
from subscribers.importing import BATCH
from subscribers.model import Consent, Subscriber
from tests import loaded
from tests.factories import make_subscriber
from tests.newsletter.cli.shell import Shell


def write(folder: Path, text: str) -> str:
    path = folder / "lijst.csv"
    path.write_text(text)
    return str(path)


def test_a_dry_run_tells_the_difference_of_each_person(
    shell: Shell, db: Database, tmp_path: Path
) -> None:
    with db.write() as session:
        make_subscriber(session, "jan@example.org", name="Jan", region="Oost")
        make_subscriber(session, "piet@example.org", name="Piet")
    path = write(
        tmp_path,
        "E-mailadres;Naam;Regio\njan@example.org;Jan de Vries;West\n"
        "piet@example.org;Piet;\nbea@example.org;Bea;\nfout;;\n",
    )

    told = shell.json("subscriber", "import", path, "--ground", "lid", "--dry-run", "--json")
    text = shell.run("subscriber", "import", path, "--ground", "lid", "--dry-run")

    changes = {
        "name": {"from": "Jan", "to": "Jan de Vries"},
        "region": {"from": "Oost", "to": "West"},
    }
    assert told["differences"] == [
        {
            "line": 2,
            "email": "jan@example.org",
            "added": False,
            "activated": False,
            "changes": changes,
        },
        {
            "line": 4,
            "email": "bea@example.org",
            "added": True,
            "activated": False,
            "changes": {"name": {"from": "", "to": "Bea"}},
        },
    ]
    assert (told["encoding"], told["delimiter"]) == ("utf-8", ";")
    assert told["columns"] == {"email": "E-mailadres", "name": "Naam", "region": "Regio"}
    assert "name: Jan > Jan de Vries; region: Oost > West" in text
    assert "email=E-mailadres" in text


def test_only_the_first_differences_are_shown_and_all_are_counted(
    shell: Shell, tmp_path: Path
) -> None:
    path = write(tmp_path, "email\n" + "".join(f"p{n}@example.org\n" for n in range(30)))

    text = shell.run("subscriber", "import", path, "--ground", "lid", "--dry-run")

    assert text.count("@example.org") == 20
    assert "and 10 more" in text


def test_people_go_out_as_a_workbook_that_comes_in_again(
    shell: Shell, db: Database, tmp_path: Path
) -> None:
    with db.write() as session:
        make_subscriber(session, name="=HYPERLINK(1)")
    out = tmp_path / "uit.xlsx"

    shell.run("subscriber", "export", "--out", str(out))
    again = shell.json("subscriber", "import", str(out), "--ground", "eigen", "--json")

    sheet = load_workbook(out).active
    assert sheet is not None
    assert [cell.data_type for cell in list(sheet.iter_rows())[1] if cell.value][:3] == ["s"] * 3
    assert again["unchanged"] == 1
    assert out.stat().st_mode & 0o777 == 0o600


def test_another_systems_list_is_followed_and_a_short_one_changes_nothing(
    shell: Shell, db: Database, tmp_path: Path
) -> None:
    people = "".join(f"p{n}@example.org\n" for n in range(30))
    options = ("--name", "leden", "--ground", "lid")
    shell.run("subscriber", "sync", write(tmp_path, "email\n" + people), *options)

    shell.run("subscriber", "sync", write(tmp_path, "email\np1@example.org\n"), *options, status=1)
    refused = shell.err
    done = shell.json(
        "subscriber", "sync", str(tmp_path / "lijst.csv"), *options, "--allow", "29", "--json"
    )

    assert "29 people" in refused
    assert "--allow 29" in refused
    assert (done["removed"], done["unchanged"]) == (29, 1)


def test_a_list_comes_in_by_standard_input_and_by_a_pipe(
    shell: Shell, db: Database, tmp_path: Path
) -> None:
    text = "E-mailadres;Naam;Leerjaar\njan@example.org;Jan;3\n"
    pipe = tmp_path / "pijp"
    os.mkfifo(pipe)

    first = shell.json("subscriber", "import", "-", "--ground", "lid", typed=text)
    with ThreadPoolExecutor() as writers:
        writers.submit(pipe.write_text, text)
        again = shell.json("subscriber", "import", str(pipe), "--ground", "lid")
    followed = shell.json(
        "subscriber", "sync", "-", "--name", "leden", "--ground", "lid", typed=text
    )

    assert (first["added"], again["unchanged"], followed["unchanged"]) == (1, 1, 1)
    assert (first["columns"], first["unused_columns"]) == (
        {"email": "E-mailadres", "name": "Naam"},
        ["Leerjaar"],
    )
    with db.read() as session:
        assert session.scalars(select(Consent.source)).all() == ["import stdin"]


def test_ctrl_c_says_what_stays(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KeyboardInterrupt), told_of_interrupt(PART_DONE):
        signal.raise_signal(signal.SIGINT)

    assert capsys.readouterr().err == (
        "newsletter: stopped; who is in stays, and the same command again goes on where it was\n"
    )


def test_what_was_asked_wrongly_is_one_line(shell: Shell, tmp_path: Path) -> None:
    path = write(tmp_path, "email\njan@example.org\n")
    out = tmp_path / "uit.ods"

    shell.run("subscriber", "sync", path, "--name", " ", "--ground", "lid", status=1)
    unnamed = shell.err
    shell.run("subscriber", "export", "--out", str(out), status=1)
    ending = shell.err
    shell.run("subscriber", "import", path, "--ground", "lid", "--delimiter", "x", status=1)

    assert unnamed == (
        "newsletter: name the list, the same every time: its people are known by it\n"
    )
    assert ending == (
        f"newsletter: {out}: what is written is CSV or a workbook:"
        " let the name end in .csv or .xlsx\n"
    )
    assert not out.exists()
    assert shell.err == "newsletter: no such delimiter; there are , ; | and the word tab\n"


@pytest.mark.long
@pytest.mark.parametrize("kill", range(3))
def test_an_import_that_was_killed_goes_on_without_doubles(
    db: Database, tmp_path: Path, kill: int
) -> None:
    rows = 4 * BATCH
    path = tmp_path / "lijst.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([["email"], *([f"p{n}@example.org"] for n in range(rows))])
    command, said = ("subscriber", "import", str(path), "--ground", "lid"), tmp_path / "said.txt"
    first = loaded.start(*command, environ=os.environ, said=said)
    while _count(db, Subscriber) <= kill * BATCH and first.is_alive():
        time.sleep(0)  # gives way; the next look asks the database
    first.kill()
    first.join()
    before = _count(db, Subscriber)

    again = loaded.start(*command, environ=os.environ, said=said)
    again.join()

    assert again.exitcode == 0, said.read_text()
    assert 0 < before <= rows
    assert before % BATCH == 0
    assert (_count(db, Subscriber), _count(db, Consent)) == (rows, rows)


def _count(db: Database, table: type) -> int:
    with db.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0
